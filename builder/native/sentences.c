/* The prose of texts: lines that end as sentences do, and the sentences of lines that break off. */

#include <stdint.h>

/* What a character is: its weight in letters, and what it is to the end of a sentence. */
enum { WEIGHT = 3, STOP = 4, FREE_STOP = 8, CLOSER = 16, STOPLESS = 32, WHITE = 64 };

/* Quotes and brackets that may close behind a stop; characters at the end of a line among which one
 * of a script without stops counts. */
enum { MAX_CLOSERS = 3, STOP_CHARS = 8 };

/* Letters of a sentence, at least and at most, and of a paragraph; characters of a line that is a
 * sentence by its length where the script has no stops. */
struct limits {
    int64_t sentence, most, paragraph, stopless;
};

struct line {
    const uint32_t *codes;
    int64_t size, known;
    const uint8_t *marks;
};

static uint8_t mark_at(const struct line *line, int64_t at)
{
    return line->codes[at] < line->known ? line->marks[line->codes[at]] : 0;
}

/* Takes the white space at both ends away. */
static void strip(struct line *line)
{
    while (line->size && mark_at(line, line->size - 1) & WHITE)
        line->size--;
    while (line->size && mark_at(line, 0) & WHITE)
        line->codes++, line->size--;
}

static int64_t weigh(const struct line *line)
{
    int64_t weight = 0;
    for (int64_t at = 0; at < line->size; at++)
        weight += mark_at(line, at) & WEIGHT;
    return weight;
}

static int is_stopped(const struct line *line, const struct limits *limits)
{
    int64_t at = line->size - 1;
    while (at >= 0 && at >= line->size - MAX_CLOSERS && mark_at(line, at) & CLOSER)
        at--;
    if (at >= 0 && mark_at(line, at) & STOP)
        return 1;
    uint8_t end = 0;
    for (at = line->size - 1; at >= 0 && at >= line->size - STOP_CHARS; at--)
        end |= mark_at(line, at);
    return line->size >= limits->stopless && end & STOPLESS;
}

/* Says whether the stop at a place ends a sentence: a space follows, perhaps after quotes that
 * close, or none has to. */
static int ends_sentence(const struct line *line, int64_t at)
{
    if (mark_at(line, at) & FREE_STOP)
        return 1;
    int64_t next = at + 1;
    while (next < line->size && next <= at + MAX_CLOSERS && mark_at(line, next) & CLOSER)
        next++;
    return next == line->size || mark_at(line, next) & WHITE;
}

/* Weighs the sentences of a line that are neither scraps nor menus; the last one has no stop. */
static int64_t weigh_sentences(const struct line *line, const struct limits *limits)
{
    int64_t all = 0, weight = 0;
    for (int64_t at = 0; at < line->size; at++) {
        uint8_t mark = mark_at(line, at);
        weight += mark & WEIGHT;
        if (mark & STOP && ends_sentence(line, at)) {
            all += weight >= limits->sentence && weight <= limits->most ? weight : 0;
            weight = 0;
        }
    }
    return all;
}

/* Weighs the prose of texts.
 *
 * codes, bounds: the code points of all texts; text i lies in bounds[i] .. bounds[i + 1].
 * marks, known: what each character below `known` is; others are nothing.
 * sizes: the numbers of `struct limits`.
 * found: for each text the weight of all its letters, that of its prose, and how many lines have no
 *   stop. */
int64_t weigh_prose(
    const uint32_t *codes, const int64_t *bounds, int64_t texts, const uint8_t *marks,
    int64_t known, const int64_t *sizes, int64_t *found)
{
    const struct limits limits = {sizes[0], sizes[1], sizes[2], sizes[3]};
    for (int64_t own = 0; own < texts; own++, found += 3) {
        found[0] = found[1] = found[2] = 0;
        for (int64_t begin = bounds[own], end; begin <= bounds[own + 1]; begin = end + 1) {
            for (end = begin; end < bounds[own + 1] && codes[end] != '\n'; end++)
                continue;
            struct line line = {codes + begin, end - begin, known, marks};
            strip(&line);
            int64_t weight = weigh(&line);
            int is_only = begin == bounds[own] && end == bounds[own + 1];
            int has_stop = is_stopped(&line, &limits);
            found[0] += weight;
            found[2] += line.size && !has_stop;
            if (has_stop)
                found[1] += weight >= limits.sentence ? weight : 0;
            else if (weight >= (is_only ? limits.sentence : limits.paragraph))
                found[1] += weigh_sentences(&line, &limits);
        }
    }
    return texts;
}

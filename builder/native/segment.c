/* Segments of texts: lines, and in long lines sentences and pieces of giant sentences. */

#include "segment.h"

/* A longer sentence may be a menu glued to a sentence: it is cut further at borders that look
 * like those of a menu. A capital opens a new piece only after so many characters, and any word
 * does after so many. */
enum { MAX_SENTENCE = 80, MIN_PIECE = 12, MAX_PIECE = 160 };

enum { WHOLE_LINE, SENTENCE, PIECE };
enum { NO_BORDER, WEAK, STRONG, FULL };

struct line {
    const uint32_t *codes;
    int64_t size;
    const uint8_t *classes;
};

struct word {
    int64_t start, end;
    uint8_t first, second, last;
};

struct found {
    int64_t *starts, *ends;
    uint8_t *kinds;
    int64_t number;
};

static uint8_t class_at(const struct line *line, int64_t at)
{
    return line->classes[basic(line->codes[at])];
}

/* Finds the word at or after a place: a run without white space, parted after free stops. */
static int next_word(const struct line *line, int64_t at, struct word *word)
{
    while (at < line->size && is_white(class_at(line, at)))
        at++;
    if (at == line->size)
        return 0;
    uint8_t before = OTHER, last = class_at(line, at);
    word->start = at;
    word->first = last;
    word->second = at + 1 < line->size ? class_at(line, at + 1) : last;
    for (at++; at < line->size; at++) {
        uint8_t next = class_at(line, at);
        int is_over = last == FREE_STOP || (last == CLOSER && before == FREE_STOP);
        int is_closing = next == FREE_STOP || next == CLOSER || next == STOP;
        if (is_white(next) || (is_over && !is_closing))
            break;
        before = last;
        last = next;
    }
    word->end = at;
    word->last = last;
    return 1;
}

/* Tells whether a word ends a sentence: a stop, perhaps with up to two closing quotes after it.
 * An initial or a day of the month before the stop ("J. Smith", "3. Mai") does not. */
static int is_stop(const struct line *line, const struct word *word)
{
    int64_t at = word->end - 1;
    for (int quotes = 0; quotes < 2 && at > word->start; quotes++)
        at -= class_at(line, at) == CLOSER;
    uint8_t ending = class_at(line, at);
    if (ending != STOP || at == word->start)
        return ending == FREE_STOP || ending == STOP;
    uint8_t before = class_at(line, at - 1);
    int is_letter = before == UPPER || before == LOWER || before == LETTER;
    int64_t body = at - word->start;
    return !((body == 1 && is_letter) || (body <= 2 && before == DIGIT));
}

/* Tells whether a word looks like 9:30, 14:45 or 14.45. */
static int is_time(const struct line *line, const struct word *word)
{
    int64_t size = word->end - word->start;
    if ((size != 4 && size != 5) || word->first != DIGIT || word->last != DIGIT)
        return 0;
    uint8_t middle = class_at(line, word->end - 3);
    return (middle == COMMA || middle == STOP) && class_at(line, word->end - 2) == DIGIT;
}

static int is_quoted(const struct word *word)
{
    return word->first == OPENER || word->first == CLOSER;
}

/* Tells whether a word cannot open a sentence: a small letter or a comma first. */
static int continues(const struct word *word)
{
    return word->first == LOWER || word->first == COMMA
        || (is_quoted(word) && word->second == LOWER);
}

/* Tells whether a word is a separator that stands alone. */
static int is_alone(const struct word *word)
{
    return word->first == SEPARATOR && word->end - word->start <= 2;
}

/* Tells whether a word is a closing quote that stands alone, as in "« Oui ! » Il ...": it ends
 * the sentence before it. */
static int is_quote(const struct word *word)
{
    return word->first == CLOSER && word->end - word->start == 1;
}

/* Grades the border between two words; `is_ended` tells whether a sentence may end there. */
static int border(
    const struct line *line, const struct word *previous, const struct word *word, int is_ended)
{
    if (is_ended && !is_quote(word) && !continues(word))
        return FULL;
    if (is_alone(word) || is_alone(previous) || is_time(line, word)
        || (previous->last == IDEOGRAPH && word->start > previous->end))
        return STRONG;
    uint8_t initial = is_quoted(word) ? word->second : word->first;
    return initial == UPPER && word->end - word->start > 1 ? WEAK : NO_BORDER;
}

static void open_segment(struct found *found, int64_t start, uint8_t kind)
{
    found->starts[found->number] = start;
    found->kinds[found->number++] = kind;
}

/* Ends a sentence; unless it is giant, the pieces found in it are forgotten. */
static void close_sentence(struct found *found, int64_t first, int64_t end)
{
    if (end - found->starts[first] <= MAX_SENTENCE) {
        found->number = first + 1;
        found->kinds[first] = SENTENCE;
    }
    found->ends[found->number - 1] = end;
}

/* Cuts one long line into sentences, and the giant ones into pieces. */
static void cut_line(const struct line *line, struct found *found)
{
    struct word previous, word;
    if (!next_word(line, 0, &previous))
        return;
    int is_ended = is_stop(line, &previous), was_stop = is_ended;
    int64_t sentence = found->number, last_border = previous.start, last_kept = previous.start;
    int64_t last_far = 0;
    open_segment(found, previous.start, PIECE);
    for (; next_word(line, previous.end, &word); previous = word) {
        int grade = border(line, &previous, &word, is_ended);
        int stops = is_stop(line, &word);
        is_ended = stops || (is_quote(&word) && was_stop);
        was_stop = stops;
        if (grade == FULL) {
            close_sentence(found, sentence, previous.end);
            sentence = found->number;
        }
        if (grade)
            last_border = word.start;
        int64_t far = (word.start - last_border) / MAX_PIECE;
        if (!grade && far > last_far)
            grade = STRONG;
        last_far = far;
        if (grade == NO_BORDER || (grade == WEAK && word.start - last_kept < MIN_PIECE))
            continue;
        if (grade != FULL)
            found->ends[found->number - 1] = previous.end;
        open_segment(found, word.start, PIECE);
        last_kept = word.start;
    }
    close_sentence(found, sentence, previous.end);
}

/* Adds a line without the white space at its ends, or its parts if it is longer than `limit`. */
static void add_line(struct line line, int64_t start, int64_t end, int64_t limit,
                     struct found *found)
{
    while (start < end && is_white(class_at(&line, start)))
        start++;
    while (start < end && is_white(class_at(&line, end - 1)))
        end--;
    if (start == end)
        return;
    if (end - start <= limit) {
        found->ends[found->number] = end;
        open_segment(found, start, WHOLE_LINE);
        return;
    }
    int64_t first = found->number;
    line.codes += start;
    line.size = end - start;
    cut_line(&line, found);
    for (int64_t at = first; at < found->number; at++) {
        found->starts[at] += start;
        found->ends[at] += start;
    }
}

/* Cuts texts into segments.
 *
 * codes, bounds: the characters of all texts; text i lies in bounds[i] .. bounds[i + 1].
 * limits: for each text, the characters from which on a longer line is cut.
 * classes: of the basic plane.
 * starts, ends, kinds: the segments, at most as many as there are characters; places are those in
 *   their own text.
 * sizes: how many segments each text has.
 *
 * Returns how many there are. */
int64_t segment_texts(
    const uint32_t *codes, const int64_t *bounds, int64_t texts, const int64_t *limits,
    const uint8_t *classes, int64_t *starts, int64_t *ends, uint8_t *kinds, int64_t *sizes)
{
    struct found found = {starts, ends, kinds, 0};
    for (int64_t text = 0; text < texts; text++) {
        struct line whole = {codes + bounds[text], bounds[text + 1] - bounds[text], classes};
        int64_t first = found.number;
        for (int64_t start = 0, end; start < whole.size; start = end + 1) {
            for (end = start; end < whole.size && whole.codes[end] != '\n';)
                end++;
            add_line(whole, start, end, limits[text], &found);
        }
        sizes[text] = found.number - first;
    }
    return found.number;
}

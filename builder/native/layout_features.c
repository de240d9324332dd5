/* Describes each segment of a text by its surface: a row of features, rounded to a grid. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "layout_row.h"

/* Segments of one make fall into so many buckets. */
enum { SHAPES = 1 << 12 };

/* What a segment without prose takes from a run of prose, at least, in characters. */
enum { GAP = 40 };

/* What cues find: headings of related texts, of comments, of sources; bylines and dates; captions;
 * all else. */
enum { CUES = 6 };

static int64_t at_least(int64_t value, int64_t least)
{
    return value < least ? least : value;
}

static int64_t at_most(int64_t value, int64_t most)
{
    return value > most ? most : value;
}

/* One text, its segments, and what is known of it as a whole. */
struct page {
    const uint32_t *codes;
    const uint8_t *kinds;
    struct segment *segments;
    int64_t number;
    int64_t counts[CLASSES], weight, prose, prose_segments;
    int64_t first_of_run, last_of_run;
    double run;
    int64_t weight_before, prose_before;            /* the segment that is described */
    int64_t line_end, line_weight, line_segments;   /* its line */
};

/* Characters of each class, relative to the size of the segment. */
static void put_signs(struct row *row, const struct segment *own)
{
    static const uint8_t RARE[] = {COLON, CLOSER, OPENER, SEPARATOR, SLASH, DASH,
                                   AT, MONEY, COPYRIGHT, QUESTION, ELLIPSIS};
    static const uint8_t SHARES[] = {UPPER, DIGIT, IDEOGRAPH, LETTER, OTHER};
    const int32_t *counts = own->counts;
    double size = (double)own->size, weight = (double)own->weight, stops = (double)own->stops;
    int64_t letters = counts[UPPER] + counts[LOWER] + counts[LETTER] + counts[IDEOGRAPH]
        + counts[MARK];
    put_root(row, own->size);
    put(row, fourth_root(weight) - 3.0);
    put_root(row, own->stops);
    put_root(row, counts[COMMA]);
    put(row, fourth_root(weight / (stops + 1.0)) - 2.0);
    for (size_t at = 0; at < sizeof RARE; at++)
        put_root(row, counts[RARE[at]]);
    put(row, 8.0 * (double)letters / size - 6.0);
    for (size_t at = 0; at < sizeof SHARES; at++)
        put(row, 4.0 * (double)counts[SHARES[at]] / size);
    put(row, 20.0 * (double)counts[COMMA] / weight);
    put(row, 20.0 * stops / weight);
}

/* What a segment begins and ends with. */
static void put_edges(struct row *row, const struct segment *own)
{
    static const uint8_t FIRST[] = {UPPER, LOWER, DIGIT, OPENER, CLOSER, DASH, SEPARATOR};
    static const uint8_t LAST[] = {STOP, FREE_STOP, QUESTION, ELLIPSIS, COLON, COMMA, DIGIT};
    for (size_t at = 0; at < sizeof FIRST; at++)
        put(row, own->first == FIRST[at]);
    for (size_t at = 0; at < sizeof LAST; at++)
        put(row, own->ending == LAST[at]);
    put(row, own->last == CLOSER);
    put(row, own->last == UPPER);
    put(row, (own->first == OPENER || own->first == CLOSER) && own->second == UPPER);
}

/* The words of each make. */
static void put_makes(struct row *row, const struct segment *own)
{
    const int32_t *counts = own->counts, *makes = own->makes;
    double some = (double)at_least(makes[WORDS], 1);
    int64_t length = counts[LOWER] + counts[UPPER] + counts[LETTER] + counts[DIGIT];
    put(row, (double)length / some / 2.0 - 2.0);
    for (int make = SHORT; make <= LONG_WORDS; make++)
        put(row, 4.0 * (double)makes[make] / some);
    put_root(row, makes[WORDS]);
    put_root(row, makes[YEARS]);
    put_root(row, makes[DAYS]);
    put_root(row, own->longest);
}

/* How many segments of the text, and how many of prose, have words of a bucket. */
struct echo {
    int32_t segments, prose;
};

/* How many long words, or pairs of ideographs, come back in other segments. */
static void put_echoes(struct row *row, const struct segment *own, const struct echo *echoes)
{
    int64_t again = 0, in_prose = 0;
    double often = 0.0; /* a sum of whole numbers */
    for (int64_t at = 0; at < own->distinct; at++) {
        const struct echo *echo = echoes + own->buckets[at];
        int32_t others = echo->prose - own->is_prose;
        again += echo->segments > 1;
        in_prose += others > 0;
        if (others > 0)
            often += rint(256.0 * fourth_root(others));
    }
    int64_t some = at_least(own->distinct, 1);
    put(row, (double)again / (double)some * 4.0);
    put(row, (double)in_prose / (double)some * 4.0);
    put(row, often / (double)some * (2.0 / 256.0));
    put_root(row, some);
}

/* The share of each topic in the words. */
static void put_topics(struct row *row, const struct segment *own)
{
    for (int topic = 0; topic < TOPICS; topic++)
        put(row, 8.0 * (double)own->topics[topic] / ((double)own->terms + 3.0));
}

/* Counts the lines that begin between a segment and the one before it. */
static int64_t count_lines(const struct page *page, int64_t segment)
{
    int64_t found = 0, end = page->segments[segment].start;
    for (int64_t at = page->segments[segment - 1].end; at < end; at++)
        found += page->codes[at] == '\n';
    return found;
}

/* The line that a segment lies in, and the empty lines around it. */
static void put_lines(struct row *row, struct page *page, int64_t own, int64_t *gap)
{
    static const int64_t AROUND = 2; /* lines before and after the text */
    int64_t before = own ? *gap : AROUND;
    *gap = own + 1 < page->number ? count_lines(page, own + 1) : AROUND;
    if (own == page->line_end) {
        page->line_weight = page->line_segments = 0;
        do {
            page->line_weight += page->segments[page->line_end].weight;
            page->line_segments++;
            page->line_end++;
        } while (page->line_end < page->number && !count_lines(page, page->line_end));
    }
    put(row, (double)at_most(before, 4) / 2.0);
    put(row, (double)at_most(*gap, 4) / 2.0);
    put(row, fourth_root((double)page->line_weight) - 3.0);
    put(row, fourth_root((double)page->line_segments) - 1.0);
    put(row, page->kinds[own] == 0);
    put(row, page->kinds[own] == 2);
}

/* Where a segment lies, and what its text as a whole is like. */
static void put_places(struct row *row, struct page *page, int64_t rank)
{
    const struct segment *own = page->segments + rank;
    const int64_t *counts = page->counts;
    int64_t prose = own->is_prose ? own->weight : 0;
    double whole = (double)page->weight, all_prose = (double)page->prose;
    double number = (double)page->number, weight = (double)own->weight;
    double usual = all_prose / (double)at_least(page->prose_segments, 1);
    double letters
        = (double)(counts[UPPER] + counts[LOWER] + counts[LETTER] + counts[IDEOGRAPH]) + 1.0;
    int64_t stops = counts[STOP] + counts[FREE_STOP] + counts[QUESTION] + counts[ELLIPSIS];
    put_root(row, page->weight_before);
    put_root(row, page->weight - page->weight_before - own->weight);
    put_root(row, page->prose_before);
    put_root(row, page->prose - page->prose_before - prose);
    put(row, 4.0 * (double)page->weight_before / whole);
    put(row, (double)rank * (4.0 / number));
    put(row, 4.0 * (double)page->prose_before / (double)at_least(page->prose, 1));
    put(row, own->is_prose);
    put(row, fmin(weight / fmax(usual, 1.0), 4.0));
    put(row, fourth_root(whole) / 4.0);
    put_root(row, page->number);
    put(row, 4.0 * all_prose / whole);
    put(row, fourth_root(usual));
    put(row, 4.0 * (double)(counts[UPPER] + counts[LOWER]) / letters);
    put(row, 4.0 * (double)counts[IDEOGRAPH] / letters);
    put(row, 20.0 * (double)stops / whole);
    page->weight_before += own->weight;
    page->prose_before += prose;
}

/* Finds the run of segments with the most prose.
 *
 * Source: the maximum-subsequence extraction of Pasternack and Roth (2009), with sizes for
 * scores. */
static void find_run(struct page *page)
{
    int64_t sum = 0, lowest = 0, lowest_at = 0, best = INT64_MIN;
    for (int64_t at = 0; at < page->number; at++) {
        const struct segment *own = page->segments + at;
        if (sum < lowest) {
            lowest = sum;
            lowest_at = at;
        }
        sum += own->is_prose ? own->weight : -at_least(own->weight, GAP);
        if (sum - lowest > best) {
            best = sum - lowest;
            page->first_of_run = lowest_at;
            page->last_of_run = at;
        }
    }
    page->run = (double)at_least(best, 0);
}

/* How far a segment is from that run. */
static void put_run(struct row *row, const struct page *page, int64_t rank)
{
    int64_t first = page->first_of_run, last = page->last_of_run;
    put(row, rank >= first && rank <= last);
    put_root(row, at_least(first - rank, 0));
    put_root(row, at_least(rank - last, 0));
    put(row, fourth_root(page->run) / 2.0);
}

/* Segments that come more than once in a text: letter for letter, found by their keys in an open
 * table, or in shape. */
struct repeats {
    int64_t *slots, mask; /* segments by key, or -1 */
    int64_t *firsts;      /* for each segment the first one like it */
    int64_t *copies;      /* for each first segment how many are like it */
    int32_t *shapes, *shaped; /* for each segment its shape, for each shape how many have it */
};

/* Reduces ends, digits, separators and rough size to one number. */
static int32_t shape_of(const struct segment *own)
{
    static const uint8_t FEW[] = {DIGIT, SEPARATOR, COLON, DASH, SLASH};
    double size = fourth_root((double)own->weight) * 2.0;
    int64_t shape = (own->first * CLASSES + own->last) * 16 + (int64_t)fmin(size, 15.0);
    int64_t few = 0, place = 1;
    for (size_t at = 0; at < sizeof FEW; at++, place *= 4)
        few += place * at_most(own->counts[FEW[at]], 3);
    return (int32_t)(((shape * 1024 + few) * 0x9E3779B1 >> 12) % SHAPES);
}

static void find_repeats(const struct page *page, struct repeats *repeats)
{
    for (int64_t slot = 0; slot <= repeats->mask; slot++)
        repeats->slots[slot] = -1;
    for (int64_t at = 0; at < page->number; at++) {
        int64_t key = page->segments[at].key, first;
        int64_t slot = (int64_t)((uint64_t)key * 0x9E3779B97F4A7C15 >> 32) & repeats->mask;
        while ((first = repeats->slots[slot]) >= 0 && page->segments[first].key != key)
            slot = (slot + 1) & repeats->mask;
        if (first < 0) {
            first = repeats->slots[slot] = at;
            repeats->copies[at] = 0;
        }
        repeats->firsts[at] = first;
        repeats->copies[first]++;
        repeats->shapes[at] = shape_of(page->segments + at);
        repeats->shaped[repeats->shapes[at]]++;
    }
}

static void put_repeats(struct row *row, const struct repeats *repeats, int64_t own)
{
    int64_t copies = repeats->copies[repeats->firsts[own]];
    put_root(row, copies > 1 ? copies : 0);
    put(row, repeats->firsts[own] < own);
    put(row, fourth_root(repeats->shaped[repeats->shapes[own]]) - 1.0);
}

/* Adds how much of each segment the cues of a text cover: `covered` has CUES numbers for each. */
static void cover(
    const struct page *page, const int64_t *cues, int64_t number, double *covered)
{
    memset(covered, 0, (size_t)(page->number * CUES) * sizeof *covered);
    for (int64_t cue = 0; cue < number; cue++, cues += 3) {
        int64_t start = cues[0], end = cues[1], low = 0, high = page->number;
        while (low < high) { /* the first segment that ends after the cue begins */
            int64_t middle = (low + high) / 2;
            if (page->segments[middle].end <= start)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < page->number && page->segments[low].start < end; low++) {
            const struct segment *own = page->segments + low;
            int64_t common = at_most(end, own->end) - at_least(start, own->start);
            covered[low * CUES + cues[2]] += (double)common / (double)own->size;
        }
    }
}

static void put_cues(struct row *row, const double *covered)
{
    for (int cue = 0; cue < CUES; cue++)
        put(row, fmin(covered[cue], 1.0) * 4.0);
}

/* Reads the segments of a text, and what it is like as a whole. */
static void read_page(
    const struct reader *reader, const int64_t *starts, const int64_t *ends, int32_t *buckets,
    struct echo *echoes, struct page *page)
{
    memset(page->segments, 0, (size_t)page->number * sizeof *page->segments);
    for (int64_t at = 0; at < page->number; at++) {
        struct segment *own = page->segments + at;
        own->start = starts[at];
        own->end = ends[at];
        own->buckets = buckets;
        read_segment(reader, own);
        buckets += own->distinct;
        for (int64_t i = 0; i < own->distinct; i++) {
            echoes[own->buckets[i]].segments++;
            echoes[own->buckets[i]].prose += own->is_prose;
        }
        for (int kind = 0; kind < CLASSES; kind++)
            page->counts[kind] += own->counts[kind];
        page->weight += own->weight;
        page->prose += own->is_prose ? own->weight : 0;
        page->prose_segments += own->is_prose;
    }
}

static void forget(
    const struct page *page, struct echo *echoes, struct repeats *repeats, int64_t *seen)
{
    for (int64_t at = 0; at < page->number; at++) {
        const struct segment *own = page->segments + at;
        for (int64_t i = 0; i < own->distinct; i++) {
            seen[own->buckets[i]] = 0;
            echoes[own->buckets[i]] = (struct echo){0, 0};
        }
        repeats->shaped[repeats->shapes[at]] = 0;
    }
}

static void put_page(
    struct page *page, const struct echo *echoes, const struct repeats *repeats,
    const double *covered, const double *roots, int16_t *features, int64_t width)
{
    int64_t gap = 0;
    for (int64_t at = 0; at < page->number; at++) {
        const struct segment *own = page->segments + at;
        struct row row;
        row.size = 0;
        row.roots = roots;
        put_signs(&row, own);
        put_edges(&row, own);
        put_makes(&row, own);
        put_echoes(&row, own, echoes);
        put_topics(&row, own);
        put_lines(&row, page, at, &gap);
        put_places(&row, page, at);
        put_run(&row, page, at);
        put_repeats(&row, repeats, at);
        put_cues(&row, covered + at * CUES);
        round_row(&row, width, features + at * width);
    }
}

/* Describes the segments of texts.
 *
 * codes, offsets: the characters of all texts; text i lies in offsets[i] .. offsets[i + 1].
 * classes, mixed: the class of each code point of the basic plane, and its mixed number.
 * keys, topics, words, is_near: the lexicon.
 * starts, ends, kinds: the segments; places are those in their own text.
 * bounds: the segments of text i are bounds[i] .. bounds[i + 1].
 * cues, cue_bounds: start, end and group of each cue, and which belong to a text.
 * features: a row of `width` numbers for each segment, all zero.
 *
 * Returns how many segments there are, or -1 if there is no memory for the work. */
int64_t describe_texts(
    const uint32_t *codes, const int64_t *offsets, int64_t texts, const uint8_t *classes,
    const uint32_t *mixed, const uint32_t *keys, const int64_t *topics, int64_t words,
    const uint8_t *is_near, const int64_t *starts, const int64_t *ends, const uint8_t *kinds,
    const int64_t *bounds, const int64_t *cues, const int64_t *cue_bounds, int16_t *features,
    int64_t width)
{
    int64_t most = 1, longest = 1, slots = 2;
    struct lexicon lexicon = {.keys = keys, .topics = topics, .is_near = is_near};
    find_starts(&lexicon, words);
    double roots[KNOWN_ROOTS];
    for (int value = 0; value < KNOWN_ROOTS; value++)
        roots[value] = fourth_root(value);
    for (int64_t text = 0; text < texts; text++) {
        most = at_least(bounds[text + 1] - bounds[text], most);
        longest = at_least(offsets[text + 1] - offsets[text], longest);
    }
    while (slots < 2 * most)
        slots *= 2;
    int64_t *seen = calloc(BUCKETS, sizeof *seen);
    int32_t *buckets = malloc((size_t)longest * sizeof *buckets);
    struct echo *echoes = calloc(BUCKETS, sizeof *echoes);
    struct segment *segments = malloc((size_t)most * sizeof *segments);
    double *covered = malloc((size_t)(most * CUES) * sizeof *covered);
    struct repeats repeats = {
        .slots = malloc((size_t)slots * sizeof *repeats.slots),
        .mask = 0,
        .firsts = malloc((size_t)most * sizeof *repeats.firsts),
        .copies = malloc((size_t)most * sizeof *repeats.copies),
        .shapes = malloc((size_t)most * sizeof *repeats.shapes),
        .shaped = calloc(SHAPES, sizeof *repeats.shaped),
    };
    int is_ready = seen && buckets && echoes && segments && covered && repeats.slots
        && repeats.firsts && repeats.copies && repeats.shapes && repeats.shaped;
    for (int64_t text = 0; is_ready && text < texts; text++) {
        int64_t first = bounds[text], number = bounds[text + 1] - first;
        int64_t cue = cue_bounds[text];
        struct reader reader = {codes + offsets[text], classes, mixed, &lexicon, seen};
        struct page page = {
            .codes = reader.codes, .kinds = kinds + first, .segments = segments, .number = number};
        for (repeats.mask = 1; repeats.mask < 2 * number;)
            repeats.mask *= 2;
        repeats.mask--;
        read_page(&reader, starts + first, ends + first, buckets, echoes, &page);
        find_run(&page);
        find_repeats(&page, &repeats);
        cover(&page, cues + 3 * cue, cue_bounds[text + 1] - cue, covered);
        put_page(&page, echoes, &repeats, covered, roots, features + first * width, width);
        forget(&page, echoes, &repeats, seen);
    }
    free(seen);
    free(buckets);
    free(echoes);
    free(segments);
    free(covered);
    free(repeats.slots);
    free(repeats.firsts);
    free(repeats.copies);
    free(repeats.shapes);
    free(repeats.shaped);
    return is_ready ? bounds[texts] : -1;
}

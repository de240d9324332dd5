/* The segments of texts: sentences, more or less. */

#include <stdint.h>

/* Kinds and cases of types, as `builder/text/entities/vocabulary.py` has them. */
enum { WORD, SMALL, STOP, HARD_STOP, SHORT, CLOSER };
enum { NO_WORD, CASED, CAPITALS };

/* The break before the first token of a text. */
enum { TEXT = 2 };

/* The most tokens of a segment. */
enum { MAX_SEGMENT = 160 };

/* A segment is loud if so many of its words, and this share of them, are in capitals. */
enum { LOUD = 4, LOUD_SHARE = 7, OF_WORDS = 10 };

/* Tells whether a segment ends before a token: at a line end; behind a stop with white space behind
 * it, unless the stop belongs to an initial or a title, or the next word is small; and behind a
 * stop that needs no white space. A closing quote or bracket belongs to the stop before it. */
static int ends_before(
    const int32_t *tokens, const int32_t *starts, const int32_t *ends, const uint8_t *breaks,
    const uint8_t *kinds, int64_t at)
{
    if (breaks[at])
        return 1;
    int after = kinds[tokens[at]], before = kinds[tokens[at - 1]];
    if (before == HARD_STOP)
        return after != CLOSER;
    if (starts[at] == ends[at - 1] || after == SMALL)
        return 0;
    int third = breaks[at - 1] == TEXT ? WORD : kinds[tokens[at - 2]];
    return before == STOP ? third != SHORT
        : before == CLOSER && third == STOP && starts[at - 1] == ends[at - 2];
}

/* Parts tokens into segments.
 *
 * tokens, starts, ends, breaks: of each token, as `cut_tokens` leaves them.
 * kinds, cases: those of types.
 * bounds: one more than there are tokens; segment i has the tokens bounds[i] .. bounds[i + 1].
 * loud, louds: the tokens in capitals of loud segments, and how many there are.
 * Returns the number of segments. */
int64_t part_segments(
    const int32_t *tokens, const int32_t *starts, const int32_t *ends, const uint8_t *breaks,
    int64_t count, const uint8_t *kinds, const uint8_t *cases, int32_t *bounds, int32_t *loud,
    int64_t *louds)
{
    int64_t segments = 0;
    bounds[0] = 0;
    *louds = 0;
    for (int64_t begin = 0, end; begin < count; begin = end) {
        int64_t shouted = 0, words = 0;
        for (end = begin; end < count && end < begin + MAX_SEGMENT; end++) {
            if (end > begin && ends_before(tokens, starts, ends, breaks, kinds, end))
                break;
            int own = cases[tokens[end]];
            shouted += own == CAPITALS;
            words += own != NO_WORD;
        }
        bounds[++segments] = (int32_t)end;
        if (shouted < LOUD || shouted * OF_WORDS < words * LOUD_SHARE)
            continue;
        for (int64_t at = begin; at < end; at++)
            if (cases[tokens[at]] == CAPITALS)
                loud[(*louds)++] = (int32_t)at;
    }
    return segments;
}

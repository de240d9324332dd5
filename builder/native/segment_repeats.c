/* Which recurring segments of a text are no part of its article. */

#include <stdint.h>

enum { ONCE, SHORT, LONG };

/* Marks the segments of a text that recur; returns whether there is an article among the others,
 * and where it begins and ends. */
static int mark_segments(
    int64_t counted, const int64_t *places, const uint8_t *recurs, const uint8_t *is_long,
    uint8_t *marks, int64_t *first, int64_t *last)
{
    int is_found = 0;
    for (int64_t at = 0; at < counted; at++) {
        if (recurs[at])
            marks[places[at]] = is_long[at] ? LONG : SHORT;
        else if (is_long[at]) {
            if (!is_found)
                *first = places[at];
            *last = places[at];
            is_found = 1;
        }
    }
    return is_found;
}

/* Chooses the recurring segments that are proposed: all outside of the article, which reaches from
 * the first to the last long segment that does not recur; inside the long ones, and blocks.
 *
 * sizes, starts, ends: how many segments each text has, and their places in it.
 * counts, places, recurs, is_long: how many of each text were counted, and of each its number in
 *   its text, in order, whether it recurs, and whether it is long.
 * block: how many neighbours that recur make a block.
 * marks: room for as many zeros as there are segments.
 * found: how many ranges of neighbours are proposed of each text.
 * firsts, lasts: where those begin and end; at most as many as were counted.
 *
 * Returns how many there are. */
int64_t choose_repeats(
    int64_t texts, const int64_t *sizes, const int64_t *starts, const int64_t *ends,
    const int64_t *counts, const int64_t *places, const uint8_t *recurs, const uint8_t *is_long,
    int64_t block, uint8_t *marks, int64_t *found, int64_t *firsts, int64_t *lasts)
{
    int64_t number = 0;
    for (int64_t text = 0; text < texts; text++) {
        int64_t size = sizes[text], counted = counts[text], before = number, first = 0, last = 0;
        if (mark_segments(counted, places, recurs, is_long, marks, &first, &last))
            for (int64_t at = 0, end; at < size; at = end + 1) {
                for (end = at; end < size && marks[end] != ONCE;)
                    end++;
                int is_open = 0, is_block = end - at >= block;
                for (; at < end; at++) {
                    int is_chosen = is_block || marks[at] == LONG || at < first || at > last;
                    if (is_chosen && !is_open)
                        firsts[number++] = starts[at];
                    if (is_chosen)
                        lasts[number - 1] = ends[at];
                    is_open = is_chosen;
                }
            }
        found[text] = number - before;
        starts += size;
        ends += size;
        marks += size;
        places += counted;
        recurs += counted;
        is_long += counted;
    }
    return number;
}

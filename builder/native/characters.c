/* Facts of characters, looked up in tables that the caller made. */

#include <stdint.h>

/* Gathers the facts, bit by bit, that any of the code points of a text has.
 *
 * codes, bounds: the code points of all texts; text i lies in bounds[i] .. bounds[i + 1].
 * table: the facts of each code point below `known`; beyond: those of the others.
 * facts: those of each text. */
int64_t gather_facts(
    const uint32_t *codes, const int64_t *bounds, int64_t texts, const uint8_t *table,
    int64_t known, int64_t beyond, uint8_t *facts)
{
    for (int64_t own = 0; own < texts; own++) {
        uint8_t found = 0;
        for (int64_t at = bounds[own]; at < bounds[own + 1]; at++)
            found |= codes[at] < known ? table[codes[at]] : (uint8_t)beyond;
        facts[own] = found;
    }
    return texts;
}

/* What a character is to a text that is checked. */
enum { WHITE = 1, CONTROL = 2 };

/* Checks texts for white space at their ends, for two white characters in a row, and for controls.
 *
 * codes, bounds: the code points of all texts; text i lies in bounds[i] .. bounds[i + 1].
 * marks: what each code point below `known` is; others are neither white nor controls.
 * sound: for each text, whether it has none of these, and at least one character. */
int64_t check_texts(
    const uint32_t *codes, const int64_t *bounds, int64_t texts, const uint8_t *marks,
    int64_t known, uint8_t *sound)
{
    for (int64_t own = 0; own < texts; own++) {
        uint8_t before = WHITE, faults = 0;
        for (int64_t at = bounds[own]; at < bounds[own + 1]; at++) {
            uint8_t mark = codes[at] < known ? marks[codes[at]] : 0;
            faults |= (mark & before) | (mark & CONTROL);
            before = mark;
        }
        sound[own] = !faults && before != WHITE;
    }
    return texts;
}

/* The lines of texts, and what they are without the white space at their edges. */

#include <stdint.h>

enum { SPACE = 1024, TABLE_END = 0x40000 }; /* see `cue_words.py` */

/* Finds the lines of a text that ends with a line break.
 *
 * codes, size: its characters; facts: those of each character below TABLE_END.
 * begins: where each line begins, and where one more would; as many places as line breaks, and one.
 * starts, ends: the borders of each without white space; both are its end if nothing else is left.
 *
 * Returns how many there are. */
int64_t find_lines(
    const uint32_t *codes, int64_t size, const uint16_t *facts, int64_t *begins, int64_t *starts,
    int64_t *ends)
{
    int64_t lines = 0, start = -1, end = -1;
    begins[0] = 0;
    for (int64_t at = 0; at < size; at++) {
        uint32_t code = codes[at];
        if (code == '\n') {
            starts[lines] = start < 0 ? at : start;
            ends[lines] = start < 0 ? at : end;
            begins[++lines] = at + 1;
            start = -1;
        } else if (code >= TABLE_END || !(facts[code] & SPACE)) {
            start = start < 0 ? at : start;
            end = at + 1;
        }
    }
    return lines;
}

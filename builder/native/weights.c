/* The weights of lines: sums over their characters. */

#include <stdint.h>

/* Weighs the lines of texts.
 *
 * codes, bounds: the code points of all texts; text i lies in bounds[i] .. bounds[i + 1].
 * weights, known: the weight of each character below `known`; others have none.
 * sums: one for each line; those of text i stand in ends[i] .. ends[i + 1].
 * ends: one more than there are texts. Returns the number of lines. */
int64_t weigh_lines(
    const uint32_t *codes, const int64_t *bounds, int64_t texts, const uint8_t *weights,
    int64_t known, int64_t *sums, int64_t *ends)
{
    int64_t found = 0;
    ends[0] = 0;
    for (int64_t own = 0; own < texts; own++) {
        int64_t sum = 0;
        for (int64_t at = bounds[own]; at < bounds[own + 1]; at++) {
            uint32_t code = codes[at];
            if (code == '\n') {
                sums[found++] = sum;
                sum = 0;
            } else if (code < known) {
                sum += weights[code];
            }
        }
        sums[found++] = sum;
        ends[own + 1] = found;
    }
    return found;
}

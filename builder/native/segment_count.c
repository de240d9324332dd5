/* Hashes of the segments that may be template text. */

#include "segment.h"

/* Letters that a character counts for: thirty letters are about ten ideographs. */
static const uint8_t LETTERS[DASH + 1] = {[LOWER] = 1, [UPPER] = 1, [LETTER] = 1, [IDEOGRAPH] = 3};

/* Letters for each digit without which a segment is not counted. Digits are folded, so that
 * "12 comments" and "7 comments" are one template; tables, results and rates would then recur in
 * every issue. They are news. */
enum { LETTERS_PER_DIGIT = 3 };

static const uint64_t BASE = 0x9E3779B97F4A7C15; /* any odd number far from a power of two */

/* Spreads the bits of a number, as SplitMix64 does. */
static uint64_t mixed(uint64_t value)
{
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
    return value ^ (value >> 31);
}

struct read {
    uint64_t sum;
    int64_t letters, digits;
};

/* Reads one segment, without branches: no processor foresees which signs come. */
static struct read read_segment(
    const uint32_t *codes, int64_t start, int64_t end, const uint8_t *classes)
{
    uint64_t power = 1, sum = 0, was_digit = start && classes[basic(codes[start - 1])] == DIGIT;
    int64_t letters = 0, digits = 0;
    for (int64_t at = start; at < end; at++) {
        uint64_t code = basic(codes[at]);
        uint8_t kind = classes[code];
        uint64_t is_digit = kind == DIGIT;
        uint64_t is_sign = !is_white(kind) & !(is_digit & was_digit);
        uint64_t sign = is_digit ? '0' : code;
        sum += (power * sign + 1) & -is_sign;
        power *= 1 + ((BASE - 1) & -is_sign);
        letters += LETTERS[kind];
        digits += is_digit;
        was_digit = is_digit;
    }
    return (struct read){sum, letters, digits};
}

/* Chooses the segments of texts that may be template text, and hashes them.
 *
 * The hash is a polynomial over the code points modulo 2^64, and their number; white space does
 * not count, and a run of digits is one sign.
 *
 * codes, bounds: the characters of all texts; text i lies in bounds[i] .. bounds[i + 1].
 * classes: of the basic plane.
 * sizes, starts, ends: how many segments each text has, and their places in it.
 * least: letters that each segment must have.
 * counts: how many are chosen of each text.
 * places, hashes, letters: those chosen, by their number in their text; at most as many.
 *
 * Returns how many are chosen. */
int64_t count_segments(
    const uint32_t *codes, const int64_t *bounds, int64_t texts, const uint8_t *classes,
    const int64_t *sizes, const int64_t *starts, const int64_t *ends, const uint8_t *least,
    int64_t *counts, int64_t *places, uint64_t *hashes, int64_t *letters)
{
    int64_t chosen = 0, first = 0;
    for (int64_t text = 0; text < texts; first += sizes[text++]) {
        int64_t before = chosen;
        for (int64_t own = 0; own < sizes[text]; own++) {
            int64_t at = first + own;
            struct read read = read_segment(codes + bounds[text], starts[at], ends[at], classes);
            if (read.letters < least[at] || read.letters < LETTERS_PER_DIGIT * read.digits)
                continue;
            places[chosen] = own;
            hashes[chosen] = mixed(read.sum);
            letters[chosen++] = read.letters;
        }
        counts[text] = chosen - before;
    }
    return chosen;
}

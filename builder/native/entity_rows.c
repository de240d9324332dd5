/* What the models keep of a type of word: the scores it gives at each offset, and its share of the
 * first layer of the network at each place of the window. All sums are of whole numbers. */

#include <math.h>
#include <string.h>

#include "entity.h"
#include "products.h"

enum { COLUMNS = OFFSETS * TAGS };

/* Adds up the linear scores of types.
 *
 * wanted, width, sizes: the keys of the features of each type: a row of `width`, the first `sizes`
 *   of it in use.
 * keys, firsts: those of the model; the entries of key k lie in begins[k] .. begins[k + 1].
 * columns, values: of each entry.
 * rows: COLUMNS numbers for each type. */
int64_t sum_scores(
    const uint32_t *wanted, int64_t width, const uint8_t *sizes, int64_t types,
    const uint32_t *keys, const int32_t *firsts, const int32_t *begins, const uint8_t *columns,
    const int16_t *values, int32_t *rows)
{
    memset(rows, 0, (size_t)(types * COLUMNS) * sizeof *rows);
    for (int64_t own = 0; own < types; own++, wanted += width, rows += COLUMNS)
        for (int64_t feature = 0; feature < sizes[own]; feature++) {
            int64_t key = place_of(keys, firsts, wanted[feature]);
            for (int64_t at = key < 0 ? 0 : begins[key]; key >= 0 && at < begins[key + 1]; at++)
                rows[columns[at]] += values[at];
        }
    return types;
}

/* The width of an embedding, and the largest size of one part of the first layer. */
enum { EMBEDDED = 64, MAX_PART = 4300 };

/* An embedding is multiplied in two halves, so that 16 bits hold them: its last bits, and the rest. */
enum { LAST_BITS = 10 };

/* Adds up the embeddings of the pieces of a type. */
WITH_AVX2
static void embed(
    const uint32_t *wanted, int64_t count, const uint32_t *keys, const int32_t *firsts,
    const int8_t *pieces, const uint8_t *scales, int32_t *restrict sum)
{
    memset(sum, 0, EMBEDDED * sizeof *sum);
    for (int64_t piece = 0; piece < count; piece++) {
        int64_t key = place_of(keys, firsts, wanted[piece]);
        if (key < 0)
            continue;
        int32_t scale = scales[key];
        for (int at = 0; at < EMBEDDED; at++)
            sum[at] += pieces[key * EMBEDDED + at] * scale;
    }
}

/* Puts both halves together, in units of a part. */
WITH_AVX2
static void scale_parts(
    const int32_t *restrict high, const int32_t *restrict low, double scale, int16_t *restrict part)
{
    for (int at = 0; at < OUTPUTS; at++) {
        double sum = (double)high[at] * (1 << LAST_BITS) + low[at];
        double whole = rint(sum * scale);
        whole = whole < MAX_PART ? whole : MAX_PART;
        part[at] = (int16_t)(whole > -MAX_PART ? whole : -MAX_PART);
    }
}

/* Multiplies the embeddings of types with the first layer of the network.
 *
 * wanted, width, sizes: the keys of the pieces of each type, as above.
 * keys, firsts: those of the model; pieces, scales: of each key EMBEDDED numbers, and their unit.
 * weights, scale: of the layer, for each place of the window and OUTPUTS outputs as in `products.h`.
 * rows: for each type HIDDEN parts for each of the `places` of the window. */
int64_t multiply_first(
    const uint32_t *wanted, int64_t width, const uint8_t *sizes, int64_t types,
    const uint32_t *keys, const int32_t *firsts, const int8_t *pieces, const uint8_t *scales,
    const int16_t *weights, const double *scale, int64_t places, int16_t *rows)
{
    adder *add = best_adder();
    for (int64_t own = 0; own < types; own++, wanted += width) {
        int32_t sum[EMBEDDED];
        int16_t high[EMBEDDED], low[EMBEDDED];
        embed(wanted, sizes[own], keys, firsts, pieces, scales, sum);
        for (int at = 0; at < EMBEDDED; at++) {
            high[at] = (int16_t)(sum[at] >> LAST_BITS);
            low[at] = (int16_t)(sum[at] & ((1 << LAST_BITS) - 1));
        }
        const int16_t *next = weights;
        for (int64_t at = 0; at < places * (HIDDEN / OUTPUTS); at++, rows += OUTPUTS) {
            int32_t sums[ROWS][OUTPUTS] = {{0}};
            add(high, low, EMBEDDED, next, sums);
            scale_parts(sums[0], sums[1], *scale, rows);
            next += EMBEDDED * OUTPUTS;
        }
    }
    return types;
}

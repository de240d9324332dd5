/* The scores of the tags of tokens: those of the linear model, and of the window network in whole
 * numbers. Nothing reaches from one segment into another. */

#include <math.h>
#include <string.h>

#include "entity.h"
#include "products.h"

/* How far the models read to each side. */
enum { REACH = OFFSETS / 2 };

/* What else a token tells: whether it is the first or the last of its segment, or stands right
 * behind the one before. */
enum { FIRST = 1, LAST = 2, GLUED = 4, POSITIONS = 8 };

static int position_of(
    const int32_t *starts, const int32_t *ends, int64_t at, int64_t begin, int64_t end)
{
    int first = at == begin ? FIRST : starts[at] == ends[at - 1] ? GLUED : 0;
    return first | (at == end - 1 ? LAST : 0);
}

/* Sums the linear scores of the tokens of a text.
 *
 * types, starts, ends: the row of the type of each token, and where it stands in the text.
 * segments, count: where segments begin, and where the last one ends.
 * table: for each type TAGS scores at each offset. positions: TAGS scores for each position.
 * scores: TAGS for each token. */
WITH_AVX2
int64_t score_by_types(
    const int32_t *types, const int32_t *starts, const int32_t *ends, const int32_t *segments,
    int64_t count, const int32_t *table, const int32_t *positions, int32_t *scores)
{
    for (int64_t own = 0; own < count; own++) {
        int64_t begin = segments[own], end = segments[own + 1];
        for (int64_t at = begin; at < end; at++) {
            int position = position_of(starts, ends, at, begin, end);
            memcpy(scores + at * TAGS, positions + position * TAGS, TAGS * sizeof *scores);
        }
        for (int64_t at = begin; at < end; at++) {
            const int32_t *row = table + (int64_t)types[at] * OFFSETS * TAGS;
            for (int64_t offset = -REACH; offset <= REACH; offset++, row += TAGS) {
                int64_t reader = at - offset;
                if (reader < begin || reader >= end)
                    continue;
                for (int tag = 0; tag < TAGS; tag++)
                    scores[reader * TAGS + tag] += row[tag];
            }
        }
    }
    return count;
}

/* The largest activation, the layers behind the first, and what each of them reads. */
enum { CEILING = 1023, LAYERS = 2, SIDES = 3 };

/* Rows of zeros around a segment: as far as a layer reaches, and one more for the second of two. */
enum { MARGIN = 4 };

/* Adds up the first layer of the tokens of a segment, in activations. */
WITH_AVX2
static void enter(
    const int32_t *types, const int32_t *starts, const int32_t *ends, int64_t begin, int64_t end,
    const int16_t *table, const int16_t *positions, int16_t *restrict state)
{
    for (int64_t at = begin; at < end; at++) {
        int position = position_of(starts, ends, at, begin, end);
        memcpy(state + (at - begin) * HIDDEN, positions + position * HIDDEN,
               HIDDEN * sizeof *state);
    }
    for (int64_t at = begin; at < end; at++) {
        const int16_t *part = table + (int64_t)types[at] * OFFSETS * HIDDEN;
        for (int64_t offset = -REACH; offset <= REACH; offset++, part += HIDDEN) {
            int64_t reader = at - offset;
            if (reader < begin || reader >= end)
                continue;
            int16_t *sum = state + (reader - begin) * HIDDEN;
            for (int unit = 0; unit < HIDDEN; unit++)
                sum[unit] = (int16_t)(sum[unit] + part[unit]);
        }
    }
    /* from units of a part to those of an activation, rounded */
    for (int64_t at = 0; at < (end - begin) * HIDDEN; at++) {
        int active = (state[at] + 1) >> 1;
        active = active > 0 ? active : 0;
        state[at] = (int16_t)(active < CEILING ? active : CEILING);
    }
}

/* Adds what a layer says of some units to their activations. */
WITH_AVX2
static void activate(
    const int32_t *restrict sums, const float *restrict scale, const float *restrict shift,
    const int16_t *restrict before, int16_t *restrict after)
{
    for (int unit = 0; unit < OUTPUTS; unit++) {
        float step = rintf((float)sums[unit] * scale[unit] + shift[unit]);
        step = (step > 0 ? step : 0) + before[unit];
        after[unit] = (int16_t)(step < CEILING ? step : CEILING);
    }
}

/* Runs a layer, which reads the tokens `reach` before and behind each and the token itself. */
static void run_layer(
    adder *add, const int16_t *state, int64_t tokens, int64_t reach, const int16_t *weights,
    const float *scale, const float *shift, int16_t *next)
{
    for (int block = 0; block < HIDDEN; block += OUTPUTS)
        for (int64_t at = 0; at < tokens; at += ROWS) {
            int32_t sums[ROWS][OUTPUTS] = {{0}};
            for (int64_t side = 0; side < SIDES; side++) {
                const int16_t *read = state + (at + (side - 1) * reach) * HIDDEN;
                add(read, read + HIDDEN, HIDDEN, weights + (side * HIDDEN + block) * HIDDEN, sums);
            }
            for (int64_t row = 0; row < ROWS && at + row < tokens; row++) {
                int64_t own = (at + row) * HIDDEN + block;
                activate(sums[row], scale + block, shift + block, state + own, next + own);
            }
        }
}

/* Adds the scores that the last layer gives to the tags of tokens. */
static void leave(
    adder *add, const int16_t *state, int64_t tokens, const int16_t *weights, const float *scale,
    const float *shift, int32_t *scores)
{
    for (int64_t at = 0; at < tokens; at += ROWS) {
        int32_t sums[ROWS][OUTPUTS] = {{0}};
        add(state + at * HIDDEN, state + (at + 1) * HIDDEN, HIDDEN, weights, sums);
        for (int64_t row = 0; row < ROWS && at + row < tokens; row++)
            for (int tag = 0; tag < TAGS; tag++) {
                float score = rintf((float)sums[row][tag] * scale[tag] + shift[tag]);
                scores[(at + row) * TAGS + tag] += (int32_t)score;
            }
    }
}

/* Adds the scores of the window network to those of the tokens of a text.
 *
 * types, starts, ends, segments, count: as above.
 * table: for each type HIDDEN parts for each place of the window. positions: HIDDEN for each
 *   position.
 * reaches, weights: of each layer; those of the output follow. Weights stand as in `products.h`,
 *   OUTPUTS of them for TAGS tags.
 * scales, shifts: what a layer multiplies its sums with and adds, and so the output.
 * states: room for HIDDEN numbers for each token of a segment, with MARGIN before and behind, twice. */
int64_t score_by_network(
    const int32_t *types, const int32_t *starts, const int32_t *ends, const int32_t *segments,
    int64_t count, const int16_t *table, const int16_t *positions, const int64_t *reaches,
    const int16_t *weights, const float *scales, const float *shifts, int16_t *states,
    int64_t longest, int32_t *scores)
{
    adder *add = best_adder();
    int16_t *state = states + MARGIN * HIDDEN, *next = state + (longest + 2 * MARGIN) * HIDDEN;
    memset(states, 0, (size_t)(2 * (longest + 2 * MARGIN) * HIDDEN) * sizeof *states);
    for (int64_t own = 0; own < count; own++) {
        int64_t begin = segments[own], tokens = segments[own + 1] - begin;
        size_t margin = MARGIN * HIDDEN * sizeof *state;
        memset(state + tokens * HIDDEN, 0, margin);
        memset(next + tokens * HIDDEN, 0, margin);
        enter(types, starts, ends, begin, begin + tokens, table, positions, state);
        for (int layer = 0; layer < LAYERS; layer++) {
            run_layer(add, state, tokens, reaches[layer],
                      weights + layer * SIDES * HIDDEN * HIDDEN, scales + layer * HIDDEN,
                      shifts + layer * HIDDEN, next);
            int16_t *swapped = state;
            state = next;
            next = swapped;
        }
        leave(add, state, tokens, weights + LAYERS * SIDES * HIDDEN * HIDDEN,
              scales + LAYERS * HIDDEN, shifts + LAYERS * HIDDEN, scores + begin * TAGS);
    }
    return count;
}

/* The layout network, in whole numbers: the same scores on every machine, by any order of sums. */

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "products.h"

/* Outputs of each layer but the last. */
enum { WIDTH = OUTPUTS };

/* Features are in units of 1 / GRID, activations in units of 1 / ACTIVATION_GRID up to LIMIT, and
 * weights in units of 1 / WEIGHT_GRID, as `builder/text/layout.py` has them; shifts divide sums of
 * products by WEIGHT_GRID, and round down. */
enum { GRID = 32, ACTIVATION_GRID = 64, WEIGHT_GRID = 512, LIMIT = 16 * ACTIVATION_GRID };
enum { FEATURE_SHIFT = 8, SHIFT = 9 };

/* What a block reads for a segment: those before and after it, and itself. */
enum { SIDES = 3 };

static inline int16_t active(int32_t value)
{
    value = value > 0 ? value : 0;
    return (int16_t)(value < LIMIT ? value : LIMIT);
}

static inline void begin_sums(const int32_t *bias, int32_t sums[ROWS][OUTPUTS])
{
    for (int row = 0; row < ROWS; row++)
        memcpy(sums[row], bias, sizeof sums[row]);
}

/* Multiplies rows of inputs, adds the bias and activates: WIDTH numbers for each row. */
WITH_AVX2
static void run_layer(
    adder *add, const int16_t *values, int64_t rows, int64_t inputs, const int16_t *weights,
    const int32_t *bias, int shift, int16_t *restrict state)
{
    for (int64_t at = 0; at < rows; at += ROWS) {
        int32_t sums[ROWS][OUTPUTS];
        int64_t last = at + 1 < rows ? at + 1 : at;
        begin_sums(bias, sums);
        add(values + at * inputs, values + last * inputs, inputs, weights, sums);
        for (int64_t row = at; row <= last; row++)
            for (int unit = 0; unit < WIDTH; unit++)
                state[row * WIDTH + unit] = active(sums[row - at][unit] >> shift);
    }
}

/* Adds to the state of each segment of a text what it, and those `step` before and after it, hold
 * for it. */
WITH_AVX2
static void run_block(
    adder *add, const int16_t *state, int64_t segments, int64_t step, const int16_t *weights,
    const int32_t *bias, int16_t *restrict next)
{
    static const int16_t none[WIDTH] = {0};
    for (int64_t at = 0; at < segments; at += ROWS) {
        int32_t sums[ROWS][OUTPUTS];
        begin_sums(bias, sums);
        for (int side = 0; side < SIDES; side++) {
            const int16_t *read[ROWS];
            for (int row = 0; row < ROWS; row++) {
                int64_t from = at + row + (side - 1) * step;
                read[row] = from < 0 || from >= segments ? none : state + from * WIDTH;
            }
            if (read[0] != none || read[1] != none)
                add(read[0], read[1], WIDTH, weights + side * WIDTH * WIDTH, sums);
        }
        for (int64_t row = 0; row < ROWS && at + row < segments; row++) {
            int64_t own = (at + row) * WIDTH;
            for (int unit = 0; unit < WIDTH; unit++) {
                int32_t change = sums[row][unit] > 0 ? sums[row][unit] >> SHIFT : 0;
                next[own + unit] = active(state[own + unit] + change);
            }
        }
    }
}

/* Recovers the weight of a segment (characters, ideographs thrice) from its features. */
static int64_t segment_weight(const int16_t *features)
{
    double root = features[1] / (double)GRID + 3.0;
    double weight = rint(root * root * (root * root));
    return weight < 1.0 ? 1 : (int64_t)weight;
}

/* Averages the segments of a text, by weight and by number. */
static void summarise(
    const int16_t *state, const int16_t *features, int64_t inputs, int64_t segments,
    int16_t *summary)
{
    int64_t weighed[WIDTH] = {0}, even[WIDTH] = {0}, whole = 0;
    for (int64_t own = 0; own < segments; own++) {
        int64_t weight = segment_weight(features + own * inputs);
        whole += weight;
        for (int at = 0; at < WIDTH; at++) {
            weighed[at] += weight * state[own * WIDTH + at];
            even[at] += state[own * WIDTH + at];
        }
    }
    /* rounded to single precision in between: the network was trained so */
    for (int at = 0; at < WIDTH; at++) {
        float mean = (float)((double)weighed[at] / (double)whole);
        summary[at] = active((int32_t)mean);
        mean = (float)((double)even[at] / (double)segments);
        summary[WIDTH + at] = active((int32_t)mean);
    }
}

/* Adds what the text as a whole holds for its segments. */
static void add_whole(const int16_t *whole, int64_t segments, int16_t *state)
{
    for (int64_t own = 0; own < segments; own++)
        for (int at = 0; at < WIDTH; at++)
            state[own * WIDTH + at] = active(state[own * WIDTH + at] + whole[at]);
}

/* Scores the segments of texts: the log odds that they are part of the article.
 *
 * features: a row for each segment, `inputs` numbers, a multiple of four of them.
 * bounds: the segments of text i lie in bounds[i] .. bounds[i + 1].
 * weights, biases: those of the entry, the blocks (before, own, after), the pool, the hidden layer
 *   and the output, one after the other; biases in units of the sums.
 * steps: how far each block looks; after block `pool_after` the text as a whole is added.
 * state, next: room for WIDTH numbers for each segment. */
WITH_AVX2
int64_t score_segments(
    const int16_t *features, int64_t inputs, const int64_t *bounds, int64_t texts,
    const int16_t *weights, const int32_t *biases, const int64_t *steps, int64_t blocks,
    int64_t pool_after, int16_t *state, int16_t *next, float *scores)
{
    const int16_t *block = weights + inputs * WIDTH, *pool = block + blocks * 3 * WIDTH * WIDTH;
    const int16_t *hidden = pool + 2 * WIDTH * WIDTH, *output = hidden + WIDTH * WIDTH;
    const int32_t *pool_bias = biases + (1 + blocks) * WIDTH;
    const int32_t *hidden_bias = pool_bias + WIDTH, *output_bias = hidden_bias + WIDTH;
    adder *add = best_adder();
    for (int64_t text = 0; text < texts; text++) {
        int64_t segments = bounds[text + 1] - bounds[text];
        if (!segments)
            continue;
        const int16_t *own = features + bounds[text] * inputs;
        run_layer(add, own, segments, inputs, weights, biases, FEATURE_SHIFT, state);
        for (int64_t at = 0; at < blocks; at++) {
            run_block(add, state, segments, steps[at], block + at * 3 * WIDTH * WIDTH,
                      biases + (1 + at) * WIDTH, next);
            int16_t *swapped = state, summary[2 * WIDTH], whole[WIDTH];
            state = next;
            next = swapped;
            if (at != pool_after)
                continue;
            summarise(state, own, inputs, segments, summary);
            run_layer(add, summary, 1, 2 * WIDTH, pool, pool_bias, SHIFT, whole);
            add_whole(whole, segments, state);
        }
        run_layer(add, state, segments, WIDTH, hidden, hidden_bias, SHIFT, next);
        for (int64_t at = 0; at < segments; at++) {
            int32_t sum = output_bias[0];
            for (int from = 0; from < WIDTH; from++)
                sum += next[at * WIDTH + from] * output[from];
            scores[bounds[text] + at] = (float)sum / (float)(WEIGHT_GRID * ACTIVATION_GRID);
        }
    }
    return texts;
}

/* The layout network, in whole numbers: the same scores on every machine, by any order of sums. */

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "vectors.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

/* Outputs of each layer but the last. */
enum { WIDTH = 32 };

/* Features are in units of 1 / GRID, activations in units of 1 / ACTIVATION_GRID up to LIMIT, and
 * weights in units of 1 / WEIGHT_GRID, as `builder/text/layout.py` has them; shifts divide sums of
 * products by WEIGHT_GRID, and round down. */
enum { GRID = 32, ACTIVATION_GRID = 64, WEIGHT_GRID = 512, LIMIT = 16 * ACTIVATION_GRID };
enum { FEATURE_SHIFT = 8, SHIFT = 9 };

/* A layer on its way: up to three rows of inputs, NULL for one that is not there, so many inputs in
 * each, and the sums of their products and the bias. The weights of the rows follow each other;
 * those of two inputs stand together: of input i for output o at (i / 2 * WIDTH + o) * 2 + i % 2. */
enum { ROWS = 3 };
struct layer {
    const int16_t *rows[ROWS], *weights;
    const int32_t *bias;
    int64_t inputs;
    int32_t sums[WIDTH];
};
typedef void adder(struct layer *layer);

#ifdef __SSE2__
/* Defines an adder by vectors of so many bits, on which `DO(name)` does what Intel calls so. */
#define DEFINE_ADDER(NAME, BITS, VECTOR, DO) \
    static void NAME(struct layer *layer) \
    { \
        enum { VECTORS = WIDTH * 32 / BITS }; \
        VECTOR sum[VECTORS]; \
        _Pragma("GCC unroll 8") for (int at = 0; at < VECTORS; at++) \
            sum[at] = DO(loadu_si##BITS)((const VECTOR *)layer->bias + at); \
        const VECTOR *weights = (const VECTOR *)layer->weights; \
        for (int row = 0; row < ROWS; row++) { \
            const int16_t *values = layer->rows[row]; \
            if (!values) \
                weights += layer->inputs / 2 * VECTORS; \
            for (int64_t in = 0; values && in < layer->inputs; in += 2, weights += VECTORS) { \
                int32_t both; \
                memcpy(&both, values + in, sizeof both); \
                VECTOR value = DO(set1_epi32)(both); \
                _Pragma("GCC unroll 8") for (int at = 0; at < VECTORS; at++) { \
                    VECTOR product = DO(madd_epi16)(value, DO(loadu_si##BITS)(weights + at)); \
                    sum[at] = DO(add_epi32)(sum[at], product); \
                } \
            } \
        } \
        _Pragma("GCC unroll 8") for (int at = 0; at < VECTORS; at++) \
            DO(storeu_si##BITS)((VECTOR *)layer->sums + at, sum[at]); \
    }
#define OF_128(NAME) _mm_##NAME
#define OF_256(NAME) _mm256_##NAME
DEFINE_ADDER(add_products, 128, __m128i, OF_128)
#else
static void add_products(struct layer *layer)
{
    const int16_t *weights = layer->weights;
    memcpy(layer->sums, layer->bias, sizeof layer->sums);
    for (int row = 0; row < ROWS; row++)
        for (int64_t in = 0; in < layer->inputs; in += 2, weights += 2 * WIDTH)
            for (int at = 0; layer->rows[row] && at < WIDTH; at++)
                layer->sums[at] += layer->rows[row][in] * weights[2 * at]
                    + layer->rows[row][in + 1] * weights[2 * at + 1];
}
#endif

#ifdef KNOWS_AVX2
__attribute__((target("avx2"))) DEFINE_ADDER(add_products_faster, 256, __m256i, OF_256)
#else
#define add_products_faster add_products
#endif

static inline int16_t active(int32_t value)
{
    value = value > 0 ? value : 0;
    return (int16_t)(value < LIMIT ? value : LIMIT);
}

/* Multiplies, adds the bias and activates. */
static void run_layer(
    adder *add, const int16_t *values, int64_t inputs, const int16_t *weights, const int32_t *bias,
    int shift, int16_t *state)
{
    struct layer layer = {{values, NULL, NULL}, weights, bias, inputs, {0}};
    add(&layer);
    for (int at = 0; at < WIDTH; at++)
        state[at] = active(layer.sums[at] >> shift);
}

/* Adds to the state of each segment of a text what it, and those `step` before and after it, hold
 * for it. */
WITH_AVX2
static void run_block(
    adder *add, const int16_t *state, int64_t segments, int64_t step, const int16_t *weights,
    const int32_t *bias, int16_t *restrict next)
{
    struct layer layer = {{NULL, NULL, NULL}, weights, bias, WIDTH, {0}};
    for (int64_t own = 0; own < segments; own++) {
        const int16_t *here = state + own * WIDTH;
        layer.rows[0] = own < step ? NULL : here - step * WIDTH;
        layer.rows[1] = here;
        layer.rows[2] = own + step < segments ? here + step * WIDTH : NULL;
        add(&layer);
        for (int at = 0; at < WIDTH; at++) {
            int32_t change = layer.sums[at] > 0 ? layer.sums[at] >> SHIFT : 0;
            next[own * WIDTH + at] = active(here[at] + change);
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
 * features: a row for each segment, `inputs` numbers, an even number of them.
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
    adder *add = has_avx2() ? add_products_faster : add_products;
    for (int64_t text = 0; text < texts; text++) {
        int64_t segments = bounds[text + 1] - bounds[text];
        if (!segments)
            continue;
        const int16_t *own = features + bounds[text] * inputs;
        for (int64_t at = 0; at < segments; at++)
            run_layer(add, own + at * inputs, inputs, weights, biases, FEATURE_SHIFT,
                      state + at * WIDTH);
        for (int64_t at = 0; at < blocks; at++) {
            run_block(add, state, segments, steps[at], block + at * 3 * WIDTH * WIDTH,
                      biases + (1 + at) * WIDTH, next);
            int16_t *swapped = state, summary[2 * WIDTH], whole[WIDTH];
            state = next;
            next = swapped;
            if (at != pool_after)
                continue;
            summarise(state, own, inputs, segments, summary);
            run_layer(add, summary, 2 * WIDTH, pool, pool_bias, SHIFT, whole);
            add_whole(whole, segments, state);
        }
        for (int64_t at = 0; at < segments; at++) {
            int16_t last[WIDTH];
            int32_t sum = output_bias[0];
            run_layer(add, state + at * WIDTH, WIDTH, hidden, hidden_bias, SHIFT, last);
            for (int from = 0; from < WIDTH; from++)
                sum += last[from] * output[from];
            scores[bounds[text] + at] = (float)sum / (float)(WEIGHT_GRID * ACTIVATION_GRID);
        }
    }
    return texts;
}

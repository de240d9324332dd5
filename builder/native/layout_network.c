/* The layout network, in whole numbers: the same scores on every machine, by any order of sums. */

#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Outputs of each layer but the last. */
enum { WIDTH = 32 };

/* Features are in units of 1 / GRID, activations in units of 1 / ACTIVATION_GRID up to LIMIT, and
 * weights in units of 1 / WEIGHT_GRID, as `builder/text/layout.py` has them; shifts divide sums of
 * products by WEIGHT_GRID, and round down. */
enum { GRID = 32, ACTIVATION_GRID = 64, WEIGHT_GRID = 512, LIMIT = 16 * ACTIVATION_GRID };
enum { FEATURE_SHIFT = 8, SHIFT = 9 };

/* Adds the products of inputs and weights. The weights of two inputs stand together: those of
 * input i for output o at (i / 2 * WIDTH + o) * 2 + i % 2. */
static void add_products(
    const int16_t *values, int64_t inputs, const int16_t *weights, int32_t *sums)
{
#ifdef __SSE2__
    __m128i sum[WIDTH / 4];
    for (int at = 0; at < WIDTH / 4; at++)
        sum[at] = _mm_loadu_si128((const __m128i *)sums + at);
    for (int64_t pair = 0; pair < inputs / 2; pair++) {
        int32_t both;
        memcpy(&both, values + 2 * pair, sizeof both);
        __m128i value = _mm_set1_epi32(both);
        const __m128i *row = (const __m128i *)(weights + pair * 2 * WIDTH);
        for (int at = 0; at < WIDTH / 4; at++)
            sum[at] = _mm_add_epi32(sum[at], _mm_madd_epi16(value, _mm_loadu_si128(row + at)));
    }
    for (int at = 0; at < WIDTH / 4; at++)
        _mm_storeu_si128((__m128i *)sums + at, sum[at]);
#else
    for (int64_t pair = 0; pair < inputs / 2; pair++, values += 2, weights += 2 * WIDTH)
        for (int at = 0; at < WIDTH; at++)
            sums[at] += values[0] * weights[2 * at] + values[1] * weights[2 * at + 1];
#endif
}

static int16_t active(int32_t value)
{
    return (int16_t)(value < 0 ? 0 : value > LIMIT ? LIMIT : value);
}

/* Multiplies, adds the bias and activates. */
static void run_layer(
    const int16_t *values, int64_t inputs, const int16_t *weights, const int32_t *bias, int shift,
    int16_t *state)
{
    int32_t sums[WIDTH];
    memcpy(sums, bias, sizeof sums);
    add_products(values, inputs, weights, sums);
    for (int at = 0; at < WIDTH; at++)
        state[at] = active(sums[at] >> shift);
}

/* Adds to the state of each segment of a text what it, and those `step` before and after it, hold
 * for it. */
static void run_block(
    const int16_t *state, int64_t segments, int64_t step, const int16_t *weights,
    const int32_t *bias, int16_t *next)
{
    for (int64_t own = 0; own < segments; own++) {
        int32_t sums[WIDTH];
        memcpy(sums, bias, sizeof sums);
        for (int64_t side = 0; side < 3; side++) {
            int64_t beside = own + (side - 1) * step;
            if (beside >= 0 && beside < segments)
                add_products(state + beside * WIDTH, WIDTH, weights + side * WIDTH * WIDTH, sums);
        }
        for (int at = 0; at < WIDTH; at++) {
            int32_t change = sums[at] < 0 ? 0 : sums[at] >> SHIFT;
            next[own * WIDTH + at] = active(state[own * WIDTH + at] + change);
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
int64_t score_segments(
    const int16_t *features, int64_t inputs, const int64_t *bounds, int64_t texts,
    const int16_t *weights, const int32_t *biases, const int64_t *steps, int64_t blocks,
    int64_t pool_after, int16_t *state, int16_t *next, float *scores)
{
    const int16_t *block = weights + inputs * WIDTH, *pool = block + blocks * 3 * WIDTH * WIDTH;
    const int16_t *hidden = pool + 2 * WIDTH * WIDTH, *output = hidden + WIDTH * WIDTH;
    const int32_t *pool_bias = biases + (1 + blocks) * WIDTH;
    const int32_t *hidden_bias = pool_bias + WIDTH, *output_bias = hidden_bias + WIDTH;
    for (int64_t text = 0; text < texts; text++) {
        int64_t segments = bounds[text + 1] - bounds[text];
        if (!segments)
            continue;
        const int16_t *own = features + bounds[text] * inputs;
        for (int64_t at = 0; at < segments; at++)
            run_layer(own + at * inputs, inputs, weights, biases, FEATURE_SHIFT,
                      state + at * WIDTH);
        for (int64_t at = 0; at < blocks; at++) {
            run_block(state, segments, steps[at], block + at * 3 * WIDTH * WIDTH,
                      biases + (1 + at) * WIDTH, next);
            int16_t *swapped = state, summary[2 * WIDTH], whole[WIDTH];
            state = next;
            next = swapped;
            if (at != pool_after)
                continue;
            summarise(state, own, inputs, segments, summary);
            run_layer(summary, 2 * WIDTH, pool, pool_bias, SHIFT, whole);
            add_whole(whole, segments, state);
        }
        for (int64_t at = 0; at < segments; at++) {
            int16_t last[WIDTH];
            int32_t sum = output_bias[0];
            run_layer(state + at * WIDTH, WIDTH, hidden, hidden_bias, SHIFT, last);
            for (int from = 0; from < WIDTH; from++)
                sum += last[from] * output[from];
            scores[bounds[text] + at] = (float)sum / (float)(WEIGHT_GRID * ACTIVATION_GRID);
        }
    }
    return texts;
}

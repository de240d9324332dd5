/* The automaton of py3langid's model, and what its features say for each language. */

#include <stdint.h>

#include "vectors.h"

/* Every step waits for memory; passages that step together wait together. */
enum { LANES = 8 };

/* Writes the features that each passage completes, in order. */
static void walk(
    const uint8_t *text, const int64_t *bounds, int64_t passages, const uint32_t *moves,
    const int32_t *rows, const int32_t *features, int64_t *found, int64_t *sizes)
{
    int64_t passage[LANES], at[LANES], next = 0, active = 0;
    uint32_t state[LANES];
    for (;;) {
        while (active < LANES && next < passages) {
            passage[active] = next;
            at[active] = bounds[next];
            state[active] = 0;
            sizes[next] = 0;
            active++, next++;
        }
        if (!active)
            return;
        for (int64_t lane = 0; lane < active; lane++) {
            int64_t own = passage[lane];
            if (at[lane] == bounds[own + 1]) { /* done: the last lane takes its place */
                active--;
                passage[lane] = passage[active];
                at[lane] = at[active];
                state[lane] = state[active];
                lane--;
                continue;
            }
            state[lane] = moves[rows[state[lane]] + text[at[lane]++]];
            int32_t feature = features[state[lane]];
            if (feature >= 0)
                found[bounds[own] + sizes[own]++] = feature;
        }
    }
}

/* Counts the features in a list, which becomes one of different features, in order of their first
 * places; returns how many these are. seen: one place for each feature, all -1, and left so. */
static int64_t count(int64_t *list, int64_t size, int64_t *times, int64_t *seen)
{
    int64_t kinds = 0;
    for (int64_t i = 0; i < size; i++) {
        int64_t feature = list[i];
        if (seen[feature] < 0) {
            seen[feature] = kinds;
            list[kinds] = feature;
            times[kinds++] = 0;
        }
        times[seen[feature]]++;
    }
    for (int64_t i = 0; i < kinds; i++)
        seen[list[i]] = -1;
    return kinds;
}

/* The weights are far larger than any cache: those of the feature so many places later are asked
 * for while the sums of one are made. */
enum { AHEAD = 4, CACHE_LINE = 64 };

static inline void ask_for(const float *weight, int64_t labels)
{
    for (int64_t label = 0; label < labels; label += CACHE_LINE / (int64_t)sizeof *weight)
        __builtin_prefetch(weight + label);
}

/* Adds what a list of features, each so many times there, says for each label. */
WITH_AVX2
static void add_weights(
    const int64_t *list, const int64_t *times, int64_t kinds, const float *weights,
    const double *logs, int64_t labels, double *restrict score)
{
    for (int64_t i = 0; i < kinds; i++) {
        const float *weight = weights + list[i] * labels;
        double factor = logs[times[i]];
        if (i + AHEAD < kinds)
            ask_for(weights + list[i + AHEAD] * labels, labels);
        for (int64_t label = 0; label < labels; label++)
            score[label] += factor * weight[label];
    }
}

/* Scores the labels of passages.
 *
 * text, bounds: the bytes of all passages; passage i lies in bounds[i] .. bounds[i + 1].
 * moves: next states; rows: where the row of a state begins in it; features: the one that a state
 *   completes, or -1.
 * weights: a row of so many labels for each feature; priors: what each label has to begin with.
 * logs: the weight of a feature that a passage has so many times.
 * seen: one place for each feature, all -1, and left so; found, times: one for each byte.
 * sizes: one for each passage; scores: a row of labels for each, zeros where it has no feature. */
int64_t score_labels(
    const uint8_t *text, const int64_t *bounds, int64_t passages, const uint32_t *moves,
    const int32_t *rows, const int32_t *features, const float *weights, const float *priors,
    int64_t labels, const double *logs, int64_t *seen, int64_t *found, int64_t *times,
    int64_t *sizes, double *scores)
{
    walk(text, bounds, passages, moves, rows, features, found, sizes);
    for (int64_t own = 0; own < passages; own++) {
        const int64_t *list = found + bounds[own];
        int64_t kinds = count(found + bounds[own], sizes[own], times, seen);
        double *score = scores + own * labels;
        for (int64_t label = 0; label < labels; label++)
            score[label] = kinds ? priors[label] : 0.0;
        add_weights(list, times, kinds, weights, logs, labels, score);
    }
    return passages;
}

/* The automaton of py3langid's model: which features a passage has, and how often. */

#include <stdint.h>

/* Every step waits for memory; passages that step together wait together. */
enum { LANES = 8 };

/* Writes the features that each passage completes, in order; returns nothing of use. */
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

/* Counts the features of passages.
 *
 * text, bounds: the bytes of all passages; passage i lies in bounds[i] .. bounds[i + 1].
 * moves: next states; rows: where the row of a state begins in it; features: the one that a state
 *   completes, or -1.
 * seen: one place for each feature, all -1, and left so.
 * found, counts: as many as there are bytes; the features of passage i stand from bounds[i] on, in
 *   the order of their first places.
 * sizes: how many each passage has. */
int64_t count_features(
    const uint8_t *text, const int64_t *bounds, int64_t passages, const uint32_t *moves,
    const int32_t *rows, const int32_t *features, int64_t *seen, int64_t *found, float *counts,
    int64_t *sizes)
{
    walk(text, bounds, passages, moves, rows, features, found, sizes);
    for (int64_t own = 0; own < passages; own++) {
        int64_t *list = found + bounds[own], kinds = 0;
        float *times = counts + bounds[own];
        for (int64_t i = 0; i < sizes[own]; i++) {
            int64_t feature = list[i];
            if (seen[feature] < 0) {
                seen[feature] = kinds;
                list[kinds] = feature;
                times[kinds++] = 0.0f;
            }
            times[seen[feature]] += 1.0f;
        }
        for (int64_t i = 0; i < kinds; i++)
            seen[list[i]] = -1;
        sizes[own] = kinds;
    }
    return passages;
}

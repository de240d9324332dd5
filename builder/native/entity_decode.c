/* The best sequence of tags of a segment, and by how much it is better than one without a tag. */

#include <stdint.h>

#include "entity.h"
#include "vectors.h"

/* Tags are none, and then for each label the first token of an entity and the others; vectors of
 * them are as wide as the machine's. */
enum { LANES = 16, FORBIDDEN = -(1 << 22) };
typedef int32_t lanes[LANES];

/* Returns for each tag the best sum of a tag that it follows, or is followed by. */
static inline void best_moves(const int32_t *before, const lanes *moves, int32_t *restrict best)
{
    for (int tag = 0; tag < LANES; tag++)
        best[tag] = before[0] + moves[0][tag];
    for (int from = 1; from < TAGS; from++)
        for (int tag = 0; tag < LANES; tag++) {
            int32_t sum = before[from] + moves[from][tag];
            best[tag] = best[tag] > sum ? best[tag] : sum;
        }
}

/* Returns the tag with the largest sum, of equal ones the first. */
static inline int largest(const int32_t *sums)
{
    int best = 0;
    for (int tag = 1; tag < TAGS; tag++)
        best = sums[tag] > sums[best] ? tag : best;
    return best;
}

/* Writes by how much the sum of a tag is larger than that of any other. */
static inline int32_t margin_of(const int32_t *forward, const int32_t *backward, int own)
{
    int32_t other = 2 * FORBIDDEN;
    for (int tag = 0; tag < TAGS; tag++) {
        int32_t sum = forward[tag] + backward[tag];
        other = tag != own && sum > other ? sum : other;
    }
    return forward[own] + backward[own] - other;
}

/* Tags the tokens of segments, from the last to the first, once all sums up to each are known. */
WITH_AVX2
static void decode_segment(
    const int32_t *scores, int64_t tokens, const lanes *moves, const lanes *turned, lanes *forward,
    int8_t *tags, int32_t *margins)
{
    for (int tag = 0; tag < TAGS; tag++)
        forward[0][tag] = scores[tag] + (tag && tag % 2 == 0 ? FORBIDDEN : 0);
    for (int64_t at = 1; at < tokens; at++) {
        best_moves(forward[at - 1], moves, forward[at]);
        for (int tag = 0; tag < TAGS; tag++)
            forward[at][tag] += scores[at * TAGS + tag];
    }
    lanes backward = {0}, behind = {0};
    int own = largest(forward[tokens - 1]);
    for (int64_t at = tokens - 1;; at--) {
        tags[at] = (int8_t)own;
        margins[at] = margin_of(forward[at], backward, own);
        if (!at)
            return;
        for (int tag = 0; tag < TAGS; tag++)
            behind[tag] = backward[tag] + scores[at * TAGS + tag];
        best_moves(behind, turned, backward);
        lanes sums = {0};
        for (int tag = 0; tag < TAGS; tag++)
            sums[tag] = forward[at - 1][tag] + turned[own][tag];
        own = largest(sums);
    }
}

/* Tags the tokens of a text.
 *
 * scores: TAGS for each token.
 * segments, count: where segments begin, and where the last one ends.
 * transitions: TAGS by TAGS, from the tag before to a tag.
 * forward: room for LANES numbers for each token of a segment.
 * tags, margins: of each token; ties go to the lower tag. */
int64_t decode_tags(
    const int32_t *scores, const int32_t *segments, int64_t count, const int32_t *transitions,
    int32_t *forward, int8_t *tags, int32_t *margins)
{
    lanes moves[TAGS] = {{0}}, turned[TAGS] = {{0}};
    for (int from = 0; from < TAGS; from++)
        for (int to = 0; to < TAGS; to++)
            moves[from][to] = turned[to][from] = transitions[from * TAGS + to];
    for (int64_t own = 0; own < count; own++) {
        int64_t begin = segments[own];
        decode_segment(scores + begin * TAGS, segments[own + 1] - begin, moves, turned,
                       (lanes *)forward, tags + begin, margins + begin);
    }
    return count;
}

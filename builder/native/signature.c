/* MinHash: the tokens of texts, and the smallest product of each permutation.
 *
 * What the numbers mean is said in `builder/text/signature.py`. All sums wrap around. */

#include <stdint.h>

#include "vectors.h"

/* The classes of characters; one of SEVERAL folds to more than one character. */
enum { SEPARATOR, WORD, LONE, LONE_MARK, IGNORED, SEVERAL };

/* The base of the places of characters in a token, and of tokens in a shingle. */
#define CHARACTER_POWER UINT64_C(0x9E3779B97F4A7C15)
#define TOKEN_POWER UINT64_C(0xC2B2AE3D27D4EB4F)

/* Spreads 64 bits over 64 bits (the finaliser of SplitMix64). */
static uint64_t mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
    return value ^ (value >> 31);
}

/* Returns the place of a code point in a sorted list that holds it. */
static int64_t place(const uint32_t *list, int64_t size, uint32_t code)
{
    int64_t low = 0;
    while (size > 1) {
        int64_t half = size / 2;
        if (list[low + half] <= code)
            low += half;
        size -= half;
    }
    return low;
}

/* A text that is cut into tokens: the class of the character before, and the token at its end. */
struct cut {
    int before;
    uint64_t sum, power;
    uint64_t *tokens;
};

static inline void end_token(struct cut *cut)
{
    if (cut->power != 1)
        *cut->tokens++ = mix(cut->sum);
    cut->sum = 0, cut->power = 1;
}

static inline void add(struct cut *cut, int kind, uint32_t code)
{
    if (kind == IGNORED)
        return;
    int before = cut->before;
    cut->before = kind;
    if (kind == SEPARATOR)
        return;
    int goes_on = kind == WORD ? before == WORD
        : kind == LONE_MARK && (before == LONE || before == LONE_MARK);
    if (!goes_on)
        end_token(cut);
    cut->sum += mix((uint64_t)code + 1) * cut->power;
    cut->power *= CHARACTER_POWER;
}

/* Hashes the tokens of texts, their case folded.
 *
 * codes, bounds: the code points of all texts; text i lies in bounds[i] .. bounds[i + 1].
 * rare, rares: the code points of the texts that are not below `known`, sorted.
 * kinds, folds: the class of each code point below `known` and of each rare one, and what it
 *   folds to: a code point, or the place in `several` where its code points begin; a 0 ends them.
 * tokens: thrice as many as there are code points; the hashes of all tokens, in order.
 * ends: one more than there are texts; the tokens of text i stand in ends[i] .. ends[i + 1]. */
int64_t hash_tokens(
    const uint32_t *codes, const int64_t *bounds, int64_t texts, const uint32_t *rare,
    int64_t rares, int64_t known, const uint8_t *kinds, const uint32_t *folds,
    const uint32_t *several, uint64_t *tokens, int64_t *ends)
{
    struct cut cut = {SEPARATOR, 0, 1, tokens};
    ends[0] = 0;
    for (int64_t own = 0; own < texts; own++) {
        cut.before = SEPARATOR;
        for (int64_t at = bounds[own]; at < bounds[own + 1]; at++) {
            int64_t entry = codes[at] < known ? codes[at] : known + place(rare, rares, codes[at]);
            if (kinds[entry] != SEVERAL)
                add(&cut, kinds[entry], folds[entry]);
            else
                for (const uint32_t *next = several + folds[entry]; *next; next++)
                    add(&cut, kinds[*next], *next);
        }
        end_token(&cut);
        ends[own + 1] = cut.tokens - tokens;
    }
    return ends[texts];
}

/* Lowers each of the smallest products by those of one shingle or four. */
WITH_AVX2
static void lower(
    const uint32_t *shingles, int64_t count, const uint32_t *restrict multipliers, int64_t perms,
    uint32_t *restrict smallest)
{
    int64_t at = 0;
    for (; at + 4 <= count; at += 4) {
        uint32_t a = shingles[at], b = shingles[at + 1], c = shingles[at + 2], d = shingles[at + 3];
        for (int64_t perm = 0; perm < perms; perm++) {
            uint32_t m = multipliers[perm], one = a * m, two = b * m, three = c * m, four = d * m;
            uint32_t left = one < two ? one : two, right = three < four ? three : four;
            uint32_t least = left < right ? left : right;
            smallest[perm] = least < smallest[perm] ? least : smallest[perm];
        }
    }
    for (; at < count; at++) {
        uint32_t a = shingles[at];
        for (int64_t perm = 0; perm < perms; perm++) {
            uint32_t product = a * multipliers[perm];
            smallest[perm] = product < smallest[perm] ? product : smallest[perm];
        }
    }
}

/* Signs texts of tokens.
 *
 * tokens, ends: as `hash_tokens` leaves them.
 * width: tokens of a shingle; a text with fewer is one shingle.
 * multipliers, perms: the odd constants of the permutations.
 * signatures: a row of `perms` for each text; all ones for one without tokens. */
int64_t sign_tokens(
    const uint64_t *tokens, const int64_t *ends, int64_t texts, int64_t width,
    const uint32_t *multipliers, int64_t perms, uint32_t *signatures)
{
    enum { BLOCK = 256 };
    uint32_t shingles[BLOCK];
    for (int64_t own = 0; own < texts; own++) {
        const uint64_t *token = tokens + ends[own];
        int64_t count = ends[own + 1] - ends[own];
        int64_t size = count < width ? count : width;
        uint32_t *row = signatures + own * perms;
        for (int64_t perm = 0; perm < perms; perm++)
            row[perm] = UINT32_MAX;
        int64_t filled = 0;
        for (int64_t at = 0; size && at + size <= count; at++) {
            uint64_t sum = 0;
            for (int64_t step = size - 1; step >= 0; step--)
                sum = sum * TOKEN_POWER + token[at + step];
            shingles[filled++] = (uint32_t)(mix(sum) >> 32) | 1;
            if (filled == BLOCK || at + size == count) {
                lower(shingles, filled, multipliers, perms, row);
                filled = 0;
            }
        }
    }
    return texts;
}

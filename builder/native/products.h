/* Sums of products of 16-bit numbers: the inner loop of a network in whole numbers. */

#ifndef PRODUCTS_H
#define PRODUCTS_H

#include <stdint.h>
#include <string.h>

#include "vectors.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

/* Outputs that are summed together, for two rows of inputs: they share the weights. */
enum { OUTPUTS = 32, ROWS = 2 };

/* Adds to each of OUTPUTS sums of each row the products of its inputs, a multiple of four of them,
 * with the weights. Those of two inputs stand together: of input i for output o at
 * (i / 2 * OUTPUTS + o) * 2 + i % 2. */
typedef void adder(
    const int16_t *one, const int16_t *other, int64_t inputs, const int16_t *weights,
    int32_t sums[ROWS][OUTPUTS]);

#ifdef __SSE2__
static inline int32_t two_of(const int16_t *inputs)
{
    int32_t both;
    memcpy(&both, inputs, sizeof both);
    return both;
}

/* Defines an adder by vectors of so many bits, on which `DO(name)` does what Intel calls so. As many
 * sums as there are registers for are on their way at once. */
#define DEFINE_ADDER(NAME, BITS, VECTOR, DO) \
    static void NAME( \
        const int16_t *one, const int16_t *other, int64_t inputs, const int16_t *weights, \
        int32_t sums[ROWS][OUTPUTS]) \
    { \
        enum { LANES = BITS / 32, SUMS = 4 }; \
        for (int from = 0; from < OUTPUTS; from += SUMS * LANES) { \
            VECTOR first[SUMS], second[SUMS]; \
            const int16_t *next = weights + 2 * from; \
            _Pragma("GCC unroll 4") for (int at = 0; at < SUMS; at++) { \
                first[at] = DO(loadu_si##BITS)((VECTOR *)(sums[0] + from) + at); \
                second[at] = DO(loadu_si##BITS)((VECTOR *)(sums[1] + from) + at); \
            } \
            for (int64_t in = 0; in < inputs; in += 2, next += 2 * OUTPUTS) { \
                VECTOR left = DO(set1_epi32)(two_of(one + in)); \
                VECTOR right = DO(set1_epi32)(two_of(other + in)); \
                _Pragma("GCC unroll 4") for (int at = 0; at < SUMS; at++) { \
                    VECTOR weight = DO(loadu_si##BITS)((const VECTOR *)next + at); \
                    first[at] = DO(add_epi32)(first[at], DO(madd_epi16)(left, weight)); \
                    second[at] = DO(add_epi32)(second[at], DO(madd_epi16)(right, weight)); \
                } \
            } \
            _Pragma("GCC unroll 4") for (int at = 0; at < SUMS; at++) { \
                DO(storeu_si##BITS)((VECTOR *)(sums[0] + from) + at, first[at]); \
                DO(storeu_si##BITS)((VECTOR *)(sums[1] + from) + at, second[at]); \
            } \
        } \
    }
#define OF_128(NAME) _mm_##NAME
#define OF_256(NAME) _mm256_##NAME
DEFINE_ADDER(add_products, 128, __m128i, OF_128)
#else
static void add_products(
    const int16_t *one, const int16_t *other, int64_t inputs, const int16_t *weights,
    int32_t sums[ROWS][OUTPUTS])
{
    for (int64_t in = 0; in < inputs; in += 2, weights += 2 * OUTPUTS)
        for (int at = 0; at < OUTPUTS; at++) {
            sums[0][at] += one[in] * weights[2 * at] + one[in + 1] * weights[2 * at + 1];
            sums[1][at] += other[in] * weights[2 * at] + other[in + 1] * weights[2 * at + 1];
        }
}
#endif

#ifdef KNOWS_AVX2
__attribute__((target("avx2"))) DEFINE_ADDER(add_products_faster, 256, __m256i, OF_256)

/* Does the same with instructions that multiply and add in one. Each waits for five others before
 * its sum is there, so that the inputs are summed in two parts. */
__attribute__((target("avx512f,avx512bw,avx512vnni")))
static void add_products_fastest(
    const int16_t *one, const int16_t *other, int64_t inputs, const int16_t *weights,
    int32_t sums[ROWS][OUTPUTS])
{
    enum { PARTS = 2, VECTORS = OUTPUTS / 16 };
    __m512i first[PARTS][VECTORS] = {{{0}}}, second[PARTS][VECTORS] = {{{0}}};
    for (int64_t in = 0; in < inputs; in += 2 * PARTS)
        _Pragma("GCC unroll 2") for (int part = 0; part < PARTS; part++, weights += 2 * OUTPUTS) {
            __m512i left = _mm512_set1_epi32(two_of(one + in + 2 * part));
            __m512i right = _mm512_set1_epi32(two_of(other + in + 2 * part));
            _Pragma("GCC unroll 2") for (int at = 0; at < VECTORS; at++) {
                __m512i weight = _mm512_loadu_si512((const __m512i *)weights + at);
                first[part][at] = _mm512_dpwssd_epi32(first[part][at], left, weight);
                second[part][at] = _mm512_dpwssd_epi32(second[part][at], right, weight);
            }
        }
    for (int at = 0; at < VECTORS; at++) {
        __m512i *left = (__m512i *)sums[0] + at, *right = (__m512i *)sums[1] + at;
        __m512i sum = _mm512_add_epi32(first[0][at], first[1][at]);
        _mm512_storeu_si512(left, _mm512_add_epi32(_mm512_loadu_si512(left), sum));
        sum = _mm512_add_epi32(second[0][at], second[1][at]);
        _mm512_storeu_si512(right, _mm512_add_epi32(_mm512_loadu_si512(right), sum));
    }
}
#endif

/* Returns the fastest adder of this machine. */
static inline adder *best_adder(void)
{
#ifdef KNOWS_AVX2
    if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw"))
        return add_products_fastest;
    if (has_avx2())
        return add_products_faster;
#endif
    return add_products;
}

#endif

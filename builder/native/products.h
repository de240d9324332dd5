/* Sums of products of 16-bit numbers: the inner loop of a network in whole numbers. */

#ifndef PRODUCTS_H
#define PRODUCTS_H

#include <stdint.h>
#include <string.h>

#include "vectors.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

/* Outputs that are summed together. */
enum { OUTPUTS = 32 };

/* Adds to each of OUTPUTS sums the products of all inputs, an even number of them, with its weights.
 * Those of two inputs stand together: of input i for output o at (i / 2 * OUTPUTS + o) * 2 + i % 2. */
typedef void adder(
    const int16_t *inputs, int64_t count, const int16_t *weights, int32_t *restrict sums);

#ifdef __SSE2__
/* Defines an adder by vectors of so many bits, on which `DO(name)` does what Intel calls so. */
#define DEFINE_ADDER(NAME, BITS, VECTOR, DO) \
    static void NAME( \
        const int16_t *inputs, int64_t count, const int16_t *weights, int32_t *restrict sums) \
    { \
        enum { VECTORS = OUTPUTS * 32 / BITS }; \
        VECTOR sum[VECTORS]; \
        const VECTOR *next = (const VECTOR *)weights; \
        _Pragma("GCC unroll 8") for (int at = 0; at < VECTORS; at++) \
            sum[at] = DO(loadu_si##BITS)((const VECTOR *)sums + at); \
        for (int64_t in = 0; in < count; in += 2, next += VECTORS) { \
            int32_t both; \
            memcpy(&both, inputs + in, sizeof both); \
            VECTOR input = DO(set1_epi32)(both); \
            _Pragma("GCC unroll 8") for (int at = 0; at < VECTORS; at++) { \
                VECTOR product = DO(madd_epi16)(input, DO(loadu_si##BITS)(next + at)); \
                sum[at] = DO(add_epi32)(sum[at], product); \
            } \
        } \
        _Pragma("GCC unroll 8") for (int at = 0; at < VECTORS; at++) \
            DO(storeu_si##BITS)((VECTOR *)sums + at, sum[at]); \
    }
#define OF_128(NAME) _mm_##NAME
#define OF_256(NAME) _mm256_##NAME
DEFINE_ADDER(add_products, 128, __m128i, OF_128)
#else
static void add_products(
    const int16_t *inputs, int64_t count, const int16_t *weights, int32_t *restrict sums)
{
    for (int64_t in = 0; in < count; in += 2, weights += 2 * OUTPUTS)
        for (int at = 0; at < OUTPUTS; at++)
            sums[at] += inputs[in] * weights[2 * at] + inputs[in + 1] * weights[2 * at + 1];
}
#endif

#ifdef KNOWS_AVX2
__attribute__((target("avx2"))) DEFINE_ADDER(add_products_faster, 256, __m256i, OF_256)
#else
#define add_products_faster add_products
#endif

/* Returns the fastest adder of this machine. */
static inline adder *best_adder(void)
{
    return has_avx2() ? add_products_faster : add_products;
}

#endif

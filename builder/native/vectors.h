/* Wider vectors, where the machine that runs has them: the same results in less time. */

#ifndef VECTORS_H
#define VECTORS_H

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__)
#define KNOWS_AVX2
/* Compiles a function for both kinds of machines. */
#define WITH_AVX2 __attribute__((target_clones("avx2", "default")))
#define has_avx2() __builtin_cpu_supports("avx2")
#else
#define WITH_AVX2
#define has_avx2() 0
#endif

#endif

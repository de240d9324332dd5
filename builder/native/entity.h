/* Words as the entity tagger's kernels read them, and where the keys of a model stand. */

#ifndef ENTITY_H
#define ENTITY_H

#include <stdint.h>

/* Facts of characters, as `builder/text/entities/traits.py` has them; beyond KNOWN there are none. */
enum { KNOWN = 0x40000 };
enum { UPPER = 1, LOWER = 2, ALPHA = 4, SIGN = 8, LETTER = 16, DECIMAL = 32, WHITE = 64 };

static inline int traits_of(const uint8_t *traits, uint32_t code)
{
    return code < KNOWN ? traits[code] : 0;
}

/* Offsets at which the linear model reads types, which are the places of the window, too; the tags of
 * tokens; and the width of the network's layers. */
enum { OFFSETS = 7, TAGS = 9, HIDDEN = 96 };

struct word {
    const uint32_t *codes;
    int64_t size;
};

/* Takes the next of words that each end at a line end. */
static inline struct word next_word(const uint32_t **words)
{
    struct word word = {*words, 0};
    while (word.codes[word.size] != '\n')
        word.size++;
    *words += word.size + 1;
    return word;
}

/* Adds a character to the hash of a word. */
static inline uint64_t add_code(uint64_t hash, uint32_t code)
{
    return (hash ^ code) * UINT64_C(0x9E3779B97F4A7C15);
}

/* Returns where a key stands among sorted ones, or -1. Those with the same first 16 bits begin at
 * `firsts` of these bits. */
static inline int64_t place_of(const uint32_t *keys, const int32_t *firsts, uint32_t key)
{
    for (int64_t at = firsts[key >> 16]; at < firsts[(key >> 16) + 1]; at++)
        if (keys[at] == key)
            return at;
    return -1;
}

#endif

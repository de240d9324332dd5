/* What a word says about a name: it is looked up whole, by its beginning and by its end. */

#include "entity.h"

/* A listed word stands for itself, for all that begin with it, or for all that end with it. */
enum { WHOLE = 1, STEM, END };

/* Sizes of words and parts that are looked up; see `builder/text/entities/cues.py`. */
enum { MIN_STEM = 3, MAX_STEM = 16, MIN_GIVEN = 5, MAX_ENDING = 3 };

/* Classes of parts of names count for capitalised words only. */
enum { NONE, GIVEN, INFLECTED, OF_NAMES = 64, CLASS = 63 };

/* Makes a key of the hash of a word. */
static inline uint64_t key_of(uint64_t hash, int kind)
{
    hash += (uint64_t)kind << 32;
    hash = (hash ^ (hash >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    hash = (hash ^ (hash >> 27)) * UINT64_C(0x94D049BB133111EB);
    return hash ^ (hash >> 31);
}

/* Makes keys of words: those of ends are read backwards.
 *
 * words: the code points of `count` words, each ended by a line end.
 * kinds: what each stands for. */
int64_t hash_cues(const uint32_t *words, int64_t count, const uint8_t *kinds, uint64_t *keys)
{
    for (int64_t own = 0; own < count; own++) {
        struct word word = next_word(&words);
        uint64_t hash = 0;
        for (int64_t at = 0; at < word.size; at++)
            hash = add_code(hash, word.codes[kinds[own] == END ? word.size - 1 - at : at]);
        keys[own] = key_of(hash, kinds[own]);
    }
    return count;
}

/* The list: sorted keys, the class of each, and where those with the same first bits begin. */
struct list {
    const uint64_t *keys;
    const uint8_t *classes;
    const int32_t *firsts;
};

static int look_up(const struct list *list, uint64_t hash, int kind)
{
    uint64_t key = key_of(hash, kind);
    for (int64_t at = list->firsts[key >> 48]; at < list->firsts[(key >> 48) + 1]; at++)
        if (list->keys[at] == key)
            return list->classes[at];
    return NONE;
}

static inline int64_t lesser(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

static int class_of(const struct list *list, struct word word, int capital)
{
    uint64_t hash = 0, stems[MAX_STEM + 1], longest[MAX_ENDING];
    for (int64_t at = 0; at < word.size; at++) {
        /* the hash of the characters before this one */
        if (at <= MAX_STEM)
            stems[at] = hash;
        longest[at % MAX_ENDING] = hash;
        hash = add_code(hash, word.codes[at]);
    }
    if (word.size <= MAX_STEM)
        stems[word.size] = hash;
    int found = look_up(list, hash, WHOLE);
    if (found && (capital || !(found & OF_NAMES)))
        return found & CLASS;
    for (int64_t size = word.size - 1;
         capital && size >= MIN_GIVEN && size >= word.size - MAX_ENDING; size--)
        if ((look_up(list, longest[size % MAX_ENDING], WHOLE) & CLASS) == GIVEN)
            return INFLECTED;
    for (int64_t size = lesser(word.size, MAX_STEM); size >= MIN_STEM; size--)
        if ((found = look_up(list, stems[size], STEM)))
            return found & CLASS;
    uint64_t ends[MAX_STEM + 1];
    int64_t most = lesser(word.size - 2, MAX_STEM);
    hash = 0;
    for (int64_t size = 1; size <= most; size++)
        ends[size] = hash = add_code(hash, word.codes[word.size - size]);
    for (int64_t size = most; size >= MIN_STEM; size--)
        if ((found = look_up(list, ends[size], END)))
            return found & CLASS;
    return NONE;
}

/* Finds the classes of words.
 *
 * names, words: the code points of `count` words and of their skeletons, a line end behind each.
 * traits: the facts of characters.
 * keys, classes, firsts: the list.
 * found: the class of each word, or NONE. */
int64_t find_cues(
    const uint32_t *names, const uint32_t *words, int64_t count, const uint8_t *traits,
    const uint64_t *keys, const uint8_t *classes, const int32_t *firsts, uint8_t *found)
{
    struct list list = {keys, classes, firsts};
    for (int64_t own = 0; own < count; own++) {
        int is_small = traits_of(traits, next_word(&names).codes[0]) & LOWER;
        found[own] = (uint8_t)class_of(&list, next_word(&words), !is_small);
    }
    return count;
}

/* Tokens of a text, numbered by their types, and the segments that they make.
 *
 * What a token is, and where a segment ends, is said in `builder/text/entities/tokens.py`. */

#include <string.h>

#include "entity.h"

/* The types met so far: their code points, a line end behind each, where each begins, and a table
 * of `places` (a power of two, twice as many as there is room for types) from hashes to types. */
struct types {
    uint32_t *codes;
    int64_t *begins;
    uint64_t *table;
    int64_t code_room, places, codes_used, count;
};

enum { NO_ROOM = -1 };

/* A place of the table holds the upper half of a hash, and the number of a type, counted from 1. */
static inline uint64_t entry_of(uint64_t hash, int64_t type)
{
    return (hash & ~(uint64_t)UINT32_MAX) | (uint64_t)(type + 1);
}

static inline uint64_t hash_of(struct word word)
{
    uint64_t hash = 0;
    for (int64_t at = 0; at < word.size; at++)
        hash = add_code(hash, word.codes[at]);
    return hash ^ (hash >> 29);
}

static inline int is_type(const struct types *types, int64_t type, struct word word)
{
    const uint32_t *codes = types->codes + types->begins[type];
    return !memcmp(codes, word.codes, (size_t)word.size * sizeof *codes)
        && codes[word.size] == '\n';
}

/* Returns the number of a type, a new one if need be, or NO_ROOM. */
static int64_t number_of(struct types *types, struct word word)
{
    uint64_t hash = hash_of(word), mask = (uint64_t)types->places - 1, place = hash >> 32 & mask;
    for (; types->table[place]; place = (place + 1) & mask) {
        uint64_t entry = types->table[place];
        int64_t type = (int64_t)(entry & UINT32_MAX) - 1;
        if (entry == entry_of(hash, type)
            && types->begins[type] + word.size < types->codes_used && is_type(types, type, word))
            return type;
    }
    if (2 * types->count >= types->places || types->codes_used + word.size >= types->code_room)
        return NO_ROOM;
    types->table[place] = entry_of(hash, types->count);
    types->begins[types->count] = types->codes_used;
    memcpy(types->codes + types->codes_used, word.codes, (size_t)word.size * sizeof *word.codes);
    types->codes_used += word.size;
    types->codes[types->codes_used++] = '\n';
    return types->count++;
}

/* Enters types into an empty table that is larger. */
int64_t enter_types(const uint32_t *codes, int64_t count, uint64_t *table, int64_t places)
{
    uint64_t mask = (uint64_t)places - 1;
    for (int64_t type = 0; type < count; type++) {
        uint64_t hash = hash_of(next_word(&codes)), place = hash >> 32 & mask;
        while (table[place])
            place = (place + 1) & mask;
        table[place] = entry_of(hash, type);
    }
    return count;
}

/* Returns the end of the token that begins at a place: initials (`U.S.`), a run of letters, digits
 * or white space, or one sign. */
static int64_t end_of(const uint32_t *codes, int64_t at, int64_t size, const uint8_t *traits)
{
    int kind = traits_of(traits, codes[at]) & (LETTER | DECIMAL | WHITE);
    int64_t end = at;
    if (kind == LETTER) {
        while (end + 1 < size && codes[end + 1] == '.' && traits_of(traits, codes[end]) & LETTER)
            end += 2;
        if (end >= at + 4)
            return end;
    }
    end = at + 1;
    if (kind && codes[at] != '\n')
        while (end < size && codes[end] != '\n' && traits_of(traits, codes[end]) & kind)
            end++;
    return end;
}

/* The tokens found so far: the type of each, where it stands, and what begins with it. */
enum { NOTHING, LINE, TEXT };
struct tokens {
    int32_t *types, *starts, *ends;
    uint8_t *breaks;
    int64_t count;
};

/* Cuts a text from a place on. Returns how far it came: to `size`, or to where a type has no room. */
static int64_t cut_text(
    const uint32_t *codes, int64_t at, int64_t size, const uint8_t *traits, int64_t pairs,
    struct types *types, struct tokens *found)
{
    for (int64_t end; at < size; at = end) {
        int facts = traits_of(traits, codes[at]);
        end = end_of(codes, at, size, traits);
        if (facts & WHITE) {
            if (codes[at] == '\n' && found->breaks[found->count] != TEXT)
                found->breaks[found->count] = LINE;
            continue;
        }
        struct word word = {codes + at, end - at};
        if (pairs && facts & SIGN && end < size && traits_of(traits, codes[end]) & SIGN)
            word.size++;
        int64_t type = number_of(types, word);
        if (type == NO_ROOM)
            break;
        found->types[found->count] = (int32_t)type;
        found->starts[found->count] = (int32_t)at;
        found->ends[found->count] = (int32_t)end;
        found->breaks[++found->count] = NOTHING;
    }
    return at;
}

/* Cuts texts into tokens.
 *
 * codes, bounds: the code points of all texts; text i lies in bounds[i] .. bounds[i + 1].
 * traits: the facts of characters.
 * pairs: whether the type of a sign has the sign behind it, too.
 * type_codes, code_room, begins, table, places: as `struct types` has them.
 * state: the code points and the types in use, the text that is cut and how far, and the tokens
 *   found; it goes on from there.
 * tokens, starts, ends: the type of each token but white space, and where it stands among the codes.
 * breaks: what begins with each token, and with one more.
 * text_ends: how many tokens there are up to the end of each text.
 * Returns how many texts are cut: not all where there is no room for a type. */
int64_t cut_tokens(
    const uint32_t *codes, const int64_t *bounds, int64_t texts, const uint8_t *traits,
    int64_t pairs, uint32_t *type_codes, int64_t code_room, int64_t *begins, uint64_t *table,
    int64_t places, int64_t *state, int32_t *tokens, int32_t *starts, int32_t *ends,
    uint8_t *breaks, int64_t *text_ends)
{
    struct types types = {type_codes, begins, table, code_room, places, state[0], state[1]};
    struct tokens found = {tokens, starts, ends, breaks, state[4]};
    int64_t own = state[2], at = state[3];
    for (; own < texts; own++) {
        if (at == bounds[own])
            breaks[found.count] = TEXT;
        at = cut_text(codes, at, bounds[own + 1], traits, pairs, &types, &found);
        if (at < bounds[own + 1])
            break;
        text_ends[own] = found.count;
    }
    state[0] = types.codes_used, state[1] = types.count;
    state[2] = own, state[3] = at, state[4] = found.count;
    return own;
}

/* Numbers words as types. Returns how many it numbers: less than `count` where there is no room.
 *
 * words: the code points of the words, a line end behind each.
 * type_codes, code_room, begins, table, places, state: as above. */
int64_t number_words(
    const uint32_t *words, int64_t count, uint32_t *type_codes, int64_t code_room, int64_t *begins,
    uint64_t *table, int64_t places, int64_t *state, int32_t *numbers)
{
    struct types types = {type_codes, begins, table, code_room, places, state[0], state[1]};
    int64_t own = 0;
    for (; own < count; own++) {
        int64_t type = number_of(&types, next_word(&words));
        if (type == NO_ROOM)
            break;
        numbers[own] = (int32_t)type;
    }
    state[0] = types.codes_used, state[1] = types.count;
    return own;
}

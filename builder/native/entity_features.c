/* The features of a type of word, as keys: CRC-32 of strings that nobody writes down.
 *
 * `training/entities/features.py` has the strings. */

#include "entity.h"

/* Features that are a name and a part of the word, in the order of `NAMES` in
 * `builder/text/entities/features.py`. */
enum { T, S, D, W, WS, N, A2, A3, A4, Z2, Z3, Z4, P };

/* The most keys of a type for each model, and the sizes behind them. */
enum { LINEAR = 21, WINDOW = 18, MAX_PIECES = 6, MAX_ENDS = 5, PIECE = 4, AROUND = 24 };
enum { SHAPE = 12, SHAPED = 24, SHORT_SHAPE = 4, LONG = 8, COUNTRY = 1 };

/* How CRC-32 goes on: by its table, and where it stands behind names of features: each one's, and
 * those with a class of places or of cues, alone and with the shape to come. */
struct hashes {
    const uint32_t *table, *names, *places, *shaped_places, *cues, *shaped_cues;
};

static inline uint32_t add_byte(const uint32_t *table, uint32_t crc, uint32_t byte)
{
    return table[(crc ^ byte) & 0xFF] ^ (crc >> 8);
}

/* Goes on with a part of a word in UTF-8. */
static uint32_t add(const struct hashes *hashes, uint32_t before, struct word part)
{
    const uint32_t *table = hashes->table;
    uint32_t crc = ~before;
    for (int64_t at = 0; at < part.size; at++) {
        uint32_t code = part.codes[at];
        if (code < 0x80) {
            crc = add_byte(table, crc, code);
            continue;
        }
        if (code < 0x800) {
            crc = add_byte(table, crc, 0xC0 | code >> 6);
        } else {
            if (code < 0x10000) {
                crc = add_byte(table, crc, 0xE0 | code >> 12);
            } else {
                crc = add_byte(table, crc, 0xF0 | code >> 18);
                crc = add_byte(table, crc, 0x80 | (code >> 12 & 0x3F));
            }
            crc = add_byte(table, crc, 0x80 | (code >> 6 & 0x3F));
        }
        crc = add_byte(table, crc, 0x80 | (code & 0x3F));
    }
    return ~crc;
}

static inline struct word head(struct word word, int64_t size)
{
    word.size = word.size < size ? word.size : size;
    return word;
}

static inline struct word tail(struct word word, int64_t size)
{
    int64_t skipped = word.size > size ? word.size - size : 0;
    return (struct word){word.codes + skipped, word.size - skipped};
}

/* A type: as it stands, its normal form, that in small letters, and its skeleton; the letter of its
 * script, and the classes of the lists that it is in. */
struct type {
    struct word name, form, low, plain;
    uint32_t script;
    int cue, place;
};

/* Collapses a form to the letter of its script and its pattern of X, x, 0 and signs. */
static struct word shape_of(
    const struct type *type, const uint8_t *traits, uint32_t shape[SHAPE])
{
    int64_t size = 0;
    shape[size++] = type->script;
    for (int64_t at = 0; at < type->form.size && at < SHAPED && size < SHAPE; at++) {
        uint32_t code = type->form.codes[at];
        int facts = traits_of(traits, code);
        uint32_t sign = facts & UPPER ? 'X' : facts & ALPHA ? 'x' : code;
        if (size < 3 || shape[size - 1] != sign || shape[size - 2] != sign)
            shape[size++] = sign;
    }
    return (struct word){shape, size};
}

static uint32_t length_key(const struct hashes *hashes, struct word low)
{
    uint32_t digit = '0' + (uint32_t)(low.size < LONG ? low.size : LONG);
    return add(hashes, hashes->names[N], (struct word){&digit, 1});
}

/* Writes the keys for the linear model, those read from furthest first; returns their number. */
static int64_t linear_keys(
    const struct hashes *hashes, const struct type *type, struct word shape, uint32_t *keys)
{
#define KEY(name, part) (*next++ = add(hashes, hashes->names[name], part))
    uint32_t *next = keys;
    struct word plain = type->plain, low = type->low, begin = head(shape, SHORT_SHAPE);
    int place = type->place, cue = place == COUNTRY ? 0 : type->cue;
    KEY(T, plain);
    KEY(S, shape);
    *next++ = hashes->places[place];
    *next++ = hashes->cues[cue];
    KEY(Z3, tail(plain, 3));
    KEY(A3, head(plain, 3));
    KEY(W, low);
    KEY(A2, head(low, 2));
    KEY(A4, head(plain, 4));
    KEY(Z2, tail(low, 2));
    KEY(Z4, tail(plain, 4));
    *next++ = add(hashes, hashes->shaped_places[place], begin);
    *next++ = add(hashes, hashes->shaped_cues[cue], begin);
    uint32_t bar = '|', word = add(hashes, hashes->names[WS], low);
    *next++ = add(hashes, add(hashes, word, (struct word){&bar, 1}), begin);
    *next++ = length_key(hashes, low);
    for (int64_t at = 1; at < plain.size - PIECE && at <= MAX_PIECES; at++)
        KEY(P, head((struct word){plain.codes + at, plain.size - at}, PIECE));
    return next - keys;
}

/* The same for a sign of Chinese or Japanese, and the sign behind it. */
static int64_t sign_keys(
    const struct hashes *hashes, const struct type *type, struct word shape, uint32_t *keys)
{
    uint32_t *next = keys;
    KEY(T, head(type->name, 1));
    KEY(S, shape);
    KEY(D, type->name);
    KEY(W, head(type->name, 1));
    return next - keys;
}

/* Writes the keys of the pieces that the window network embeds; returns their number. */
static int64_t window_keys(
    const struct hashes *hashes, const struct type *type, struct word shape, uint32_t *keys)
{
    uint32_t *next = keys;
    struct word low = type->low;
    KEY(W, low);
    KEY(S, shape);
    *next++ = hashes->places[type->place];
    *next++ = length_key(hashes, low);
    KEY(A3, head(low, 3));
    KEY(Z2, tail(low, 2));
    KEY(Z3, tail(low, 3));
    KEY(Z4, tail(low, 4));
    uint32_t around[AROUND + 2] = {'^'};
    int64_t size = 1;
    for (int64_t at = 0; at < low.size && at < AROUND; at++)
        around[size++] = low.codes[at];
    around[size++] = '$';
    int64_t pieces = size < PIECE ? 1 : size - PIECE + 1;
    for (int64_t at = 0; at < pieces; at++) {
        if (pieces > 2 * MAX_ENDS && at == MAX_ENDS)
            at = pieces - MAX_ENDS;
        KEY(P, head((struct word){around + at, size - at}, PIECE));
    }
    return next - keys;
#undef KEY
}

/* Writes the keys of the features of types.
 *
 * names, forms, lows, plains: the code points of `count` words, each ended by a line end.
 * scripts, cues: the letter of the script of each, and the class of its cue.
 * traits: the facts of characters.
 * table, crcs: the table of CRC-32, and what `struct hashes` holds besides, one after the other:
 *   so many of names, twice of places and twice of cues.
 * listed, firsts, classes: keys of forms that are places, where they begin, and their classes.
 * linear, window: rows of LINEAR and WINDOW keys; linear_sizes, window_sizes: how many each has. */
int64_t hash_features(
    const uint32_t *names, const uint32_t *forms, const uint32_t *lows, const uint32_t *plains,
    const uint32_t *scripts, const uint8_t *cues, int64_t count, const uint8_t *traits,
    const uint32_t *table, const uint32_t *crcs, int64_t place_classes, int64_t cue_classes,
    const uint32_t *listed, const int32_t *firsts, const uint8_t *classes,
    uint32_t *linear, uint8_t *linear_sizes, uint32_t *window, uint8_t *window_sizes)
{
    const uint32_t *places = crcs + P + 1, *cue_names = places + 2 * place_classes;
    struct hashes hashes = {
        table, crcs, places, places + place_classes, cue_names, cue_names + cue_classes};
    for (int64_t own = 0; own < count; own++, linear += LINEAR, window += WINDOW) {
        uint32_t pattern[SHAPE];
        struct type type = {
            next_word(&names), next_word(&forms), next_word(&lows), next_word(&plains),
            scripts[own], cues[own], 0};
        int facts = traits_of(traits, type.name.codes[0]);
        if (!(facts & LOWER)) {
            int64_t found = place_of(listed, firsts, add(&hashes, 0, type.form));
            type.place = found < 0 ? 0 : classes[found];
        }
        struct word shape = shape_of(&type, traits, pattern);
        if (facts & SIGN) {
            linear_sizes[own] = (uint8_t)sign_keys(&hashes, &type, shape, linear);
            type.form = head(type.form, 1);
            type.low = head(type.low, 1);
            shape = shape_of(&type, traits, pattern);
        } else {
            linear_sizes[own] = (uint8_t)linear_keys(&hashes, &type, shape, linear);
        }
        window_sizes[own] = (uint8_t)window_keys(&hashes, &type, shape, window);
    }
    return count;
}

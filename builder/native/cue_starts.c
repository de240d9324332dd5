/* Where cues may begin: the words of texts are looked up as they are read. */

#include <stdint.h>

/* Facts of characters, as `cue_words.py` numbers them. */
enum {
    WORD = 1, DIGIT = 2, UNSPACED = 4, LOWER = 8, UPPER = 16, ALNUM = 32, DECIMAL = 64, LONE = 128,
    GLUE = 256, GLUED = 512
};

/* What is looked up, when a cue begins there, and the columns of its row: as in `cue_index.py`. */
enum { PAIR, FIRST, ALONE, ALONE_OPENING, INNER, LITERAL, LITERAL_INNER };
enum { CAPITAL = 1, OPENING };
enum { GATE, BACK, SPACED, NUMERIC, DATED, PLAIN, KIND, OPENINGS, OPENINGS_END, COLUMNS };

enum { TABLE_END = 0x40000 }; /* no letter stands behind it */
enum { ANCHOR_CHARS = 5, MAX_MARKS = 40, REACH = 320, KEY_BITS = 16 };
enum { LOW_BITS = 20, KIND_BITS = 8, LENGTHS = 1 << (LOW_BITS - KIND_BITS) }; /* of what is found */

/* Most characters that may stand between words, and at the apostrophe inside one. */
enum { MAX_BETWEEN = 6, MAX_BETWEEN_UNSPACED = 3, MAX_APOSTROPHE = 2 };

static const uint32_t MIX_1 = 0x9E3779B1u, MIX_2 = 0x85EBCA6Bu, NUMBER_KEY = 0x4E756D21u;

typedef struct {
    const uint32_t *codes, *folds;
    const uint16_t *facts;
    const int32_t *buckets;
    const uint32_t *keys;
    const int32_t *numbers, *cues, *openings;
    const uint32_t *letters;
    int64_t begin, end; /* of the text that is read */
    int64_t *starts, *pieces, room, starts_count, pieces_count;
} Reader;

static uint32_t fact(const Reader *reader, int64_t at)
{
    uint32_t code = reader->codes[at];
    return code < TABLE_END ? reader->facts[code] : 0;
}

static uint32_t folded(const Reader *reader, int64_t at)
{
    uint32_t code = reader->codes[at];
    return code < TABLE_END ? reader->folds[code] : code;
}

/* Returns the key of the first characters of a word, at most so many; 0 where there is none. */
static uint32_t word_key(const Reader *reader, int64_t at, int64_t most)
{
    uint32_t key = 0;
    for (int64_t i = 0; i < most; i++) {
        uint32_t facts = fact(reader, at + i);
        if (!i && facts & DIGIT)
            return NUMBER_KEY;
        if (!(facts & WORD) && (i || !(facts & LONE)))
            break;
        key = (key ^ (folded(reader, at + i) + 1)) * MIX_1;
        key ^= key >> 15;
        if (facts & LONE)
            break;
    }
    return key;
}

/* Returns the key under which the index has one word or two of them. */
static uint32_t entry_key(uint32_t kind, uint32_t first, uint32_t second)
{
    uint32_t key = (first ^ (first >> 15)) * MIX_2 + second;
    key = (key ^ (key >> 15)) * MIX_1 + kind;
    return (key ^ (key >> 13)) * MIX_2;
}

/* Returns the first entry that has a key, or -1. */
static int64_t find(const Reader *reader, uint32_t key)
{
    const int32_t *bucket = reader->buckets + (key >> (32 - KEY_BITS));
    for (int64_t at = bucket[0]; at < bucket[1]; at++)
        if (reader->keys[at] == key)
            return at;
    return -1;
}

/* Returns the entry after one, if it has the same key, or -1. */
static int64_t find_next(const Reader *reader, int64_t at)
{
    int64_t next = at + 1;
    if (next == reader->buckets[1 << KEY_BITS] || reader->keys[next] != reader->keys[at])
        return -1;
    return next;
}

static int ends_word(const Reader *reader, int64_t at)
{
    uint32_t facts = fact(reader, at);
    return !(facts & ALNUM) || (facts & UPPER && fact(reader, at - 1) & LOWER);
}

static int begins_word(const Reader *reader, int64_t at)
{
    if (at == reader->begin)
        return 1;
    uint32_t before = fact(reader, at - 1);
    return !(before & ALNUM) || (before & LOWER && fact(reader, at) & UPPER);
}

/* Tells whether a line has nothing but marks before a place, and few of them. */
static int opens_line(const Reader *reader, int64_t place)
{
    for (int64_t at = place - 1; at >= place - MAX_MARKS; at--) {
        if (at < reader->begin || reader->codes[at] == '\n')
            return 1;
        if (fact(reader, at) & ALNUM)
            return 0;
    }
    return 0;
}

/* Tells whether a word has a capital, or no letter or digit two characters before it. */
static int may_open(const Reader *reader, int64_t at)
{
    return at - reader->begin < 2 || !(fact(reader, at) & LOWER) ||
           reader->codes[at - 1] == '\n' || !(fact(reader, at - 2) & ALNUM);
}

/* Returns the end of words that stand at a place, or -1. A space of theirs is what may stand
 * between words, an apostrophe what may stand for one. */
static int64_t words_end(const Reader *reader, int64_t at, int32_t opening, int spaced)
{
    for (int64_t i = reader->openings[opening]; i < reader->openings[opening + 1]; i++) {
        uint32_t letter = reader->letters[i];
        if (letter == ' ' || letter == '\'') {
            int64_t first = at, most = MAX_APOSTROPHE, least = letter == '\'' || spaced;
            if (letter == ' ')
                most = spaced ? MAX_BETWEEN : MAX_BETWEEN_UNSPACED;
            while (at < reader->end && at - first <= most && !(fact(reader, at) & WORD) &&
                   reader->codes[at] != '\n')
                at++;
            if (at - first < least || at - first > most)
                return -1;
        } else if (at < reader->end && folded(reader, at) == letter) {
            at++;
        } else {
            return -1;
        }
    }
    return at;
}

/* Keeps a place with what belongs to it; what finds no room is only counted. */
static void keep(int64_t *found, int64_t room, int64_t *count, int64_t place, int64_t low)
{
    if (*count < room)
        found[*count] = place << LOW_BITS | low;
    ++*count;
}

static void propose(Reader *reader, int64_t place, int32_t number)
{
    const int32_t *cue = reader->cues + (int64_t)number * COLUMNS;
    if (cue[SPACED] && !begins_word(reader, place))
        return;
    int64_t end = cue[OPENINGS] < cue[OPENINGS_END] ? -1 : place;
    for (int32_t i = cue[OPENINGS]; i < cue[OPENINGS_END] && end < 0; i++)
        end = words_end(reader, place, i, cue[SPACED]);
    if (end < 0)
        return;
    if (cue[PLAIN] && (end - place > REACH || (cue[SPACED] && !ends_word(reader, end))))
        return;
    int closed = cue[GATE] == OPENING || (cue[GATE] == CAPITAL && fact(reader, place) & LOWER);
    if (closed && !opens_line(reader, place))
        return;
    if (cue[KIND] < 0)
        keep(reader->starts, reader->room, &reader->starts_count, place, number);
    else
        keep(reader->pieces, reader->room, &reader->pieces_count, place,
             (LENGTHS - 1 - (end - place)) << KIND_BITS | cue[KIND]);
}

/* Proposes the cues that begin as the words at a place do. */
static void propose_all(Reader *reader, int64_t place, uint32_t key)
{
    for (int64_t at = find(reader, key); at >= 0; at = find_next(reader, at))
        propose(reader, place, reader->numbers[at]);
}

/* Proposes cues by a word inside them: wherever words begin that are near enough before it. */
static void propose_before(Reader *reader, int64_t word, uint32_t key)
{
    for (int64_t at = find(reader, key); at >= 0; at = find_next(reader, at)) {
        int32_t number = reader->numbers[at];
        const int32_t *cue = reader->cues + (int64_t)number * COLUMNS;
        int64_t low = word - cue[BACK], high = word;
        low = low < reader->begin ? reader->begin : low;
        while (cue[DATED] && high >= low && !(fact(reader, high) & DECIMAL))
            high--;
        for (int64_t place = low; place <= high; place++) {
            uint32_t facts = fact(reader, place);
            int fits;
            if (!cue[SPACED])
                fits = (facts & ALNUM) && (!cue[NUMERIC] || facts & DECIMAL);
            else if (facts & WORD)
                fits = place == reader->begin || !(fact(reader, place - 1) & WORD);
            else
                fits = (facts & LONE) != 0;
            if (fits)
                propose(reader, place, number);
        }
    }
}

/* Looks a word up; `next` is the key of the next one, if there is one. */
static void read_word(Reader *reader, int64_t place, uint32_t key, int has_next, uint32_t next)
{
    propose_before(reader, place, entry_key(INNER, key, 0));
    if (find(reader, entry_key(FIRST, key, 0)) < 0)
        return;
    if (has_next)
        propose_all(reader, place, entry_key(PAIR, key, next));
    propose_all(reader, place, entry_key(ALONE, key, 0));
    if (may_open(reader, place))
        propose_all(reader, place, entry_key(ALONE_OPENING, key, 0));
}

/* Looks up all words of a text, and returns the facts that its characters have. */
static uint32_t read_words(Reader *reader)
{
    uint32_t before = 0, all = 0, last_key = 0;
    int64_t last = -1, glued_end = reader->begin;
    for (int64_t at = reader->begin; at < reader->end; at++) {
        uint32_t facts = fact(reader, at);
        all |= facts;
        if (facts & LONE || (facts & WORD && !(before & WORD))) {
            uint32_t key = word_key(reader, at, ANCHOR_CHARS);
            if (last >= 0)
                read_word(reader, last, last_key, 1, key);
            last = at;
            last_key = key;
        } else if (facts & GLUED && before & GLUE && at >= glued_end) {
            uint32_t key = word_key(reader, at, ANCHOR_CHARS);
            propose_all(reader, at, entry_key(FIRST, key, 0));
            for (glued_end = at + 1; glued_end < at + ANCHOR_CHARS; glued_end++)
                if (!(fact(reader, glued_end) & ALNUM) && reader->codes[glued_end] != '_')
                    break;
        }
        before = facts;
    }
    if (last >= 0)
        read_word(reader, last, last_key, 0, 0);
    return all;
}

/* Looks up all characters of a text, alone and with the next one. */
static void read_literals(Reader *reader)
{
    uint32_t key = word_key(reader, reader->begin, 1);
    for (int64_t at = reader->begin; at < reader->end; at++) {
        uint32_t next = word_key(reader, at + 1, 1);
        propose_all(reader, at, entry_key(LITERAL, key, 0));
        propose_before(reader, at, entry_key(LITERAL_INNER, key, 0));
        if (next) {
            propose_all(reader, at, entry_key(LITERAL, key, next));
            propose_before(reader, at, entry_key(LITERAL_INNER, key, next));
        }
        key = next;
    }
}

/* Finds where cues may begin.
 *
 * codes, bounds: the characters of all texts; text i begins at bounds[i], and line breaks part it
 *   from the next. At least ANCHOR_CHARS line breaks follow the last text.
 * folds, facts: the folded form and the facts of each character below TABLE_END.
 * buckets, keys, numbers: the index: keys, sorted, with the number of a cue each; those whose first
 *   bits are b stand at buckets[b] .. buckets[b + 1].
 * cues: a row for each cue. openings, letters: the words that a match begins with, or all of a
 *   plain phrase; opening i has letters[openings[i]] .. letters[openings[i + 1]].
 * starts: places, each with the number of a cue in the lower bits, in no order and with repetition.
 * pieces: the same of phrases that are known to match: places, each with how much shorter than
 *   LENGTHS - 1 the match is and the kind of its cue.
 * room: places in either; counts: how many there are of both; what finds no room is left out. */
int64_t find_cue_starts(
    const uint32_t *codes, const int64_t *bounds, int64_t texts, int64_t between,
    const uint32_t *folds, const uint16_t *facts, const int32_t *buckets, const uint32_t *keys,
    const int32_t *numbers, const int32_t *cues, const int32_t *openings, const uint32_t *letters,
    int64_t *starts, int64_t *pieces, int64_t room, int64_t *counts)
{
    Reader reader = {.codes = codes, .folds = folds, .facts = facts, .buckets = buckets,
                     .keys = keys, .numbers = numbers, .cues = cues, .openings = openings,
                     .letters = letters, .starts = starts, .pieces = pieces, .room = room};
    for (int64_t text = 0; text < texts; text++) {
        reader.begin = bounds[text];
        reader.end = bounds[text + 1] - between;
        if (reader.begin < reader.end && read_words(&reader) & UNSPACED)
            read_literals(&reader);
    }
    counts[0] = reader.starts_count;
    counts[1] = reader.pieces_count;
    return texts;
}

/* Keys the entries of an index: entry i is of kinds[i], and has its words, or the characters of its
 * literal, at firsts[i] and at seconds[i]; no second one is at -1. */
int64_t key_cue_entries(
    const uint32_t *codes, const uint32_t *folds, const uint16_t *facts, const int32_t *kinds,
    const int64_t *firsts, const int64_t *seconds, int64_t entries, uint32_t *keys)
{
    Reader reader = {.codes = codes, .folds = folds, .facts = facts};
    for (int64_t i = 0; i < entries; i++) {
        int64_t most = kinds[i] == LITERAL || kinds[i] == LITERAL_INNER ? 1 : ANCHOR_CHARS;
        uint32_t first = word_key(&reader, firsts[i], most);
        uint32_t second = seconds[i] < 0 ? 0 : word_key(&reader, seconds[i], most);
        keys[i] = entry_key(kinds[i], first, second);
    }
    return entries;
}

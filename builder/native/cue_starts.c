/* Where cues may begin: the words of texts are looked up as they are read. */

#include "cue.h"

/* What is looked up, and when a cue begins there: as in `cue_index.py`. */
enum { PAIR, FIRST, ALONE_ANYWHERE, ALONE_OPENING, INNER, LITERAL, LITERAL_INNER };
enum { CAPITAL = 1, OPENING };

enum { ANCHOR_CHARS = 5, KEY_BITS = 16, FILTER_BITS = 18 };

static const uint32_t MIX_1 = 0x9E3779B1u, MIX_2 = 0x85EBCA6Bu, NUMBER_KEY = 0x4E756D21u;

typedef struct {
    Text text;
    const uint64_t *filter;
    const int32_t *buckets;
    const uint32_t *keys;
    const int32_t *numbers, *cues, *programs;
    int64_t *matches, room, count;
} Reader;

static uint32_t fact(const Reader *reader, int64_t at)
{
    return cue_facts(&reader->text, at);
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
        key = (key ^ (cue_folded(&reader->text, at + i) + 1)) * MIX_1;
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
    uint32_t bit = key >> (32 - FILTER_BITS);
    if (!(reader->filter[bit / 64] >> bit % 64 & 1))
        return -1;
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

static int begins_word(const Reader *reader, int64_t at)
{
    if (at == reader->text.begin)
        return 1;
    uint32_t before = fact(reader, at - 1);
    return !(before & ALNUM) || (before & LOWER && fact(reader, at) & UPPER);
}

/* Tells whether a word has a capital, or no letter or digit two characters before it. */
static int may_open(const Reader *reader, int64_t at)
{
    return at - reader->text.begin < 2 || !(fact(reader, at) & LOWER) ||
           reader->text.codes[at - 1] == '\n' || !(fact(reader, at - 2) & ALNUM);
}

/* Keeps the match of a cue at a place, if it stands there; what finds no room is only counted. */
static void propose(Reader *reader, int64_t place, int32_t number)
{
    const int32_t *cue = reader->cues + (int64_t)number * COLUMNS;
    if (cue[SPACED] && !begins_word(reader, place))
        return;
    int closed = cue[GATE] == OPENING || (cue[GATE] == CAPITAL && fact(reader, place) & LOWER);
    if (closed && !cue_opens_line(&reader->text, place))
        return;
    int64_t unkept[MATCH_COLUMNS];
    int64_t *match = unkept;
    if (reader->count < reader->room)
        match = reader->matches + reader->count * MATCH_COLUMNS;
    match[CUE] = number;
    reader->count += cue_take(&reader->text, cue, reader->programs + cue[PROGRAM], place, match);
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
        low = low < reader->text.begin ? reader->text.begin : low;
        while (cue[DATED] && high >= low && !(fact(reader, high) & DECIMAL))
            high--;
        for (int64_t place = low; place <= high; place++) {
            uint32_t facts = fact(reader, place);
            int fits;
            if (!cue[SPACED])
                fits = (facts & ALNUM) && (!cue[NUMERIC] || facts & DECIMAL);
            else if (facts & WORD)
                fits = place == reader->text.begin || !(fact(reader, place - 1) & WORD);
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
    propose_all(reader, place, entry_key(ALONE_ANYWHERE, key, 0));
    if (may_open(reader, place))
        propose_all(reader, place, entry_key(ALONE_OPENING, key, 0));
}

/* Looks up all words of a text, and returns the facts that its characters have. */
static uint32_t read_words(Reader *reader)
{
    uint32_t before = 0, all = 0, last_key = 0;
    int64_t last = -1, glued_end = reader->text.begin;
    for (int64_t at = reader->text.begin; at < reader->text.end; at++) {
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
                if (!(fact(reader, glued_end) & ALNUM) && reader->text.codes[glued_end] != '_')
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
    uint32_t key = word_key(reader, reader->text.begin, 1);
    for (int64_t at = reader->text.begin; at < reader->text.end; at++) {
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

/* Finds where the phrases of cues stand.
 *
 * codes, bounds: the characters of all texts; text i begins at bounds[i], and line breaks part it
 *   from the next. At least ANCHOR_CHARS line breaks follow the last text.
 * folds, facts, sets: the folded form, the facts and, by folded form, the sets of each character
 *   below TABLE_END.
 * filter: a bit for each way a key may begin, set if one of the index does.
 * buckets, keys, numbers: the index: keys, sorted, with the number of a cue each; those whose first
 *   bits are b stand at buckets[b] .. buckets[b + 1].
 * cues: a row for each cue. programs: their patterns.
 * matches: where phrases stand, with repetition; those of text i end at ends[i].
 * room: matches in it; what finds no room is left out.
 *
 * Returns how many matches there are. */
int64_t match_cues(
    const uint32_t *codes, const int64_t *bounds, int64_t texts, int64_t between,
    const uint32_t *folds, const uint16_t *facts, const uint32_t *sets, const uint64_t *filter,
    const int32_t *buckets, const uint32_t *keys, const int32_t *numbers, const int32_t *cues,
    const int32_t *programs, int64_t *matches, int64_t room, int64_t *ends)
{
    Reader reader = {.text = {.codes = codes, .folds = folds, .facts = facts, .sets = sets},
                     .filter = filter, .buckets = buckets, .keys = keys, .numbers = numbers,
                     .cues = cues, .programs = programs, .matches = matches, .room = room};
    for (int64_t i = 0; i < texts; i++) {
        reader.text.begin = bounds[i];
        reader.text.end = bounds[i + 1] - between;
        if (reader.text.begin < reader.text.end && read_words(&reader) & UNSPACED)
            read_literals(&reader);
        ends[i] = reader.count;
    }
    return reader.count;
}

/* Keys the entries of an index: entry i is of kinds[i], and has its words, or the characters of its
 * literal, at firsts[i] and at seconds[i]; no second one is at -1. */
int64_t key_cue_entries(
    const uint32_t *codes, const uint32_t *folds, const uint16_t *facts, const int32_t *kinds,
    const int64_t *firsts, const int64_t *seconds, int64_t entries, uint32_t *keys)
{
    Reader reader = {.text = {.codes = codes, .folds = folds, .facts = facts}};
    for (int64_t i = 0; i < entries; i++) {
        int64_t most = kinds[i] == LITERAL || kinds[i] == LITERAL_INNER ? 1 : ANCHOR_CHARS;
        uint32_t first = word_key(&reader, firsts[i], most);
        uint32_t second = seconds[i] < 0 ? 0 : word_key(&reader, seconds[i], most);
        keys[i] = entry_key(kinds[i], first, second);
    }
    return entries;
}

/* Reads a segment once: classes of its characters, makes, hashes and topics of its words. */

#include "layout.h"

/* The lexicon knows a word by so many characters: they stand for all words that begin so. Of
 * words of Hangul syllables, to which particles are glued, two are enough. */
enum { MAX_WORD = 6, MAX_HANGUL = 2, HANGUL = 0xAC00 };

/* Shorter words are too common to tell a topic of the text. */
enum { MIN_ECHO = 4 };

/* The lexicon is searched for words that share so many bits with one of its own. */
enum { FILTER_BITS = 16 };

/* A segment counts as prose if it has a stop and at least this weight. */
enum { PROSE_WEIGHT = 90 };

static const uint32_t GOLDEN = 0x9E3779B1;

void find_starts(struct lexicon *lexicon, int64_t words)
{
    int32_t at = 0;
    for (uint32_t beginning = 0; beginning <= 1 << START_BITS; beginning++) {
        while (at < words && lexicon->keys[at] >> (32 - START_BITS) < beginning)
            at++;
        lexicon->starts[beginning] = at;
    }
}

/* A word, or its beginning, on the way: the sum of its mixed letters, and three of them. */
struct hash {
    uint32_t sum, first, second, last;
};

/* Hashes a word: its letters in any order, and which are first and last. Good enough to
 * recognise a word within one text, and cheap. */
static uint32_t word_key(const struct hash *hash)
{
    return hash->sum + hash->first * 3 + hash->last * 5;
}

/* Hashes a little better: which letter is the second counts, too. */
static uint32_t lexicon_key(const struct hash *hash)
{
    return (word_key(hash) + hash->second * 7) * GOLDEN;
}

/* Counts a term for its topic, if it has one. */
static void add_topic(const struct lexicon *lexicon, uint32_t key, struct segment *segment)
{
    segment->terms++;
    if (!lexicon->is_near[key >> (32 - FILTER_BITS)])
        return;
    const int32_t *starts = lexicon->starts + (key >> (32 - START_BITS));
    for (int32_t at = starts[0]; at < starts[1]; at++)
        if (lexicon->keys[at] == key)
            segment->topics[lexicon->topics[at]]++;
}

/* Notes a term that may come back in other segments. */
static void add_echo(int64_t *seen, const struct hash *hash, struct segment *segment)
{
    uint32_t bucket = word_key(hash) * GOLDEN >> (32 - BUCKET_BITS);
    if (seen[bucket] == segment->end)
        return;
    seen[bucket] = segment->end;
    segment->buckets[segment->distinct++] = (int32_t)bucket;
}

static void add_make(uint8_t first, uint8_t second, int64_t size, struct segment *segment)
{
    int32_t *makes = segment->makes;
    int is_upper = first == UPPER, is_digit = first == DIGIT;
    makes[WORDS]++;
    makes[SHORT] += (first == LOWER || first == LETTER) && size <= 3;
    makes[CAPITALIZED] += is_upper;
    makes[CAPITALS] += is_upper && second == UPPER && size > 1;
    makes[NUMBERS] += is_digit;
    makes[LONG_WORDS] += size >= 7;
    makes[YEARS] += is_digit && size == 4;
    makes[DAYS] += is_digit && size <= 2;
    if (size > segment->longest)
        segment->longest = size;
}

static int is_word(uint8_t kind)
{
    return kind >= LOWER && kind <= DIGIT && kind != IDEOGRAPH;
}

/* Reads the word at a place: a run of letters, marks and digits; ideographs are no words.
 * Returns the sum of its mixed letters, and where it ends. */
static uint32_t read_word(const struct reader *reader, int64_t *place, struct segment *segment)
{
    int64_t begin = *place, at = begin;
    uint32_t code = basic(reader->codes[at]), mixed = reader->mixed[code];
    uint8_t first = reader->classes[code], second = first, kind = first;
    int64_t longest = code >= HANGUL ? MAX_HANGUL : MAX_WORD;
    struct hash word = {mixed, mixed, mixed, mixed};
    uint32_t head_sum = mixed, head_last = mixed; /* of its beginning */
    segment->counts[first]++;
    for (at++; at < segment->end; at++) {
        code = basic(reader->codes[at]);
        kind = reader->classes[code];
        if (!is_word(kind))
            break;
        segment->counts[kind]++;
        mixed = reader->mixed[code];
        word.sum += mixed;
        word.last = mixed;
        if (at == begin + 1) {
            word.second = mixed;
            second = kind;
        }
        if (at < begin + longest)
            head_sum = word.sum, head_last = mixed;
    }
    *place = at;
    add_make(first, second, at - begin, segment);
    struct hash head = {head_sum, word.first, word.second, head_last};
    add_topic(reader->lexicon, lexicon_key(&head), segment);
    if (at - begin >= MIN_ECHO)
        add_echo(reader->seen, &word, segment);
    return word.sum;
}

/* Reads two ideographs that stand side by side: they are what is nearest to a word. */
static void read_pair(
    const struct reader *reader, uint32_t first, uint32_t second, struct segment *segment)
{
    struct hash pair = {first + second, first, second, second};
    add_topic(reader->lexicon, lexicon_key(&pair), segment);
    add_echo(reader->seen, &pair, segment);
}

static uint8_t class_at(const struct reader *reader, int64_t at)
{
    return reader->classes[basic(reader->codes[at])];
}

static void read_edges(const struct reader *reader, struct segment *segment)
{
    int64_t start = segment->start, end = segment->end;
    segment->first = class_at(reader, start);
    segment->second = class_at(reader, start + 1 < end ? start + 1 : end - 1);
    segment->last = class_at(reader, end - 1);
    segment->ending = segment->last;
    if (segment->last == CLOSER && end - 2 >= start)
        segment->ending = class_at(reader, end - 2);
}

void read_segment(const struct reader *reader, struct segment *segment)
{
    uint32_t sum = 0, before = 0;
    int is_pair = 0;
    for (int64_t at = segment->start; at < segment->end;) {
        uint32_t code = basic(reader->codes[at]);
        uint8_t kind = reader->classes[code];
        if (is_word(kind)) {
            sum += read_word(reader, &at, segment);
            is_pair = 0;
            continue;
        }
        uint32_t mixed = reader->mixed[code];
        segment->counts[is_white(kind) ? SPACE : kind]++;
        if (kind == IDEOGRAPH && is_pair)
            read_pair(reader, before, mixed, segment);
        is_pair = kind == IDEOGRAPH;
        before = mixed;
        sum += mixed;
        at++;
    }
    const int32_t *counts = segment->counts;
    segment->size = segment->end - segment->start;
    segment->weight = segment->size + 2 * (int64_t)counts[IDEOGRAPH];
    segment->stops = counts[STOP] + counts[FREE_STOP] + counts[QUESTION] + counts[ELLIPSIS];
    segment->is_prose = segment->weight >= PROSE_WEIGHT && segment->stops > 0;
    segment->key = (int64_t)sum
        + (int64_t)reader->mixed[basic(reader->codes[segment->start])] * 3
        + segment->size * (int64_t)GOLDEN;
    read_edges(reader, segment);
}

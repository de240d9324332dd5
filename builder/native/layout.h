/* What the layout features need of each segment, and how it is read. */

#ifndef LAYOUT_H
#define LAYOUT_H

#include "segment.h"

/* Finer classes than those of `segment.h`, for counting only. */
enum { QUESTION = DASH + 1, COLON, AT, MONEY, COPYRIGHT, SLASH, ELLIPSIS, CLASSES };

/* What words count for. */
enum { WORDS, SHORT, CAPITALIZED, CAPITALS, NUMBERS, LONG_WORDS, YEARS, DAYS, MAKES };

/* Topics of the lexicon. */
enum { TOPICS = 15 };

/* Words of one text are told apart by so many bits: a few collisions do no harm. */
enum { BUCKET_BITS = 14, BUCKETS = 1 << BUCKET_BITS };

struct segment {
    int64_t start, end, size, weight, stops; /* an ideograph weighs three characters */
    int64_t longest, terms;                  /* words; words and pairs of ideographs */
    int64_t key;                             /* letters in any order, the first one, and size */
    int64_t distinct;                        /* words that may echo, each counted once */
    int32_t *buckets;                        /* of those */
    int32_t counts[CLASSES], makes[MAKES], topics[TOPICS];
    uint8_t first, second, last, ending, is_prose;
};

/* Keys of the lexicon that begin with so many bits in common stand in one short row. */
enum { START_BITS = 12 };

/* The words by which pages speak of themselves: sorted keys, all different, each with its topic. */
struct lexicon {
    const uint32_t *keys;
    const int64_t *topics;
    const uint8_t *is_near; /* whether a key has its upper bits in common with one of these */
    int32_t starts[(1 << START_BITS) + 1]; /* of the row of each beginning */
};

/* Finds where the keys of each beginning stand among so many words. */
void find_starts(struct lexicon *lexicon, int64_t words);

struct reader {
    const uint32_t *codes;   /* of one text */
    const uint8_t *classes;  /* finer ones, of the basic plane */
    const uint32_t *mixed;   /* a mixed number for each letter, the same for both cases */
    const struct lexicon *lexicon;
    int64_t *seen;           /* for each bucket the place after the last segment that has it */
};

/* Reads the segment between start and end; its buckets are written to where they point. */
void read_segment(const struct reader *reader, struct segment *segment);

#endif

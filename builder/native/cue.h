/* What is known of the characters of texts, the rules of cues, and what the steps hand on. */

#ifndef CUE_H
#define CUE_H

#include <stdint.h>

/* Facts of characters, as `cue_words.py` numbers them. */
enum {
    WORD = 1, DIGIT = 2, UNSPACED = 4, LOWER = 8, UPPER = 16, ALNUM = 32, DECIMAL = 64, LONE = 128,
    GLUE = 256, GLUED = 512, SPACE = 1024, ALPHA = 2048, ANY_DIGIT = 4096
};
enum { TABLE_END = 0x40000 }; /* no letter stands behind it */

/* The columns of the row of a cue, and where its phrase has to stand: as in `cue_index.py`. */
enum {
    GATE, BACK, SPACED, NUMERIC, DATED, OPEN_ENDED, PROGRAM, PLACE, CLASS, REMOVES, HINT, MAX_CHARS,
    KIND, NAMED, LANGUAGE, COLUMNS
};
enum { PIECE, STARTS, CONTAINS, CREDIT, LABEL, LINE, ALONE, HEADING };

/* The columns of a match: the cue, where the phrase stands, the line or sentence that it speaks
 * for, and the stretch that begins with a name; -1 where a phrase has none. */
enum { CUE, START, END, UNIT_START, UNIT_END, NAME_START, NAME_END, MATCH_COLUMNS };

/* A line longer than this never goes as a whole: it is read as sentences. In characters, as are
 * the next ones: where a sentence has to begin and end around a word, and an open quotation counts;
 * and how many marks may stand before a phrase that opens a line. */
enum { MAX_UNIT = 400, WINDOW = 300, MAX_MARKS = 40 };

/* Texts that stand one behind another; the one that is read begins and ends at places of theirs. */
typedef struct {
    const uint32_t *codes, *folds, *sets;
    const uint16_t *facts;
    int64_t begin, end;
} Text;

/* A line or sentence without white space at its edges. Both of its borders were found, if it is
 * `whole`. */
typedef struct {
    int64_t start, end;
    int whole, line;
} Unit;

/* Where a pattern matches, and the stretch that begins with a name; -1 where there is none. */
typedef struct {
    int64_t start, end, name[2];
} Found;

static inline uint32_t cue_facts(const Text *text, int64_t at)
{
    uint32_t code = text->codes[at];
    return code < TABLE_END ? text->facts[code] : 0;
}

static inline uint32_t cue_folded(const Text *text, int64_t at)
{
    uint32_t code = text->codes[at];
    return code < TABLE_END ? text->folds[code] : code;
}

/* Tells whether any character of a stretch has one of some facts. */
static inline int cue_any(const Text *text, int64_t start, int64_t end, uint32_t facts)
{
    for (int64_t at = start; at < end; at++)
        if (cue_facts(text, at) & facts)
            return 1;
    return 0;
}

/* Tells whether a character is one of some, which end with 0. */
static inline int cue_among(uint32_t code, const uint32_t *some)
{
    while (*some && *some != code)
        some++;
    return *some != 0;
}

Found cue_match(const Text *text, const int32_t *program, int64_t start, int64_t end, int full);
Unit cue_tight(const Text *text, int64_t start, int64_t end);
Unit cue_line(const Text *text, int64_t at);
int cue_quoted(const Text *text, int64_t at);
int cue_opens_line(const Text *text, int64_t place);
int cue_ends_word(const Text *text, int64_t at);
int cue_take(const Text *text, const int32_t *cue, const int32_t *program, int64_t place,
             int64_t *match);

#endif

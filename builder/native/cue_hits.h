/* The hits of a text, as they come together. */

#ifndef CUE_HITS_H
#define CUE_HITS_H

#include "cue.h"

/* A cue that was found: the stretch that it stands for, its class, whether it removes that, and
 * what kind of source stands where in it; 0 and -1 if it names none. */
typedef struct {
    int64_t start, end, class, removes, hint, value_start, value_end;
} Hit;

/* Classes and hints by number, and the classes that ask the reader for something, as bits. */
typedef struct {
    int64_t time_list, date_header, sources, cited_source, prompts;
} Named;

enum { CLASSES = 64 }; /* there are fewer */

/* The hits of one text, and of each class the stretch of the last list that was added; `failed`
 * says that memory ran out. */
typedef struct {
    Hit *items;
    int64_t count, room;
    struct { int64_t start, end; } listed[CLASSES];
    int failed;
} Hits;

/* A match of a phrase that is only a piece of what may go: that depends on its neighbours. */
typedef struct {
    int64_t start, end, kind;
} Piece;

/* The columns of a kind of pieces: a `whole` one is no prompt. */
enum { WEAK, KIND_CLASS, WHOLE, KIND_COLUMNS };

/* Characters without letters (marks, counters) that may stand between the items of a bar. */
enum { MAX_BETWEEN_ITEMS = 12 };

void cue_add(Hits *hits, Hit hit);
int cue_order(const void *one, const void *other);

static inline Hit cue_plain(int64_t start, int64_t end, int64_t class)
{
    return (Hit){start, end, class, 1, 0, -1, -1};
}

static inline int cue_prompts(const Hit *hit, const Named *named)
{
    return hit->removes && named->prompts >> hit->class & 1;
}

void cue_clock_columns(const Text *text, int64_t class, Hits *hits);
void cue_head_dates(const Text *text, const int32_t *program, int64_t class, Hits *hits);
int64_t cue_list_after(const Text *text, int64_t at, int needs_marks, int64_t class, int64_t hint,
                       Hits *hits);
int64_t cue_body(const Text *text);
int cue_adjacent(const Text *text, int64_t end, int64_t start);
void cue_settle_pieces(const Text *text, Piece *pieces, int64_t count, const int32_t *kinds,
                       const Named *named, Hits *hits);

#endif

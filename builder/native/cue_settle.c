/* Decides what goes with the matches of phrases, text by text. */

#include <stdlib.h>
#include <string.h>

#include "cue_hits.h"

/* A line up to this long whose first sentence is a prompt goes with its other sentences. */
enum { MAX_PROMPTED_LINE = 320 };

/* Characters of an unmarked piece between two prompts at the end of a line, of all such pieces
 * together, and the prompts that it takes: "Free, every morning." goes with its neighbours, news
 * that happens to stand between two prompts does not. */
enum { MAX_FILLER = 60, MAX_FILLER_SUM = 130, MIN_FILLED_RUN = 3, MAX_REST = 40 };

/* Adds a hit; if there is no memory for it, that is noted. */
void cue_add(Hits *hits, Hit hit)
{
    if (hits->count == hits->room) {
        int64_t room = 2 * hits->room + 64;
        Hit *items = realloc(hits->items, (size_t)room * sizeof *items);
        if (!items) {
            hits->failed = 1;
            return;
        }
        hits->items = items;
        hits->room = room;
    }
    hits->items[hits->count++] = hit;
}

/* Orders hits by place, class, hint, value, and what they remove. */
int cue_order(const void *one, const void *other)
{
    const Hit *a = one, *b = other;
    const int64_t of_a[] = {a->start, a->end, a->class, a->hint, a->value_start, a->value_end};
    const int64_t of_b[] = {b->start, b->end, b->class, b->hint, b->value_start, b->value_end};
    for (int i = 0; i < 6; i++)
        if (of_a[i] != of_b[i])
            return of_a[i] < of_b[i] ? -1 : 1;
    return (a->removes > b->removes) - (a->removes < b->removes);
}

/* Adds what a match that is no mere piece stands for. */
static void add_match(const Text *text, const int32_t *cue, const int64_t *match,
                      const int64_t *names, const Named *named, int64_t *body, Hits *hits)
{
    Hit hit = cue_plain(match[UNIT_START], match[UNIT_END], cue[CLASS]);
    hit.removes = cue[REMOVES];
    if (cue[PLACE] == CREDIT || cue[PLACE] == LABEL) {
        hit.removes = 0;
        hit.hint = cue[HINT];
    }
    if (cue[PLACE] == CREDIT) {
        hit.value_start = hit.start;
        hit.value_end = hit.end;
    }
    if (match[NAME_START] < 0)
        cue_add(hits, hit);
    for (int64_t i = match[NAME_START]; i >= 0 && i < match[NAME_END]; i++) {
        hit.hint = cue[HINT];
        hit.value_start = names[2 * i];
        hit.value_end = names[2 * i + 1];
        cue_add(hits, hit);
    }
    if (cue[PLACE] != HEADING)
        return;
    *body = *body < 0 ? cue_body(text) : *body;
    int sources = cue[CLASS] == named->sources;
    int64_t before = hits->count;
    int64_t items = cue_list_after(text, hit.end, sources || hit.start < *body, cue[CLASS],
                                   sources ? named->cited_source : 0, hits);
    if (sources && !items && before)
        hits->count--;
}

/* Adds the rest of short lines that begin with a sentence that is a prompt. */
static void add_prompted_lines(const Text *text, const Named *named, Hits *hits)
{
    Unit all = {-1, -1, 0, 0};
    for (int64_t i = 0, count = hits->count; i < count; i++) {
        Hit hit = hits->items[i];
        if (!cue_prompts(&hit, named))
            continue;
        Unit line = cue_line(text, hit.start);
        if (!line.whole || hit.start != line.start || hit.end >= line.end ||
            line.end > line.start + MAX_PROMPTED_LINE)
            continue;
        if (all.start < 0)
            all = cue_tight(text, text->begin, text->end);
        if (all.end - all.start > line.end - line.start)
            cue_add(hits, cue_plain(hit.end, line.end, hit.class));
    }
}

/* Tells whether letters or digits follow in a line, near its place. */
static int goes_on(const Text *text, int64_t at)
{
    for (int64_t i = at; i < text->end && i < at + MAX_REST && text->codes[i] != '\n'; i++)
        if (cue_facts(text, i) & ALNUM)
            return 1;
    return 0;
}

/* Adds short unmarked pieces between prompts that close a line. They are kept only if there are
 * many prompts and the line ends with them. */
static void add_fillers(const Text *text, const Named *named, Hits *hits)
{
    int64_t prompts = 0, run = 0, sum = 0, first_filler;
    Hit *sorted = malloc((size_t)(hits->count + 1) * sizeof *sorted), last = {0};
    if (!sorted) {
        hits->failed = 1;
        return;
    }
    for (int64_t i = 0; i < hits->count; i++)
        if (cue_prompts(hits->items + i, named))
            sorted[prompts++] = hits->items[i];
    qsort(sorted, (size_t)prompts, sizeof *sorted, cue_order);
    first_filler = hits->count;
    for (int64_t i = 0; i < prompts; i++) {
        Hit hit = sorted[i];
        int64_t gap = hit.start - last.end;
        if (run && gap < 0) {
            last = hit.end > last.end ? hit : last;
            continue;
        }
        int breaks = 0;
        for (int64_t at = last.end; run && at < hit.start && gap <= MAX_FILLER; at++)
            breaks |= text->codes[at] == '\n';
        if (run && (breaks || gap > MAX_FILLER || sum + gap > MAX_FILLER_SUM)) {
            if (run < MIN_FILLED_RUN || goes_on(text, last.end))
                hits->count = first_filler;
            first_filler = hits->count;
            run = sum = 0;
        } else if (run && cue_any(text, last.end, hit.start, ALNUM)) {
            cue_add(hits, cue_plain(last.end, hit.start, last.class));
            sum += gap;
        }
        last = hit;
        run++;
    }
    if (run < MIN_FILLED_RUN || goes_on(text, last.end))
        hits->count = first_filler;
    free(sorted);
}

/* Sorts hits, and leaves out those that repeat. */
static void without_repetition(Hits *hits)
{
    int64_t kept = 0;
    if (!hits->count)
        return; /* there may be no room at all to sort in */
    qsort(hits->items, (size_t)hits->count, sizeof *hits->items, cue_order);
    for (int64_t i = 0; i < hits->count; i++)
        if (!kept || cue_order(hits->items + i, hits->items + kept - 1))
            hits->items[kept++] = hits->items[i];
    hits->count = kept;
}

/* Finds the cues of texts from what matches in them.
 *
 * codes, bounds, texts, between, folds, facts, sets: as in `match_cues`.
 * cues: a row for each cue. programs: patterns; a date line is the first one.
 * kinds: a row for each kind of pieces; the first one counts of those of one length at one place.
 * matches: what `match_cues` found, less what does not count. Of a match with names, NAME_START and
 *   NAME_END say which of `names`, each a start and an end, they are. Text i has the matches from
 *   ends[i - 1] to ends[i].
 * numbers: the members of Named.
 * found: hits, sorted, without repetition; those of text i end at found_ends[i]. room: hits in it;
 *   what finds no room is left out.
 *
 * Returns how many hits there are, or -1 if memory ran out. */
int64_t settle_cues(
    const uint32_t *codes, const int64_t *bounds, int64_t texts, int64_t between,
    const uint32_t *folds, const uint16_t *facts, const uint32_t *sets, const int32_t *cues,
    const int32_t *programs, const int32_t *kinds, const int64_t *matches, const int64_t *ends,
    const int64_t *names, const int64_t *numbers, Hit *found, int64_t room, int64_t *found_ends)
{
    Named named = {numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]};
    Text text = {.codes = codes, .folds = folds, .facts = facts, .sets = sets};
    Hits hits = {0};
    Piece *pieces = malloc((size_t)(ends[texts - 1] + 1) * sizeof *pieces);
    int64_t total = 0;
    hits.failed = !pieces;
    for (int64_t i = 0, at = 0; i < texts && !hits.failed; i++) {
        int64_t count = 0, body = -1;
        text.begin = bounds[i];
        text.end = bounds[i + 1] - between;
        hits.count = 0;
        memset(hits.listed, -1, sizeof hits.listed);
        for (; at < ends[i]; at++) {
            const int64_t *match = matches + at * MATCH_COLUMNS;
            const int32_t *cue = cues + match[CUE] * COLUMNS;
            if (cue[PLACE] == PIECE)
                pieces[count++] = (Piece){match[START], match[END], cue[KIND]};
            else
                add_match(&text, cue, match, names, &named, &body, &hits);
        }
        cue_clock_columns(&text, named.time_list, &hits);
        cue_head_dates(&text, programs, named.date_header, &hits);
        cue_settle_pieces(&text, pieces, count, kinds, &named, &hits);
        add_prompted_lines(&text, &named, &hits);
        add_fillers(&text, &named, &hits);
        without_repetition(&hits);
        if (total + hits.count <= room && hits.count)
            memcpy(found + total, hits.items, (size_t)hits.count * sizeof *found);
        total += hits.count;
        found_ends[i] = total;
    }
    free(pieces);
    free(hits.items);
    return hits.failed ? -1 : total;
}

/* Decides which pieces go: matches of phrases that only mean something beside others. */

#include <stdlib.h>

#include "cue_hits.h"

/* So many weak words in a row ("Facebook", "Print") make a share bar; fewer may be subheads. */
enum { WEAK_RUN = 3 };

static const uint32_t SET_OFF[] = {U'.', U'!', U'?', U'…', U':', U';', U'|', U'•', U'·', U'»', U'”',
                                   U'"', U')', U']', U'}', U'>', U'→', U'。', U'！', U'？', U'」', 0};
static const uint32_t OPENERS[] = {U'«', U'“', U'„', U'¿', U'¡', 0};
static const uint32_t BAR_MARKS[] = {U' ', 0xa0, U'\n', U'\t', U'|', U'/', U'•', U'·', U'-', U'–',
                                     U'—', U':', U'(', U')', U'0', U'1', U'2', U'3', U'4', U'5',
                                     U'6', U'7', U'8', U'9', 0};
static const uint32_t OVER[] = {U' ', 0xa0, U'.', U'!', U'?', U'…', U'。', U'！', U'？', 0};

/* A stretch beside which weak lines go, or a weak line with its pieces, from `first` to `last`. */
typedef struct {
    int64_t start, end, first, last;
} Row;

typedef struct {
    const Text *text;
    const int32_t *kinds;
    const Named *named;
    Piece *pieces;
    Hits *hits;
    Row *weak;
    int64_t weak_count;
} Page;

static const int32_t *kind(const Page *page, int64_t piece)
{
    return page->kinds + page->pieces[piece].kind * KIND_COLUMNS;
}

/* Tells whether only marks stand between an end and a start. */
int cue_adjacent(const Text *text, int64_t end, int64_t start)
{
    if (start - end > MAX_BETWEEN_ITEMS)
        return 0;
    for (int64_t at = end; at < start; at++)
        if (!cue_among(text->codes[at], BAR_MARKS))
            return 0;
    return 1;
}

/* Gives each piece what lies between it and the next one. */
static void stretch(const Page *page, int64_t start, int64_t end, int64_t first, int64_t last)
{
    for (int64_t i = first; i < last; i++) {
        int64_t from = i == first ? start : page->pieces[i].start;
        int64_t to = i + 1 == last ? end : page->pieces[i + 1].start;
        cue_add(page->hits, cue_plain(from, to, kind(page, i)[KIND_CLASS]));
    }
}

/* Tells whether a line holds nothing but the pieces, marks and counters. */
static int covers(const Page *page, const Unit *line, int64_t first, int64_t last)
{
    int64_t at = line->start;
    for (int64_t i = first; i < last; i++) {
        if (cue_any(page->text, at, page->pieces[i].start, ALPHA))
            return 0;
        at = page->pieces[i].end;
    }
    return !cue_any(page->text, at, line->end, ALPHA);
}

/* Adds runs of pieces with nothing but marks between them: share bars in a long line. The pieces
 * that have no capital are no part of a bar, and do not part it. */
static void add_bars(const Page *page, int64_t first, int64_t last, Piece *bar)
{
    int64_t count = 0;
    for (int64_t i = first; i <= last; i++) {
        const Piece *piece = page->pieces + i;
        if (i < last && cue_facts(page->text, piece->start) & LOWER)
            continue;
        if (i == last || (count && !cue_adjacent(page->text, bar[count - 1].end, piece->start))) {
            Page alone = *page;
            alone.pieces = bar;
            if (count >= WEAK_RUN)
                stretch(&alone, bar[0].start, bar[count - 1].end, 0, count);
            count = 0;
        }
        if (i < last)
            bar[count++] = *piece;
    }
}

/* Returns the end of the stop that follows, if one does. */
static int64_t over_stop(const Text *text, int64_t end)
{
    int64_t at = end;
    while (at < text->end && at - end < 4 && cue_among(text->codes[at], OVER))
        at++;
    while (at > end && cue_facts(text, at - 1) & SPACE)
        at--;
    return at;
}

static int is_space(uint32_t code)
{
    return code == ' ' || code == 0xa0;
}

/* Returns what stands before a place or behind it, beyond a few spaces; 0 if nothing does. */
static int64_t nearest(const Text *text, int64_t at, int step)
{
    for (int64_t i = step < 0 ? at - 1 : at, seen = 0; seen < 8; i += step, seen++) {
        if (i < text->begin || i >= text->end)
            return -1;
        if (!is_space(text->codes[i]))
            return i;
    }
    return -1;
}

/* Adds a prompt inside a longer line, if it stands apart from its sentences. */
static void set_off(const Page *page, int64_t first, int64_t at, int64_t last)
{
    const Text *text = page->text;
    const Piece *piece = page->pieces + at;
    int64_t left = nearest(text, piece->start, -1), right = nearest(text, piece->end, 1);
    uint32_t before = left < 0 ? '\n' : text->codes[left];
    uint32_t after = right < 0 ? '\n' : text->codes[right];
    uint32_t facts = cue_facts(text, piece->start), next = right < 0 ? 0 : cue_facts(text, right);
    int open = before == '\n' || cue_among(before, SET_OFF) ||
               (at > first && cue_adjacent(text, piece[-1].end, piece->start));
    int new_sentence = after == '\n' || next & UPPER ||
                       (at + 1 < last && cue_adjacent(text, piece->end, piece[1].start));
    int64_t class = kind(page, at)[KIND_CLASS];
    if (open && (!(facts & LOWER) || before == '\n')) {
        if (new_sentence || next & ANY_DIGIT || cue_among(after, SET_OFF) || cue_among(after, OPENERS))
            cue_add(page->hits, cue_plain(piece->start, over_stop(text, piece->end), class));
    } else if (facts & UPPER && new_sentence) {
        cue_add(page->hits, cue_plain(piece->start, piece->end, class));
    }
}

/* Decides on the pieces of one line. */
static void settle_line(Page *page, int64_t first, int64_t last, Piece *room)
{
    Unit line = cue_line(page->text, page->pieces[first].start);
    int is_weak = 1, prompts = 0;
    for (int64_t i = first; i < last; i++) {
        is_weak &= kind(page, i)[WEAK];
        prompts |= !kind(page, i)[WHOLE];
    }
    if (line.whole && covers(page, &line, first, last)) {
        if (is_weak && last - first < WEAK_RUN)
            page->weak[page->weak_count++] = (Row){line.start, line.end, first, last};
        else
            stretch(page, line.start, line.end, first, last);
        return;
    }
    if (last - first >= WEAK_RUN)
        add_bars(page, first, last, room);
    for (int64_t i = first; prompts && i < last; i++)
        if (!kind(page, i)[WHOLE])
            set_off(page, first, i, last);
}

static int row_order(const void *one, const void *other)
{
    const Row *a = one, *b = other;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return (a->end > b->end) - (a->end < b->end);
}

/* Adds the lines of weak words that stand in a bar, or beside a prompt. */
static void add_weak_lines(const Page *page)
{
    int64_t count = page->weak_count;
    if (!count)
        return;
    Row *rows = malloc((size_t)(count + page->hits->count) * sizeof *rows);
    if (!rows) {
        page->hits->failed = 1;
        return;
    }
    for (int64_t i = 0; i < count; i++)
        rows[i] = page->weak[i];
    for (int64_t i = 0; i < page->hits->count; i++) {
        const Hit *hit = page->hits->items + i;
        if (cue_prompts(hit, page->named))
            rows[count++] = (Row){hit->start, hit->end, 0, 0};
    }
    qsort(rows, (size_t)count, sizeof *rows, row_order);
    for (int64_t first = 0, last; first < count; first = last) {
        int64_t words = 0;
        int prompts = 0;
        for (last = first; last < count; last++) {
            if (last > first && !cue_adjacent(page->text, rows[last - 1].end, rows[last].start))
                break;
            words += rows[last].last - rows[last].first;
            prompts |= rows[last].last == rows[last].first;
        }
        for (int64_t i = first; i < last && (prompts || words >= WEAK_RUN); i++)
            stretch(page, rows[i].start, rows[i].end, rows[i].first, rows[i].last);
    }
    free(rows);
}

static int piece_order(const void *one, const void *other)
{
    const Piece *a = one, *b = other;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->end != b->end)
        return a->end > b->end ? -1 : 1;
    return (a->kind > b->kind) - (a->kind < b->kind);
}

/* Leaves, of pieces that overlap, the first one, and none that is quoted. */
static int64_t without_overlaps(const Text *text, Piece *pieces, int64_t count)
{
    int64_t kept = 0, end = -1;
    for (int64_t i = 0; i < count; i++) {
        if (pieces[i].start < end || cue_quoted(text, pieces[i].start))
            continue;
        end = pieces[i].end;
        pieces[kept++] = pieces[i];
    }
    return kept;
}

/* Adds what goes with the pieces of a text, which are brought into order. */
void cue_settle_pieces(const Text *text, Piece *pieces, int64_t count, const int32_t *kinds,
                       const Named *named, Hits *hits)
{
    qsort(pieces, (size_t)count, sizeof *pieces, piece_order);
    count = without_overlaps(text, pieces, count);
    if (!count)
        return;
    Page page = {.text = text, .kinds = kinds, .named = named, .pieces = pieces, .hits = hits};
    page.weak = malloc((size_t)count * sizeof *page.weak);
    Piece *room = malloc((size_t)count * sizeof *room);
    if (page.weak && room) {
        for (int64_t first = 0, last; first < count; first = last) {
            for (last = first + 1; last < count; last++) {
                int64_t at = pieces[last - 1].end;
                while (at < pieces[last].start && text->codes[at] != '\n')
                    at++;
                if (at < pieces[last].start)
                    break;
            }
            settle_line(&page, first, last, room);
        }
        add_weak_lines(&page);
    } else {
        hits->failed = 1;
    }
    free(page.weak);
    free(room);
}

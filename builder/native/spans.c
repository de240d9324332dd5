/* What is removed from texts: proposed spans, and the white space that they leave behind. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Where a proposal begins or ends. */
struct event {
    int64_t at, rule, step;
};

/* The proposals that hold at a place: how many of each rule and of all, and a set of rules. */
struct active {
    int64_t *counts, all;
    uint64_t *rules;
};

/* The first newline, the first space and the first white character; -1 for none. */
struct firsts {
    int64_t newline, space, white;
};

/* A run of white and removed characters, and the white ones that may stay: the first ones among
 * those that no rule proposed and among all. */
struct gap {
    int64_t start;
    struct firsts free, all;
};

/* The pieces that are found: starts and ends, and a set of rules for each. */
struct pieces {
    int64_t found, words, *spans;
    uint64_t *rules;
};

static int by_place(const void *left, const void *right)
{
    int64_t one = ((const struct event *)left)->at, other = ((const struct event *)right)->at;
    return (one > other) - (one < other);
}

static int64_t list_events(
    const int64_t *spans, int64_t proposals, int64_t size, struct event *events)
{
    int64_t found = 0;
    for (int64_t i = 0; i < proposals; i++) {
        int64_t first = spans[3 * i] < 0 ? 0 : spans[3 * i];
        int64_t last = spans[3 * i + 1] > size ? size : spans[3 * i + 1];
        if (first < last) {
            events[found++] = (struct event){first, spans[3 * i + 2], 1};
            events[found++] = (struct event){last, spans[3 * i + 2], -1};
        }
    }
    qsort(events, (size_t)found, sizeof *events, by_place);
    return found;
}

static void apply(struct active *active, const struct event *event)
{
    int64_t before = active->counts[event->rule];
    active->counts[event->rule] += event->step;
    active->all += event->step;
    if (!before || !active->counts[event->rule])
        active->rules[event->rule / 64] ^= UINT64_C(1) << event->rule % 64;
}

/* Adds one character to the gap, and to the last piece of it if their rules agree. */
static void begin_piece(struct pieces *pieces, int64_t first, const uint64_t *rules, int64_t at)
{
    size_t bytes = (size_t)pieces->words * sizeof *rules;
    uint64_t *next = pieces->rules + pieces->found * pieces->words;
    if (pieces->found > first && !memcmp(next - pieces->words, rules, bytes))
        return;
    memcpy(next, rules, bytes);
    pieces->spans[2 * pieces->found++] = at;
}

static void note_white(struct firsts *firsts, uint32_t code, int64_t at)
{
    if (firsts->white < 0)
        firsts->white = at;
    if (firsts->newline < 0 && code == '\n')
        firsts->newline = at;
    if (firsts->space < 0 && code == ' ')
        firsts->space = at;
}

/* Returns the one white character of a gap that stays; -1 for none. A newline wins over a space;
 * of equals, one that no rule proposed wins. */
static int64_t survivor(const struct gap *gap, int64_t end, int64_t size)
{
    if (gap->start == 0 || end == size)
        return -1;
    const int64_t wanted[] = {gap->free.newline, gap->all.newline, gap->free.space,
                              gap->free.white, gap->all.space, gap->all.white};
    for (int i = 0; i < 6; i++)
        if (wanted[i] >= 0)
            return wanted[i];
    return -1;
}

/* Takes one character out of the pieces from `first` on, one of which holds it. */
static void keep(struct pieces *pieces, int64_t first, int64_t at)
{
    int64_t own = first, words = pieces->words;
    while (pieces->spans[2 * own + 1] <= at)
        own++;
    int64_t *span = pieces->spans + 2 * own, end = span[1];
    uint64_t *rules = pieces->rules + own * words;
    size_t later = (size_t)(pieces->found - own), bytes = (size_t)words * sizeof *rules;
    if (span[0] < at && at + 1 < end) { /* two pieces are left */
        memmove(span + 2, span, later * 2 * sizeof *span);
        memmove(rules + words, rules, later * bytes);
        span[1] = at, span[2] = at + 1;
        pieces->found++;
    } else if (span[0] < at) {
        span[1] = at;
    } else if (at + 1 < end) {
        span[0] = at + 1;
    } else {
        memmove(span, span + 2, (later - 1) * 2 * sizeof *span);
        memmove(rules, rules + words, (later - 1) * bytes);
        pieces->found--;
    }
}

/* A text and what of it is white. */
struct text {
    const uint32_t *codes;
    int64_t size, known;
    const uint8_t *white;
};

static int is_white(const struct text *text, int64_t at)
{
    return text->codes[at] < text->known && text->white[text->codes[at]];
}

/* Returns the next place, up to `stop`, where something may be lost: any white character but one
 * between two words. The place before `at` is none of white space. */
static int64_t skip_words(const struct text *text, int64_t at, int64_t stop)
{
    while (at < stop)
        if (!is_white(text, at))
            at++;
        else if (at && at + 1 < stop && !is_white(text, at + 1))
            at += 2;
        else
            break;
    return at;
}

/* Says whether no further white character of removed text can matter to a gap. */
static int is_settled(const struct gap *gap)
{
    return gap->all.newline >= 0 && gap->all.space >= 0;
}

/* Finds the pieces that are removed from texts.
 *
 * codes, bounds: the code points of all texts; text i lies in bounds[i] .. bounds[i + 1].
 * white, known: which characters below `known` are white; others are not.
 * spans, given: start, end and rule of the proposals; those of text i stand in given[i] ..
 *   given[i + 1]. They may reach outside of the text. Rule 0 is that of surplus white space.
 * words: of 64 rules each, in a set of rules.
 * events: room for six numbers for each proposal; counts: a zero for each rule, and left so;
 * sets: two sets of rules, the first one empty, and left so; the second one holds rule 0.
 * found, rules: start and end, and the set of rules, of each piece; as many as there are code
 *   points.
 * ends: one more than there are texts; the pieces of text i stand in ends[i] .. ends[i + 1]. */
int64_t remove_spans(
    const uint32_t *codes, const int64_t *bounds, int64_t texts, const uint8_t *white,
    int64_t known, const int64_t *spans, const int64_t *given, int64_t words, int64_t *events,
    int64_t *counts, uint64_t *sets, int64_t *found, uint64_t *rules, int64_t *ends)
{
    struct pieces pieces = {0, words, found, rules};
    struct active active = {counts, 0, sets};
    ends[0] = 0;
    for (int64_t own = 0; own < texts; own++) {
        struct text text = {codes + bounds[own], bounds[own + 1] - bounds[own], known, white};
        struct event *event = (struct event *)events;
        struct event *last = event + list_events(
            spans + 3 * given[own], given[own + 1] - given[own], text.size, event);
        struct gap gap = {0};
        int64_t first = 0, is_open = 0, is_fresh = 0;
        for (int64_t at = 0; at <= text.size; at++) {
            if (!is_open && !active.all)
                at = skip_words(&text, at, event < last ? event->at : text.size);
            for (; event < last && event->at == at; event++, is_fresh = 1)
                apply(&active, event);
            int white_here = at < text.size && is_white(&text, at);
            if (at == text.size || !(active.all || white_here)) {
                int64_t stays = is_open ? survivor(&gap, at, text.size) : -1;
                if (stays >= 0)
                    keep(&pieces, first, stays);
                is_open = 0;
                continue;
            }
            if (!is_open) {
                gap = (struct gap){at, {-1, -1, -1}, {-1, -1, -1}};
                first = pieces.found;
                is_open = is_fresh = 1;
            }
            if (is_fresh)
                begin_piece(&pieces, first, active.all ? active.rules : sets + words, at);
            is_fresh = 0;
            pieces.spans[2 * pieces.found - 1] = at + 1;
            if (white_here)
                note_white(&gap.all, text.codes[at], at);
            if (white_here && !active.all)
                note_white(&gap.free, text.codes[at], at);
            if (active.all && is_settled(&gap)) /* all proposals end in the text */
                pieces.spans[2 * pieces.found - 1] = event->at, at = event->at - 1;
        }
        ends[own + 1] = pieces.found;
    }
    return pieces.found;
}

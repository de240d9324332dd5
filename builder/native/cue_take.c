/* Which line or sentence a match of a phrase speaks for, and whether it does. */

#include "cue.h"

/* Characters after its rarest word within which a phrase has to end. */
enum { REACH = 320 };

/* In a long line, a sentence goes for a phrase inside it only if at most so many characters come
 * before the phrase, since what comes earlier may be prose without a stop; and at most so many of
 * the sentence behind it. */
enum { MAX_LEAD = 25, MAX_TAIL = 140 };

static const uint32_t STOPS[] = {U'.', U'!', U'?', U'…', U'।', U'؟', U'۔', 0};
static const uint32_t FREE_STOPS[] = {U'。', U'！', U'？', U'|', U'•', 0};
static const uint32_t CLOSERS[] = {U'"', U'»', U'”', U'\'', U')', U']', 0};
static const uint32_t DASHES[] = {U'-', U'–', U'—', 0};
static const uint32_t CREDIT_OPENS[] = {U'(', U'[', U'/', 0};
static const uint32_t CREDIT_CLOSES[] = {U')', U']', U',', U'/', U';', 0};

/* Returns the end of the stop at a place, or -1; nothing is seen from `end` on. */
static int64_t stop_end(const Text *text, int64_t at, int64_t end)
{
    const uint32_t *codes = text->codes + at;
    if (cue_facts(text, at) & ALNUM)
        return -1;
    if (cue_among(*codes, STOPS)) {
        int closes = at + 1 == end || cue_facts(text, at + 1) & SPACE || cue_among(codes[1], CLOSERS);
        return closes ? at + 1 : -1;
    }
    if (*codes == ' ')
        return at + 2 < end && codes[2] == ' ' && cue_among(codes[1], DASHES) ? at + 3 : -1;
    return cue_among(*codes, FREE_STOPS) ? at + 1 : -1;
}

static int is_blank(uint32_t code)
{
    return code == ' ' || code == '\t' || code == 0xa0;
}

static int line_begins(const Text *text, int64_t at)
{
    while (at > text->begin && is_blank(text->codes[at - 1]))
        at--;
    return at == text->begin || text->codes[at - 1] == '\n';
}

/* Returns the sentence around a match, within its line. */
static Unit sentence(const Text *text, const Found *found)
{
    Unit line = cue_line(text, found->start);
    int64_t at = found->start, last = found->end - 1 > at ? found->end - 1 : at;
    int64_t low = line.start > at - WINDOW ? line.start : at - WINDOW, start = low, end = -1;
    int opened = low == line.start && (line.whole || line_begins(text, low));
    for (int64_t i = low; i < at;) {
        int64_t stop = stop_end(text, i, at);
        if (stop >= 0) {
            start = stop;
            opened = 1;
        }
        i = stop < 0 ? i + 1 : stop;
    }
    int64_t high = line.end < last + WINDOW ? line.end : last + WINDOW;
    for (int64_t i = last; i < high && end < 0; i++)
        end = stop_end(text, i, high);
    int closed = end >= 0;
    if (!closed) {
        uint32_t code = high < text->end ? text->codes[high] : '\n';
        end = high;
        closed = high == line.end && (line.whole || code == '\n' || is_blank(code));
    }
    Unit unit = cue_tight(text, start, end);
    if (line.whole && unit.start == line.start && unit.end == line.end)
        return line;
    unit.whole = opened && closed;
    return unit;
}

/* Tells whether a sentence is short and bounded enough to go with its phrase. */
static int may_go(const Text *text, const Unit *unit, const Found *found, int64_t most)
{
    if (!unit->whole || unit->end - unit->start > most)
        return 0;
    if (unit->line)
        return 1;
    Unit rest = cue_tight(text, found->end, unit->end);
    if (rest.start < rest.end && cue_facts(text, rest.start) & UPPER)
        return 0; /* it may begin a sentence that is glued to the phrase */
    if (cue_line(text, unit->start).whole)
        return 1;
    return found->start - unit->start <= MAX_LEAD && unit->end - found->end <= MAX_TAIL;
}

/* Tells whether anything but marks stands before a match. */
static int has_text_before(const Text *text, int64_t start, int64_t at)
{
    return at - start > MAX_MARKS || cue_any(text, start, at, ALNUM);
}

/* Tells whether marks set a name off as a credit: `(AFP)`, `dpa/lnw`, a line of its own. */
static int is_credit(const Text *text, int64_t start, int64_t end)
{
    int64_t low = start, high = end;
    while (low > text->begin && start - low < 3 && text->codes[low - 1] == ' ')
        low--;
    while (high < text->end && high - end < 3 && text->codes[high] == ' ')
        high++;
    uint32_t before = low > text->begin && start - low < 3 ? text->codes[low - 1] : 0;
    uint32_t after = high < text->end && high - end < 3 ? text->codes[high] : '\n';
    if (cue_among(before, CREDIT_OPENS))
        return cue_among(after, CREDIT_CLOSES);
    return (after == '\n' || after == '/' || after == ')') && cue_opens_line(text, start);
}

/* Finds what a line says from a match on; returns whether it is what the cue asks for. */
static int fits_line(const Text *text, const int32_t *cue, const int32_t *program, const Unit *line,
                     Found *found)
{
    if (cue[PLACE] == LINE)
        return line->end - line->start <= cue[MAX_CHARS];
    int64_t end = line->end;
    while (end > line->start && !(cue_facts(text, end - 1) & ALNUM))
        end--;
    *found = cue_match(text, program, found->start, end, 1);
    return found->end >= 0;
}

/* Matches a cue at a place.
 *
 * match: the row that is filled in if the cue stands there. Returns whether it does. */
int cue_take(const Text *text, const int32_t *cue, const int32_t *program, int64_t place,
             int64_t *match)
{
    int64_t end = text->end - place < REACH ? text->end : place + REACH;
    Found found = cue_match(text, program, place, end, 0);
    if (found.end < 0 || (cue[SPACED] && !cue[OPEN_ENDED] && !cue_ends_word(text, found.end)))
        return 0;
    Unit unit = {found.start, found.end, 0, 0};
    if (cue[PLACE] == STARTS || cue[PLACE] == CONTAINS) {
        unit = sentence(text, &found);
        if (cue[PLACE] == STARTS && has_text_before(text, unit.start, place))
            return 0;
        if (cue_quoted(text, place) || (cue[REMOVES] && !may_go(text, &unit, &found, cue[MAX_CHARS])))
            return 0;
    } else if (cue[PLACE] == CREDIT) {
        if (!is_credit(text, found.start, found.end))
            return 0;
    } else if (cue[PLACE] >= LINE) {
        unit = cue_line(text, place);
        if (!unit.whole || !fits_line(text, cue, program, &unit, &found) || cue_quoted(text, place))
            return 0;
    }
    if (cue[NAMED] && found.name[0] < 0)
        return 0;
    match[START] = found.start;
    match[END] = found.end;
    match[UNIT_START] = unit.start;
    match[UNIT_END] = unit.end;
    match[NAME_START] = cue[NAMED] ? found.name[0] : -1;
    match[NAME_END] = cue[NAMED] ? found.name[1] : -1;
    return 1;
}

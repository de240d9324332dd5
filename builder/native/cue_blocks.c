/* Blocks that are known by their shape alone: columns of clock times, date lines, lists.
 *
 * No words, so these work in every language. Each shape is chosen so that a timetable with text, a
 * list of results or a recipe does not have it. */

#include "cue_hits.h"

/* Clock times in a row, with nothing but marks between them, that make a ticker's column. A
 * timetable or a race has words between its times. */
enum { MIN_CLOCKS = 5, MAX_CLOCK_GAP = 12, MAX_CLOCK_MARKS = 5 };

/* Lines and characters at the head of a text where a lone date line is a header; the longest one. */
enum { HEAD_LINES = 12, HEAD_CHARS = 1200, MAX_DATE_LINE = 60 };

/* A line this long is prose; ideographs say more per character. With a stop at its end, it is prose
 * in the head of a text, too. */
enum { PROSE_CHARS = 120, PROSE_UNSPACED = 50 };

/* Longest line of a list and most lines of it; longer ones are text, not links. */
enum { MAX_ITEM = 220, MAX_ITEMS = 20 };

static const uint32_t BULLETS[] = {U'•', U'·', U'▪', U'‣', U'◦', U'●', U'○', U'■', U'□', U'►', U'▶',
                                   U'→', U'»', U'*', U'–', U'—', U'-', 0};
static const uint32_t STOPS[] = {U'.', U'!', U'?', U'…', U'。', U'！', U'？', U'।', U'؟', U'۔', 0};
static const uint32_t CLOSERS[] = {U'"', U'\'', U'”', U'’', U'»', U'›', U')', U']', U'」', U'』',
                                   U'）', 0};
static const uint32_t COLUMN_MARKS[] = {U'-', U'–', U'—', U'•', U'·', 0};

static int is_word(const Text *text, int64_t at)
{
    return cue_facts(text, at) & ALNUM || text->codes[at] == '_';
}

static int64_t line_end(const Text *text, int64_t at, int64_t end)
{
    while (at < end && text->codes[at] != '\n')
        at++;
    return at;
}

/* Returns the end of so many decimals at most, if there are so many at least; else -1. */
static int64_t digits_end(const Text *text, int64_t at, int64_t end, int64_t least, int64_t most)
{
    int64_t count = 0;
    while (count < most && at + count < end && cue_facts(text, at + count) & DECIMAL)
        count++;
    return count < least ? -1 : at + count;
}

/* Returns the number that decimals stand for. Those of a script are ten in a row, from 0 on. */
static int64_t number(const Text *text, int64_t start, int64_t end)
{
    int64_t value = 0;
    for (int64_t at = start; at < end; at++) {
        uint32_t code = text->codes[at], zero = code;
        while (zero && text->facts[zero - 1] & DECIMAL)
            zero--;
        value = 10 * value + (code - zero) % 10;
    }
    return value;
}

static int64_t skip_marks(const Text *text, int64_t at, int64_t end)
{
    int64_t count = 0;
    while (count < MAX_CLOCK_MARKS && at + count < end && !is_word(text, at + count))
        count++;
    return at + count;
}

/* Tells whether a line holds a time of day, and nothing else but marks. */
static int is_clock_line(const Text *text, int64_t start, int64_t end)
{
    int64_t hours = skip_marks(text, start, end), hours_end = digits_end(text, hours, end, 1, 2);
    if (hours_end < 0 || hours_end == end ||
        (text->codes[hours_end] != ':' && text->codes[hours_end] != 'h'))
        return 0;
    int64_t minutes = hours_end + 1, minutes_end = digits_end(text, minutes, end, 2, 2);
    if (minutes_end < 0 || skip_marks(text, minutes_end, end) != end)
        return 0;
    return number(text, hours, hours_end) <= 23 && number(text, minutes, minutes_end) <= 59;
}

/* Tells whether nothing but a few marks stands between two times. */
static int is_clock_gap(const Text *text, int64_t start, int64_t end)
{
    if (end - start > MAX_CLOCK_GAP)
        return 0;
    for (; start < end; start++)
        if (is_word(text, start))
            return 0;
    return 1;
}

/* Moves the start of a column over the dash that belongs to its first time. */
static int64_t with_marks_before(const Text *text, int64_t start)
{
    int64_t back = start;
    while (back > text->begin && start - back < 6 && !(cue_facts(text, back - 1) & ALNUM))
        back--;
    Unit marks = cue_tight(text, back, start);
    int is_mark = marks.end - marks.start == 1 && cue_among(text->codes[marks.start], COLUMN_MARKS);
    return is_mark ? marks.start : start;
}

/* Adds the columns that hold clock times and nothing else. */
void cue_clock_columns(const Text *text, int64_t class, Hits *hits)
{
    int64_t start = 0, end = 0, count = 0, next;
    for (int64_t at = text->begin; at <= text->end; at = next + 1) {
        next = line_end(text, at, text->end);
        if (!is_clock_line(text, at, next))
            continue;
        if (count && !is_clock_gap(text, end, at)) {
            if (count >= MIN_CLOCKS)
                cue_add(hits, cue_plain(with_marks_before(text, start), end, class));
            count = 0;
        }
        start = count ? start : at;
        end = next;
        count++;
    }
    if (count >= MIN_CLOCKS)
        cue_add(hits, cue_plain(with_marks_before(text, start), end, class));
}

/* Tells whether a sentence ends with a stretch: a stop, few closers, white space. */
static int has_final_stop(const Text *text, int64_t start, int64_t end, int is_folded)
{
    int64_t low = end - start > 6 ? end - 6 : start;
    while (end > low && cue_facts(text, end - 1) & SPACE)
        end--;
    for (int count = 0; end > low; end--, count++) {
        uint32_t code = is_folded ? cue_folded(text, end - 1) : text->codes[end - 1];
        if (count == 3 || !cue_among(code, CLOSERS))
            return cue_among(code, STOPS);
    }
    return 0;
}

/* Adds the lines above the first prose that hold a date and nothing else. */
void cue_head_dates(const Text *text, const int32_t *program, int64_t class, Hits *hits)
{
    int64_t high = text->end - text->begin < HEAD_CHARS ? text->end : text->begin + HEAD_CHARS;
    int64_t lines = 0, end;
    for (int64_t at = text->begin; at < high && lines < HEAD_LINES; at = end + 1) {
        end = line_end(text, at, high);
        if (end == at)
            continue;
        if (end - at >= PROSE_CHARS && has_final_stop(text, at, end, 1))
            return;
        if (end - at <= MAX_DATE_LINE && cue_any(text, at, end, DECIMAL) &&
            cue_match(text, program, at, end, 1).end >= 0)
            cue_add(hits, cue_plain(at, end, class));
        lines++;
    }
}

/* Returns where the first prose begins. */
int64_t cue_body(const Text *text)
{
    int64_t end;
    for (int64_t at = text->begin; at < text->end; at = end + 1) {
        end = line_end(text, at, text->end);
        if (end - at >= PROSE_CHARS)
            return at;
        for (int64_t i = at; i + PROSE_UNSPACED <= end; i++) {
            uint32_t code = text->codes[i];
            if ((code >= 0x3040 && code <= 0x30ff) || (code >= 0x3400 && code <= 0x9fff) ||
                (code >= 0xac00 && code <= 0xd7af))
                return i;
        }
    }
    return text->end;
}

/* Returns the end of the mark that a line of a list begins with, or -1. */
static int64_t mark_end(const Text *text, int64_t at, int64_t end)
{
    const uint32_t *codes = text->codes;
    int64_t last, most = end - at < 8 ? end : at + 8;
    while (at < most && cue_facts(text, at) & SPACE)
        at++;
    if (at == end)
        return -1;
    if (cue_among(codes[at], BULLETS)) {
        last = at + 1;
    } else {
        int bracket = codes[at] == '[';
        last = digits_end(text, at + bracket, end, 1, 2);
        if (last < 0 || last == end)
            return -1;
        if (bracket ? codes[last] != ']' : codes[last] != '.' && codes[last] != ')')
            return -1;
        last++;
    }
    most = end - last < 4 ? end : last + 4;
    while (last < most && cue_facts(text, last) & SPACE)
        last++;
    return last;
}

/* Adds a line of a list, with what it says behind its mark as the value of a hint, if it is one.
 *
 * The lines of one list may be headings of the same: what they list was added with it. */
static void add_item(const Text *text, int64_t start, int64_t end, int64_t behind, int64_t class,
                     int64_t hint, Hits *hits)
{
    Hit hit = cue_plain(start, end, class);
    int is_whole = end == text->end || text->codes[end] == '\n';
    if (is_whole && start >= hits->listed[class].start && end <= hits->listed[class].end)
        return;
    if (hint) {
        Unit item = cue_tight(text, behind, end);
        hit.hint = hint;
        hit.value_start = item.start;
        hit.value_end = item.end;
    }
    cue_add(hits, hit);
}

/* Adds the lines of the list that follows a heading.
 *
 * A list with marks ("• …") ends where the marks end. One without marks is taken whole if it runs
 * to the end of the text; else, unless `needs_marks`, only its first line is, since a later one may
 * be a subhead. Returns how many lines it has. */
int64_t cue_list_after(const Text *text, int64_t at, int needs_marks, int64_t class, int64_t hint,
                       Hits *hits)
{
    struct { int64_t start, end, behind; } plain[MAX_ITEMS];
    int64_t first = -1, last = -1, most = MAX_ITEM * MAX_ITEMS;
    int64_t high = text->end - at < most ? text->end : at + most, count = 0, marked = 0, end;
    int is_cut = 0;
    for (; at <= high; at = end + 1) {
        end = line_end(text, at, high);
        Unit tight = cue_tight(text, at, end);
        if (tight.start == tight.end)
            continue;
        int64_t mark = mark_end(text, at, end);
        is_cut = 1;
        if (end - at > MAX_ITEM || (mark >= 0 && mark >= tight.end))
            break;
        if (mark >= 0 && !count) {
            add_item(text, at, end, mark, class, hint, hits);
            first = marked++ ? first : at;
            last = end;
        } else if (marked || count >= MAX_ITEMS || has_final_stop(text, at, end, 0)) {
            break;
        } else {
            plain[count].start = at;
            plain[count].end = end;
            plain[count++].behind = mark < 0 ? at : mark;
        }
        is_cut = 0;
    }
    if (is_cut || count < 2)
        count = needs_marks || !count ? 0 : 1;
    for (int64_t i = 0; i < count; i++) {
        add_item(text, plain[i].start, plain[i].end, plain[i].behind, class, hint, hits);
        first = plain[0].start;
        last = plain[i].end;
    }
    hits->listed[class].start = first;
    hits->listed[class].end = last;
    return marked + count;
}

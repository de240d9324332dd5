/* Which line or sentence a place stands in. All searches look at a bounded window, so a line of a
 * million characters costs no more than a short one. */

#include "cue.h"

static const uint32_t OPENING_QUOTES[] = {U'«', U'„', U'「', U'『', 0};

/* Tells whether a character is one of «»“”„「」『』. */
static inline int is_quote(uint32_t code)
{
    return code == 0xab || code == 0xbb || code - 0x201c <= 2 || code - 0x300c <= 3;
}

/* Returns a stretch without white space at its edges. */
Unit cue_tight(const Text *text, int64_t start, int64_t end)
{
    while (start < end && cue_facts(text, start) & SPACE)
        start++;
    while (end > start && cue_facts(text, end - 1) & SPACE)
        end--;
    return (Unit){start, end < start ? start : end, 0, 0};
}

/* Returns the line around a place, or the window around it if the line is long. */
Unit cue_line(const Text *text, int64_t at)
{
    int64_t low = at, high = at;
    while (low > text->begin && at - low < MAX_UNIT && text->codes[low - 1] != '\n')
        low--;
    while (high < text->end && high - at < MAX_UNIT && text->codes[high] != '\n')
        high++;
    Unit line = cue_tight(text, low, high);
    int begins = low == text->begin || text->codes[low - 1] == '\n';
    int ends = high == text->end || text->codes[high] == '\n';
    line.whole = begins && ends && high - low <= MAX_UNIT;
    line.line = 1;
    return line;
}

/* Tells whether a place lies in a quotation that was opened before it in its line. */
int cue_quoted(const Text *text, int64_t at)
{
    int64_t low = at, straight = 0;
    uint32_t mark = 0; /* the last one */
    int lower = 0;     /* whether a lower one came before it */
    while (low > text->begin && at - low < WINDOW && text->codes[low - 1] != '\n') {
        uint32_t code = text->codes[--low];
        straight += code == '"';
        if (is_quote(code)) {
            lower |= mark && code == U'„';
            mark = mark ? mark : code;
        }
    }
    if (mark == U'“' ? !lower : cue_among(mark, OPENING_QUOTES))
        return 1;
    return straight % 2 && (low == text->begin || text->codes[low - 1] == '\n');
}

/* Tells whether a line has nothing but marks before a place, and few of them. */
int cue_opens_line(const Text *text, int64_t place)
{
    for (int64_t at = place - 1; at >= place - MAX_MARKS; at--) {
        if (at < text->begin || text->codes[at] == '\n')
            return 1;
        if (cue_facts(text, at) & ALNUM)
            return 0;
    }
    return 0;
}

/* Tells whether a word ends here; `SubscribeLog in` holds two. */
int cue_ends_word(const Text *text, int64_t at)
{
    uint32_t facts = cue_facts(text, at);
    return !(facts & ALNUM) || (facts & UPPER && cue_facts(text, at - 1) & LOWER);
}

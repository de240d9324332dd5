/* Where numbers stand that may be of a date. */

#include <stdint.h>

/* What a character is: a digit of some script, and its value; or white space inside a line. */
enum { NONE = 0, FIRST_DIGIT = 1, LAST_DIGIT = 10, OTHER_SCRIPT = 16, GAP = 32 };

struct text {
    const uint32_t *codes;
    int64_t size, known;
    const uint8_t *kinds;
};

static int kind(const struct text *text, int64_t at)
{
    if (at < 0 || at >= text->size || text->codes[at] >= text->known)
        return NONE;
    return text->kinds[text->codes[at]];
}

/* Returns the value of a digit, -1 for what is none. */
static int digit(const struct text *text, int64_t at)
{
    return (kind(text, at) & (OTHER_SCRIPT - 1)) - 1;
}

static int is_one_of(const struct text *text, int64_t at, const char *signs)
{
    if (at < 0 || at >= text->size)
        return 0;
    for (; *signs; signs++)
        if (text->codes[at] == (uint32_t)*signs)
            return 1;
    return 0;
}

/* Characters before a year, and behind it, among which a day stands. */
enum { DATE_WINDOW = 44 };

/* Says whether another digit stands near a year on its line: without one it is of no date. */
static int has_digit_near(const struct text *text, int64_t at)
{
    for (int64_t i = at - 1; i >= at - DATE_WINDOW && i >= 0 && text->codes[i] != '\n'; i--)
        if (digit(text, i) >= 0)
            return 1;
    int64_t end = at + 4;
    for (int64_t i = end; i < end + DATE_WINDOW && i < text->size && text->codes[i] != '\n'; i++)
        if (digit(text, i) >= 0)
            return 1;
    return 0;
}

/* Says whether a run of digits begins with four that may be the year of a date. */
static int may_be_year(const struct text *text, int64_t at)
{
    int first = digit(text, at), second = digit(text, at + 1);
    if (!(first == 1 || first == 2) || second < 0 || (second > 1 && second < 5))
        return 0;
    if (digit(text, at + 2) < 0 || digit(text, at + 3) < 0)
        return 0;
    if (digit(text, at - 2) >= 0 && is_one_of(text, at - 1, ".,:/"))
        return 0;
    return has_digit_near(text, at);
}

/* Says whether a run of digits opens a date in numbers: another one between twice the same sign. */
static int may_be_numeric(const struct text *text, int64_t at)
{
    int is_dashed = at > 0 && text->codes[at - 1] == 0x2013;
    if (is_one_of(text, at - 1, "/"))
        return 0;
    if (digit(text, at - 2) >= 0 && (is_dashed || is_one_of(text, at - 1, ".,:-")))
        return 0;
    int64_t first = at;
    while (digit(text, at) >= 0)
        if (++at - first > 4)
            return 0;
    at += kind(text, at) == GAP;
    if (!is_one_of(text, at, "./-"))
        return 0;
    uint32_t sign = text->codes[at++];
    at += kind(text, at) == GAP;
    if (digit(text, at) < 0)
        return 0;
    at += digit(text, at + 1) < 0 ? 1 : 2;
    at += kind(text, at) == GAP;
    return at < text->size && text->codes[at] == sign;
}

/* Finds the numbers of texts that may be of a date.
 *
 * codes, bounds: the code points of all texts; text i lies in bounds[i] .. bounds[i + 1].
 * kinds, known: what each character below `known` is; others are nothing.
 * years, numerics: half as many as there are code points, and one more for each text; where a
 *   number begins in its text that may be the year of a date, or the first one of a date in
 *   numbers.
 * ends: two more than there are pairs of them; the years of text i stand in ends[2 * i] ..
 *   ends[2 * i + 2], its other numbers in ends[2 * i + 1] .. ends[2 * i + 3].
 * others: whether a text has digits of other scripts. */
int64_t find_numbers(
    const uint32_t *codes, const int64_t *bounds, int64_t texts, const uint8_t *kinds,
    int64_t known, int64_t *years, int64_t *numerics, int64_t *ends, uint8_t *others)
{
    ends[0] = ends[1] = 0;
    for (int64_t own = 0; own < texts; own++) {
        struct text text = {codes + bounds[own], bounds[own + 1] - bounds[own], known, kinds};
        int64_t *end = ends + 2 * own + 2;
        end[0] = end[-2], end[1] = end[-1];
        int seen = 0, before = NONE;
        for (int64_t at = 0; at < text.size; at++) {
            int here = text.codes[at] < known ? kinds[text.codes[at]] : NONE;
            seen |= here;
            int is_first = here & (OTHER_SCRIPT - 1) && !(before & (OTHER_SCRIPT - 1));
            before = here;
            if (!is_first)
                continue;
            if (may_be_year(&text, at))
                years[end[0]++] = at;
            if (may_be_numeric(&text, at))
                numerics[end[1]++] = at;
        }
        others[own] = (seen & OTHER_SCRIPT) != 0;
    }
    return texts;
}

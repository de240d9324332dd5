/* Where numbers stand that may be of a date. */

#include <stdint.h>
#include <string.h>

#include "vectors.h"

/* What a character is: a digit of some script, and its value; or white space inside a line. */
enum { NONE = 0, FIRST_DIGIT = 1, LAST_DIGIT = 10, OTHER_SCRIPT = 16, GAP = 32 };

/* A letter that case folding makes two of, or that may be missing: it may be any letter. */
enum { ANY_LETTER = 0xFFFF };

/* Letters of a name that are looked at. */
enum { NAME_LETTERS = 12 };

struct text {
    const uint32_t *codes;
    int64_t size, known;
    const uint8_t *kinds;
    const uint16_t *letters;
    const uint8_t *names;
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

/* Returns the folded form of a letter, 0 for what is none. */
static int letter(const struct text *text, int64_t at)
{
    if (at < 0 || at >= text->size || text->codes[at] >= text->known)
        return NONE;
    return text->letters[text->codes[at]];
}

/* Where the digits of other scripts lie: those before the Mongolian ones, and the wide ones. */
static const uint32_t OTHERS = 0x660, OTHERS_END = 0x1800, WIDE = 0xFF10;

/* Characters that are looked over at once. */
enum { BLOCK = 512 };

/* Says whether some characters of a block may be digits of other scripts, and marks the western
 * ones. */
WITH_AVX2
static int mark_digits(const uint32_t *restrict codes, int64_t size, uint8_t *restrict marks)
{
    uint32_t others = 0;
    for (int64_t at = 0; at < size; at++) {
        marks[at] = codes[at] - '0' <= 9;
        others |= (codes[at] - OTHERS < OTHERS_END - OTHERS) | (codes[at] - WIDE <= 9);
    }
    return others != 0;
}

/* Marks the digits of a block. */
static void find_digits(const struct text *text, int64_t begin, int64_t size, uint8_t *marks)
{
    if (mark_digits(text->codes + begin, size, marks))
        for (int64_t at = 0; at < size; at++)
            marks[at] = digit(text, begin + at) >= 0;
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

/* Characters before a year, and behind it, among which day and month stand. */
enum { DATE_WINDOW = 44 };

/* Says whether the letters from a place on may be those of a name of a month. */
static int may_be_month(const struct text *text, int64_t at, int64_t end)
{
    if (end > at + NAME_LETTERS)
        end = at + NAME_LETTERS;
    uint16_t number = 0;
    for (int here; at < end && (here = letter(text, at)); at++) {
        if (here == ANY_LETTER)
            return 1;
        number = (uint16_t)(number * 31 + here);
    }
    return text->names[number];
}

static int holds_digit(const struct text *text, int64_t at, int64_t end)
{
    while (at < end && digit(text, at) < 0)
        at++;
    return at < end;
}

/* Characters behind a digit of a day where a name may begin inside a run of letters: "7thNov". */
enum { GLUED = 3 };

/* Says whether the name of a month may begin in a stretch. */
static int may_hold_month(const struct text *text, int64_t start, int64_t end)
{
    int is_letter = letter(text, start - 1) != 0;
    int64_t glued = start; /* up to where names may be glued to a digit */
    for (int64_t at = start - GLUED; at < end; at++) {
        if (digit(text, at) >= 0)
            glued = at + GLUED + 1;
        if (at < start)
            continue;
        int was_letter = is_letter;
        is_letter = letter(text, at) != 0;
        if (is_letter && (!was_letter || at < glued) && may_be_month(text, at, end))
            return 1;
    }
    return 0;
}

/* Says whether a day may stand in a stretch: a number, and a month. */
static int may_hold_day(const struct text *text, int64_t start, int64_t end)
{
    return holds_digit(text, start, end) && may_hold_month(text, start, end);
}

/* Says whether a day and a month stand near a year, before it or behind it on its line. */
static int has_day_near(const struct text *text, int64_t at)
{
    int64_t start = at, end = at + 4, last = end;
    while (start > 0 && start > at - DATE_WINDOW && text->codes[start - 1] != '\n')
        start--;
    if (may_hold_day(text, start, at))
        return 1;
    while (last < text->size && last < end + DATE_WINDOW && text->codes[last] != '\n')
        last++;
    return may_hold_day(text, end, last);
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
    return has_day_near(text, at);
}

/* Says whether a run of digits opens a date in numbers: two more follow, behind the same sign. */
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
    if (at >= text->size || text->codes[at++] != sign)
        return 0;
    at += kind(text, at) == GAP;
    return digit(text, at) >= 0;
}

/* Says whether a run of digits is a year that is followed by the sign for one: 年 or 년. */
static int is_signed_year(const struct text *text, int64_t at)
{
    int64_t end = at + 4;
    for (; at < end; at++)
        if (digit(text, at) < 0)
            return 0;
    at += kind(text, at) == GAP;
    return at < text->size && (text->codes[at] == 0x5E74 || text->codes[at] == 0xB144);
}

/* How a date may begin with a number, or end with one. */
enum { YEAR, NUMERIC, SIGNED, FORMS };

static int (*const may_be[FORMS])(const struct text *, int64_t) = {
    [YEAR] = may_be_year, [NUMERIC] = may_be_numeric, [SIGNED] = is_signed_year};

/* Finds the numbers of texts that may be of a date.
 *
 * codes, bounds: the code points of all texts; text i lies in bounds[i] .. bounds[i + 1].
 * kinds, letters, known: what each character below `known` is; others are nothing.
 * names: which numbers, out of 65,536, the letters of names give.
 * places, room: `room` places for each form, half as many as there are code points, and one more
 *   for each text; where a number begins in its text that may be the year of a date with a name,
 *   the first one of a date in numbers, or a year that is followed by a sign.
 * ends: those of text i and of a form lie in ends[i][form] .. ends[i + 1][form].
 * others: whether a text has digits of other scripts. */
int64_t find_numbers(
    const uint32_t *codes, const int64_t *bounds, int64_t texts, const uint8_t *kinds,
    const uint16_t *letters, int64_t known, const uint8_t *names, int64_t *places, int64_t room,
    int64_t *ends, uint8_t *others)
{
    int64_t found[FORMS] = {0};
    for (int form = 0; form < FORMS; form++)
        *ends++ = 0;
    for (int64_t own = 0; own < texts; own++) {
        struct text text = {
            codes + bounds[own], bounds[own + 1] - bounds[own], known, kinds, letters, names};
        int seen = 0;
        for (int64_t begin = 0; begin < text.size; begin += BLOCK) {
            uint8_t marks[BLOCK];
            int64_t size = text.size - begin < BLOCK ? text.size - begin : BLOCK;
            find_digits(&text, begin, size, marks);
            const uint8_t *mark = marks, *end = marks + size;
            for (; (mark = memchr(mark, 1, (size_t)(end - mark))); mark++) {
                int64_t at = begin + (mark - marks);
                seen |= kind(&text, at);
                if (digit(&text, at - 1) >= 0)
                    continue;
                for (int form = 0; form < FORMS; form++)
                    if (may_be[form](&text, at))
                        places[form * room + found[form]++] = at;
            }
        }
        others[own] = (seen & OTHER_SCRIPT) != 0;
        for (int form = 0; form < FORMS; form++)
            *ends++ = found[form];
    }
    return texts;
}

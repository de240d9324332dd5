/* The body of a page: its best run of lines of prose. */

#include <stdint.h>

/* What a character may be, besides a stop of some rule. */
enum { WHITE = 1, IDEOGRAPH = 2 };

/* What an ideograph is worth besides itself, in letters of an alphabet. */
static const double MORE = 1.5;

/* A line of so many letters is prose, one of half as many if it ends in a stop. */
static const double PROSE = 140.0;

/* A line of fewer characters is never prose, even in ideographs. */
static const int64_t NEVER_PROSE = 28;

/* Letters of a line that count, and letters for a point: one long paragraph must not outweigh
 * three of usual length. */
static const double MOST = 400.0, POINT = 60.0;

/* What another line takes away from a run of prose. */
static const double COST = 0.7;

/* What counts as prose: lines of fewer than `narrow` characters are looked through for ideographs,
 * `whole` says that a line with one counts as one of ideographs alone, `white_costs` that a long
 * line of white space takes away from a run; only the first `most` lines are judged; characters
 * with the mark `stop` end a sentence. */
struct rule {
    int64_t narrow, whole, white_costs, most, stop;
};

/* A run of prose that is looked for: the points of the best one and of the one that goes on, and
 * where that one began. */
struct run {
    double best, total;
    int64_t start;
};

struct text {
    const uint32_t *codes;
    int64_t size, known;
    const uint8_t *marks;
};

/* The first character that may be an ideograph. */
static const uint32_t FIRST_IDEOGRAPH = 0x3040;

/* Counts the ideographs of a line; most have none, which is soon told. */
static int64_t count_ideographs(const struct text *text, int64_t begin, int64_t end)
{
    uint32_t any = 0;
    for (int64_t at = begin; at < end; at++)
        any |= text->codes[at] >= FIRST_IDEOGRAPH;
    int64_t wide = 0;
    for (int64_t at = begin; any && at < end; at++)
        wide += text->codes[at] < text->known && text->marks[text->codes[at]] & IDEOGRAPH;
    return wide;
}

/* Returns the points of a line with so many ideographs, 0 for one that changes nothing. */
static double points(
    const struct text *text, int64_t begin, int64_t end, int64_t wide, const struct rule *rule)
{
    int last = WHITE;
    for (int64_t at = end; at > begin && last & WHITE; at--)
        last = text->codes[at - 1] < text->known ? text->marks[text->codes[at - 1]] : 0;
    int64_t length = end - begin;
    if (length < NEVER_PROSE)
        return last & WHITE ? 0.0 : -COST;
    if (last & WHITE)
        return rule->white_costs ? -COST : 0.0;
    double width = (double)length;
    if (length < rule->narrow)
        width += MORE * (double)(rule->whole && wide ? length : wide);
    if (width >= PROSE || (2 * width >= PROSE && last & rule->stop))
        return (width < MOST ? width : MOST) / POINT;
    return -COST;
}

/* Adds a line to the run of a rule, and to the body if that becomes the best one. */
static void add(struct run *run, int64_t line, double more, int may_begin, int64_t *body)
{
    if (may_begin && run->total <= 0.0)
        run->total = 0.0, run->start = line;
    if (may_begin || run->total > 0.0)
        run->total += more;
    if (run->total > run->best)
        run->best = run->total, body[0] = run->start, body[1] = line;
}

/* Finds where the lines of texts begin, and their bodies by several rules.
 *
 * codes, bounds: the code points of all texts; text i lies in bounds[i] .. bounds[i + 1].
 * marks, known: what each character below `known` is; others are nothing.
 * given, rules: five numbers for each rule, see above; at most MOST_RULES.
 * starts: at least one more for each text than there are lines; where each line of a text begins in it,
 *   and where one more would.
 * ends: one more than there are texts; the starts of text i stand in ends[i] .. ends[i + 1].
 * bodies: first and last line, by rule and text; -1 for the last if there is none. */
int64_t find_bodies(
    const uint32_t *codes, const int64_t *bounds, int64_t texts, const uint8_t *marks,
    int64_t known, const int64_t *given, int64_t rules, int64_t *starts, int64_t *ends,
    int64_t *bodies)
{
    enum { MOST_RULES = 8 };
    const struct rule *rule = (const struct rule *)given;
    int64_t found = 0, narrow = 0;
    for (int64_t one = 0; one < rules; one++)
        narrow = rule[one].narrow > narrow ? rule[one].narrow : narrow;
    ends[0] = 0;
    for (int64_t own = 0; own < texts; own++) {
        struct text text = {codes + bounds[own], bounds[own + 1] - bounds[own], known, marks};
        struct run runs[MOST_RULES] = {{0.0, 0.0, 0}};
        for (int64_t one = 0; one < rules; one++)
            bodies[2 * (one * texts + own)] = 0, bodies[2 * (one * texts + own) + 1] = -1;
        int64_t at = 0;
        for (int64_t line = 0; at <= text.size; line++) {
            int64_t begin = starts[found++] = at;
            while (at < text.size && text.codes[at] != '\n')
                at++;
            int64_t end = at++, length = end - begin, wide = 0;
            if (NEVER_PROSE <= length && length < narrow)
                wide = count_ideographs(&text, begin, end);
            for (int64_t one = 0; one < rules && one < MOST_RULES; one++)
                if (line < rule[one].most)
                    add(&runs[one], line, points(&text, begin, end, wide, &rule[one]),
                        length >= NEVER_PROSE, bodies + 2 * (one * texts + own));
        }
        starts[found++] = at;
        ends[own + 1] = found;
    }
    return found;
}

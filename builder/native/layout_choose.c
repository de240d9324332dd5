/* Chooses the segments of a text so that their F1 with the article is expected to be best. */

#include <stdint.h>
#include <stdlib.h>

struct choice {
    double likely, size;
    int64_t place;
};

/* The likely ones first; equals as they stand. */
static int compare(const void *one, const void *other)
{
    const struct choice *a = one, *b = other;
    if (a->likely != b->likely)
        return a->likely > b->likely ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* Returns how likely a segment must be to stay: the best set holds all that are as likely. */
static double find_threshold(struct choice *choices, int64_t number)
{
    double whole = 0.0, article = 0.0, size = 0.0, best = -1.0, threshold = 0.0;
    qsort(choices, (size_t)number, sizeof *choices, compare);
    for (int64_t at = 0; at < number; at++)
        whole += choices[at].likely * choices[at].size;
    for (int64_t at = 0; at < number; at++) {
        article += choices[at].likely * choices[at].size;
        size += choices[at].size;
        double gain = article / (size + whole);
        if (gain > best) {
            best = gain;
            threshold = choices[at].likely;
        }
    }
    return threshold;
}

/* Chooses segments.
 *
 * likely, sizes: of each segment: how likely it is article, and its size.
 * bounds: the segments of text i are bounds[i] .. bounds[i + 1].
 * keep: whether each stays.
 *
 * Returns how many texts there are, or -1 if there is no memory for the work. */
int64_t choose_segments(
    const double *likely, const double *sizes, const int64_t *bounds, int64_t texts, uint8_t *keep)
{
    struct choice *choices = malloc((size_t)(bounds[texts] + 1) * sizeof *choices);
    if (!choices)
        return -1;
    for (int64_t text = 0; text < texts; text++) {
        int64_t first = bounds[text], number = bounds[text + 1] - first;
        for (int64_t at = 0; at < number; at++)
            choices[at] = (struct choice){likely[first + at], sizes[first + at], at};
        double threshold = find_threshold(choices, number);
        for (int64_t at = first; at < first + number; at++)
            keep[at] = likely[at] >= threshold;
    }
    free(choices);
    return texts;
}

/* Joins the neighbouring segments of a text that do not stay; none do in one where no segment is
 * more likely article than not.
 *
 * scores, keep: of each segment: its log odds, and whether it stays.
 * bounds: the segments of text i are bounds[i] .. bounds[i + 1]; starts, ends: their places.
 * spans: start and end of each run, as many as there are segments.
 * stops: one more than there are texts; the runs of text i are stops[i] .. stops[i + 1]. */
int64_t join_removed(
    const float *scores, const uint8_t *keep, const int64_t *bounds, int64_t texts,
    const int64_t *starts, const int64_t *ends, int64_t *spans, int64_t *stops)
{
    int64_t found = 0;
    stops[0] = 0;
    for (int64_t text = 0; text < texts; text++) {
        int is_noise = 1, is_open = 0;
        for (int64_t at = bounds[text]; at < bounds[text + 1]; at++)
            is_noise &= !(scores[at] >= 0.0f);
        for (int64_t at = bounds[text]; at < bounds[text + 1] && !is_noise; at++) {
            if (!keep[at] && !is_open)
                spans[2 * found++] = starts[at];
            if (!keep[at])
                spans[2 * found - 1] = ends[at];
            is_open = !keep[at];
        }
        stops[text + 1] = found;
    }
    return found;
}

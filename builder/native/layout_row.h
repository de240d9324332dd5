/* The features of a segment, one after the other, and how they are rounded. */

#ifndef LAYOUT_ROW_H
#define LAYOUT_ROW_H

#include <math.h>

#include "vectors.h"

/* Features are in units of 1 / GRID, at most LIMIT in size. */
enum { GRID = 32, LIMIT = 8 };

/* Room for the features of a segment. */
enum { MOST_FEATURES = 128 };

/* Most features are roots of small numbers, which are looked up. */
enum { KNOWN_ROOTS = 256 };

/* A row of features on its way, and the fourth roots of small numbers. */
struct row {
    double values[MOST_FEATURES];
    int64_t size;
    const double *roots;
};

static void put(struct row *row, double value)
{
    if (row->size < MOST_FEATURES)
        row->values[row->size++] = value;
}

/* Cuts the features to their limits and rounds them to units. */
WITH_AVX2
static void round_row(const struct row *row, int64_t width, int16_t *features)
{
    int64_t size = row->size < width ? row->size : width;
    for (int64_t at = 0; at < size; at++) {
        double value = row->values[at];
        value = value > -LIMIT ? value : -LIMIT;
        value = value < LIMIT ? value : LIMIT;
        features[at] = (int16_t)(int32_t)rint(value * GRID);
    }
}

/* Flattens large sizes; IEEE arithmetic rounds it exactly. */
static double fourth_root(double value)
{
    return sqrt(sqrt(value));
}

/* Puts the fourth root of a number that is not negative. */
static void put_root(struct row *row, int64_t value)
{
    put(row, value < KNOWN_ROOTS ? row->roots[value] : fourth_root((double)value));
}

#endif

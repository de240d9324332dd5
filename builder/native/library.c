/* What the library is. */

#include <stdint.h>

/* Returns the number of the sources that it was compiled from, see `sources.py`. */
int64_t source_number(void)
{
    return SOURCE_NUMBER;
}

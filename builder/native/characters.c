/* Facts of characters, looked up in tables that the caller made. */

#include <stdint.h>

/* Returns the facts, bit by bit, that any of the code points has.
 *
 * table: the facts of each code point below table_size; beyond: those of the others. */
int64_t gather_facts(
    const uint32_t *codes, int64_t size, const uint8_t *table, int64_t table_size, int64_t beyond)
{
    uint8_t facts = 0;
    for (int64_t at = 0; at < size; at++)
        facts |= codes[at] < table_size ? table[codes[at]] : (uint8_t)beyond;
    return facts;
}

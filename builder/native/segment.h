/* Classes of characters, as `builder/text/characters.py` gives them. */

#ifndef SEGMENT_H
#define SEGMENT_H

#include <stdint.h>

enum {
    OTHER, SPACE, NEWLINE, LOWER, UPPER, LETTER, IDEOGRAPH, MARK, DIGIT,
    STOP, FREE_STOP, CLOSER, OPENER, SEPARATOR, COMMA, DASH
};

/* Folds a code point into the basic plane: beyond U+20000 lie ideographs, else mere signs. */
static inline uint32_t basic(uint32_t code)
{
    return code <= 0xFFFF ? code : code >= 0x20000 ? 0x4E00 : 0x2603;
}

static inline int is_white(uint8_t kind)
{
    return kind == SPACE || kind == NEWLINE;
}

#endif

/* Matches the patterns of phrases, as `re` does: by trying what comes first, and going back.
 *
 * A program only runs forward, so it comes to an end; `cue_programs.py` says what its steps are. */

#include "cue.h"

enum { LITERAL, ONE, GREEDY, LAZY, SPLIT, JUMP, MARK_NAME, BORDER, STOP };

typedef struct {
    const Text *text;
    int64_t end;
    int full;
    int64_t name[2];
} Run;

/* Tells whether a character is in a set; no set tells those behind the table apart. */
static int has(const Run *run, int64_t at, int32_t set)
{
    uint32_t code = cue_folded(run->text, at);
    return run->text->sets[code < TABLE_END ? code : TABLE_END - 1] >> set & 1;
}

/* Tells whether the next step may succeed, as far as one character says. */
static int may_go_on(const Run *run, const int32_t *step, int64_t at)
{
    if (*step == LITERAL)
        return at < run->end && cue_folded(run->text, at) == (uint32_t)step[2];
    return *step != ONE || (at < run->end && has(run, at, step[1]));
}

static int is_word(const Run *run, int64_t at)
{
    return at >= run->text->begin && at < run->end && cue_facts(run->text, at) & WORD;
}

/* Returns the end of the first way to match from a step on, or -1. */
static int64_t go_on(Run *run, const int32_t *step, int64_t at)
{
    for (;;) {
        int64_t count = 0, end;
        switch (*step) {
        case LITERAL:
            if (run->end - at < step[1])
                return -1;
            for (; count < step[1]; count++)
                if (cue_folded(run->text, at + count) != (uint32_t)step[2 + count])
                    return -1;
            at += count;
            step += 2 + count;
            break;
        case ONE:
            if (at >= run->end || !has(run, at, step[1]))
                return -1;
            at++;
            step += 2;
            break;
        case GREEDY:
            while (count < step[3] && at + count < run->end && has(run, at + count, step[1]))
                count++;
            if (count < step[2])
                return -1;
            for (; count > step[2]; count--)
                if (may_go_on(run, step + 4, at + count) &&
                    (end = go_on(run, step + 4, at + count)) >= 0)
                    return end;
            at += count;
            step += 4;
            break;
        case LAZY:
            for (;; count++) {
                if (count >= step[2] && may_go_on(run, step + 4, at + count) &&
                    (end = go_on(run, step + 4, at + count)) >= 0)
                    return end;
                if (count == step[3] || at + count >= run->end || !has(run, at + count, step[1]))
                    return -1;
            }
        case SPLIT:
            if (may_go_on(run, step + 2, at) && (end = go_on(run, step + 2, at)) >= 0)
                return end;
            step += 2 + step[1];
            break;
        case JUMP:
            step += 2 + step[1];
            break;
        case MARK_NAME: {
            int64_t before = run->name[step[1]];
            run->name[step[1]] = at;
            if ((end = go_on(run, step + 2, at)) < 0)
                run->name[step[1]] = before;
            return end;
        }
        case BORDER:
            if (is_word(run, at - 1) == is_word(run, at))
                return -1;
            step++;
            break;
        default: /* STOP */
            return run->full && at != run->end ? -1 : at;
        }
    }
}

/* Matches a program at a place. Nothing is seen from `end` on; a full match goes that far. */
Found cue_match(const Text *text, const int32_t *program, int64_t start, int64_t end, int full)
{
    Run run = {.text = text, .end = end, .full = full, .name = {-1, -1}};
    int64_t last = start <= end ? go_on(&run, program, start) : -1;
    return (Found){start, last, {run.name[0], run.name[1]}};
}

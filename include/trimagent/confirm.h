/*
 * Whether memory that could be released stays free: further looks after the first one, at growing
 * gaps, so that memory which is about to be used again is left alone, and memory that is still
 * being freed is trimmed once and whole.
 *
 * A wrong trim costs about 650 ms per GiB, one look a few milliseconds at most (docs/DESIGN.md).
 * Old pauses and bursts tell of memory that was freed for good, so one look that agrees is enough:
 * it differs from the one before by no more than an eighth or half a threshold. A watermark check
 * has met a moment that nothing sets apart. Threads that take 100 MiB for 15 ms each second are
 * seen by one look in twenty, so a check looks all the time until max-wait has passed, and one look
 * that finds less by a sixteenth or half a threshold ends it.
 *
 * Pure.
 */
#ifndef TRIMAGENT_CONFIRM_H
#define TRIMAGENT_CONFIRM_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct trim_confirm {
    uint64_t slack_bytes; /* Movements up to this do not count. */
    uint64_t gap_ns;      /* To the next look; for a check on average, and may be set anew. */
    uint64_t due_ns;      /* When the next look is wanted. */
    uint64_t end_ns;      /* When it has taken long enough. */
    bool event;           /* An event has told of the memory. */
    uint32_t looks;       /* Of a check, so far. */
    uint64_t last_bytes;
    uint64_t most_bytes;
};

enum trim_confirm_state {
    TRIM_CONFIRM_AGAIN = 0, /* Another look is wanted, at due_ns. */
    TRIM_CONFIRM_HOLDS,     /* Trim. */
    TRIM_CONFIRM_FALLS      /* Part of it is in use again, and nothing says that it was freed for
                               good. */
};

/* Begins after a first look that found bytes, at least threshold_bytes. Without an event the next
 * looks are gap_ns apart on average, until max_wait_ns have passed. */
void trim_confirm_begin(struct trim_confirm *confirm, uint64_t threshold_bytes, uint64_t gap_ns,
                        uint64_t max_wait_ns, bool event, uint64_t now_ns, uint64_t bytes);

/*
 * Takes in a further look that found bytes, at least the threshold. An event may be set meanwhile.
 * When max_wait_ns have passed, memory that an event has told of is called free however it has
 * moved: it was enough at each look.
 */
enum trim_confirm_state trim_confirm_look(struct trim_confirm *confirm, uint64_t now_ns,
                                          uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif

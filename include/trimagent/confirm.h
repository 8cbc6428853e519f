/*
 * Whether memory that could be released stays free: further looks after the first one, at growing
 * gaps, so that memory which is about to be used again is left alone, and memory that is still
 * being freed is trimmed once and whole.
 *
 * A wrong trim costs about 650 ms per GiB, one look a few milliseconds (docs/DESIGN.md). A look
 * agrees with the one before it where the two differ by no more than an eighth or half a threshold.
 * Old pauses and bursts tell of memory that was freed for good, so one look that agrees is enough;
 * a watermark check has met a moment that nothing sets apart, and wants six in a row.
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

/* Looks in a row that must agree: after an old pause or a burst, and for a watermark check. */
#define TRIM_CONFIRM_EVENT_LOOKS 1
#define TRIM_CONFIRM_WATERMARK_LOOKS 6

struct trim_confirm {
    uint64_t threshold_bytes;
    uint64_t gap_ns; /* Between the last look and the next. */
    uint64_t due_ns; /* When the next look is wanted. */
    uint64_t end_ns; /* When it has taken long enough. */
    uint32_t wanted;
    uint32_t agreed; /* Looks in a row so far. */
    bool moved;      /* Two looks did not agree. */
    uint64_t last_bytes;
};

enum trim_confirm_state {
    TRIM_CONFIRM_AGAIN = 0, /* Another look is wanted, at due_ns. */
    TRIM_CONFIRM_HOLDS,     /* Trim. */
    TRIM_CONFIRM_MOVES      /* It has moved too often, and nothing says that it was freed for
                               good. */
};

/* Begins after a first look that found bytes, at least threshold_bytes. The next look is due gap_ns
 * later; max_wait_ns bounds the whole. */
void trim_confirm_begin(struct trim_confirm *confirm, uint64_t threshold_bytes, uint64_t gap_ns,
                        uint64_t max_wait_ns, uint32_t wanted, uint64_t now_ns, uint64_t bytes);

/*
 * Takes in a further look that found bytes, at least the threshold. When max_wait_ns have passed,
 * memory that an event has told of, and memory that has not moved, is called free all the same: it
 * was enough at each look.
 */
enum trim_confirm_state trim_confirm_look(struct trim_confirm *confirm, uint64_t now_ns,
                                          uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif

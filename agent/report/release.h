/*
 * How a release was carried out. Plain figures.
 */
#ifndef TRIMAGENT_RELEASE_H
#define TRIMAGENT_RELEASE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What has come of borrowing, in one arena or in several. */
struct trim_borrow_result {
    uint64_t dropped_bytes;     /* Resident pages that were dropped, tops' included. */
    uint64_t top_dropped_bytes; /* Of these in tops. */
    uint64_t pieces;            /* That were dropped. */
    uint64_t calls;             /* Of malloc and free. */
    uint64_t held_max_bytes;    /* At once. */
    uint64_t held_max_ns;       /* The longest that a piece was held. */
    uint64_t longest_call_ns; /* The longest call of malloc or free, waits for the lock included. */
    uint64_t grown_bytes;     /* Of pieces outside the arena: given back at once. */
    uint64_t heaps_gone;      /* Released by malloc itself; what is free now nobody knows then. */
    uint64_t paused_ns;       /* For the sake of threads at work. */
    bool gave_way;            /* The application's own demand, time or cancellation ended it. */
};

/* How a release was carried out. */
struct trim_release {
    const char *refusal;              /* Why nothing will ever be borrowed, or NULL. */
    bool borrowed;                    /* Pieces were borrowed, */
    struct trim_borrow_result borrow; /* with this result, */
    uint64_t arenas_wanted;           /* from so many arenas */
    uint64_t arenas_reached;          /* of these. */
    bool trimmed;                     /* malloc_trim ran, */
    bool trimmed_first;               /* before pieces were borrowed: others were free then, */
    uint64_t trim_ns;                 /* for so long. */
    const char *call;                 /* What ran in its place with another allocator, several times
                                         and trim_ns at the longest; NULL: it was malloc_trim. */
    uint64_t left_bytes; /* Left alone because malloc_trim would hold a lock for long. */
};

#ifdef __cplusplus
}
#endif

#endif

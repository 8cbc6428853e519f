/*
 * The seam to the allocator that is in charge of malloc in this process.
 *
 * Each allocator is a const table of functions. They run on the worker only (tune and choose before
 * it starts), without any lock held by the agent, and allocate nothing, but for trim, which may. 0
 * is success; on failure (-1) the output is untouched. Functions marked optional may be NULL.
 */
#ifndef TRIMAGENT_ALLOCATOR_H
#define TRIMAGENT_ALLOCATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "trimagent/cancel.h"
#include "trimagent/release.h"
#include "trimagent/text.h"
#include "trimagent/tuning.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where heap figures come from. */
enum trim_figures_source {
    TRIM_FIGURES_NONE = 0,
    TRIM_FIGURES_MALLINFO2,
    TRIM_FIGURES_MALLOC_INFO /* The same figures derived from malloc_info's XML. */
};

/* The fields of mallinfo2(3), in its words and units (bytes, or numbers of chunks). */
struct trim_heap_figures {
    enum trim_figures_source source;
    uint64_t arena;    /* Bytes obtained from the system, without mmapped chunks. */
    uint64_t ordblks;  /* Free chunks, tops included, fastbins not. */
    uint64_t smblks;   /* Free chunks in fastbins. */
    uint64_t hblks;    /* Mmapped chunks. */
    uint64_t hblkhd;   /* Bytes in them. */
    uint64_t fsmblks;  /* Bytes in fastbins. */
    uint64_t uordblks; /* Bytes in use; what threads keep in their tcache counts as used. */
    uint64_t fordblks; /* Bytes free; a trim drops their pages but hardly changes this figure. */
    uint64_t keepcost; /* Bytes in the main arena's top. */
};

/* What a trim would release, and what that was derived from. */
struct trim_estimate {
    uint64_t expected_bytes;
    uint64_t resident_bytes; /* Of the arenas, what is locked in memory left out. */
    uint64_t locked_bytes;   /* Resident in arenas that are locked. */
    bool bound_only; /* expected_bytes is only an upper bound below what was asked for: no walk was
                        needed. */
    bool resident_assumed; /* Part of the arenas was not found, and is taken for resident. */
    uint64_t arenas;
    uint64_t free_chunks;
    uint64_t free_bytes;  /* In arenas that are not locked, resident or not, */
    uint64_t whole_bytes; /* and of these in whole pages: blocks in use hold the rest in place. */
    uint64_t tops_bytes;  /* In the tops of non-main arenas, which malloc_trim never releases. */
    uint64_t
        wet_tops_bytes;   /* Of these resident: part of what is expected, where they are borrowed.
                           */
    uint64_t cpu_ns;      /* CPU time this estimate took, */
    uint64_t walk_cpu_ns; /* and of it the walk under the arenas' locks. */
    struct trim_heap_figures figures; /* From the same walk. */
};

struct trim_allocator {
    /* For log lines, such as "glibc". */
    const char *name;

    /*
     * Estimates what trim would release. Where less than enough_bytes is resident at all the walk
     * under the arenas' locks is saved and the result is an upper bound. Optional: without it
     * nothing is ever decided.
     */
    int (*estimate)(uint64_t enough_bytes, struct trim_estimate *estimate);

    /*
     * Estimates without a lock how much of what the last trim released is resident again: by what
     * the arenas' resident bytes have grown since learn, without what the arenas have grown in
     * size. *refilled_bytes is how much of it the kernel itself may have brought back. Optional.
     */
    int (*refaulted)(uint64_t *refaulted_bytes, uint64_t *refilled_bytes);

    /*
     * Gives a few pages back of what the last estimate has found free, spread over it, so that
     * read_sample tells whether they stay so. Worker only. Returns 0, or -1 where that cannot be
     * done here. Optional.
     */
    int (*lay_sample)(void);

    /* Tells which part of these pages has come back, in thousandths. Takes no lock. Worker only.
     * Missing where lay_sample is. */
    uint32_t (*read_sample)(void);

    /* Takes mallinfo2's figures: walks every chunk under the arenas' locks. Optional: missing
     * before glibc 2.33. */
    int (*figures)(struct trim_heap_figures *figures);

    /* Chooses how memory is released and what is expected of it. Before the worker starts.
     * Optional. */
    void (*choose)(enum trim_mode mode);

    /* Gives free memory back to the system, right after an estimate, and tells how. Ends early when
     * *cancel is requested; in a hurry it does not pause for the sake of threads at work. NULL
     * where the agent cannot make this allocator do so. */
    int (*trim)(const struct trim_cancel *cancel, bool hurry, struct trim_release *release);

    /*
     * Measures after a trim, and learns from it for the next estimate. Optional. resident_before is
     * the arenas' before it; on success *after describes the present and *released_bytes what came
     * back, which means nothing where after->resident_assumed is set.
     */
    int (*learn)(uint64_t resident_before, struct trim_estimate *after, uint64_t *released_bytes);

    /*
     * Sets malloc's parameters for the rest of the process's life. Optional: without it there are
     * none to set. On the thread that loads the agent. It cannot fail as a whole: what could not
     * be set is told in *notes, and is 0 in *tuning afterwards. running: the process has run for a
     * while and has its arenas.
     */
    void (*tune)(struct trim_tuning *tuning, bool running, struct trim_tuning_notes *notes);
};

/*
 * Finds the allocator that malloc and free belong to, and prepares it. Appends who that is to
 * description, such as "glibc 2.36" or "libjemalloc.so.2 (not supported)". Any thread, once,
 * outside callbacks: it may allocate. Never NULL.
 */
const struct trim_allocator *trim_allocator_in_charge(struct trim_text *description);

/* glibc's malloc. NULL where this process's glibc lacks malloc_trim or malloc_info, or the system
 * refuses a stream. */
const struct trim_allocator *trim_allocator_glibc(void);

/* An allocator that the agent can only name: nothing but a name. */
extern const struct trim_allocator trim_allocator_unsupported;

#ifdef __cplusplus
}
#endif

#endif

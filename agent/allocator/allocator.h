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

#include "cancel.h"
#include "heap_figures.h"
#include "mode.h"
#include "release.h"
#include "text.h"
#include "tuning.h"

#ifdef __cplusplus
extern "C" {
#endif

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
 * description, such as "glibc 2.36", "glibc 2.36 behind libheapwatch.so", "jemalloc 5.3.0" or
 * "libhoard.so (not supported)". Any thread, once, outside callbacks: it may allocate. Never NULL.
 */
const struct trim_allocator *trim_allocator_in_charge(struct trim_text *description);

/* glibc's malloc. NULL where this process's glibc lacks malloc_trim or malloc_info, or the system
 * refuses a stream. */
const struct trim_allocator *trim_allocator_glibc(void);

/* Finds a function of the object that malloc belongs to; NULL where it has none of that name. */
typedef void *(*trim_find_function)(const char *name);

/*
 * Other allocators, each told by the functions that it has beside malloc. They append their names
 * and versions to description. NULL, nothing appended, where malloc is not theirs. Any thread,
 * once.
 */
const struct trim_allocator *trim_allocator_jemalloc(trim_find_function find,
                                                     struct trim_text *description);
const struct trim_allocator *trim_allocator_tcmalloc(trim_find_function find,
                                                     struct trim_text *description);
const struct trim_allocator *trim_allocator_mimalloc(trim_find_function find,
                                                     struct trim_text *description);

/* An allocator that the agent can only name: nothing but a name. */
extern const struct trim_allocator trim_allocator_unsupported;

#ifdef __cplusplus
}
#endif

#endif

/*
 * Giving glibc's free memory back, by borrowing and by malloc_trim.
 */
#ifndef TRIMAGENT_GLIBC_RELEASE_H
#define TRIMAGENT_GLIBC_RELEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena_enter.h"
#include "borrow_pace.h"
#include "borrow_plan.h"
#include "cancel.h"
#include "glibc_hold_off.h"
#include "lock_time.h"
#include "malloc_info.h"
#include "release.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What was measured right before, and how to go about it. */
struct trim_glibc_order {
    enum trim_mode mode;
    bool hurry;                                 /* Never pause for the sake of threads at work. */
    const struct trim_cancel *cancel;           /* Requested by another thread when the VM ends. */
    const struct trim_malloc_info_parser *info; /* Of the same time as the last scan. */
    int (*measure)(void *context);              /* Brings both up to date. Returns 0, or -1. */
    void *context;                              /* measure's. */
    const char *refusal;                        /* Why not to borrow, or NULL. */
    bool huge_pages;                            /* malloc asks the kernel for huge pages. */
    uint64_t expected_bytes;                    /* By the last estimate. */
    int (*malloc_trim)(size_t pad);
};

/* What lasts from one release to the next, and what is known during one. Large; zero at first. */
struct trim_glibc_releaser {
    struct trim_arena_door door; /* Lasts, */
    struct trim_lock_time lock;  /* as this does. */
    const struct trim_glibc_order *order;
    struct trim_release *release;
    struct trim_borrow_plan plan;
    uint64_t left_bytes[TRIM_BORROW_ARENAS_MAX]; /* Of what was wanted of each arena. */
    uint64_t wanted_bytes; /* Of all when it began; the plan may have been made anew since. */
    uint64_t deadline_ns;
    struct trim_borrow_pace pace;
    struct trim_glibc_hold_off hold_off;
};

/* Releases. Worker only. *release tells how. */
void trim_glibc_release(struct trim_glibc_releaser *releaser, const struct trim_glibc_order *order,
                        struct trim_release *release);

/*
 * Why arenas cannot be entered, or NULL: tries the proof, with the arenas of the last scan, unless
 * that was done. Worker only; takes and frees blocks of a kilobyte. malloc_trim tells where the C
 * library is.
 */
const char *trim_glibc_release_refusal(struct trim_glibc_releaser *releaser,
                                       int (*malloc_trim)(size_t pad));

#ifdef __cplusplus
}
#endif

#endif

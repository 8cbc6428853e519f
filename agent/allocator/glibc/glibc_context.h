/*
 * What the agent knows of glibc's malloc from one call of the allocator's functions to the next.
 * There is one of it in a process, because there is one malloc; only glibc.c knows where it is.
 */
#ifndef TRIMAGENT_GLIBC_CONTEXT_H
#define TRIMAGENT_GLIBC_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "estimate.h"
#include "free_sample.h"
#include "glibc_release.h"
#include "mode.h"
#include "release.h"
#include "residency.h"

/* This process, as /proc names it. */
#define TRIM_GLIBC_PROC "/proc/self"

/* Large; zero at first. The worker's own, but for what is set before it starts. */
struct trim_glibc {
    /* Set before the worker starts: the C library's functions, and how memory is released. */
    int (*malloc_trim)(size_t pad);
    int (*mallopt)(int parameter, int value);
    bool prepared;
    enum trim_mode mode;
    const char *refusal; /* Why nothing is borrowed, or NULL. */
    bool huge_pages;     /* malloc asks the kernel for huge pages. */

    /* What estimates go by. */
    struct trim_estimate_learned learned;
    struct trim_estimate_result last_prediction;
    uint64_t sorted_for_bytes; /* Guessed when chunks were sorted last, since the last trim. */
    struct trim_residency residency;

    /* Of the last release. */
    struct trim_estimate_input after_trim;
    bool collapsed_known;
    uint64_t collapsed_after_trim; /* By the kernel, until then. */
    struct trim_rss_drop last_drop;
    struct trim_release last_release;

    struct trim_glibc_releaser releaser;
    struct trim_free_sample sample;
};

#endif

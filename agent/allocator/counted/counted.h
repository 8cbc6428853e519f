/*
 * Allocators that count for themselves what they could give back: all but glibc's.
 *
 * What such an allocator counts as free in whole pages is what is expected of a release. It is an
 * upper bound, since these allocators do not know which of those pages were never touched, or were
 * taken by the kernel. So what was released is judged by the process's RSS.
 */
#ifndef TRIMAGENT_COUNTED_H
#define TRIMAGENT_COUNTED_H

#include <stdbool.h>
#include <stdint.h>

#include "allocator.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What an allocator counts. In bytes. */
struct trim_count {
    enum trim_figures_source source;
    uint64_t in_use_bytes; /* In blocks; what threads keep in their caches may count as used. */
    uint64_t held_bytes;   /* Free between blocks in use, in no whole page. */
    uint64_t free_bytes;   /* Free in whole pages: a release gives them back. */
    uint64_t given_bytes;  /* Free, and given back; 0 where these addresses are forgotten. */
    uint64_t arenas;       /* 0: it has none. */
    struct trim_named_bytes named[TRIM_NAMED_FIGURES_MAX]; /* For the log. */
};

/* What is to be known of one allocator. All functions: the worker only. */
struct trim_counted {
    /* Reads what the allocator counts. Returns 0, or -1 where it does not tell. */
    int (*read)(struct trim_count *count);

    /* Releases one part of what is free, so small that no other thread waits for long. Parts are
     * numbered from 0 in each release. Returns whether there may be another one. */
    bool (*release_part)(uint64_t part);

    /* free_bytes is only an upper bound, and nothing tells what has come back. */
    bool bound_only;

    const char *call; /* What is called to release, for the log. */
};

/* Makes the allocator, which is the only one of its kind in this process. Any thread, once. The
 * description stays the caller's, and must last. */
const struct trim_allocator *trim_counted_allocator(const struct trim_counted *counted);

#ifdef __cplusplus
}
#endif

#endif

/*
 * Giving glibc's free memory back, by borrowing and by malloc_trim.
 */
#ifndef TRIMAGENT_GLIBC_RELEASE_H
#define TRIMAGENT_GLIBC_RELEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trimagent/cancel.h"
#include "trimagent/malloc_info.h"
#include "trimagent/release.h"

/* What was measured right before, and how to go about it. */
struct trim_glibc_order {
    enum trim_mode mode;
    bool hurry;                                 /* Never pause for the sake of threads at work. */
    const struct trim_cancel *cancel;           /* Requested by another thread when the VM ends. */
    const struct trim_malloc_info_parser *info; /* Of the same time as the last scan. */
    int (*measure)(void);                       /* Brings both up to date. Returns 0, or -1. */
    uint64_t arena_limit;                       /* Most arenas that glibc makes. */
    uint64_t new_arena_bytes;                   /* What a new one takes from the system. */
    const char *refusal;                        /* Why not to borrow, or NULL. */
    int (*malloc_trim)(size_t pad);
};

/* Releases. Worker only. *release tells how. */
void trim_glibc_release(const struct trim_glibc_order *order, struct trim_release *release);

/* Whether threads come to all arenas, at the price of those that must be made for it. */
bool trim_glibc_reaches(uint64_t system_bytes, uint64_t arenas, uint64_t arena_limit,
                        uint64_t new_arena_bytes);

#endif

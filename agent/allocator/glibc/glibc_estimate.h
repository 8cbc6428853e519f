/*
 * Measuring what a release would give back, and learning from what it has. Worker only; the
 * functions are those of the same names in allocator.h.
 */
#ifndef TRIMAGENT_GLIBC_ESTIMATE_H
#define TRIMAGENT_GLIBC_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "allocator.h"
#include "glibc_context.h"

int trim_glibc_estimate(struct trim_glibc *glibc, uint64_t enough_bytes,
                        struct trim_estimate *estimate);

int trim_glibc_refaulted(struct trim_glibc *glibc, uint64_t *refaulted_bytes,
                         uint64_t *refilled_bytes);

int trim_glibc_learn(struct trim_glibc *glibc, uint64_t resident_before,
                     struct trim_estimate *after, uint64_t *released_bytes);

/* Brings the last scan and the last malloc_info up to date. Returns 0, or -1. */
int trim_glibc_measure(struct trim_glibc *glibc);

/* Whether the worker may enter arenas, for which borrowing stands. */
bool trim_glibc_arenas_are_open(struct trim_glibc *glibc);

#endif

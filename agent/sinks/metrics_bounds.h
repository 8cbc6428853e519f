/* What counting the metrics and writing them have in common. Used by metrics.c and metrics_text.c
 * alone. */
#ifndef TRIMAGENT_METRICS_BOUNDS_H
#define TRIMAGENT_METRICS_BOUNDS_H

#include <stdint.h>

/* Upper bounds of the buckets in nanoseconds, up to a 0. Releases took 0.2 ms to 3.5 s in the
 * benchmark (bench/results); a page fault or two make a wait of 10 us, and 100 ms are malloc_trim's
 * for a GiB. */
extern const uint64_t trim_duration_bounds[];
extern const uint64_t trim_wait_bounds[];

#endif

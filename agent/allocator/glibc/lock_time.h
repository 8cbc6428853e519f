/*
 * How long malloc_trim holds an arena's lock, which other threads may wait for. It depends on the
 * machine and on what else the process does: 50 to 330 ms for each GiB were seen on one machine.
 * So it is measured at each release.
 *
 * Pure.
 */
#ifndef TRIMAGENT_LOCK_TIME_H
#define TRIMAGENT_LOCK_TIME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zero at first. */
struct trim_lock_time {
    uint64_t ps_per_byte; /* Of wall-clock time, in picoseconds; 0: not measured yet. */
};

/* What malloc_trim has to do for bytes in so many free chunks: itself in bytes, so that chunks
 * count as what could be dropped in the same time. */
uint64_t trim_lock_work(uint64_t bytes, uint64_t chunks);

/* How long that takes, in nanoseconds. */
uint64_t trim_lock_time_ns(const struct trim_lock_time *lock, uint64_t work);

/* Takes in a release that took so long, in nanoseconds. */
void trim_lock_time_measured(struct trim_lock_time *lock, uint64_t work, uint64_t ns);

#ifdef __cplusplus
}
#endif

#endif

/*
 * Threads that work at full speed in the load's arenas, and count what they get done in each
 * millisecond, so that the time of a trim can be compared with the time before it.
 */
#ifndef BENCH_BUSY_H
#define BENCH_BUSY_H

#include <stdint.h>

/* Starts the threads, each replacing blocks of 2 to 32 KiB; after bench_pool_start. */
void bench_busy_start(unsigned threads);

/*
 * Ends them and writes what they counted, as uint64_t: the monotonic clock at the beginning in ns,
 * the length of a slot in ns, then for each slot two uint32_t: operations of all threads that ended
 * in it while the pool was at rest, and those while it was not.
 */
void bench_busy_stop(const char *path);

#endif

/*
 * A load that leaves its memory where malloc_trim does not reach: in the tops of the arenas of
 * threads. It runs on the pool's threads.
 */
#ifndef BENCH_TOPS_H
#define BENCH_TOPS_H

#include <stdint.h>

#include "churn.h"

/*
 * Each thread frees one block of 31 MiB, which raises glibc's dynamic thresholds, and then works in
 * rounds for a time: it allocates and fills blocks of 2 to 64 KiB, above the tcache's sizes, and
 * frees them all. Every 32nd round, the first among them, takes bytes, the others a twelfth.
 */
void bench_tops_run(uint64_t duration_ns, uint64_t bytes, struct bench_churn_result *result);

/* Bytes in the tops of all arenas but the main one, as malloc_info tells; 0 where it does not. */
uint64_t bench_tops_bytes(void);

#endif

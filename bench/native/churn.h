/*
 * Loads whose free memory is used again: steady ones at full speed, and bursts with pauses. They
 * run on the pool's threads.
 */
#ifndef BENCH_CHURN_H
#define BENCH_CHURN_H

#include <stdint.h>

struct bench_churn_result {
    uint64_t operations; /* Blocks that were replaced; for bursts, bursts. */
    uint64_t wall_ns;    /* Of all threads together. */
    uint64_t cpu_ns;
    uint64_t median_burst_ns; /* By the wall; these three for bursts only. */
    uint64_t longest_burst_ns;
    uint64_t burst_cpu_ns; /* Of all bursts together, without the pauses. */
};

/*
 * Replaces blocks of 64 B to 64 KiB for a time, in waves that free half of what a thread holds
 * (about 36 MiB) and take as much again.
 */
void bench_churn_steady(uint64_t duration_ns, struct bench_churn_result *result);

/*
 * Allocates and fills bytes per thread in blocks of 4 to 64 KiB, frees them, and pauses for 0.5
 * to 1.5 s, for a time. A first load leaves survivors, which keep free itself from giving memory
 * back.
 */
void bench_churn_bursts(uint64_t duration_ns, uint64_t bytes, struct bench_churn_result *result);

#endif

/*
 * Paced threads that show what a stalled malloc costs: each allocates and frees a block above the
 * tcache's sizes about once a millisecond, in an arena that one of the pool's threads uses, and
 * measures how long that takes.
 */
#ifndef BENCH_VICTIMS_H
#define BENCH_VICTIMS_H

#include <stdint.h>

/* A pair of malloc and free that took longer counts as blocked. */
#define BENCH_BLOCKED_NS UINT64_C(500000)

struct bench_victims_result {
    unsigned victims;
    unsigned sharing; /* Those in an arena of the pool, each in one of its own while there are. */
    uint64_t pairs;
    uint64_t p50_ns;
    uint64_t p999_ns;
    uint64_t max_ns;          /* By the wall, */
    uint64_t max_unqueued_ns; /* and without the victim's own waiting for a CPU (schedstat). */
    uint64_t blocked_ns;      /* Sum of the pairs that were blocked, without that waiting. */
    /* The same of the pairs during which the pool was at rest from begin to end: */
    uint64_t calm_max_unqueued_ns;
    uint64_t calm_blocked_ns;
};

/* Starts the threads; after bench_pool_start. */
void bench_victims_start(unsigned wanted);

/* Ends them and sums up. */
void bench_victims_stop(struct bench_victims_result *result);

#endif

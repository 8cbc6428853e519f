/*
 * The threads of a load. They live as long as the process, or until they are renewed, and run one
 * job after the other, all of them at the same time, so that each keeps the malloc arena it was
 * given.
 */
#ifndef BENCH_POOL_H
#define BENCH_POOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "system.h"

#define BENCH_POOL_MAX 256
#define BENCH_GENERATIONS 2

/* The blocks of one generation that one thread holds. */
struct bench_blocks {
    char **blocks; /* Mapped, not malloc'ed. */
    uint32_t *sizes;
    size_t capacity;
    size_t count;
};

struct bench_worker {
    unsigned index;
    uintptr_t arena; /* See bench_arena_of. */
    uint64_t round;  /* The last job that was not for its thread, by the pool's count. */
    struct bench_random random;
    struct bench_blocks generations[BENCH_GENERATIONS];
    pthread_t thread;
};

typedef void bench_job(struct bench_worker *worker, void *argument);

/* Starts the threads; to be called once. */
void bench_pool_start(unsigned threads);
/* Ends the threads and has new ones go on with what they hold, in arenas of their own. */
void bench_pool_renew(void);
unsigned bench_pool_threads(void);
const struct bench_worker *bench_pool_worker(unsigned index);
/* The number of different arenas that the threads have; 0 where there are none to tell. */
unsigned bench_pool_arenas(void);
/* Whether one of the threads has this arena. */
bool bench_pool_has_arena(uintptr_t arena);

/* Whether a job is being run. Any thread. */
bool bench_pool_busy(void);

/* Runs the job on all threads and returns when all have done it. One caller at a time. */
void bench_pool_run(bench_job *job, void *argument);

#endif

/*
 * Generations of native blocks, such as the weights of loaded models, on the pool's threads.
 */
#ifndef BENCH_BLOCKS_H
#define BENCH_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

struct bench_load {
    unsigned generation; /* Below BENCH_GENERATIONS. */
    uint64_t bytes;      /* Of all threads together. */
    size_t smallest;
    size_t largest;
};

/* Allocates and touches a generation, which must be empty: block sizes are log-uniform. */
void bench_blocks_load(const struct bench_load *load);

/* Frees a generation but for one block in keep_one_in, which is never freed: 0 keeps none. */
void bench_blocks_release(unsigned generation, unsigned keep_one_in);

/* Where the number of live bytes is published, for whoever maps the same file. Optional. */
void bench_blocks_publish(const char *path);

/* Changes the number of live bytes by what others than the pool's threads have taken or freed. */
void bench_blocks_count(int64_t change);

#endif

/*
 * A histogram of durations in ns with a relative error below 1/32. One thread at a time writes it.
 */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

#define BENCH_HISTOGRAM_SUB 32
#define BENCH_HISTOGRAM_SLOTS (60 * BENCH_HISTOGRAM_SUB)

struct bench_histogram {
    uint64_t counts[BENCH_HISTOGRAM_SLOTS];
    uint64_t count;
    uint64_t max_ns;
};

void bench_histogram_add(struct bench_histogram *histogram, uint64_t ns);

/* Adds all of other to histogram. */
void bench_histogram_merge(struct bench_histogram *histogram, const struct bench_histogram *other);

/* The duration that the given share (0 to 1) of all stays at or below; 0 where there is none. */
uint64_t bench_histogram_quantile(const struct bench_histogram *histogram, double share);

#endif

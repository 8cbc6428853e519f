#include "histogram.h"

static unsigned slot_of(uint64_t ns)
{
    if (ns < BENCH_HISTOGRAM_SUB) {
        return (unsigned)ns;
    }
    unsigned exponent = 63U - (unsigned)__builtin_clzll(ns);
    unsigned shift = exponent - 5;
    return (shift + 1) * BENCH_HISTOGRAM_SUB + (unsigned)((ns >> shift) - BENCH_HISTOGRAM_SUB);
}

static uint64_t upper_bound(unsigned slot)
{
    if (slot < BENCH_HISTOGRAM_SUB) {
        return slot;
    }
    unsigned shift = slot / BENCH_HISTOGRAM_SUB - 1;
    return ((uint64_t)(slot % BENCH_HISTOGRAM_SUB + BENCH_HISTOGRAM_SUB + 1) << shift) - 1;
}

void bench_histogram_add(struct bench_histogram *histogram, uint64_t ns)
{
    histogram->counts[slot_of(ns)]++;
    histogram->count++;
    if (ns > histogram->max_ns) {
        histogram->max_ns = ns;
    }
}

void bench_histogram_merge(struct bench_histogram *histogram, const struct bench_histogram *other)
{
    for (unsigned slot = 0; slot < BENCH_HISTOGRAM_SLOTS; slot++) {
        histogram->counts[slot] += other->counts[slot];
    }
    histogram->count += other->count;
    if (other->max_ns > histogram->max_ns) {
        histogram->max_ns = other->max_ns;
    }
}

uint64_t bench_histogram_quantile(const struct bench_histogram *histogram, double share)
{
    uint64_t wanted = (uint64_t)((double)histogram->count * share);
    uint64_t seen = 0;
    for (unsigned slot = 0; slot < BENCH_HISTOGRAM_SLOTS; slot++) {
        seen += histogram->counts[slot];
        if (seen > wanted) {
            uint64_t bound = upper_bound(slot);
            return bound < histogram->max_ns ? bound : histogram->max_ns;
        }
    }
    return histogram->max_ns;
}

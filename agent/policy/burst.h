/*
 * Finds bursts of class loads and unloads: what a model reload, a redeployment or the application's
 * own start-up looks like from outside.
 *
 * Pure: time and counts are arguments. The detector looks only when it is called; between calls the
 * JVM's threads count, and wake the worker each eighth of a burst (trim_burst_arm). A burst may
 * therefore be called one up to an eighth below the wanted number, never missed above it.
 */
#ifndef TRIMAGENT_BURST_H
#define TRIMAGENT_BURST_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Samples that are kept: enough to span one burst, with one for the step before it and one to
 * spare. */
#define TRIM_BURST_SAMPLES 10
/* A burst is watched in this many steps. */
#define TRIM_BURST_STEPS 8

struct trim_burst_config {
    uint64_t classes;     /* Loads and unloads that make a burst; at least 1. */
    uint64_t window_ns;   /* Within this time. */
    uint64_t settle_ns;   /* Calm that ends it; above 0. */
    uint64_t max_wait_ns; /* A burst is called ended after this long, calm or not. */
};

struct trim_burst_sample {
    uint64_t at_ns;
    uint64_t count;
};

struct trim_burst {
    struct trim_burst_config config;
    /* A ring; the newest is at (taken - 1) % TRIM_BURST_SAMPLES. */
    struct trim_burst_sample samples[TRIM_BURST_SAMPLES];
    uint64_t taken;
    uint64_t last_count; /* At the last call, */
    uint64_t last_ns;    /* and when that was. */
    bool active;
    uint64_t began_ns;
    uint64_t calm_count;    /* The count at the beginning of the settling that is watched now. */
    uint64_t calm_since_ns; /* When that began. */
};

enum trim_burst_state {
    TRIM_BURST_QUIET = 0,
    TRIM_BURST_ACTIVE,
    TRIM_BURST_ENDED /* Told once, by the call that sees it. */
};

/* Starts without a burst; count classes were loaded and unloaded before now_ns. */
void trim_burst_init(struct trim_burst *burst, const struct trim_burst_config *config,
                     uint64_t now_ns, uint64_t count);

/* Takes in the number of class loads and unloads so far. */
enum trim_burst_state trim_burst_observe(struct trim_burst *burst, uint64_t now_ns, uint64_t count);

/* When the detector must be called again whatever happens; TRIM_NEVER while there is no burst. */
uint64_t trim_burst_next_ns(const struct trim_burst *burst);

/*
 * How many classes beyond those observed last are worth a call before that; UINT64_MAX during a
 * burst, which is watched by time.
 */
uint64_t trim_burst_arm(const struct trim_burst *burst);

#ifdef __cplusplus
}
#endif

#endif

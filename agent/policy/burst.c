#include "burst.h"

#include <string.h>

#include "quantity.h"

/* While a burst lasts it is looked at so many times within one settling: the calm begins at the
 * last look that saw classes, and so is told no later than a part of a settling after it began. */
#define LOOKS 5

/* Rounded up, so that the steps that the ring holds span a burst. */
static uint64_t step(const struct trim_burst *burst)
{
    return (burst->config.classes + TRIM_BURST_STEPS - 1) / TRIM_BURST_STEPS;
}

static void take_sample(struct trim_burst *burst, uint64_t now_ns, uint64_t count)
{
    burst->samples[burst->taken % TRIM_BURST_SAMPLES].at_ns = now_ns;
    burst->samples[burst->taken % TRIM_BURST_SAMPLES].count = count;
    burst->taken++;
}

static void start_over(struct trim_burst *burst, uint64_t now_ns, uint64_t count)
{
    burst->active = false;
    burst->taken = 0;
    burst->last_count = count;
    take_sample(burst, now_ns, count);
}

void trim_burst_init(struct trim_burst *burst, const struct trim_burst_config *config,
                     uint64_t now_ns, uint64_t count)
{
    memset(burst, 0, sizeof *burst);
    burst->config = *config;
    start_over(burst, now_ns, count);
}

/* The samples from the newest on, which is 1 back. */
static const struct trim_burst_sample *sample_back(const struct trim_burst *burst, uint64_t back)
{
    return &burst->samples[(burst->taken - back) % TRIM_BURST_SAMPLES];
}

static uint64_t newest_count(const struct trim_burst *burst)
{
    return sample_back(burst, 1)->count;
}

/*
 * The count at the beginning of the window: that of the newest sample before it. Samples are a step
 * apart, so what was counted between that sample and the window is less than a step.
 */
static uint64_t count_at_window_start(const struct trim_burst *burst, uint64_t now_ns)
{
    uint64_t kept = trim_min(burst->taken, TRIM_BURST_SAMPLES);
    uint64_t back = 1;
    while (back < kept && now_ns - sample_back(burst, back)->at_ns <= burst->config.window_ns) {
        back++;
    }
    return sample_back(burst, back)->count;
}

static void watch_calm(struct trim_burst *burst, uint64_t now_ns, uint64_t count)
{
    burst->calm_count = count;
    burst->calm_since_ns = now_ns;
}

/* The classes within one settling that still belong to the burst: as many as keep up its rate. */
static uint64_t busy_count(const struct trim_burst_config *config)
{
    return trim_max(config->classes * config->settle_ns / config->window_ns, 1);
}

enum trim_burst_state trim_burst_observe(struct trim_burst *burst, uint64_t now_ns, uint64_t count)
{
    burst->last_count = count;
    burst->last_ns = now_ns;
    if (!burst->active) {
        if (count - newest_count(burst) >= step(burst)) {
            take_sample(burst, now_ns, count);
        }
        if (count - count_at_window_start(burst, now_ns) < burst->config.classes) {
            return TRIM_BURST_QUIET;
        }
        burst->active = true;
        burst->began_ns = now_ns;
        watch_calm(burst, now_ns, count);
        return TRIM_BURST_ACTIVE;
    }
    bool busy = count - burst->calm_count >= busy_count(&burst->config);
    bool calm = !busy && now_ns - burst->calm_since_ns >= burst->config.settle_ns;
    if (calm || now_ns - burst->began_ns >= burst->config.max_wait_ns) {
        start_over(burst, now_ns, count);
        return TRIM_BURST_ENDED;
    }
    if (busy) {
        watch_calm(burst, now_ns, count);
    }
    return TRIM_BURST_ACTIVE;
}

uint64_t trim_burst_next_ns(const struct trim_burst *burst)
{
    if (!burst->active) {
        return TRIM_NEVER;
    }
    uint64_t calm_ns = burst->calm_since_ns + burst->config.settle_ns;
    uint64_t last_ns = burst->began_ns + burst->config.max_wait_ns;
    uint64_t look_ns = burst->last_ns + burst->config.settle_ns / LOOKS;
    return trim_min(look_ns, trim_min(calm_ns, last_ns));
}

uint64_t trim_burst_arm(const struct trim_burst *burst)
{
    return burst->active ? UINT64_MAX : newest_count(burst) + step(burst) - burst->last_count;
}

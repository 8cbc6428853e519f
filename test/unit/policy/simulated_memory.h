/* The memory of the process that a timeline of the policy is about: used, free, or given back. */
#ifndef TRIMAGENT_TEST_SIMULATED_MEMORY_H
#define TRIMAGENT_TEST_SIMULATED_MEMORY_H

#include <algorithm>
#include <cstdint>

#include "options.h"
#include "policy.h"
#include "quantity.h"

constexpr uint64_t kMs = TRIM_NS_PER_MS;
constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kMiB = TRIM_MIB;
constexpr uint64_t kGiB = TRIM_GIB;

constexpr uint64_t Bit(trim_reason reason)
{
    return UINT64_C(1) << reason;
}

/* The defaults of the options as the worker hands them to the policy. */
inline trim_policy_config PolicyConfig()
{
    trim_options options;
    trim_options_default(&options);
    trim_policy_config config = {};
    config.price.worth_bytes = options.worth_bytes;
    config.price.threshold_bytes = options.threshold_bytes;
    config.price.threshold_percent = options.threshold_percent;
    config.price.urgent_percent = options.urgent_percent;
    config.triggers.on = options.on;
    config.triggers.burst.classes = options.burst_classes;
    config.triggers.burst.window_ns = options.burst_window_ns;
    config.triggers.burst.settle_ns = options.settle_ns;
    config.triggers.burst.max_wait_ns = options.max_wait_ns;
    config.settle_ns = options.settle_ns;
    config.max_wait_ns = options.max_wait_ns;
    config.check_ns = options.check_ns;
    config.cooldown_ns = options.cooldown_ns;
    return config;
}

struct SimulatedMemory {
    uint64_t used_bytes = 1024 * kMiB; /* Whatever is resident and not free. */
    uint64_t free_bytes = 0;           /* Resident: what an estimate says. */
    uint64_t faults = 0;               /* Minor ones, so far. */
    uint64_t released_bytes = 0;       /* By the last trim, and not taken again. */
    uint64_t refaulted_bytes = 0;      /* Of the last trim's. */
    uint64_t released_percent = 100;   /* How much of what is free a trim really releases. */
    uint64_t limit_bytes = 0;          /* Of memory; 0: unknown. */
    uint32_t fill_permille = 0;
    uint64_t usage_bytes = 0;
    uint64_t estimate_cost_ns = kMs;     /* CPU time. */
    uint64_t release_ns_per_mib = 80000; /* The same. */
    uint64_t fault_ps_per_byte = 200;
    bool throttled = false;
    uint64_t sampled_bytes = 0;  /* Free when the sample was laid, */
    uint64_t least_bytes = 0;    /* and the least that was since. */
    bool rss_reads_zero = false; /* Some kernels' counters say so with many CPUs. */
    bool process_fails = false;
    bool sample_fails = false;
    bool refault_fails = false;
    bool estimate_fails = false;
    bool outcome_unknown = false;
    bool gives_way = false; /* Releases end early, for the process's sake. */

    uint64_t Rss() const
    {
        return rss_reads_zero ? 0 : used_bytes + free_bytes;
    }

    /* Takes what is free first, and the rest with page faults. */
    void Take(uint64_t bytes)
    {
        const uint64_t reused = std::min(bytes, free_bytes);
        const uint64_t taken = bytes - reused;
        const uint64_t again = std::min(taken, released_bytes);
        free_bytes -= reused;
        least_bytes = std::min(least_bytes, free_bytes);
        used_bytes += bytes;
        faults += taken / 4096;
        released_bytes -= again;
        refaulted_bytes += again;
    }

    void Free(uint64_t bytes)
    {
        used_bytes -= bytes;
        free_bytes += bytes;
    }

    /* Returns what a trim has released. */
    uint64_t Release()
    {
        const uint64_t released = free_bytes / 100 * released_percent;
        free_bytes -= released;
        released_bytes = released;
        refaulted_bytes = 0;
        return released;
    }

    /* Takes the measurement that the observation is of. */
    void Answer(trim_observation *observation)
    {
        switch (observation->look) {
        case TRIM_LOOK_NONE:
            break;
        case TRIM_LOOK_PROCESS:
            observation->failed = process_fails;
            observation->rss_bytes = process_fails ? 0 : Rss();
            observation->minor_faults = faults;
            break;
        case TRIM_LOOK_LAY:
            observation->failed = sample_fails || free_bytes == 0;
            sampled_bytes = free_bytes;
            least_bytes = free_bytes;
            break;
        case TRIM_LOOK_SAMPLE:
            observation->back_permille =
                static_cast<uint32_t>((sampled_bytes - least_bytes) * 1000 / sampled_bytes);
            break;
        case TRIM_LOOK_ROOM:
            observation->limit_bytes = limit_bytes;
            observation->fill_known = limit_bytes != 0;
            observation->fill_permille = fill_permille;
            break;
        case TRIM_LOOK_REFAULT:
            observation->failed = refault_fails;
            observation->refaulted_bytes = refault_fails ? 0 : refaulted_bytes;
            break;
        case TRIM_LOOK_ESTIMATE:
            observation->failed = estimate_fails;
            observation->expected_bytes = estimate_fails ? 0 : free_bytes;
            observation->cost_ns = estimate_cost_ns;
            observation->throttled = throttled;
            observation->fault_ps_per_byte = fault_ps_per_byte;
            break;
        }
    }
};

#endif

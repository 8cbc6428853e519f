/* The process that a timeline of the policy is about: its options and its memory. */
#ifndef TRIMAGENT_TEST_SCRIPTED_MEMORY_H
#define TRIMAGENT_TEST_SCRIPTED_MEMORY_H

#include <cstdint>

#include "trimagent/options.h"
#include "trimagent/quantity.h"
#include "reason.h"

constexpr uint64_t kMs = TRIM_NS_PER_MS;
constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kMiB = TRIM_MIB;

/* Round figures, with the watermark off: each test switches on what it is about. */
inline trim_options PolicyOptions()
{
    trim_options options;
    trim_options_default(&options);
    options.threshold_bytes = 64 * kMiB;
    options.on = (UINT64_C(1) << TRIM_REASON_FULL_GC) | (UINT64_C(1) << TRIM_REASON_RELOAD) |
                 (UINT64_C(1) << TRIM_REASON_WATERMARK);
    options.threshold_percent = 0;
    options.urgent_percent = 85;
    options.settle_ns = 2 * kS;
    options.max_wait_ns = 20 * kS;
    options.confirm_ns = kS;
    options.burst_classes = 1000;
    options.burst_window_ns = 10 * kS;
    options.check_ns = 0;
    options.cooldown_ns = 30 * kS;
    options.max_cooldown_ns = 300 * kS;
    options.dry_run = 0;
    return options;
}

/* What the scripted process holds. */
struct ScriptedMemory {
    uint64_t fixed_bytes = 4096 * kMiB; /* Outside the arenas. */
    uint64_t resident_bytes = 0;        /* Of the arenas. */
    uint64_t refaulted_bytes = 0;       /* What of the last release is resident again. */
    uint64_t releasable_bytes = 0;      /* What an estimate says. */
    uint64_t released_percent = 100;    /* How much of that a trim really releases. */
    uint64_t left_bytes = 0;            /* What it leaves, by the estimate right after it. */
    uint64_t minor_faults = 0;
    uint64_t estimate_cost_ns = kMs;
    uint64_t limit_bytes = 0; /* Of memory; 0: unknown. */
    uint32_t fill_permille = 0;
    uint64_t usage_bytes = 0;
    bool throttled = false;
    bool process_fails = false;
    bool refault_fails = false;
    bool estimate_fails = false;
    bool outcome_unknown = false;

    /* Memory is used and freed again: it is resident, and a trim would release it. */
    void Free(uint64_t bytes)
    {
        resident_bytes += bytes;
        releasable_bytes += bytes;
        minor_faults += bytes / 4096;
    }

    /* Freed memory that is still resident is used again. */
    void Reuse(uint64_t bytes)
    {
        releasable_bytes -= bytes;
    }

    /* Memory that a trim has released is used again. */
    void Refault(uint64_t bytes)
    {
        resident_bytes += bytes;
        refaulted_bytes += bytes;
        minor_faults += bytes / 4096;
    }
};

#endif

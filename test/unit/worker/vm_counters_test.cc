#include "vm_counters.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace
{

trim_gc_counts Read(const trim_vm_counters &counters)
{
    trim_gc_counts counts = {};
    /* Whatever stood there before must not shine through. */
    counts.present[TRIM_COLLECTOR_CONCURRENT] = true;
    counts.invocations[TRIM_COLLECTOR_CONCURRENT] = 99;
    trim_vm_counters_read_gc(&counters, &counts);
    return counts;
}

TEST(VmCounters, HaveNothingWithoutASource)
{
    const trim_vm_counters counters = {};
    const trim_gc_counts counts = Read(counters);
    for (const bool present : counts.present) {
        EXPECT_FALSE(present);
    }
    EXPECT_EQ(trim_vm_counters_unloaded(&counters), 0U);
    uint64_t loaded = 7;
    EXPECT_FALSE(trim_vm_counters_loaded(&counters, &loaded));
    EXPECT_EQ(loaded, 7U) << "untouched";
    EXPECT_EQ(trim_gc_classify(&counts, &counts), TRIM_PAUSE_UNKNOWN);
}

TEST(VmCounters, ReadThePerformanceCountersThatThereAre)
{
    int64_t young = 42;
    int64_t concurrent = 7;
    trim_vm_counters counters = {};
    counters.source = TRIM_GC_SOURCE_PERF;
    counters.invocations[TRIM_COLLECTOR_YOUNG] = &young;
    counters.invocations[TRIM_COLLECTOR_CONCURRENT] = &concurrent;
    trim_gc_counts counts = Read(counters);
    EXPECT_TRUE(counts.present[TRIM_COLLECTOR_YOUNG]);
    EXPECT_FALSE(counts.present[TRIM_COLLECTOR_FULL]);
    EXPECT_TRUE(counts.present[TRIM_COLLECTOR_CONCURRENT]);
    EXPECT_EQ(counts.invocations[TRIM_COLLECTOR_YOUNG], 42U);
    EXPECT_EQ(counts.invocations[TRIM_COLLECTOR_CONCURRENT], 7U);

    concurrent = 8;
    const trim_gc_counts later = Read(counters);
    EXPECT_EQ(trim_gc_classify(&counts, &later), TRIM_PAUSE_OLD);
}

TEST(VmCounters, TellYoungFromFullByTheHeapsCounts)
{
    uint32_t collections[] = {10, 3}; /* All, and in the next word the full ones. */
    trim_vm_counters counters = {};
    counters.source = TRIM_GC_SOURCE_COLLECTED_HEAP;
    counters.collections = collections;
    const trim_gc_counts first = Read(counters);
    EXPECT_FALSE(first.present[TRIM_COLLECTOR_CONCURRENT]);

    collections[0] = 11;
    const trim_gc_counts after_young = Read(counters);
    EXPECT_EQ(trim_gc_classify(&first, &after_young), TRIM_PAUSE_YOUNG);

    collections[0] = 12;
    collections[1] = 4;
    const trim_gc_counts after_full = Read(counters);
    EXPECT_EQ(trim_gc_classify(&after_young, &after_full), TRIM_PAUSE_OLD);

    /* Shenandoah counts nothing there. */
    EXPECT_EQ(trim_gc_classify(&after_full, &after_full), TRIM_PAUSE_OLD);
}

TEST(VmCounters, CountUnloadedClassesOfBothKinds)
{
    int64_t unloaded = 40;
    int64_t shared = 2;
    trim_vm_counters counters = {};
    counters.unloaded_classes = &unloaded;
    EXPECT_EQ(trim_vm_counters_unloaded(&counters), 40U);
    counters.shared_unloaded_classes = &shared;
    EXPECT_EQ(trim_vm_counters_unloaded(&counters), 42U);
}

} // namespace

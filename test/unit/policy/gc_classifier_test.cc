#include "gc_classifier.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <ostream>
#include <string>

namespace
{

/* The counters that a VM has. */
struct Counters {
    bool young;
    bool full;
    bool concurrent;
};

constexpr Counters kStopTheWorld = {true, true, false}; /* Serial, Parallel, and G1 on 8. */
constexpr Counters kG1 = {true, true, true};            /* Since 11. */
constexpr Counters kZgc = {false, false, true};         /* Not generational. */
constexpr Counters kGenerationalZgc = {true, false, true};
constexpr Counters kShenandoah = {false, true, false};
constexpr Counters kNothing = {false, false, false};

/* The pauses between two looks, by the counter they moved. */
struct Moved {
    uint64_t young;
    uint64_t full;
    uint64_t concurrent;
};

struct Case {
    const char *name;
    Counters present;
    Moved moved;
    trim_pause expected;
};

std::ostream &operator<<(std::ostream &out, const Case &a_case)
{
    return out << a_case.name;
}

class GcClassifier : public testing::TestWithParam<Case>
{
};

trim_gc_counts Counts(const Counters &present, uint64_t young, uint64_t full, uint64_t concurrent)
{
    trim_gc_counts counts = {};
    counts.present[TRIM_COLLECTOR_YOUNG] = present.young;
    counts.present[TRIM_COLLECTOR_FULL] = present.full;
    counts.present[TRIM_COLLECTOR_CONCURRENT] = present.concurrent;
    counts.invocations[TRIM_COLLECTOR_YOUNG] = present.young ? young : 0;
    counts.invocations[TRIM_COLLECTOR_FULL] = present.full ? full : 0;
    counts.invocations[TRIM_COLLECTOR_CONCURRENT] = present.concurrent ? concurrent : 0;
    return counts;
}

TEST_P(GcClassifier, FollowsTheMeasuredRule)
{
    const Case &c = GetParam();
    const trim_gc_counts last = Counts(c.present, 100, 20, 30);
    const trim_gc_counts now =
        Counts(c.present, 100 + c.moved.young, 20 + c.moved.full, 30 + c.moved.concurrent);
    EXPECT_EQ(trim_gc_classify(&last, &now), c.expected);
}

TEST_P(GcClassifier, GivesTheSameAnswerForTheFirstPauseOfAll)
{
    const Case &c = GetParam();
    const trim_gc_counts last = Counts(c.present, 0, 0, 0);
    const trim_gc_counts now = Counts(c.present, c.moved.young, c.moved.full, c.moved.concurrent);
    EXPECT_EQ(trim_gc_classify(&last, &now), c.expected);
}

constexpr Case kCases[] = {
    {"SerialYoung", kStopTheWorld, {1, 0, 0}, TRIM_PAUSE_YOUNG},
    {"SerialFull", kStopTheWorld, {0, 1, 0}, TRIM_PAUSE_OLD},
    {"ParallelYoungThenFullInOnePause", kStopTheWorld, {1, 1, 0}, TRIM_PAUSE_OLD},
    {"G1On8RemarkOrCleanup", kStopTheWorld, {0, 0, 0}, TRIM_PAUSE_OLD},
    {"G1Young", kG1, {1, 0, 0}, TRIM_PAUSE_YOUNG},
    {"G1YoungTwiceInNestedPauses", kG1, {2, 0, 0}, TRIM_PAUSE_YOUNG},
    {"G1Full", kG1, {0, 1, 0}, TRIM_PAUSE_OLD},
    {"G1RemarkOrCleanup", kG1, {0, 0, 1}, TRIM_PAUSE_OLD},
    {"G1YoungWithinConcurrent", kG1, {1, 0, 1}, TRIM_PAUSE_OLD},
    {"G1EmptyPair", kG1, {0, 0, 0}, TRIM_PAUSE_NOTHING},
    {"ZgcPause", kZgc, {0, 0, 1}, TRIM_PAUSE_OLD},
    {"ZgcEmptyPair", kZgc, {0, 0, 0}, TRIM_PAUSE_NOTHING},
    {"GenerationalZgcMinor", kGenerationalZgc, {1, 0, 0}, TRIM_PAUSE_YOUNG},
    {"GenerationalZgcMajor", kGenerationalZgc, {0, 0, 1}, TRIM_PAUSE_OLD},
    {"GenerationalZgcBoth", kGenerationalZgc, {3, 0, 1}, TRIM_PAUSE_OLD},
    {"GenerationalZgcEmptyPair", kGenerationalZgc, {0, 0, 0}, TRIM_PAUSE_NOTHING},
    {"ShenandoahPause", kShenandoah, {0, 1, 0}, TRIM_PAUSE_OLD},
    {"ShenandoahPauseThatIsNotCounted", kShenandoah, {0, 0, 0}, TRIM_PAUSE_OLD},
    {"CollectedHeapYoung", kStopTheWorld, {5, 0, 0}, TRIM_PAUSE_YOUNG},
    {"CollectedHeapFull", kStopTheWorld, {0, 2, 0}, TRIM_PAUSE_OLD},
    {"CollectedHeapNeverMoves", kStopTheWorld, {0, 0, 0}, TRIM_PAUSE_OLD},
    {"NoCounterAtAll", kNothing, {0, 0, 0}, TRIM_PAUSE_UNKNOWN},
};

INSTANTIATE_TEST_SUITE_P(Collectors, GcClassifier, testing::ValuesIn(kCases),
                         [](const auto &row) { return std::string(row.param.name); });

TEST(GcClassifierEdges, IgnoresWhatStandsInCountersThatAreNotPresent)
{
    trim_gc_counts last = Counts(kG1, 1, 1, 1);
    trim_gc_counts now = Counts(kG1, 2, 1, 1);
    last.present[TRIM_COLLECTOR_FULL] = now.present[TRIM_COLLECTOR_FULL] = false;
    now.invocations[TRIM_COLLECTOR_FULL] = 99;
    EXPECT_EQ(trim_gc_classify(&last, &now), TRIM_PAUSE_YOUNG);
}

TEST(GcClassifierEdges, SeesACounterMovePastTheTopOfItsRange)
{
    const trim_gc_counts last = Counts(kG1, UINT64_MAX, 7, 7);
    const trim_gc_counts now = Counts(kG1, 0, 7, 7);
    EXPECT_EQ(trim_gc_classify(&last, &now), TRIM_PAUSE_YOUNG);
}

} // namespace

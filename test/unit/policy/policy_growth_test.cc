/* A burst of page faults is something being loaded: what it replaces is freed after it. */
#include <gtest/gtest.h>

#include "policy.h"
#include "policy_timeline.h"

namespace
{

/* A model is loaded in a second and the old one closed so long after; each period. */
void Reloads(PolicyTimeline *timeline, uint64_t rounds, uint64_t period_ns, uint64_t closed_ns)
{
    for (uint64_t round = 0; round < rounds; ++round) {
        const uint64_t begin_ns = 10 * kS + round * period_ns;
        timeline->LoadMemory(begin_ns, begin_ns + kS, 300 * kMiB);
        timeline->FreeAt(begin_ns + kS + closed_ns, 300 * kMiB);
    }
}

TEST(PolicyGrowth, TheEndOfALoadLeadsToLooksAndToATrim)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    Reloads(&timeline, 1, 60 * kS, 500 * kMs);
    timeline.RunUntil(60 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_GROWTH);
    EXPECT_EQ(timeline.trims()[0].expected_bytes, 300 * kMiB);
    EXPECT_LE(timeline.trims()[0].at_ns, 16 * kS);
    EXPECT_EQ(timeline.skips(TRIM_SKIP_WAITING), 1U) << "the first waits for its share";
}

TEST(PolicyGrowth, TheNextOnesAreReleasedAtOnce)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    Reloads(&timeline, 10, 30 * kS, 500 * kMs);
    timeline.RunUntil(310 * kS);
    ASSERT_EQ(timeline.trims().size(), 10U);
    const uint64_t first_ns = timeline.trims()[0].at_ns - 11500 * kMs;
    for (size_t round = 3; round < 10; ++round) {
        const uint64_t freed_ns = 11500 * kMs + round * 30 * kS;
        EXPECT_LE(timeline.trims()[round].at_ns, freed_ns + kS) << round;
        EXPECT_LT(timeline.trims()[round].at_ns - freed_ns, first_ns) << round;
    }
    EXPECT_EQ(timeline.policy().earnings.regretted, 0U);
}

TEST(PolicyGrowth, AnOldModelThatIsClosedSecondsLaterIsFoundToo)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    Reloads(&timeline, 10, 60 * kS, 4 * kS);
    timeline.RunUntil(610 * kS);
    EXPECT_EQ(timeline.trims().size(), 10U);
    EXPECT_EQ(timeline.memory.free_bytes, 0U);
}

TEST(PolicyGrowth, NothingIsTakenFromUnderALoad)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    timeline.LoadMemory(10 * kS, 15 * kS, 1000 * kMiB);
    timeline.OldPauseAt(12 * kS);
    timeline.RunUntil(14900 * kMs);
    for (const uint64_t at_ns : timeline.LookTimes(TRIM_LOOK_ESTIMATE)) {
        EXPECT_LE(at_ns, 10500 * kMs);
    }
    EXPECT_GE(timeline.skips(TRIM_SKIP_GROWING), 1U);
    EXPECT_LE(timeline.skips(TRIM_SKIP_GROWING), 3U) << "told once";
}

TEST(PolicyGrowth, WhatComesBackIsCountedWhenTheLoadHasEnded)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    timeline.FreeAt(8 * kS, 500 * kMiB);
    timeline.OldPauseAt(8 * kS);
    timeline.LoadMemory(10 * kS, 13 * kS, 500 * kMiB);
    timeline.RunUntil(20 * kS);
    ASSERT_GE(timeline.LookCount(TRIM_LOOK_REFAULT), 1U);
    EXPECT_GE(timeline.LookTimes(TRIM_LOOK_REFAULT)[0], 13 * kS);
}

TEST(PolicyGrowth, ALoadThatDoesNotEndPutsLooksOffByMaxWaitAtMost)
{
    trim_policy_config config = PolicyConfig();
    config.max_wait_ns = 5 * kS;
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    timeline.LoadMemory(10 * kS, 60 * kS, 5000 * kMiB);
    timeline.OldPauseAt(11 * kS);
    timeline.RunUntil(17 * kS);
    EXPECT_GE(timeline.LookTimes(TRIM_LOOK_ESTIMATE).back(), 15 * kS);
}

TEST(PolicyGrowth, WhereMemoryIsShortNothingWaitsForTheLoadToEnd)
{
    PolicyTimeline timeline;
    timeline.memory.limit_bytes = 2 * kGiB;
    timeline.memory.fill_permille = 950;
    timeline.WorkAt(0, 200);
    timeline.LoadMemory(10 * kS, 15 * kS, 500 * kMiB);
    timeline.At(12 * kS, [&timeline] {
        timeline.memory.used_bytes -= 100 * kMiB;
        timeline.memory.released_percent = 100;
    });
    timeline.OldPauseAt(12 * kS);
    timeline.RunUntil(13 * kS);
    EXPECT_GE(timeline.LookTimes(TRIM_LOOK_ESTIMATE).back(), 12 * kS);
}

TEST(PolicyGrowth, WithoutTheReasonALoadTellsNothing)
{
    trim_policy_config config = PolicyConfig();
    config.triggers.on = Bit(TRIM_REASON_FULL_GC);
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    Reloads(&timeline, 3, 30 * kS, 500 * kMs);
    timeline.RunUntil(120 * kS);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_ESTIMATE), 0U);
    EXPECT_TRUE(timeline.trims().empty());
}

TEST(PolicyGrowth, AloneItIsReasonEnoughToReadTheProcessesFigures)
{
    trim_policy_config config = PolicyConfig();
    config.triggers.on = Bit(TRIM_REASON_GROWTH);
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    Reloads(&timeline, 1, 60 * kS, 500 * kMs);
    timeline.RunUntil(60 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_GROWTH);
}

TEST(PolicyGrowth, ALoadIsTakenToReplaceHalfOfItself)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    timeline.LoadMemory(10 * kS, 11 * kS, 300 * kMiB);
    uint64_t now_ns = 10 * kS;
    const trim_policy &policy = timeline.policy();
    while (policy.looks.events[TRIM_REASON_GROWTH].happened_ns == 0) {
        ASSERT_LT(now_ns, 20 * kS);
        now_ns += kMs;
        timeline.RunUntil(now_ns);
    }
    EXPECT_GE(policy.signs.loaded_bytes, 290 * kMiB);
    EXPECT_EQ(policy.looks.events[TRIM_REASON_GROWTH].pending_bytes,
              static_cast<double>(policy.signs.loaded_bytes) / 2);
}

} // namespace

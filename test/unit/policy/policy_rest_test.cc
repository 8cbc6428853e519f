/* A process at rest is left alone, and one that works is looked at for what that is worth. */
#include <gtest/gtest.h>

#include <algorithm>

#include "policy.h"
#include "policy_timeline.h"

namespace
{

constexpr uint64_t kHour = 3600 * kS;

TEST(PolicyRest, AProcessAtRestHasOneWakeUpInACheck)
{
    const trim_policy_config config = PolicyConfig();
    PolicyTimeline timeline(config);
    timeline.RunUntil(60 * kS);
    const uint64_t wake_ups = timeline.wake_ups();
    const size_t estimates = timeline.LookCount(TRIM_LOOK_ESTIMATE);
    const size_t readings = timeline.LookCount(TRIM_LOOK_PROCESS);
    timeline.RunUntil(60 * kS + kHour);
    EXPECT_LE(timeline.wake_ups() - wake_ups, kHour / config.check_ns + 1);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_ESTIMATE), estimates) << "nothing can have come free";
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_PROCESS), readings) << "nor are its figures read";
    EXPECT_NE(timeline.wake_cpu_ns(), UINT64_MAX) << "its own work tells when to look again";
}

TEST(PolicyRest, AnIdleJvmIsLookedAtSeldom)
{
    const trim_policy_config config = PolicyConfig();
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 1);
    timeline.RunUntil(kHour);
    /* A wake-up of the clock, and one of the CPU time that it has used. */
    EXPECT_LE(timeline.wake_ups(), 3 * kHour / config.check_ns);
    /* 0.02 % of a core. */
    const uint64_t looks_ns =
        timeline.LookCount(TRIM_LOOK_ESTIMATE) * timeline.memory.estimate_cost_ns;
    EXPECT_LE(looks_ns, kHour / 5000);
}

TEST(PolicyRest, WhatAProcessTakesAtRestIsReadNoMoreThanOnceInACheck)
{
    for (const uint64_t permille : {1, 2}) {
        trim_policy_config config = PolicyConfig();
        config.price.urgent_percent = 0;
        PolicyTimeline timeline(config);
        timeline.WorkAt(0, permille);
        timeline.RunUntil(300 * kS);
        const uint64_t wake_ups = timeline.wake_ups();
        timeline.RunUntil(300 * kS + kHour);
        /* The first reads that it has used its share, and the second that it rests again. */
        EXPECT_LE(timeline.wake_ups() - wake_ups, 2 * kHour / config.check_ns) << permille;
    }
}

TEST(PolicyRest, AnEventIsLookedAtEvenInAProcessAtRest)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 1);
    timeline.RunUntil(100 * kS);
    timeline.FreeAt(101 * kS, 500 * kMiB);
    timeline.OldPauseAt(101 * kS);
    timeline.RunUntil(102 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_FULL_GC);
}

TEST(PolicyRest, WithoutTheWatermarkAndGrowthNotEvenThat)
{
    trim_policy_config config = PolicyConfig();
    config.triggers.on = Bit(TRIM_REASON_FULL_GC) | Bit(TRIM_REASON_RELOAD);
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 100);
    timeline.RunUntil(kHour);
    EXPECT_LE(timeline.wake_ups(), 3U);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_ESTIMATE), 0U);
}

TEST(PolicyRest, OneThatBeginsToWorkIsNoticedByItsCpuTime)
{
    PolicyTimeline timeline;
    timeline.RunUntil(100 * kS);
    EXPECT_NE(timeline.wake_cpu_ns(), UINT64_MAX);
    timeline.WorkAt(101 * kS, 1000);
    timeline.FreeAt(101 * kS, 500 * kMiB);
    timeline.RunUntil(102 * kS);
    ASSERT_FALSE(timeline.LookTimes(TRIM_LOOK_PROCESS).empty());
    EXPECT_GE(timeline.LookTimes(TRIM_LOOK_PROCESS).back(), 101 * kS);
    timeline.RunUntil(120 * kS);
    EXPECT_EQ(timeline.memory.free_bytes, 0U);
}

/* Releases one by one make it a quarter, and alarms in vain the whole again. */
TEST(PolicyRest, WhereReleasesPayAProcessAtRestIsReadAfterLessOfItsWork)
{
    for (const uint64_t releases : {0, 1, 2, 3}) {
        PolicyTimeline timeline;
        timeline.WorkAt(0, 200);
        for (uint64_t release = 1; release <= releases; ++release) {
            timeline.FreeAt(release * 10 * kS, 500 * kMiB);
            timeline.OldPauseAt(release * 10 * kS);
        }
        timeline.WorkAt(39 * kS, 0);
        timeline.RunUntil(60 * kS);
        ASSERT_EQ(timeline.trims().size(), releases);
        const auto after_ns = [&timeline] {
            return timeline.wake_cpu_ns() - timeline.policy().signs.last.cpu_ns;
        };
        const uint64_t halvings = std::min<uint64_t>(releases, 2);
        EXPECT_EQ(after_ns(), 32 * kMs >> halvings);
        timeline.WorkAt(60 * kS, 1);
        /* Four alarms each; the first comes after 8 ms of its work, each of a second. */
        timeline.RunUntil((60 + 4 * (halvings > 1 ? 8 : 0) + 4 * (halvings > 0 ? 16 : 0) + 40) *
                          kS);
        EXPECT_GE(after_ns(), 32 * kMs) << releases;
    }
}

TEST(PolicyRest, WhatAProcessFreesBeforeItRestsIsFound)
{
    PolicyTimeline timeline;
    timeline.WorkAt(10 * kS, 1000);
    timeline.FreeAt(19 * kS, 500 * kMiB);
    timeline.WorkAt(19 * kS + 10 * kMs, 0);
    timeline.RunUntil(40 * kS);
    EXPECT_GE(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.memory.free_bytes, 0U);
    const uint64_t wake_ups = timeline.wake_ups();
    timeline.RunUntil(kHour);
    EXPECT_LE(timeline.wake_ups() - wake_ups, kHour / PolicyConfig().check_ns + 20);
}

/* A server that never rests frees 500 MiB, which takes 50 ms of CPU. */
TEST(PolicyRest, AMomentOfMuchMoreWorkIsLookedAt)
{
    size_t looks[2] = {};
    for (const bool works : {false, true}) {
        PolicyTimeline timeline;
        timeline.WorkAt(0, 12);
        timeline.WorkAt(600 * kS, works ? 1000 : 12);
        timeline.WorkAt(600 * kS + 50 * kMs, 12);
        timeline.RunUntil(600 * kS);
        const size_t before = timeline.LookCount(TRIM_LOOK_ESTIMATE);
        timeline.RunUntil(605 * kS);
        looks[works ? 1 : 0] = timeline.LookCount(TRIM_LOOK_ESTIMATE) - before;
    }
    EXPECT_LE(looks[0], 1U);
    EXPECT_GT(looks[1], looks[0]);
    EXPECT_LE(looks[1], 8U);
}

/* Each request of a server at low load is more work than usual, and each minute 100 MiB are freed
 * and taken again. */
TEST(PolicyRest, RequestsThatStandOutAddFewLooks)
{
    PolicyTimeline timeline;
    for (uint64_t second = 0; second < 3600; ++second) {
        timeline.WorkAt(second * kS, 1000);
        timeline.WorkAt(second * kS + 50 * kMs, 5);
        if (second % 60 == 30) {
            timeline.FreeAt(second * kS, 100 * kMiB);
            timeline.TakeAt((second + 20) * kS, 100 * kMiB);
        }
    }
    timeline.RunUntil(kHour);
    /* Without requests that stand out it is 2305. */
    EXPECT_LE(timeline.LookCount(TRIM_LOOK_ESTIMATE), 2400U);
}

TEST(PolicyRest, ABusyProcessWithNothingToGiveCostsLittle)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 2000);
    timeline.RunUntil(kHour);
    EXPECT_TRUE(timeline.trims().empty());
    const uint64_t looks_ns =
        timeline.LookCount(TRIM_LOOK_ESTIMATE) * timeline.memory.estimate_cost_ns;
    EXPECT_LE(looks_ns, kHour / 1000);
    EXPECT_GE(timeline.LookCount(TRIM_LOOK_ESTIMATE), kHour / PolicyConfig().check_ns / 2);
}

TEST(PolicyRest, DearLooksAreTakenSeldom)
{
    PolicyTimeline timeline;
    timeline.memory.estimate_cost_ns = kS; /* Millions of free chunks. */
    timeline.WorkAt(0, 2000);
    timeline.RunUntil(2 * kHour);
    EXPECT_LE(timeline.LookCount(TRIM_LOOK_ESTIMATE), 20U);
    EXPECT_GE(timeline.LookCount(TRIM_LOOK_ESTIMATE), 2U);
}

TEST(PolicyRest, AnEventIsNotFollowedUpInAProcessThatHasDoneNothingSince)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    timeline.OldPauseAt(10 * kS);
    timeline.WorkAt(10 * kS + 50 * kMs, 0);
    timeline.RunUntil(10 * kS + 50 * kMs);
    const size_t before = timeline.LookCount(TRIM_LOOK_ESTIMATE);
    timeline.RunUntil(40 * kS);
    EXPECT_GE(timeline.skips(TRIM_SKIP_UNCHANGED), 1U);
    EXPECT_LE(timeline.LookCount(TRIM_LOOK_ESTIMATE) - before, 3U);
}

TEST(PolicyRest, ASmallProcessIsSeldomLookedAt)
{
    PolicyTimeline timeline;
    timeline.memory.used_bytes = kMiB;
    timeline.WorkAt(0, 1000);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(100 * kS);
    /* The arenas' residency tells that there is not enough, since RSS may be wrong. */
    EXPECT_LE(timeline.LookCount(TRIM_LOOK_ESTIMATE), 20U);
    EXPECT_GE(timeline.skips(TRIM_SKIP_BELOW_THRESHOLD), 1U);
}

} // namespace

/* What the events that the JVM tells of lead to. */
#include <gtest/gtest.h>

#include "policy.h"
#include "policy_timeline.h"

namespace
{

TEST(PolicyEvent, WhatAFullGcFreesIsReleasedAtOnceWhenItHasSettled)
{
    const trim_policy_config config = PolicyConfig();
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(60 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_GE(timeline.trims()[0].at_ns, 10 * kS + config.settle_ns);
    EXPECT_LE(timeline.trims()[0].at_ns, 10 * kS + 300 * kMs);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_FULL_GC);
    EXPECT_EQ(timeline.trims()[0].expected_bytes, 500 * kMiB);
}

TEST(PolicyEvent, AnRssOfZeroKeepsNothingFromBeingLookedAt)
{
    PolicyTimeline timeline;
    timeline.memory.rss_reads_zero = true;
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.FreeAt(30 * kS, 500 * kMiB);
    timeline.OldPauseAt(30 * kS);
    timeline.RunUntil(60 * kS);
    ASSERT_EQ(timeline.trims().size(), 2U);
    EXPECT_EQ(timeline.memory.free_bytes, 0U);
}

TEST(PolicyEvent, WhatCleanersFreeLaterIsReleasedToo)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    timeline.OldPauseAt(10 * kS);
    timeline.FreeAt(10 * kS + 50 * kMs, 200 * kMiB);
    timeline.FreeAt(10 * kS + 400 * kMs, 300 * kMiB);
    timeline.RunUntil(20 * kS);
    ASSERT_GE(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.memory.free_bytes, 0U);
    for (const SeenTrim &trim : timeline.trims()) {
        EXPECT_EQ(trim.reason, TRIM_REASON_FULL_GC);
    }
}

TEST(PolicyEvent, SettlingIsCountedFromTheEndOfThePauseNotFromTheWakeUp)
{
    /* The worker may have been busy: it is told at 11 s of a pause that ended at 10 s. */
    trim_policy_config config = PolicyConfig();
    config.triggers.on = Bit(TRIM_REASON_FULL_GC);
    config.settle_ns = 2 * kS;
    trim_policy policy;
    trim_policy_init(&policy, &config, 0, 0);
    trim_observation observation = {};
    observation.now_ns = 11 * kS;
    observation.signals.old_pauses = 1;
    observation.last_old_ns = 10 * kS;
    trim_decision decision = {};
    trim_policy_step(&policy, &observation, &decision);
    EXPECT_EQ(decision.action, TRIM_WAIT);
    EXPECT_EQ(decision.wake_ns, 12 * kS);
}

TEST(PolicyEvent, WhatTheStartUpHasFreedIsFoundWithoutAnEvent)
{
    PolicyTimeline timeline;
    timeline.memory.Free(40 * kMiB);
    timeline.WorkAt(0, 1000);
    timeline.WorkAt(2 * kS, 2);
    timeline.RunUntil(20 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
}

TEST(PolicyEvent, PausesInARowDoNotPutTheLookOff)
{
    /* A library asks ten times, 100 ms apart, with System.gc() before each. */
    for (const uint64_t gap_ns : {20 * kMs, 100 * kMs, 300 * kMs}) {
        PolicyTimeline timeline;
        timeline.WorkAt(0, 500);
        timeline.FreeAt(10 * kS, 500 * kMiB);
        for (uint64_t pause = 0; pause < 10; ++pause) {
            timeline.OldPauseAt(10 * kS + pause * gap_ns);
        }
        timeline.RunUntil(10 * kS + kS);
        ASSERT_GE(timeline.trims().size(), 1U) << gap_ns;
        EXPECT_LE(timeline.trims()[0].at_ns, 10 * kS + 300 * kMs) << gap_ns;
        EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_FULL_GC);
    }
}

TEST(PolicyEvent, PausesThatFreeNothingAreSoonLookedAtLess)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 500);
    for (uint64_t pause = 0; pause < 600; ++pause) {
        timeline.OldPauseAt(10 * kS + pause * kS);
    }
    timeline.RunUntil(70 * kS);
    const size_t early = timeline.LookCount(TRIM_LOOK_ESTIMATE);
    timeline.RunUntil(550 * kS);
    const size_t before = timeline.LookCount(TRIM_LOOK_ESTIMATE);
    timeline.RunUntil(610 * kS);
    const size_t late = timeline.LookCount(TRIM_LOOK_ESTIMATE) - before;
    EXPECT_LT(late, early);
    EXPECT_TRUE(timeline.trims().empty());
}

TEST(PolicyEvent, AReloadIsLookedAtWhenItHasCalmedDown)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 500);
    timeline.LoadClasses(50 * kS, 58 * kS, 2000);
    timeline.FreeAt(57 * kS, 500 * kMiB);
    timeline.RunUntil(100 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_RELOAD);
    EXPECT_LE(timeline.trims()[0].at_ns, 59 * kS);
}

TEST(PolicyEvent, StartUpIsAReloadTooEvenIfItBeganBeforeTheAgent)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 500);
    timeline.LoadClasses(0, 9 * kS, 5000);
    timeline.FreeAt(8900 * kMs, 100 * kMiB);
    timeline.RunUntil(20 * kS);
    ASSERT_GE(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_RELOAD);
}

TEST(PolicyEvent, ALastingBurstEndsAfterMaxWait)
{
    trim_policy_config config = PolicyConfig();
    config.triggers.on = Bit(TRIM_REASON_RELOAD);
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 500);
    timeline.FreeAt(kS, 500 * kMiB);
    timeline.LoadClasses(0, 100 * kS, 50000);
    timeline.RunUntil(100 * kS);
    ASSERT_GE(timeline.trims().size(), 1U);
    EXPECT_LE(timeline.trims()[0].at_ns, kS + 2 * config.max_wait_ns);
}

TEST(PolicyEvent, ClassesOfTheFirstHalfSecondAreCountedWithoutAWakeUp)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 1000);
    timeline.LoadClasses(0, 400 * kMs, 2000);
    timeline.RunUntil(490 * kMs);
    EXPECT_EQ(timeline.wake_ups(), 1U);
    timeline.FreeAt(500 * kMs, 500 * kMiB);
    timeline.RunUntil(5 * kS);
    ASSERT_GE(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_RELOAD);
}

TEST(PolicyEvent, ClassLoadsMayWakeTheWorkerFromTheEndOfTheStartOn)
{
    PolicyTimeline timeline;
    timeline.RunUntil(490 * kMs);
    EXPECT_EQ(timeline.armed(), UINT64_MAX);
    timeline.RunUntil(500 * kMs);
    EXPECT_NE(timeline.armed(), UINT64_MAX);
    EXPECT_EQ(timeline.wake_ups(), 2U) << "one for the start and one for its end";
}

TEST(PolicyEvent, AnOldPauseTakesPrecedence)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 500);
    timeline.LoadClasses(10 * kS, 14 * kS, 2000);
    timeline.OldPauseAt(14 * kS);
    timeline.FreeAt(14 * kS, 500 * kMiB);
    timeline.RunUntil(30 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_FULL_GC);
}

TEST(PolicyEvent, AnOldPauseReleasesWhatWaitsWithoutOne)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 500);
    timeline.FreeAt(10 * kS, 100 * kMiB);
    uint64_t now_ns = 10 * kS;
    while (timeline.skips(TRIM_SKIP_WAITING) == 0) {
        ASSERT_LT(now_ns, 60 * kS);
        now_ns += kMs;
        timeline.RunUntil(now_ns);
    }
    ASSERT_TRUE(timeline.trims().empty());
    timeline.OldPauseAt(now_ns + kMs);
    timeline.RunUntil(now_ns + 300 * kMs);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_FULL_GC);
}

TEST(PolicyEvent, ADemandIsMetAtOnceWhateverIsKnown)
{
    PolicyTimeline timeline;
    timeline.memory.process_fails = true;
    timeline.memory.refault_fails = true;
    timeline.memory.estimate_fails = true;
    timeline.OldPauseAt(10 * kS - kMs);
    timeline.DemandAt(10 * kS);
    timeline.DemandAt(10 * kS + 10 * kMs);
    timeline.RunUntil(20 * kS);
    ASSERT_EQ(timeline.trims().size(), 2U) << "even within the cooldown";
    EXPECT_EQ(timeline.trims()[0].at_ns, 10 * kS);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_DEMAND);
    EXPECT_EQ(timeline.trims()[0].expected_bytes, 0U) << "nothing was estimated";
    EXPECT_LE(timeline.trims()[1].at_ns, 10 * kS + 20 * kMs);
    EXPECT_EQ(timeline.policy().earnings.useless, 0U) << "nothing is held against the policy";
}

TEST(PolicyEvent, ADemandMayComeWhileMemoryIsWatched)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 500);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    for (uint64_t at_ns = 10 * kS; at_ns < 20 * kS; at_ns += 333 * kMs) {
        timeline.DemandAt(at_ns);
    }
    timeline.RunUntil(60 * kS);
    EXPECT_EQ(timeline.memory.free_bytes, 0U);
    for (const SeenTrim &trim : timeline.trims()) {
        EXPECT_EQ(trim.reason, TRIM_REASON_DEMAND);
    }
}

TEST(PolicyEvent, OnlyReasonsThatAreOnLeadToATrim)
{
    constexpr trim_reason kReasons[] = {TRIM_REASON_FULL_GC, TRIM_REASON_RELOAD,
                                        TRIM_REASON_PRESSURE};
    for (const trim_reason on : kReasons) {
        for (const trim_reason happens : kReasons) {
            trim_policy_config config = PolicyConfig();
            config.triggers.on = Bit(on);
            PolicyTimeline timeline(config);
            timeline.FreeAt(9 * kS, 500 * kMiB);
            if (happens == TRIM_REASON_FULL_GC) {
                timeline.OldPauseAt(10 * kS);
            } else if (happens == TRIM_REASON_RELOAD) {
                timeline.LoadClasses(10 * kS, 15 * kS, 2000);
            } else {
                timeline.PressureAt(10 * kS);
            }
            timeline.RunUntil(200 * kS);
            EXPECT_EQ(timeline.trims().size(), on == happens ? 1U : 0U) << on << happens;
            if (on != happens) {
                EXPECT_EQ(timeline.LookCount(TRIM_LOOK_ESTIMATE), 0U) << on << happens;
            }
        }
    }
}

TEST(PolicyEvent, WithoutChecksAndEventsNothingEverHappens)
{
    trim_policy_config config = PolicyConfig();
    config.check_ns = 0;
    config.triggers.on = Bit(TRIM_REASON_FULL_GC) | Bit(TRIM_REASON_WATERMARK);
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 2000);
    timeline.FreeAt(kS, 1000 * kMiB);
    EXPECT_EQ(timeline.armed(), UINT64_MAX) << "reloads are off";
    timeline.RunUntil(1000 * kS);
    EXPECT_EQ(timeline.wake_ns(), TRIM_NEVER);
    EXPECT_EQ(timeline.wake_cpu_ns(), UINT64_MAX);
    EXPECT_EQ(timeline.wake_ups(), 1U);
}

} // namespace

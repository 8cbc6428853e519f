/* What the container around does to the policy: limit, pressure and CPU quota. */
#include <gtest/gtest.h>

#include "policy_timeline.h"
#include "policy.h"

namespace
{

trim_options Checked()
{
    trim_options options = PolicyOptions();
    options.check_ns = 60 * kS;
    return options;
}

TEST(PolicyContainer, AShareOfTheLimitIsTheThresholdAndFollowsIt)
{
    trim_options options = Checked();
    options.threshold_bytes = 0;
    options.threshold_percent = 10;
    options.urgent_percent = 0;
    PolicyTimeline timeline(options);
    timeline.memory.limit_bytes = 4096 * kMiB;
    timeline.memory.Free(300 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(50 * kS);
    EXPECT_TRUE(timeline.trims().empty()) << "300 MiB are less than a tenth";
    timeline.memory.limit_bytes = 2048 * kMiB; /* Lowered while the process runs. */
    timeline.OldPauseAt(51 * kS);
    timeline.RunUntil(59 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
}

TEST(PolicyContainer, WhereMemoryIsShortLessIsWorthATrimAndFound)
{
    PolicyTimeline timeline(Checked());
    timeline.memory.limit_bytes = 1024 * kMiB;
    timeline.memory.fill_permille = 500;
    timeline.memory.Free(20 * kMiB);
    timeline.RunUntil(600 * kS);
    EXPECT_TRUE(timeline.trims().empty());
    timeline.memory.fill_permille = 930; /* By others: the process itself has not moved. */
    timeline.RunUntil(670 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_WATERMARK);
}

TEST(PolicyContainer, ChecksComeEachSecondWhileMemoryIsShortAndNotAfterwards)
{
    PolicyTimeline timeline(Checked());
    timeline.memory.limit_bytes = 1024 * kMiB;
    timeline.memory.fill_permille = 900;
    timeline.RunUntil(100 * kS);
    const size_t looks = timeline.LookCount(TRIM_LOOK_PROCESS);
    EXPECT_GE(looks, 97U);
    EXPECT_LE(looks, 101U);
    timeline.memory.fill_permille = 400;
    timeline.RunUntil(1000 * kS);
    EXPECT_LE(timeline.LookCount(TRIM_LOOK_PROCESS), looks + 17);
}

TEST(PolicyContainer, WhereMemoryIsShortTheCooldownIsAnEighth)
{
    const trim_options options = Checked();
    PolicyTimeline timeline(options);
    timeline.memory.limit_bytes = 1024 * kMiB;
    timeline.memory.fill_permille = 900;
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.At(14 * kS, [&] { timeline.memory.Free(200 * kMiB); });
    timeline.RunUntil(30 * kS);
    ASSERT_EQ(timeline.trims().size(), 2U);
    const uint64_t gap_ns = timeline.trims()[1].at_ns - timeline.trims()[0].at_ns;
    EXPECT_GE(gap_ns, options.cooldown_ns / 8);
    EXPECT_LT(gap_ns, options.cooldown_ns / 2);
}

TEST(PolicyContainer, MemoryThatGetsShortIsNoticedInALongCooldown)
{
    trim_options options = Checked();
    options.cooldown_ns = 3600 * kS;
    options.max_cooldown_ns = 3600 * kS;
    PolicyTimeline timeline(options);
    timeline.memory.limit_bytes = 1024 * kMiB;
    timeline.memory.fill_permille = 500;
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.At(20 * kS, [&] {
        timeline.memory.Free(200 * kMiB);
        timeline.memory.fill_permille = 950;
    });
    timeline.RunUntil(1000 * kS);
    EXPECT_EQ(timeline.trims().size(), 2U) << "an eighth of the cooldown is 450 s";
}

TEST(PolicyContainer, ARecheckThatFallsIntoAWaitForTheRationDoesNotSpin)
{
    trim_options options = Checked();
    options.cooldown_ns = 100 * kS;
    options.check_ns = 10 * kS;
    PolicyTimeline timeline(options);
    timeline.memory.limit_bytes = 1024 * kMiB;
    timeline.memory.fill_permille = 900;
    timeline.memory.estimate_cost_ns = 90 * kMs;
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    for (uint64_t at_ns = 20 * kS; at_ns < 600 * kS; at_ns += 3 * kS) {
        timeline.At(at_ns, [&] { timeline.memory.Free(3 * kMiB); });
    }
    timeline.RunUntil(600 * kS);
    EXPECT_LE(timeline.wake_ups(), 2400U) << "four a second are plenty";
    EXPECT_GE(timeline.trims().size(), 2U);
}

TEST(PolicyContainer, RegretIsJudgedThoughMemoryIsShort)
{
    PolicyTimeline timeline(Checked());
    timeline.memory.limit_bytes = 1024 * kMiB;
    timeline.memory.fill_permille = 900;
    for (uint64_t at_ns = 10 * kS; at_ns < 300 * kS; at_ns += 2 * kS) {
        timeline.At(at_ns, [&] {
            timeline.memory.Refault(300 * kMiB);
            timeline.memory.releasable_bytes = 300 * kMiB;
        });
    }
    timeline.OldPauseAt(11 * kS);
    timeline.RunUntil(300 * kS);
    EXPECT_GE(timeline.policy().cooldown.regretted, 3U);
    EXPECT_LE(timeline.trims().size(), 20U);
}

TEST(PolicyContainer, AGrowingProcessIsTrimmedWhereMemoryIsShort)
{
    PolicyTimeline timeline(Checked());
    timeline.memory.limit_bytes = 1024 * kMiB;
    timeline.memory.fill_permille = 950;
    timeline.memory.Free(100 * kMiB);
    for (uint64_t at_ns = 5 * kS; at_ns < 30 * kS; at_ns += 100 * kMs) {
        timeline.At(at_ns, [&] { timeline.memory.resident_bytes += 2 * kMiB; });
    }
    timeline.OldPauses(6 * kS, 29 * kS, 5 * kS);
    timeline.RunUntil(30 * kS);
    EXPECT_GE(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.policy().skips[TRIM_SKIP_GROWING], 0U);
}

TEST(PolicyContainer, PressureIsAReasonThatNeedsOneConfirmation)
{
    trim_options options = PolicyOptions();
    options.on |= UINT64_C(1) << TRIM_REASON_PRESSURE;
    PolicyTimeline timeline(options);
    timeline.memory.Free(500 * kMiB);
    timeline.PressureAt(10 * kS);
    timeline.RunUntil(20 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_PRESSURE);
    EXPECT_EQ(timeline.trims()[0].at_ns, 10 * kS + options.confirm_ns);
}

TEST(PolicyContainer, LastingPressureIsConsideredOnceAMinute)
{
    trim_options options = PolicyOptions();
    options.on |= UINT64_C(1) << TRIM_REASON_PRESSURE;
    PolicyTimeline timeline(options);
    timeline.memory.Free(10 * kMiB);
    for (uint64_t at_ns = 10 * kS; at_ns < 310 * kS; at_ns += 2 * kS) {
        timeline.PressureAt(at_ns);
    }
    timeline.RunUntil(320 * kS);
    EXPECT_EQ(timeline.policy().considered, 5U);
}

TEST(PolicyContainer, ATrimWaitsWhileTheCpuQuotaBites)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.Free(500 * kMiB);
    timeline.memory.throttled = true;
    timeline.OldPauseAt(10 * kS);
    timeline.At(13900 * kMs, [&] { timeline.memory.throttled = false; });
    timeline.RunUntil(60 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_GE(timeline.trims()[0].at_ns, 13900 * kMs);
    EXPECT_LE(timeline.trims()[0].at_ns, 14200 * kMs);
    EXPECT_EQ(timeline.policy().skips[TRIM_SKIP_THROTTLED], 1U);
}

TEST(PolicyContainer, ThrottlingPutsATrimOffByTwoSecondsAtMost)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.Free(500 * kMiB);
    timeline.memory.throttled = true;
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(60 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_GE(timeline.trims()[0].at_ns, 15 * kS);
    EXPECT_LE(timeline.trims()[0].at_ns, 15200 * kMs);
}

TEST(PolicyContainer, MemoryThatIsUsedAgainWhileThrottledIsLeftAlone)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.Free(500 * kMiB);
    timeline.memory.throttled = true;
    timeline.OldPauseAt(10 * kS);
    timeline.At(14 * kS, [&] { timeline.memory.Reuse(480 * kMiB); });
    timeline.RunUntil(60 * kS);
    EXPECT_TRUE(timeline.trims().empty());
    EXPECT_EQ(timeline.policy().skips[TRIM_SKIP_REUSED], 1U);
}

TEST(PolicyContainer, ADemandDoesNotWaitForTheQuota)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.Free(500 * kMiB);
    timeline.memory.throttled = true;
    timeline.OldPauseAt(10 * kS);
    timeline.DemandAt(13500 * kMs);
    timeline.RunUntil(13600 * kMs);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_DEMAND);
}

} // namespace

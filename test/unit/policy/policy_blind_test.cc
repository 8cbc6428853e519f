/* The policy where the system tells it nothing. */
#include <gtest/gtest.h>

#include "policy.h"
#include "policy_timeline.h"

namespace
{

TEST(PolicyBlind, WithoutTheFilesOfProcEventsStillLeadToTrims)
{
    PolicyTimeline timeline;
    timeline.memory.process_fails = true;
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(60 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_LE(timeline.trims()[0].at_ns, 10 * kS + 500 * kMs);
}

TEST(PolicyBlind, AndSoDoLooksWithoutAnEvent)
{
    PolicyTimeline timeline;
    timeline.memory.process_fails = true;
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.RunUntil(120 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_WATERMARK);
}

TEST(PolicyBlind, ABlindProcessIsNotAskedAgainAndAgain)
{
    PolicyTimeline timeline;
    timeline.memory.process_fails = true;
    timeline.WorkAt(0, 200);
    timeline.RunUntil(3600 * kS);
    EXPECT_LE(timeline.wake_ups(), 600U);
    EXPECT_LE(timeline.LookCount(TRIM_LOOK_PROCESS), 600U);
}

TEST(PolicyBlind, AFailedEstimateLeadsToNoTrimAndIsTriedAgain)
{
    PolicyTimeline timeline;
    timeline.memory.estimate_fails = true;
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(60 * kS);
    EXPECT_TRUE(timeline.trims().empty());
    EXPECT_GE(timeline.skips(TRIM_SKIP_NO_ESTIMATE), 1U);
    EXPECT_LE(timeline.LookCount(TRIM_LOOK_ESTIMATE), 120U);
    timeline.At(60 * kS + kMs, [&timeline] { timeline.memory.estimate_fails = false; });
    timeline.RunUntil(180 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
}

TEST(PolicyBlind, AFailedEstimateEndsAWatch)
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
    timeline.memory.estimate_fails = true;
    timeline.RunUntil(100 * kS);
    EXPECT_FALSE(timeline.policy().watch.on);
    EXPECT_TRUE(timeline.trims().empty());
}

TEST(PolicyBlind, WithoutAnExactLookWhatComesBackIsJudgedByFaultsAndRss)
{
    PolicyTimeline timeline;
    timeline.memory.refault_fails = true;
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.TakeAt(10 * kS + 600 * kMs, 500 * kMiB);
    timeline.RunUntil(20 * kS);
    EXPECT_EQ(timeline.policy().earnings.regretted, 1U);
}

} // namespace

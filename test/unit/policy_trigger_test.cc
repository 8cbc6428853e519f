/* What makes the policy consider a trim, and when its moment has come. */
#include <gtest/gtest.h>

#include "policy_timeline.h"
#include "policy.h"

namespace
{

uint64_t Bit(trim_reason reason)
{
    return UINT64_C(1) << reason;
}

TEST(PolicyTrigger, TrimsAfterAnOldPauseHasSettledAndTheSecondLookHasConfirmed)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(100 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].at_ns, 13 * kS);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_FULL_GC);
    EXPECT_EQ(timeline.trims()[0].expected_bytes, 500 * kMiB);
    EXPECT_EQ(timeline.LookTimes(TRIM_LOOK_ESTIMATE), (std::vector<uint64_t>{12 * kS, 13 * kS}));
}

TEST(PolicyTrigger, CountsTheSettlingFromTheEndOfThePauseNotFromTheWakeUp)
{
    /* The worker may have been busy: it is told at 11 s of a pause that ended at 10 s. */
    trim_policy policy;
    const trim_options options = PolicyOptions();
    trim_policy_init(&policy, &options, 0, 0);
    trim_observation observation = {};
    observation.now_ns = 11 * kS;
    observation.old_pauses = 1;
    observation.last_old_ns = 10 * kS;
    trim_decision decision = {};
    trim_policy_step(&policy, &observation, &decision);
    EXPECT_EQ(decision.action, TRIM_WAIT);
    EXPECT_EQ(decision.wake_ns, 12 * kS);
}

TEST(PolicyTrigger, FurtherPausesStartTheSettlingAnew)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauses(10 * kS, 16 * kS, 1500 * kMs);
    timeline.RunUntil(100 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].at_ns, 16 * kS + 2 * kS + kS);
}

TEST(PolicyTrigger, FurtherPausesPutTheTrimOffByMaxWaitAtMost)
{
    const trim_options options = PolicyOptions();
    PolicyTimeline timeline(options);
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauses(10 * kS, 200 * kS, kS);
    timeline.RunUntil(100 * kS);
    ASSERT_GE(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].at_ns, 10 * kS + options.max_wait_ns + options.confirm_ns);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_FULL_GC);
}

TEST(PolicyTrigger, WithoutOldPausesBurstsAndChecksNothingEverHappens)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.Free(5000 * kMiB);
    EXPECT_EQ(timeline.wake_ns(), TRIM_NEVER);
    for (uint64_t at_ns = kS; at_ns < 1000 * kS; at_ns += kS) {
        timeline.SpuriousWakeAt(at_ns);
    }
    timeline.RunUntil(1000 * kS);
    EXPECT_TRUE(timeline.trims().empty());
    EXPECT_EQ(timeline.wake_ns(), TRIM_NEVER);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_PROCESS), 0U);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_REFAULT), 0U);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_ESTIMATE), 0U);
}

TEST(PolicyTrigger, TrimsOnceAfterAReloadHasCalmedDown)
{
    const trim_options options = PolicyOptions();
    PolicyTimeline timeline(options);
    timeline.memory.Free(500 * kMiB);
    timeline.LoadClasses(50 * kS, 58 * kS, 2000);
    timeline.RunUntil(300 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_RELOAD);
    EXPECT_GE(timeline.trims()[0].at_ns, 58 * kS + options.settle_ns);
    EXPECT_LE(timeline.trims()[0].at_ns, 58 * kS + 2 * options.settle_ns + options.confirm_ns);
}

TEST(PolicyTrigger, StartUpIsAReloadTooEvenIfItBeganBeforeTheAgent)
{
    const trim_options options = PolicyOptions();
    PolicyTimeline timeline(options);
    timeline.memory.Free(500 * kMiB);
    timeline.LoadClasses(0, 9 * kS, 5000);
    timeline.RunUntil(100 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_RELOAD);
}

TEST(PolicyTrigger, ALastingBurstEndsAfterMaxWait)
{
    const trim_options options = PolicyOptions();
    PolicyTimeline timeline(options);
    timeline.memory.Free(500 * kMiB);
    timeline.LoadClasses(0, 100 * kS, 50000);
    timeline.RunUntil(100 * kS);
    EXPECT_GE(timeline.trims().size(), 1U);
}

TEST(PolicyTrigger, AnOldPauseInALastingBurstIsPutOffByMaxWaitAtMost)
{
    const trim_options options = PolicyOptions();
    PolicyTimeline timeline(options);
    timeline.memory.Free(500 * kMiB);
    timeline.LoadClasses(0, 200 * kS, 100000);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(200 * kS);
    ASSERT_GE(timeline.trims().size(), 1U);
    /* Twice, since a further burst may begin between the two looks. */
    EXPECT_LE(timeline.trims()[0].at_ns, 10 * kS + 2 * options.max_wait_ns + options.confirm_ns);
}

TEST(PolicyTrigger, ClassesOfTheFirstHalfSecondAreCountedWithoutAWakeUp)
{
    trim_options options = PolicyOptions();
    options.check_ns = 60 * kS;
    PolicyTimeline timeline(options);
    timeline.memory.Free(500 * kMiB);
    timeline.LoadClasses(0, 400 * kMs, 2000);
    timeline.RunUntil(499 * kMs);
    EXPECT_EQ(timeline.wake_ups(), 1U);
    timeline.RunUntil(30 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_RELOAD);
}

TEST(PolicyTrigger, FewClassesAreWorthNoLook)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.Free(500 * kMiB);
    timeline.LoadClasses(0, 500 * kS, 1000);
    timeline.RunUntil(600 * kS);
    EXPECT_TRUE(timeline.trims().empty());
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_PROCESS), 0U);
    EXPECT_LE(timeline.wake_ups(), 10U);
}

TEST(PolicyTrigger, TheWatermarkIsLookedAtEachCheck)
{
    trim_options options = PolicyOptions();
    options.check_ns = 60 * kS;
    PolicyTimeline timeline(options);
    timeline.memory.Free(500 * kMiB);
    timeline.RunUntil(100 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].at_ns, 60 * kS + options.max_wait_ns);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_WATERMARK);

    timeline.RunUntil(1000 * kS);
    const size_t looks = timeline.LookCount(TRIM_LOOK_PROCESS);
    EXPECT_GE(looks, 14U);
    EXPECT_LE(looks, 16U);
}

TEST(PolicyTrigger, AReloadAndAnOldPauseTogetherMakeOneTrimForTheOldPause)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.Free(500 * kMiB);
    timeline.LoadClasses(10 * kS, 14 * kS, 2000);
    timeline.OldPauseAt(14 * kS);
    timeline.RunUntil(100 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_FULL_GC);
}

TEST(PolicyTrigger, AnOldPauseTakesPrecedenceOverTheWatermark)
{
    trim_options options = PolicyOptions();
    options.check_ns = 60 * kS;
    PolicyTimeline timeline(options);
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauseAt(59 * kS);
    timeline.RunUntil(80 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_FULL_GC);
}

TEST(PolicyTrigger, AnOldPauseBetweenTheLooksOfACheckGivesTheTrimItsName)
{
    trim_options options = PolicyOptions();
    options.check_ns = 60 * kS;
    options.confirm_ns = 10 * kS;
    PolicyTimeline timeline(options);
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauseAt(62 * kS);
    timeline.RunUntil(90 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_FULL_GC);
    EXPECT_EQ(timeline.trims()[0].at_ns, 64 * kS) << "and does not wait for the next look";
}

TEST(PolicyTrigger, ADemandIsMetAtOnceAndTakesPrecedence)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.DemandAt(11 * kS);
    timeline.RunUntil(11 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].at_ns, 11 * kS);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_DEMAND);
}

TEST(PolicyTrigger, ADemandIsMetInTheCooldownBelowTheThresholdAndWithoutAnyFigures)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.process_fails = true;
    timeline.memory.refault_fails = true;
    timeline.memory.estimate_fails = true;
    timeline.DemandAt(10 * kS);
    timeline.DemandAt(11 * kS);
    timeline.RunUntil(20 * kS);
    ASSERT_EQ(timeline.trims().size(), 2U);
    EXPECT_EQ(timeline.trims()[0].at_ns, 10 * kS);
    EXPECT_EQ(timeline.trims()[1].at_ns, 11 * kS);
}

TEST(PolicyTrigger, ADemandIsMetBetweenTheTwoLooks)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.DemandAt(12500 * kMs);
    timeline.RunUntil(100 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].at_ns, 12500 * kMs);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_DEMAND);
}

TEST(PolicyTrigger, OnlyReasonsThatAreOnLeadToATrim)
{
    for (const trim_reason on : {TRIM_REASON_FULL_GC, TRIM_REASON_RELOAD, TRIM_REASON_WATERMARK}) {
        for (const trim_reason happens :
             {TRIM_REASON_FULL_GC, TRIM_REASON_RELOAD, TRIM_REASON_WATERMARK}) {
            trim_options options = PolicyOptions();
            options.on = Bit(on);
            options.check_ns = happens == TRIM_REASON_WATERMARK ? 60 * kS : 0;
            PolicyTimeline timeline(options);
            timeline.memory.Free(500 * kMiB);
            if (happens == TRIM_REASON_FULL_GC) {
                timeline.OldPauseAt(10 * kS);
            } else if (happens == TRIM_REASON_RELOAD) {
                timeline.LoadClasses(10 * kS, 15 * kS, 2000);
            }
            timeline.RunUntil(200 * kS);
            EXPECT_EQ(timeline.trims().size(), on == happens ? 1U : 0U) << on << happens;
            if (on != happens) {
                EXPECT_EQ(timeline.wake_ns(), TRIM_NEVER) << on << happens;
                EXPECT_EQ(timeline.LookCount(TRIM_LOOK_PROCESS), 0U) << on << happens;
            }
        }
    }
}

TEST(PolicyTrigger, ClassLoadsAreNotArmedWhereReloadsAreOff)
{
    trim_options options = PolicyOptions();
    options.on = Bit(TRIM_REASON_FULL_GC);
    const PolicyTimeline timeline(options);
    EXPECT_EQ(timeline.armed(), UINT64_MAX);
}

TEST(PolicyTrigger, OldPausesBeforeTheAgentBeganStillCountOnce)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauseAt(0);
    timeline.RunUntil(100 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
}

} // namespace

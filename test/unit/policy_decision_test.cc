/* How the policy comes to a decision once it considers a trim. */
#include <gtest/gtest.h>

#include "policy_timeline.h"
#include "policy.h"

namespace
{

TEST(PolicyDecision, TrimsFromTheThresholdOn)
{
    const trim_options options = PolicyOptions();
    PolicyTimeline at_threshold(options);
    at_threshold.memory.Free(options.threshold_bytes);
    at_threshold.OldPauseAt(10 * kS);
    at_threshold.RunUntil(100 * kS);
    EXPECT_EQ(at_threshold.trims().size(), 1U);

    PolicyTimeline below(options);
    below.memory.Free(options.threshold_bytes - 1);
    below.OldPauseAt(10 * kS);
    below.RunUntil(100 * kS);
    EXPECT_TRUE(below.trims().empty());
    EXPECT_EQ(below.policy().skips[TRIM_SKIP_BELOW_THRESHOLD], 1U);
    EXPECT_EQ(below.LookCount(TRIM_LOOK_ESTIMATE), 1U);
}

TEST(PolicyDecision, LeavesMemoryAloneThatIsInUseAgainAtTheSecondLook)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.At(12500 * kMs, [&] { timeline.memory.Reuse(450 * kMiB); });
    timeline.RunUntil(200 * kS);
    EXPECT_TRUE(timeline.trims().empty());
    EXPECT_EQ(timeline.policy().skips[TRIM_SKIP_REUSED], 1U);
    EXPECT_EQ(timeline.wake_ns(), TRIM_NEVER);
}

TEST(PolicyDecision, MemoryThatIsStillBeingFreedIsTrimmedOnceAndWhole)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.Free(100 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.At(12500 * kMs, [&] { timeline.memory.Free(400 * kMiB); });
    timeline.RunUntil(100 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].at_ns, 14 * kS); /* 12, 13 and 14. */
    EXPECT_EQ(timeline.trims()[0].expected_bytes, 500 * kMiB);
}

TEST(PolicyDecision, WithoutConfirmationOneLookIsEnough)
{
    trim_options options = PolicyOptions();
    options.confirm_ns = 0;
    PolicyTimeline timeline(options);
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(100 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].at_ns, 12 * kS);
}

TEST(PolicyDecision, AProcessSmallerThanTheThresholdIsNotEstimated)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.fixed_bytes = 10 * kMiB;
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(100 * kS);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_ESTIMATE), 0U);
    EXPECT_EQ(timeline.policy().skips[TRIM_SKIP_BELOW_THRESHOLD], 1U);
}

TEST(PolicyDecision, RespectsTheCooldownAndLosesNoOldPauseInIt)
{
    const trim_options options = PolicyOptions();
    PolicyTimeline timeline(options);
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.At(14 * kS, [&] { timeline.memory.Free(200 * kMiB); });
    timeline.OldPauseAt(15 * kS);
    timeline.RunUntil(200 * kS);
    ASSERT_EQ(timeline.trims().size(), 2U);
    const uint64_t cooled_ns =
        timeline.trims()[0].at_ns + PolicyTimeline::kTrimTakes + options.cooldown_ns;
    EXPECT_GE(timeline.trims()[1].at_ns, cooled_ns);
    EXPECT_LE(timeline.trims()[1].at_ns, cooled_ns + options.confirm_ns);
    EXPECT_EQ(timeline.trims()[1].reason, TRIM_REASON_FULL_GC);
    EXPECT_EQ(timeline.policy().skips[TRIM_SKIP_COOLDOWN], 1U);
}

TEST(PolicyDecision, ManyOldPausesInTheCooldownArePutOffAsOne)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.At(14 * kS, [&] { timeline.memory.Free(200 * kMiB); });
    timeline.OldPauses(15 * kS, 30 * kS, 3 * kS);
    timeline.RunUntil(300 * kS);
    EXPECT_EQ(timeline.trims().size(), 2U);
}

TEST(PolicyDecision, AReloadInTheCooldownIsNotLost)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.At(14 * kS, [&] { timeline.memory.Free(200 * kMiB); });
    timeline.LoadClasses(15 * kS, 18 * kS, 2000);
    timeline.RunUntil(200 * kS);
    ASSERT_EQ(timeline.trims().size(), 2U);
    EXPECT_EQ(timeline.trims()[1].reason, TRIM_REASON_RELOAD);
}

TEST(PolicyDecision, DryRunDecidesAsOftenAsRealTrimsButJudgesNothing)
{
    trim_options options = PolicyOptions();
    options.dry_run = 1;
    options.check_ns = 10 * kS;
    PolicyTimeline timeline(options);
    timeline.memory.estimate_cost_ns = 50 * TRIM_NS_PER_US; /* No trim gives them back. */
    timeline.memory.Free(500 * kMiB);
    timeline.RunUntil(400 * kS);
    ASSERT_GE(timeline.trims().size(), 8U);
    for (size_t i = 1; i < timeline.trims().size(); ++i) {
        EXPECT_GE(timeline.trims()[i].at_ns - timeline.trims()[i - 1].at_ns, options.cooldown_ns);
    }
    EXPECT_EQ(timeline.policy().cooldown.length_ns, options.cooldown_ns);
    EXPECT_EQ(timeline.policy().cooldown.verdict, TRIM_VERDICT_NONE);
    EXPECT_EQ(timeline.policy().cooldown.useless, 0U);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_REFAULT), 0U);
}

TEST(PolicyDecision, AFailedEstimateNeverTrimsAndNeverSpins)
{
    trim_options options = PolicyOptions();
    options.check_ns = 10 * kS;
    PolicyTimeline timeline(options);
    timeline.memory.Free(500 * kMiB);
    timeline.memory.estimate_fails = true;
    timeline.OldPauses(5 * kS, 1000 * kS, 50 * kS);
    timeline.RunUntil(1000 * kS);
    EXPECT_TRUE(timeline.trims().empty());
    EXPECT_LE(timeline.wake_ups(), 300U);
    EXPECT_GE(timeline.policy().skips[TRIM_SKIP_NO_ESTIMATE], 1U);

    /* And recovers, once the system gives figures again. */
    timeline.memory.estimate_fails = false;
    timeline.RunUntil(1100 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
}

TEST(PolicyDecision, AFailedSecondEstimateNeverTrims)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.At(12500 * kMs, [&] { timeline.memory.estimate_fails = true; });
    timeline.RunUntil(100 * kS);
    EXPECT_TRUE(timeline.trims().empty());
    EXPECT_EQ(timeline.wake_ns(), TRIM_NEVER);
}

TEST(PolicyDecision, GoesOnWithoutTheProcessFigures)
{
    trim_options options = PolicyOptions();
    options.check_ns = 10 * kS;
    PolicyTimeline timeline(options);
    timeline.memory.process_fails = true;
    timeline.RunUntil(100 * kS);
    EXPECT_TRUE(timeline.trims().empty());
    timeline.memory.Free(500 * kMiB);
    timeline.RunUntil(135 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
}

TEST(PolicyDecision, AnUnchangedProcessIsNotEstimatedAtEachCheck)
{
    trim_options options = PolicyOptions();
    options.check_ns = 10 * kS;
    PolicyTimeline timeline(options);
    timeline.memory.Free(10 * kMiB);
    timeline.RunUntil(1005 * kS);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_PROCESS), 100U);
    EXPECT_GE(timeline.LookCount(TRIM_LOOK_ESTIMATE), 2U);
    EXPECT_LE(timeline.LookCount(TRIM_LOOK_ESTIMATE), 25U);
    EXPECT_GE(timeline.policy().skips[TRIM_SKIP_UNCHANGED], 75U);
}

TEST(PolicyDecision, MemoryThatIsFreedWithoutASignIsFoundInTheEnd)
{
    trim_options options = PolicyOptions();
    options.check_ns = 10 * kS;
    PolicyTimeline timeline(options);
    timeline.memory.resident_bytes = 800 * kMiB;
    timeline.RunUntil(25 * kS);
    /* Neither RSS nor faults nor signals tell of it. */
    timeline.memory.releasable_bytes = 500 * kMiB;
    timeline.RunUntil(1000 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
}

TEST(PolicyDecision, AChangedProcessIsEstimatedAtTheNextCheck)
{
    trim_options options = PolicyOptions();
    options.check_ns = 10 * kS;
    PolicyTimeline timeline(options);
    timeline.RunUntil(45 * kS);
    timeline.memory.Free(500 * kMiB);
    timeline.RunUntil(75 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].at_ns, 50 * kS + options.max_wait_ns);
}

TEST(PolicyDecision, FaultsAloneAreAChange)
{
    trim_options options = PolicyOptions();
    options.check_ns = 10 * kS;
    PolicyTimeline timeline(options);
    timeline.memory.resident_bytes = 800 * kMiB;
    timeline.RunUntil(45 * kS);
    timeline.memory.minor_faults += 500 * kMiB / 4096;
    timeline.memory.releasable_bytes = 500 * kMiB;
    timeline.RunUntil(75 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
}

TEST(PolicyDecision, DearEstimatesArePutOffUntilTheyAreEarned)
{
    trim_options options = PolicyOptions();
    options.check_ns = 10 * kS;
    PolicyTimeline timeline(options);
    timeline.memory.estimate_cost_ns = 2 * kS;
    constexpr uint64_t kHours = 10 * 3600 * kS;
    for (uint64_t at_ns = kS; at_ns < kHours; at_ns += 60 * kS) {
        timeline.OldPauseAt(at_ns);
    }
    timeline.RunUntil(kHours);
    EXPECT_TRUE(timeline.trims().empty());
    const uint64_t estimates = timeline.LookCount(TRIM_LOOK_ESTIMATE);
    EXPECT_GE(estimates, 2U);
    /* All but the last must have been earned by the time that has passed. */
    EXPECT_LE((estimates - 1) * 2 * kS, kHours / TRIM_RATION_SHARE + TRIM_RATION_CEILING_NS);
    EXPECT_GE(timeline.policy().skips[TRIM_SKIP_RATION], 1U);
}

TEST(PolicyDecision, ADemandDoesNotWaitForTheRation)
{
    trim_options options = PolicyOptions();
    PolicyTimeline timeline(options);
    timeline.memory.estimate_cost_ns = 100 * kS;
    timeline.OldPauses(10 * kS, 100 * kS, 10 * kS);
    timeline.RunUntil(100 * kS);
    ASSERT_GE(timeline.policy().skips[TRIM_SKIP_RATION], 1U);
    timeline.DemandAt(150 * kS);
    timeline.RunUntil(150 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].at_ns, 150 * kS);
}

/* A model each round, of whose estimates none is put off. */
void ExpectATrimForEachModel(PolicyTimeline &timeline, uint64_t round_ns)
{
    timeline.memory.estimate_cost_ns = 40 * kMs;
    for (uint64_t round = 0; round < 20; ++round) {
        /* Pages that come and go, so that the look after a trim is taken. */
        timeline.At(round * round_ns, [&] { timeline.memory.minor_faults += 20000; });
        timeline.At(round * round_ns + kS, [&] { timeline.memory.Free(500 * kMiB); });
        timeline.OldPauseAt(round * round_ns + 2 * kS);
    }
    timeline.RunUntil(20 * round_ns);
    EXPECT_EQ(timeline.trims().size(), 20U);
    EXPECT_EQ(timeline.policy().skips[TRIM_SKIP_RATION], 0U);
}

TEST(PolicyDecision, EstimatesThatLedToAGoodTrimAreGivenBack)
{
    PolicyTimeline timeline(PolicyOptions());
    ExpectATrimForEachModel(timeline, 100 * kS);
}

TEST(PolicyDecision, TheLookThatFollowsAGoodTrimDoesNotUseUpWhatTheNextOneNeeds)
{
    trim_options options = PolicyOptions();
    options.cooldown_ns = 10 * kS;
    options.check_ns = 30 * kS;
    PolicyTimeline timeline(options);
    /* The follow-up of one trim is a cooldown later, shortly before the next model. */
    ExpectATrimForEachModel(timeline, 15 * kS);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_ESTIMATE), 59U) << "two for each trim, and one between";
}

} // namespace

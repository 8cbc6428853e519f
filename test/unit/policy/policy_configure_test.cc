/* Options that change while the policy is at work. */
#include <gtest/gtest.h>

#include "policy.h"
#include "policy_timeline.h"

namespace
{

TEST(PolicyConfigure, ALowerThresholdReleasesWhatWasTooLittle)
{
    trim_policy_config config = PolicyConfig();
    config.price.threshold_bytes = kGiB;
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    config.price.threshold_bytes = 100 * kMiB;
    timeline.ConfigureAt(100 * kS, config);
    timeline.RunUntil(99 * kS);
    EXPECT_EQ(timeline.trims().size(), 0U);
    timeline.OldPauseAt(101 * kS);
    timeline.RunUntil(110 * kS);
    ASSERT_GE(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.memory.free_bytes, 0U);
}

TEST(PolicyConfigure, AHigherThresholdKeepsWhatWouldHaveBeenReleased)
{
    trim_policy_config config = PolicyConfig();
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    config.price.threshold_bytes = kGiB;
    timeline.ConfigureAt(5 * kS, config);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(200 * kS);
    EXPECT_EQ(timeline.trims().size(), 0U);
}

TEST(PolicyConfigure, AReasonThatIsOffIsNoReasonAnyMore)
{
    trim_policy_config config = PolicyConfig();
    config.triggers.on = Bit(TRIM_REASON_FULL_GC);
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    config.triggers.on = Bit(TRIM_REASON_RELOAD);
    /* The pause has been seen, and its look has not been taken yet. */
    timeline.ConfigureAt(10 * kS + kMs, config);
    timeline.OldPauseAt(20 * kS);
    timeline.RunUntil(60 * kS);
    EXPECT_EQ(timeline.trims().size(), 0U);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_ESTIMATE), 0U);
}

TEST(PolicyConfigure, AReasonThatIsOnNowLeadsToLooks)
{
    trim_policy_config config = PolicyConfig();
    config.triggers.on = Bit(TRIM_REASON_RELOAD);
    config.check_ns = 0;
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    config.triggers.on = Bit(TRIM_REASON_FULL_GC);
    timeline.ConfigureAt(5 * kS, config);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(20 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_FULL_GC);
}

TEST(PolicyConfigure, ClassesThatWereLoadedBeforeAreNoReload)
{
    trim_policy_config config = PolicyConfig();
    config.triggers.on = Bit(TRIM_REASON_FULL_GC);
    config.check_ns = 0;
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    timeline.LoadClasses(1 * kS, 9 * kS, 5000);
    config.triggers.on = Bit(TRIM_REASON_RELOAD);
    timeline.ConfigureAt(10 * kS, config);
    timeline.RunUntil(30 * kS);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_ESTIMATE), 0U);
    timeline.FreeAt(31 * kS, 500 * kMiB);
    timeline.LoadClasses(31 * kS, 32 * kS, 1000);
    timeline.RunUntil(60 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U) << "those that follow are";
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_RELOAD);
}

TEST(PolicyConfigure, ABurstThatIsOffInItsMidstWakesNobody)
{
    trim_policy_config config = PolicyConfig();
    config.triggers.on = Bit(TRIM_REASON_RELOAD);
    config.price.urgent_percent = 0;
    config.check_ns = 0;
    PolicyTimeline timeline(config);
    timeline.LoadClasses(1 * kS, 4 * kS, 5000);
    config.triggers.on = Bit(TRIM_REASON_FULL_GC);
    timeline.ConfigureAt(3 * kS, config);
    timeline.RunUntil(10 * kS);
    const uint64_t wake_ups = timeline.wake_ups();
    timeline.RunUntil(1000 * kS);
    EXPECT_EQ(timeline.wake_ups(), wake_ups);
}

TEST(PolicyConfigure, ChecksThatAreOffWakeNobody)
{
    trim_policy_config config = PolicyConfig();
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    timeline.RunUntil(10 * kS);
    config.triggers.on = Bit(TRIM_REASON_WATERMARK);
    config.price.urgent_percent = 0;
    config.check_ns = 0;
    timeline.ConfigureAt(11 * kS, config);
    timeline.RunUntil(20 * kS);
    const uint64_t wake_ups = timeline.wake_ups();
    timeline.RunUntil(2000 * kS);
    EXPECT_EQ(timeline.wake_ups(), wake_ups);
}

TEST(PolicyConfigure, AShareOfTheLimitHasTheLimitRead)
{
    trim_policy_config config = PolicyConfig();
    config.triggers.on = Bit(TRIM_REASON_FULL_GC);
    config.price.urgent_percent = 0;
    config.check_ns = 0;
    PolicyTimeline timeline(config);
    timeline.RunUntil(10 * kS);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_ROOM), 0U);
    config.price.threshold_percent = 5;
    timeline.ConfigureAt(11 * kS, config);
    timeline.RunUntil(12 * kS);
    EXPECT_GE(timeline.LookCount(TRIM_LOOK_ROOM), 1U);
}

TEST(PolicyConfigure, AShorterCooldownEndsTheOneThatRuns)
{
    trim_policy_config config = PolicyConfig();
    config.cooldown_ns = 1000 * kS;
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.FreeAt(20 * kS, 500 * kMiB);
    timeline.OldPauseAt(20 * kS);
    config.cooldown_ns = kS;
    timeline.ConfigureAt(30 * kS, config);
    timeline.RunUntil(29 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
    timeline.OldPauseAt(40 * kS);
    timeline.RunUntil(60 * kS);
    EXPECT_EQ(timeline.memory.free_bytes, 0U);
}

TEST(PolicyConfigure, ALongerCooldownLengthensTheOneThatRuns)
{
    trim_policy_config config = PolicyConfig();
    config.cooldown_ns = kS;
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    config.cooldown_ns = 100 * kS;
    timeline.ConfigureAt(10 * kS + 500 * kMs, config);
    timeline.FreeAt(20 * kS, 500 * kMiB);
    timeline.OldPauseAt(20 * kS);
    timeline.RunUntil(110 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
    timeline.RunUntil(200 * kS);
    EXPECT_EQ(timeline.memory.free_bytes, 0U) << "and then it is over";
}

trim_policy_config DryRunAfterFullGcs()
{
    trim_policy_config config = PolicyConfig();
    config.triggers.on = Bit(TRIM_REASON_FULL_GC);
    config.check_ns = 0;
    config.dry_run = true;
    return config;
}

TEST(PolicyConfigure, WhatADryRunHasDecidedOnIsReleasedOnceThatIsOver)
{
    trim_policy_config config = DryRunAfterFullGcs();
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    /* From then on nothing moves any more, and nothing but the end of the dry run tells of it. */
    timeline.WorkAt(11 * kS, 0);
    timeline.RunUntil(99 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.memory.free_bytes, 500 * kMiB);
    config.dry_run = false;
    timeline.ConfigureAt(100 * kS, config);
    timeline.RunUntil(101 * kS);
    ASSERT_EQ(timeline.trims().size(), 2U);
    EXPECT_EQ(timeline.trims()[1].reason, TRIM_REASON_FULL_GC);
    EXPECT_EQ(timeline.trims()[1].expected_bytes, 500 * kMiB);
    EXPECT_EQ(timeline.memory.free_bytes, 0U);
    timeline.ConfigureAt(110 * kS, config);
    timeline.RunUntil(200 * kS);
    EXPECT_EQ(timeline.LookTimes(TRIM_LOOK_ESTIMATE).back() / kS, 100U) << "there is no more of it";
}

TEST(PolicyConfigure, ADryRunThatGoesOnReleasesNothing)
{
    trim_policy_config config = PolicyConfig();
    config.dry_run = true;
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    config.cooldown_ns = kS;
    timeline.ConfigureAt(100 * kS, config);
    timeline.RunUntil(300 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U) << "it is not decided on again either";
    EXPECT_EQ(timeline.memory.free_bytes, 500 * kMiB);
}

TEST(PolicyConfigure, WhatADryRunHasDecidedOnForAReasonThatIsOffNowIsNotLookedFor)
{
    trim_policy_config config = DryRunAfterFullGcs();
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    config.dry_run = false;
    config.triggers.on = Bit(TRIM_REASON_RELOAD);
    timeline.ConfigureAt(100 * kS, config);
    timeline.RunUntil(200 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
    timeline.LoadClasses(201 * kS, 202 * kS, 1000);
    timeline.RunUntil(220 * kS);
    ASSERT_EQ(timeline.trims().size(), 2U) << "the next look finds it";
    EXPECT_EQ(timeline.trims()[1].expected_bytes, 500 * kMiB);
}

TEST(PolicyConfigure, OptionsThatChangeHaveTheProcessReadAtOnce)
{
    const trim_policy_config config = PolicyConfig();
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    timeline.RunUntil(100 * kS);
    ASSERT_GT(timeline.policy().poll_due_ns, PolicyTimeline::kStart + 100 * kS + kMs);
    timeline.ConfigureAt(100 * kS + kMs, config);
    timeline.RunUntil(100 * kS + kMs);
    EXPECT_EQ(timeline.LookTimes(TRIM_LOOK_PROCESS).back(), 100 * kS + kMs);
    EXPECT_EQ(timeline.policy().cooldown_ends_ns, 0U) << "there was no trim";
}

TEST(PolicyConfigure, OptionsThatChangeDuringTheStartDoNotHastenTheFirstLooks)
{
    const trim_policy_config config = PolicyConfig();
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 1000);
    timeline.ConfigureAt(100 * kMs, config);
    timeline.RunUntil(490 * kMs);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_ROOM), 0U);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_PROCESS), 0U);
    timeline.RunUntil(kS);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_ROOM), 1U);
}

} // namespace

/* The memory limit, the kernel's pressure and the threshold. */
#include <gtest/gtest.h>

#include "policy.h"
#include "policy_timeline.h"

namespace
{

uint64_t FirstTrim(const PolicyTimeline &timeline)
{
    return timeline.trims().empty() ? TRIM_NEVER : timeline.trims()[0].at_ns;
}

TEST(PolicyContainer, NearTheLimitMemoryWaitsLess)
{
    const auto first_ns = [](uint32_t fill_permille) {
        PolicyTimeline timeline;
        timeline.memory.limit_bytes = 2 * kGiB;
        timeline.memory.fill_permille = fill_permille;
        timeline.WorkAt(0, 200);
        timeline.FreeAt(10 * kS, 200 * kMiB);
        timeline.RunUntil(100 * kS);
        return FirstTrim(timeline);
    };
    EXPECT_LT(first_ns(990), first_ns(500));
    EXPECT_LE(first_ns(990), 12 * kS);
}

TEST(PolicyContainer, NearTheLimitLessIsEnough)
{
    const auto trims = [](uint32_t fill_permille) {
        trim_policy_config config = PolicyConfig();
        config.price.threshold_bytes = 64 * kMiB;
        PolicyTimeline timeline(config);
        timeline.memory.limit_bytes = 2 * kGiB;
        timeline.memory.fill_permille = fill_permille;
        timeline.WorkAt(0, 200);
        timeline.FreeAt(10 * kS, 20 * kMiB);
        timeline.OldPauseAt(10 * kS);
        timeline.RunUntil(100 * kS);
        return timeline.trims().size();
    };
    EXPECT_EQ(trims(500), 0U);
    EXPECT_EQ(trims(950), 1U);
}

TEST(PolicyContainer, WithoutChecksTheLimitIsReadBeforeALook)
{
    const auto trims = [](uint32_t fill_permille) {
        trim_policy_config config = PolicyConfig();
        config.price.threshold_bytes = 64 * kMiB;
        config.price.threshold_percent = 0;
        config.check_ns = 0;
        PolicyTimeline timeline(config);
        timeline.memory.limit_bytes = 2 * kGiB;
        timeline.memory.fill_permille = fill_permille;
        timeline.WorkAt(0, 200);
        timeline.FreeAt(100 * kS, 20 * kMiB);
        timeline.OldPauseAt(100 * kS);
        timeline.RunUntil(200 * kS);
        return timeline.trims().size();
    };
    EXPECT_EQ(trims(500), 0U);
    EXPECT_EQ(trims(950), 1U);
}

TEST(PolicyContainer, WhatMadeMemoryShortIsLookedAtWhenItIsSeen)
{
    PolicyTimeline timeline;
    timeline.memory.limit_bytes = 2 * kGiB;
    timeline.memory.fill_permille = 800;
    timeline.WorkAt(0, 200);
    timeline.RunUntil(100 * kS);
    timeline.At(100 * kS + kMs, [&timeline] { timeline.memory.fill_permille = 960; });
    timeline.FreeAt(100 * kS + 2 * kMs, 100 * kMiB);
    timeline.RunUntil(110 * kS);
    EXPECT_GE(timeline.trims().size(), 1U) << "ten seconds are enough near the limit";
}

TEST(PolicyContainer, TheLimitIsReadMoreOftenTheFullerItIs)
{
    const auto looks = [](uint32_t fill_permille) {
        PolicyTimeline timeline;
        timeline.memory.limit_bytes = 2 * kGiB;
        timeline.memory.fill_permille = fill_permille;
        timeline.WorkAt(0, 200);
        timeline.RunUntil(600 * kS);
        return timeline.LookCount(TRIM_LOOK_ROOM);
    };
    EXPECT_LE(looks(100), 25U);
    EXPECT_GT(looks(800), looks(100));
    EXPECT_GT(looks(900), looks(800));
    EXPECT_LE(looks(900), 650U) << "at most each second";
}

TEST(PolicyContainer, TheLimitIsNotReadWhereNobodyAsked)
{
    trim_policy_config config = PolicyConfig();
    config.price.urgent_percent = 0;
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    timeline.RunUntil(300 * kS);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_ROOM), 0U);
    config.price.threshold_percent = 10;
    PolicyTimeline share(config);
    share.RunUntil(300 * kS);
    EXPECT_GE(share.LookCount(TRIM_LOOK_ROOM), 1U) << "a share is one of the limit";
}

TEST(PolicyContainer, PressureLooksAtOnce)
{
    trim_policy_config config = PolicyConfig();
    config.triggers.on |= Bit(TRIM_REASON_PRESSURE);
    config.check_ns = 3600 * kS;
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    timeline.RunUntil(99 * kS);
    timeline.FreeAt(100 * kS - kMs, 100 * kMiB);
    timeline.PressureAt(100 * kS);
    timeline.RunUntil(101 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_PRESSURE);
    EXPECT_LE(timeline.trims()[0].at_ns, 100 * kS + 300 * kMs);
}

TEST(PolicyContainer, PressureMakesLessEnoughForAWhile)
{
    trim_policy_config config = PolicyConfig();
    config.triggers.on |= Bit(TRIM_REASON_PRESSURE);
    config.price.threshold_bytes = 64 * kMiB;
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 20 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(100 * kS);
    EXPECT_TRUE(timeline.trims().empty());
    timeline.PressureAt(100 * kS);
    timeline.RunUntil(110 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
}

TEST(PolicyContainer, LastingPressureIsNoRowOfTrims)
{
    trim_policy_config config = PolicyConfig();
    config.triggers.on |= Bit(TRIM_REASON_PRESSURE);
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    for (uint64_t at_ns = 10 * kS; at_ns < 130 * kS; at_ns += 2 * kS) {
        timeline.PressureAt(at_ns);
    }
    timeline.RunUntil(130 * kS);
    EXPECT_TRUE(timeline.trims().empty());
    EXPECT_LE(timeline.LookCount(TRIM_LOOK_ESTIMATE), 300U);
}

TEST(PolicyContainer, ANumberOfTheThresholdMeansThatNumber)
{
    const auto trims = [](uint64_t freed_bytes) {
        trim_policy_config config = PolicyConfig();
        config.price.threshold_bytes = 64 * kMiB;
        PolicyTimeline timeline(config);
        timeline.WorkAt(0, 200);
        timeline.FreeAt(10 * kS, freed_bytes);
        timeline.OldPauseAt(10 * kS);
        timeline.RunUntil(600 * kS);
        return timeline.trims().size();
    };
    EXPECT_EQ(trims(64 * kMiB - 1), 0U);
    EXPECT_EQ(trims(64 * kMiB), 1U);
}

TEST(PolicyContainer, ByDefaultASmallPodGivesBackWhatIsSmall)
{
    PolicyTimeline timeline;
    timeline.memory.used_bytes = 110 * kMiB;
    timeline.memory.limit_bytes = 256 * kMiB;
    timeline.memory.fill_permille = 430;
    timeline.WorkAt(0, 50);
    timeline.FreeAt(10 * kS, 50 * kMiB);
    timeline.RunUntil(40 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.memory.free_bytes, 0U);
}

TEST(PolicyContainer, AShareIsMeasuredByTheLimitThatIsRead)
{
    trim_policy_config config = PolicyConfig();
    config.price.threshold_percent = 10;
    PolicyTimeline timeline(config);
    timeline.memory.limit_bytes = 1000 * kMiB;
    timeline.memory.fill_permille = 300;
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 90 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(60 * kS);
    EXPECT_TRUE(timeline.trims().empty());
    timeline.FreeAt(61 * kS, 20 * kMiB);
    timeline.OldPauseAt(61 * kS);
    timeline.RunUntil(100 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
}

} // namespace

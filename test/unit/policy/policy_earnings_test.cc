/* What a trim has earned decides on the next ones. */
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "policy.h"
#include "policy_timeline.h"

namespace
{

/* Each five seconds a full GC frees memory, which is taken again so long after. */
void FullGcs(PolicyTimeline *timeline, uint64_t rounds, uint64_t back_ns)
{
    for (uint64_t round = 0; round < rounds; ++round) {
        const uint64_t at_ns = 10 * kS + round * 5 * kS;
        timeline->FreeAt(at_ns, 500 * kMiB);
        timeline->OldPauseAt(at_ns);
        timeline->TakeAt(at_ns + back_ns, 500 * kMiB);
    }
}

TEST(PolicyEarnings, WhatComesBackBeforeItHasPaidIsRegrettedAndWaitsNextTime)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    FullGcs(&timeline, 20, 600 * kMs);
    timeline.RunUntil(14 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.policy().known.verdict, TRIM_VERDICT_REGRETTED);
    EXPECT_EQ(timeline.policy().known.number, 1U);
    timeline.RunUntil(110 * kS);
    EXPECT_LE(timeline.trims().size(), 3U);
    EXPECT_GE(timeline.skips(TRIM_SKIP_WAITING), 5U);
    EXPECT_GE(timeline.skips(TRIM_SKIP_REUSED), 5U);
}

TEST(PolicyEarnings, WhatLiesLongIsGoodAndReleasedAtOnceEachTime)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    FullGcs(&timeline, 10, 4500 * kMs);
    timeline.RunUntil(61 * kS);
    ASSERT_EQ(timeline.trims().size(), 10U);
    EXPECT_EQ(timeline.policy().known.verdict, TRIM_VERDICT_GOOD);
    EXPECT_EQ(timeline.policy().earnings.regretted, 0U);
    for (size_t round = 0; round < 10; ++round) {
        EXPECT_LE(timeline.trims()[round].at_ns, (10 + 5 * round) * kS + 300 * kMs) << round;
    }
}

TEST(PolicyEarnings, WhatWasCheapToReleaseIsNotTakenToLieShortly)
{
    /* Huge pages, or a hypervisor: taking memory costs far more than releasing it. */
    PolicyTimeline timeline;
    timeline.memory.release_ns_per_mib = 5000;
    timeline.memory.fault_ps_per_byte = 300;
    timeline.WorkAt(0, 200);
    FullGcs(&timeline, 20, 4500 * kMs);
    timeline.RunUntil(110 * kS);
    ASSERT_EQ(timeline.trims().size(), 20U);
    for (size_t round = 0; round < 20; ++round) {
        EXPECT_LE(timeline.trims()[round].at_ns, (10 + 5 * round) * kS + 300 * kMs) << round;
    }
}

TEST(PolicyEarnings, TrustComesBackWhenMemoryLiesLongAgain)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    FullGcs(&timeline, 5, 600 * kMs);
    for (uint64_t round = 0; round < 20; ++round) {
        const uint64_t at_ns = (100 + 60 * round) * kS;
        timeline.FreeAt(at_ns, 500 * kMiB);
        timeline.OldPauseAt(at_ns);
        timeline.TakeAt(at_ns + 50 * kS, 500 * kMiB);
    }
    timeline.RunUntil(1300 * kS);
    EXPECT_LE(timeline.trims().back().at_ns, (100 + 60 * 19) * kS + 300 * kMs);
    EXPECT_GE(timeline.trims().size(), 20U);
}

TEST(PolicyEarnings, AReleaseOfAFractionIsUselessHoweverLongThatLies)
{
    PolicyTimeline timeline;
    timeline.memory.released_percent = 10;
    timeline.WorkAt(0, 200);
    timeline.FreeAt(9 * kS, 500 * kMiB);
    timeline.OldPauseAt(9 * kS);
    timeline.TakeAt(9 * kS + 400 * kMs, 450 * kMiB);
    timeline.RunUntil(100 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.policy().earnings.useless, 1U);
    EXPECT_EQ(timeline.policy().known.verdict, TRIM_VERDICT_USELESS);
    EXPECT_GT(
        trim_patience_share(&timeline.policy().patience, TRIM_REASON_FULL_GC, 500.0 * kMiB, 2e9), 0)
        << "the next one waits";
}

TEST(PolicyEarnings, WhatNoReleaseReachesIsTriedLessAndLessOften)
{
    for (const bool event : {false, true}) {
        PolicyTimeline timeline;
        timeline.memory.released_percent = 0;
        timeline.WorkAt(0, 200);
        timeline.FreeAt(9 * kS, 500 * kMiB);
        if (event) {
            timeline.OldPauseAt(10 * kS);
        }
        timeline.RunUntil(3600 * kS);
        EXPECT_GE(timeline.trims().size(), 1U) << event;
        EXPECT_LE(timeline.trims().size(), 60U) << event;
        EXPECT_EQ(timeline.policy().earnings.useless, timeline.trims().size());
    }
}

TEST(PolicyEarnings, WhatGivesWayWithNothingEachTimeIsTriedLessAndLessOften)
{
    PolicyTimeline timeline;
    timeline.memory.released_percent = 0;
    timeline.memory.gives_way = true;
    timeline.WorkAt(0, 200);
    timeline.FreeAt(9 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(20 * kS);
    EXPECT_GE(timeline.trims().size(), 1U);
    EXPECT_LE(timeline.trims().size(), 4U);
    EXPECT_EQ(timeline.policy().earnings.useless, timeline.trims().size());
}

TEST(PolicyEarnings, WhatGivesWayWithAPartIsNotUseless)
{
    PolicyTimeline timeline;
    timeline.memory.released_percent = 10;
    timeline.memory.gives_way = true;
    timeline.WorkAt(0, 200);
    timeline.FreeAt(9 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(12 * kS);
    EXPECT_GE(timeline.trims().size(), 2U) << "the rest is tried again";
    EXPECT_EQ(timeline.policy().earnings.useless, 0U);
}

TEST(PolicyEarnings, TheTotalsTellWhatWasHeldAndWhatItCost)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(110 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    const double held = 100.0 * 500 * static_cast<double>(kMiB * kS);
    EXPECT_NEAR(timeline.policy().earnings.held_byte_ns, held, held / 20);
    /* The release, the looks before it, and those around it. */
    const std::vector<uint64_t> &looks = timeline.LookTimes(TRIM_LOOK_ESTIMATE);
    const auto before = static_cast<uint64_t>(
        std::upper_bound(looks.begin(), looks.end(), timeline.trims()[0].at_ns) - looks.begin());
    const uint64_t cost_ns =
        500 * timeline.memory.release_ns_per_mib + before * timeline.memory.estimate_cost_ns + kMs;
    EXPECT_EQ(timeline.policy().earnings.cost_ns, static_cast<double>(cost_ns));
}

TEST(PolicyEarnings, TheCooldownIsAFloorBetweenTwoTrims)
{
    trim_policy_config config = PolicyConfig();
    config.cooldown_ns = 7 * kS;
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    for (uint64_t round = 0; round < 30; ++round) {
        timeline.FreeAt(10 * kS + round * kS, 30 * kMiB);
        timeline.OldPauseAt(10 * kS + round * kS);
    }
    timeline.RunUntil(60 * kS);
    ASSERT_GE(timeline.trims().size(), 3U);
    for (size_t i = 1; i < timeline.trims().size(); ++i) {
        EXPECT_GE(timeline.trims()[i].at_ns, timeline.trims()[i - 1].at_ns + config.cooldown_ns);
    }
    EXPECT_EQ(timeline.memory.free_bytes, 0U) << "nothing is forgotten";
    EXPECT_GE(timeline.skips(TRIM_SKIP_COOLDOWN), 1U);
    EXPECT_LE(timeline.skips(TRIM_SKIP_COOLDOWN), timeline.trims().size()) << "each told once";
}

TEST(PolicyEarnings, WhatWaitsForTheCooldownIsLookedAtTheMomentItEnds)
{
    trim_policy_config config = PolicyConfig();
    config.cooldown_ns = 7 * kS;
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.FreeAt(16 * kS, 500 * kMiB);
    timeline.OldPauseAt(16 * kS);
    timeline.RunUntil(12 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    const uint64_t ends_ns = timeline.policy().cooldown_ends_ns - PolicyTimeline::kStart;
    timeline.RunUntil(ends_ns);
    EXPECT_EQ(timeline.LookTimes(TRIM_LOOK_ESTIMATE).back(), ends_ns);
    EXPECT_EQ(timeline.trims().size(), 2U);
}

TEST(PolicyEarnings, ADryRunDecidesOnceAndLearnsNothing)
{
    trim_policy_config config = PolicyConfig();
    config.dry_run = true;
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(300 * kS);
    ASSERT_GE(timeline.trims().size(), 1U);
    EXPECT_LE(timeline.trims()[0].at_ns, 10 * kS + 300 * kMs);
    EXPECT_EQ(timeline.trims().size(), 1U) << "what it would have released is told once";
    timeline.FreeAt(301 * kS, 200 * kMiB);
    timeline.OldPauseAt(301 * kS);
    timeline.RunUntil(400 * kS);
    ASSERT_EQ(timeline.trims().size(), 2U);
    EXPECT_EQ(timeline.trims()[1].expected_bytes, 200 * kMiB);
    timeline.TakeAt(401 * kS, 700 * kMiB);
    timeline.RunUntil(500 * kS);
    timeline.FreeAt(501 * kS, 100 * kMiB);
    timeline.OldPauseAt(501 * kS);
    timeline.RunUntil(600 * kS);
    EXPECT_EQ(timeline.trims().size(), 3U) << "it was in use meanwhile";
    EXPECT_EQ(timeline.policy().earnings.released, 0U);
    EXPECT_EQ(timeline.policy().known.number, 0U);
}

TEST(PolicyEarnings, ATrimWhoseEffectIsUnknownIsJudgedByNobody)
{
    PolicyTimeline timeline;
    timeline.memory.outcome_unknown = true;
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(60 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.policy().known.verdict, TRIM_VERDICT_NONE);
    EXPECT_EQ(timeline.policy().earnings.useless, 0U);
}

TEST(PolicyEarnings, AnExactLookIsTakenWhereMuchMayHaveComeBack)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.RunUntil(15 * kS);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_REFAULT), 0U);
    timeline.TakeAt(16 * kS, 400 * kMiB);
    timeline.RunUntil(30 * kS);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_REFAULT), 1U);
}

} // namespace

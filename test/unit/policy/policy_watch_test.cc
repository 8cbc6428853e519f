/* Memory that nothing has told of waits until it has paid, and what is in use again is left alone.
 */
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "policy.h"
#include "policy_timeline.h"

namespace
{

/* Runs until memory is watched, and returns since when. */
uint64_t RunUntilWatched(PolicyTimeline *timeline)
{
    for (uint64_t now_ns = 0; now_ns < 60 * kS; now_ns += kMs) {
        timeline->RunUntil(now_ns);
        if (timeline->skips(TRIM_SKIP_WAITING) != 0) {
            return timeline->LookTimes(TRIM_LOOK_ESTIMATE).back();
        }
    }
    ADD_FAILURE() << "nothing is watched";
    return 60 * kS;
}

TEST(PolicyWatch, WhatLiesStillIsReleasedInTheEnd)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.RunUntil(60 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_WATERMARK);
    EXPECT_EQ(timeline.trims()[0].expected_bytes, 500 * kMiB);
    /* It must have lain for the time in which it pays: 2.3 s by these prices. */
    EXPECT_GE(timeline.trims()[0].at_ns, 11 * kS);
    EXPECT_LE(timeline.trims()[0].at_ns, 20 * kS);
    EXPECT_EQ(timeline.skips(TRIM_SKIP_WAITING), 1U);
    EXPECT_EQ(timeline.policy().considered, timeline.skips(TRIM_SKIP_BELOW_THRESHOLD) + 1)
        << "what is watched is considered once";
}

TEST(PolicyWatch, WhatHasAlwaysLainLongIsReleasedAtOnceAfterSomeTime)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    for (uint64_t round = 0; round < 10; ++round) {
        timeline.FreeAt((10 + 60 * round) * kS, 500 * kMiB);
        timeline.TakeAt((40 + 60 * round) * kS, 500 * kMiB);
    }
    timeline.RunUntil(600 * kS);
    EXPECT_EQ(timeline.policy().earnings.regretted, 0U);
    ASSERT_EQ(timeline.trims().size(), 10U);
    const uint64_t first_ns = timeline.trims().front().at_ns - 10 * kS;
    const uint64_t last_ns = timeline.trims().back().at_ns - 550 * kS;
    EXPECT_LT(last_ns, first_ns);
}

TEST(PolicyWatch, WhatIsUsedAgainEndsTheWatch)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 500);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    const uint64_t began_ns = RunUntilWatched(&timeline);
    timeline.TakeAt(began_ns + 100 * kMs, 500 * kMiB);
    timeline.RunUntil(began_ns + 60 * kS);
    EXPECT_TRUE(timeline.trims().empty());
    EXPECT_EQ(timeline.skips(TRIM_SKIP_REUSED), 1U);
    EXPECT_FALSE(timeline.policy().watch.on);
}

TEST(PolicyWatch, ASampleSparesTheLooksOnTheWay)
{
    const auto looks = [](bool sample_fails) {
        PolicyTimeline timeline;
        timeline.memory.sample_fails = sample_fails;
        timeline.WorkAt(0, 500);
        timeline.FreeAt(10 * kS, 500 * kMiB);
        const uint64_t began_ns = RunUntilWatched(&timeline);
        const size_t before = timeline.LookCount(TRIM_LOOK_ESTIMATE);
        while (timeline.trims().empty()) {
            timeline.RunUntil(timeline.wake_ns() - PolicyTimeline::kStart);
            EXPECT_LT(timeline.wake_ns(), PolicyTimeline::kStart + began_ns + 20 * kS);
        }
        EXPECT_EQ(timeline.LookCount(TRIM_LOOK_SAMPLE) == 0, sample_fails);
        EXPECT_LE(timeline.LookCount(TRIM_LOOK_SAMPLE), 12U) << "a sample is cheap, not free";
        return timeline.LookCount(TRIM_LOOK_ESTIMATE) - before;
    };
    EXPECT_LE(looks(false), 2U);
    EXPECT_GE(looks(true), 20U);
}

TEST(PolicyWatch, NoSampleIsLaidWhileTheProcessLoads)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    timeline.RunUntil(10 * kS);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    /* For longer than a burst of page faults puts looks off; what is free does not fit it. */
    for (uint64_t at_ns = 10 * kS; at_ns < 40 * kS; at_ns += 10 * kMs) {
        timeline.At(at_ns, [&timeline] {
            timeline.memory.used_bytes += 2 * kMiB;
            timeline.memory.faults += 512;
        });
    }
    const size_t before = timeline.LookCount(TRIM_LOOK_LAY);
    timeline.RunUntil(40 * kS);
    EXPECT_GE(timeline.skips(TRIM_SKIP_WAITING), 1U);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_LAY), before);
}

TEST(PolicyWatch, ADemandedReleaseEndsTheSample)
{
    PolicyTimeline timeline;
    timeline.memory.released_percent = 50;
    timeline.WorkAt(0, 500);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    const uint64_t began_ns = RunUntilWatched(&timeline);
    ASSERT_EQ(timeline.policy().watch.sample, TRIM_SAMPLE_LAID);
    const size_t before = timeline.LookCount(TRIM_LOOK_LAY);
    timeline.DemandAt(began_ns + 100 * kMs);
    timeline.RunUntil(began_ns + 100 * kMs);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_TRUE(timeline.policy().watch.on);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_LAY), before + 1) << "of what is left";
}

TEST(PolicyWatch, WithoutASampleLooksComeWhenTheProcessHasUsedSomeCpu)
{
    const auto next_look_after_ns = [](uint64_t permille) {
        PolicyTimeline timeline;
        timeline.memory.sample_fails = true;
        timeline.WorkAt(0, permille);
        timeline.FreeAt(10 * kS, 500 * kMiB);
        const uint64_t began_ns = RunUntilWatched(&timeline);
        timeline.RunUntil(began_ns + 10 * kS);
        const std::vector<uint64_t> &looks = timeline.LookTimes(TRIM_LOOK_ESTIMATE);
        return *std::upper_bound(looks.begin(), looks.end(), began_ns) - began_ns;
    };
    EXPECT_LT(next_look_after_ns(2000), next_look_after_ns(50) / 2);
}

TEST(PolicyWatch, WhatIsUsedForAMomentNowAndThenIsLeftAlone)
{
    /* No look ever meets it in use. */
    PolicyTimeline timeline;
    timeline.WorkAt(0, 100);
    timeline.memory.Free(500 * kMiB);
    for (uint64_t at_ns = 10 * kS; at_ns < 600 * kS; at_ns += 900 * kMs) {
        timeline.At(at_ns, [&timeline] {
            timeline.memory.Take(450 * kMiB);
            timeline.memory.Free(450 * kMiB);
        });
    }
    timeline.RunUntil(10 * kS);
    const size_t before = timeline.trims().size();
    timeline.RunUntil(600 * kS);
    /* Its first rest was long, so that the next ones are trusted until they prove to be short. */
    EXPECT_LE(timeline.trims().size() - before, 4U);
    EXPECT_GE(timeline.skips(TRIM_SKIP_REUSED), 1U);
}

TEST(PolicyWatch, WhoDeceivesTheWatchWaitsLonger)
{
    /* Memory is taken again whenever it was released, and only then. */
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    timeline.memory.Free(500 * kMiB);
    size_t trims = 0;
    for (uint64_t now_ns = 10 * kS; now_ns < 1000 * kS; now_ns += 50 * kMs) {
        timeline.RunUntil(now_ns);
        if (timeline.trims().size() > trims) {
            trims = timeline.trims().size();
            timeline.memory.Take(500 * kMiB);
            timeline.FreeAt(now_ns + 500 * kMs, 500 * kMiB);
        }
    }
    ASSERT_GE(trims, 3U);
    EXPECT_LE(trims, 50U);
    const auto gap_ns = [&timeline](size_t i) {
        return timeline.trims()[i + 1].at_ns - timeline.trims()[i].at_ns;
    };
    EXPECT_GT(gap_ns(trims - 2), 4 * gap_ns(0));
    EXPECT_GT(timeline.policy().patience.reasons[timeline.trims().back().reason].doubt, 0U);
}

TEST(PolicyWatch, WhatComesAndGoesIsLeftAlone)
{
    for (const uint64_t half_ns : {50 * kMs, 250 * kMs, 600 * kMs}) {
        PolicyTimeline timeline;
        timeline.WorkAt(0, 500);
        for (uint64_t at_ns = 10 * kS; at_ns < 300 * kS; at_ns += 2 * half_ns) {
            timeline.FreeAt(at_ns, 500 * kMiB);
            timeline.TakeAt(at_ns + half_ns, 500 * kMiB);
        }
        timeline.RunUntil(300 * kS);
        EXPECT_LE(timeline.trims().size(), 3U) << half_ns;
        EXPECT_GE(timeline.skips(TRIM_SKIP_REUSED), 1U) << half_ns;
        /* 500 ms of CPU in five minutes. */
        EXPECT_LE(timeline.LookCount(TRIM_LOOK_ESTIMATE), 500U) << half_ns;
    }
}

TEST(PolicyWatch, ThePartThatLiesStillIsReleasedWhereOnlyTheOtherComesAndGoes)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 500);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    timeline.TakeAt(200 * kS, 100 * kMiB);
    timeline.RunUntil(199 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
    timeline.RunUntil(300 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U) << "nothing is free";
}

TEST(PolicyWatch, DearCpuMakesMemoryWaitEvenAfterAnEvent)
{
    const auto first_trim_ns = [](bool throttled) {
        PolicyTimeline timeline;
        timeline.memory.throttled = throttled;
        timeline.WorkAt(0, 500);
        timeline.FreeAt(10 * kS, 500 * kMiB);
        timeline.OldPauseAt(10 * kS);
        timeline.RunUntil(100 * kS);
        EXPECT_GE(timeline.trims().size(), 1U);
        return timeline.trims().empty() ? 0 : timeline.trims()[0].at_ns;
    };
    EXPECT_GE(first_trim_ns(true), first_trim_ns(false) + kS);
}

TEST(PolicyWatch, CheapMemoryIsNotWorthHalfASecondOfFreedom)
{
    trim_policy_config config = PolicyConfig();
    config.price.worth_bytes = 1024 * kGiB;
    PolicyTimeline timeline(config);
    timeline.WorkAt(0, 500);
    timeline.FreeAt(10 * kS, 100 * kMiB);
    timeline.RunUntil(40 * kS);
    EXPECT_TRUE(timeline.trims().empty()) << "at this price it must lie for minutes";
}

} // namespace

/* Timelines of processes that grow: models are being loaded, and what they replace is freed then.
 */
#include <gtest/gtest.h>

#include "policy_timeline.h"

namespace
{

/* 2000 classes from 3 s on and 100 MiB more each 100 ms until the process has grown long enough. */
void LoadModel(PolicyTimeline &timeline, uint64_t grown_ns)
{
    timeline.LoadClasses(3 * kS, 4 * kS, 2000);
    for (uint64_t at_ns = 3 * kS; at_ns < grown_ns; at_ns += 100 * kMs) {
        timeline.At(at_ns, [&] { timeline.memory.resident_bytes += 100 * kMiB; });
    }
}

} // namespace

TEST(PolicyGrowth, AGrowingProcessIsLookedAtSoonAgainWithoutAnEstimate)
{
    trim_options options = PolicyOptions();
    options.check_ns = 60 * kS;
    options.on = UINT64_C(1) << TRIM_REASON_RELOAD;
    PolicyTimeline timeline(options);
    timeline.LoadClasses(3 * kS, 4 * kS, 2000);
    /* A model is loaded for four seconds; then its predecessor is freed. */
    for (uint64_t at_ns = 6 * kS; at_ns < 10 * kS; at_ns += 100 * kMs) {
        timeline.At(at_ns, [&] { timeline.memory.resident_bytes += 20 * kMiB; });
    }
    timeline.At(10 * kS, [&] { timeline.memory.Free(500 * kMiB); });
    timeline.RunUntil(100 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_LE(timeline.trims()[0].at_ns, 10 * kS + 500 * kMs + options.confirm_ns);
    EXPECT_GE(timeline.policy().skips[TRIM_SKIP_GROWING], 4U);
    EXPECT_LE(timeline.LookCount(TRIM_LOOK_ESTIMATE), 8U);
}

TEST(PolicyGrowth, AProcessThatGrowsForEverIsEstimatedAllTheSame)
{
    trim_options options = PolicyOptions();
    options.check_ns = 600 * kS;
    PolicyTimeline timeline(options);
    timeline.OldPauseAt(5 * kS);
    timeline.memory.Free(10 * kMiB);
    for (uint64_t at_ns = 5 * kS; at_ns < 100 * kS; at_ns += 100 * kMs) {
        timeline.At(at_ns, [&] { timeline.memory.resident_bytes += 20 * kMiB; });
    }
    timeline.RunUntil(100 * kS);
    EXPECT_GE(timeline.LookCount(TRIM_LOOK_ESTIMATE), 3U);
    EXPECT_LE(timeline.policy().skips[TRIM_SKIP_GROWING], options.max_wait_ns / (100 * kMs));
}

TEST(PolicyGrowth, GrowthThatEndedWithinTheBurstKeepsNothingWaiting)
{
    trim_options options = PolicyOptions();
    options.check_ns = 60 * kS;
    options.on = UINT64_C(1) << TRIM_REASON_RELOAD;
    PolicyTimeline timeline(options);
    LoadModel(timeline, 4 * kS);
    timeline.At(4500 * kMs, [&] { timeline.memory.Free(500 * kMiB); });
    timeline.RunUntil(100 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.policy().skips[TRIM_SKIP_GROWING], 0U);
    const uint64_t burst_ends_ns = timeline.trims()[0].at_ns - options.confirm_ns;
    EXPECT_LE(burst_ends_ns, 4 * kS + options.settle_ns + options.settle_ns / 5);
    /* The process is looked at in the burst's own wake-ups, five in a settling. */
    EXPECT_GE(timeline.LookCount(TRIM_LOOK_MOVEMENT), 5U);
    EXPECT_LE(timeline.LookCount(TRIM_LOOK_MOVEMENT), 10U);
}

TEST(PolicyGrowth, GrowthThatOutlastsTheBurstIsWaitedFor)
{
    trim_options options = PolicyOptions();
    options.check_ns = 60 * kS;
    options.on = UINT64_C(1) << TRIM_REASON_RELOAD;
    PolicyTimeline timeline(options);
    LoadModel(timeline, 9 * kS);
    timeline.At(9 * kS, [&] { timeline.memory.Free(500 * kMiB); });
    timeline.RunUntil(100 * kS);
    EXPECT_GE(timeline.policy().skips[TRIM_SKIP_GROWING], 1U);
    ASSERT_FALSE(timeline.LookTimes(TRIM_LOOK_ESTIMATE).empty());
    EXPECT_GT(timeline.LookTimes(TRIM_LOOK_ESTIMATE)[0], 9 * kS);
}

TEST(PolicyGrowth, WithoutRssTheBurstIsServedAllTheSame)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.process_fails = true;
    timeline.memory.Free(500 * kMiB);
    timeline.LoadClasses(3 * kS, 4 * kS, 2000);
    timeline.RunUntil(100 * kS);
    EXPECT_EQ(timeline.trims().size(), 1U);
}

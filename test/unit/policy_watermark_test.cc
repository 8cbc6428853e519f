/* When a watermark check takes memory for free, which nothing but its looks tells of. */
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <utility>

#include "policy_timeline.h"
#include "policy.h"

namespace
{

trim_options Checked()
{
    trim_options options = PolicyOptions();
    options.check_ns = 30 * kS;
    options.max_wait_ns = 10 * kS;
    options.confirm_ns = 100 * kMs;
    return options;
}

/* From a moment until another the memory is in use for a while each so often. */
void Reuse(PolicyTimeline &timeline, uint64_t bytes, uint64_t from_ns, uint64_t to_ns,
           uint64_t each_ns, uint64_t length_ns)
{
    std::mt19937_64 random(1); // NOLINT(cert-msc51-cpp): the same timeline each time.
    uint64_t at_ns = from_ns;
    while (at_ns < to_ns) {
        timeline.At(at_ns, [&timeline, bytes] { timeline.memory.Reuse(bytes); });
        timeline.At(at_ns + length_ns,
                    [&timeline, bytes] { timeline.memory.releasable_bytes += bytes; });
        at_ns += each_ns / 2 + random() % each_ns;
    }
}

TEST(PolicyWatermark, TrimsWhatStaysFreeThroughoutOneCheck)
{
    const trim_options options = Checked();
    PolicyTimeline timeline(options);
    timeline.memory.Free(400 * kMiB);
    timeline.RunUntil(100 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].at_ns, options.check_ns + options.max_wait_ns);
}

TEST(PolicyWatermark, LeavesMemoryAloneThatComesAndGoes)
{
    PolicyTimeline timeline(Checked());
    timeline.memory.Free(400 * kMiB);
    timeline.At(35 * kS, [&] { timeline.memory.Reuse(100 * kMiB); });
    timeline.At(36 * kS, [&] { timeline.memory.releasable_bytes += 100 * kMiB; });
    timeline.RunUntil(50 * kS);
    EXPECT_TRUE(timeline.trims().empty());
    EXPECT_EQ(timeline.policy().skips[TRIM_SKIP_REUSED], 1U);
    EXPECT_LE(timeline.LookTimes(TRIM_LOOK_ESTIMATE).back(), 36 * kS) << "one such look ends it";
}

TEST(PolicyWatermark, LeavesMemoryAloneThatIsInUseForMoments)
{
    PolicyTimeline timeline(Checked());
    timeline.memory.estimate_cost_ns = 500 * TRIM_NS_PER_US;
    timeline.memory.Free(400 * kMiB);
    /* Four threads, 15 ms each second; their faults are other memory's. */
    Reuse(timeline, 50 * kMiB, kS, 3600 * kS, 250 * kMs, 15 * kMs);
    for (uint64_t at_ns = kS; at_ns < 3600 * kS; at_ns += 5 * kS) {
        timeline.At(at_ns, [&] { timeline.memory.minor_faults += 10000; });
    }
    timeline.RunUntil(3600 * kS);
    EXPECT_TRUE(timeline.trims().empty());
    EXPECT_GE(timeline.policy().skips[TRIM_SKIP_REUSED], 50U);
    EXPECT_LE(timeline.LookCount(TRIM_LOOK_ESTIMATE) * 500 * TRIM_NS_PER_US,
              3600 * kS / TRIM_RATION_SHARE + TRIM_RATION_CEILING_NS);
}

TEST(PolicyWatermark, TrimsOnceTheMemoryHasRestedForTwoChecks)
{
    const trim_options options = Checked();
    PolicyTimeline timeline(options);
    timeline.memory.Free(400 * kMiB);
    Reuse(timeline, 100 * kMiB, kS, 65 * kS, 500 * kMs, 100 * kMs);
    /* The process goes on with other memory, so that no check finds it unchanged. */
    for (uint64_t at_ns = kS; at_ns < 300 * kS; at_ns += 5 * kS) {
        timeline.At(at_ns, [&] { timeline.memory.minor_faults += 10000; });
    }
    timeline.RunUntil(300 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_GE(timeline.trims()[0].at_ns, 60 * kS + 2 * options.check_ns);
    EXPECT_LE(timeline.trims()[0].at_ns, 65 * kS + 4 * (options.check_ns + options.max_wait_ns));
}

TEST(PolicyWatermark, WhereMemoryIsShortOneLookThatAgreesIsEnough)
{
    PolicyTimeline timeline(Checked());
    timeline.memory.limit_bytes = 1024 * kMiB;
    timeline.memory.fill_permille = 900;
    timeline.memory.Free(400 * kMiB);
    timeline.RunUntil(10 * kS);
    ASSERT_GE(timeline.trims().size(), 1U);
    EXPECT_LE(timeline.trims()[0].at_ns, 5 * kS);
}

TEST(PolicyWatermark, RepeatsDearEstimatesLessOften)
{
    for (const auto &[cost_ns, looks] : {std::pair<uint64_t, size_t>{kMs / 10, 430},
                                         {kMs, 109},
                                         {10 * kMs, 12},
                                         {40 * kMs, 4},
                                         {2 * kS, 2}}) {
        PolicyTimeline timeline(Checked());
        timeline.memory.estimate_cost_ns = cost_ns;
        timeline.memory.Free(500 * kMiB);
        timeline.RunUntil(45 * kS);
        EXPECT_EQ(timeline.trims().size(), 1U) << cost_ns;
        EXPECT_LE(timeline.LookCount(TRIM_LOOK_ESTIMATE), looks) << cost_ns;
        EXPECT_GE(timeline.LookCount(TRIM_LOOK_ESTIMATE), looks * 9 / 10) << cost_ns;
    }
}

TEST(PolicyWatermark, AnEventDoesNotWaitForACheckThatLooksRarely)
{
    const trim_options options = Checked();
    PolicyTimeline timeline(options);
    timeline.memory.estimate_cost_ns = 90 * kMs;
    timeline.memory.Free(500 * kMiB);
    timeline.OldPauseAt(31 * kS);
    timeline.RunUntil(39 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.trims()[0].at_ns, 31 * kS + options.settle_ns);
    EXPECT_EQ(timeline.trims()[0].reason, TRIM_REASON_FULL_GC);
}

} // namespace

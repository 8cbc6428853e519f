/* When exactly the policy looks: what is due is done at that moment, neither before nor after. */
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "policy.h"
#include "policy_timeline.h"

namespace
{

constexpr uint64_t kStart = PolicyTimeline::kStart;

TEST(PolicyTimes, TheFirstLooksComeAfterHalfASecond)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    timeline.RunUntil(40 * kS);
    EXPECT_EQ(timeline.LookTimes(TRIM_LOOK_PROCESS).front(), 500 * kMs);
    ASSERT_GE(timeline.LookCount(TRIM_LOOK_ROOM), 2U);
    EXPECT_EQ(timeline.LookTimes(TRIM_LOOK_ROOM)[0], 500 * kMs);
    EXPECT_EQ(timeline.LookTimes(TRIM_LOOK_ROOM)[1], 500 * kMs + PolicyConfig().check_ns);
}

TEST(PolicyTimes, TheProcessIsReadWhenThatIsDue)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    timeline.RunUntil(100 * kS);
    int seen = 0;
    for (int looks = 0; looks < 20; ++looks) {
        const uint64_t due_ns = timeline.policy().poll_due_ns;
        timeline.RunUntil(due_ns - 1 - kStart);
        if (timeline.policy().poll_due_ns != due_ns) {
            continue; /* An estimate had it read before. */
        }
        const size_t before = timeline.LookCount(TRIM_LOOK_PROCESS);
        timeline.RunUntil(due_ns - kStart);
        EXPECT_EQ(timeline.LookCount(TRIM_LOOK_PROCESS), before + 1);
        ++seen;
    }
    EXPECT_GE(seen, 5);
}

TEST(PolicyTimes, AProcessThatCannotBeReadIsTriedOnceInACheck)
{
    PolicyTimeline timeline;
    timeline.memory.process_fails = true;
    timeline.WorkAt(0, 200);
    timeline.RunUntil(300 * kS);
    const std::vector<uint64_t> &times = timeline.LookTimes(TRIM_LOOK_PROCESS);
    ASSERT_GE(times.size(), 5U);
    for (size_t i = 1; i < times.size(); ++i) {
        EXPECT_EQ(times[i] - times[i - 1], PolicyConfig().check_ns);
    }
}

TEST(PolicyTimes, WhileSomethingIsLoadedTheProcessIsReadTwentyTimesASecond)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 200);
    timeline.LoadMemory(10 * kS, 20 * kS, kGiB);
    timeline.RunUntil(15 * kS);
    const size_t before = timeline.LookCount(TRIM_LOOK_PROCESS);
    ASSERT_TRUE(timeline.policy().signs.loading);
    timeline.RunUntil(17 * kS);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_PROCESS), before + 40);
}

TEST(PolicyTimes, ASampleIsReadWhenThatIsDue)
{
    PolicyTimeline timeline;
    timeline.WorkAt(0, 500);
    timeline.FreeAt(10 * kS, 500 * kMiB);
    for (uint64_t now_ns = 10 * kS; timeline.LookCount(TRIM_LOOK_LAY) == 0; now_ns += kMs) {
        ASSERT_LT(now_ns, 60 * kS);
        timeline.RunUntil(now_ns);
    }
    const trim_policy &policy = timeline.policy();
    const uint64_t due_ns = trim_watch_due_ns(&policy.watch, &policy.price, 0, 0) - kStart;
    timeline.RunUntil(due_ns);
    ASSERT_EQ(timeline.LookCount(TRIM_LOOK_SAMPLE), 1U);
    EXPECT_EQ(timeline.LookTimes(TRIM_LOOK_SAMPLE)[0], due_ns);
}

TEST(PolicyTimes, AnEstimateIsTakenWhenThatIsDue)
{
    PolicyTimeline timeline;
    timeline.memory.process_fails = true; /* Nothing else is looked at before. */
    timeline.WorkAt(0, 500);
    timeline.RunUntil(100 * kS);
    const trim_policy &policy = timeline.policy();
    const uint64_t due_ns =
        trim_looks_due_ns(&policy.looks, &policy.price, kStart + 100 * kS) - kStart;
    timeline.RunUntil(due_ns);
    EXPECT_EQ(timeline.LookTimes(TRIM_LOOK_ESTIMATE).back(), due_ns);
}

TEST(PolicyTimes, AProcessAtRestIsReadAfterSomeCpuTimeThatGrowsWithWhatItTakes)
{
    constexpr uint64_t kCases[][2] = {{0, 32000}, {1, 37500}, {5, 64000}};
    for (const auto &[permille, expected_us] : kCases) {
        PolicyTimeline timeline;
        timeline.WorkAt(0, permille);
        uint64_t most_ns = 0;
        for (uint64_t second = 60; second < 600; ++second) {
            timeline.RunUntil(second * kS);
            if (timeline.wake_cpu_ns() != UINT64_MAX) {
                const uint64_t from_ns = timeline.policy().signs.last.cpu_ns;
                most_ns = std::max(most_ns, timeline.wake_cpu_ns() - from_ns);
            }
        }
        EXPECT_EQ((most_ns + 500) / 1000, expected_us) << permille;
    }
}

TEST(PolicyTimes, WhereMemoryIsShortNoCooldownIsLongerThanASecond)
{
    for (const bool full : {false, true}) {
        trim_policy_config config = PolicyConfig();
        config.cooldown_ns = 600 * kS;
        PolicyTimeline timeline(config);
        timeline.memory.limit_bytes = 2 * kGiB;
        timeline.memory.fill_permille = full ? 950 : 100;
        timeline.WorkAt(0, 200);
        for (uint64_t round = 0; round < 50; ++round) {
            const uint64_t at_ns = 10 * kS + round * 200 * kMs;
            timeline.FreeAt(at_ns, 20 * kMiB);
            timeline.OldPauseAt(at_ns);
        }
        timeline.RunUntil(25 * kS);
        const std::vector<SeenTrim> &trims = timeline.trims();
        ASSERT_GE(trims.size(), full ? 8U : 1U);
        EXPECT_LE(trims.size(), full ? 15U : 1U);
        for (size_t i = 1; i < trims.size(); ++i) {
            EXPECT_GE(trims[i].at_ns - trims[i - 1].at_ns, kS);
        }
    }
}

TEST(PolicyTimes, WhereMemoryIsShortAShorterCooldownStaysAsItIs)
{
    trim_policy_config config = PolicyConfig();
    config.cooldown_ns = 300 * kMs;
    PolicyTimeline timeline(config);
    timeline.memory.limit_bytes = 2 * kGiB;
    timeline.memory.fill_permille = 950;
    timeline.WorkAt(0, 200);
    for (uint64_t round = 0; round < 50; ++round) {
        timeline.FreeAt(10 * kS + round * 200 * kMs, 20 * kMiB);
        timeline.OldPauseAt(10 * kS + round * 200 * kMs);
    }
    timeline.RunUntil(25 * kS);
    EXPECT_GE(timeline.trims().size(), 18U);
}

} // namespace

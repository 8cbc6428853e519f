#include "trimagent/ration.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "trimagent/quantity.h"

namespace
{

constexpr uint64_t kStart = 1000 * TRIM_NS_PER_S;
constexpr uint64_t kCeiling = TRIM_RATION_CEILING_NS;
constexpr uint64_t kMs = TRIM_NS_PER_MS;

class Ration : public testing::Test
{
protected:
    Ration()
    {
        trim_ration_init(&ration_, kStart);
    }

    uint64_t Ready(uint64_t now_ns, uint64_t predicted_ns)
    {
        return trim_ration_ready_ns(&ration_, now_ns, predicted_ns);
    }
    void Spend(uint64_t now_ns, uint64_t cost_ns)
    {
        trim_ration_spend(&ration_, now_ns, cost_ns);
    }

    trim_ration ration_ = {};
};

TEST_F(Ration, IsFullAtTheStartAndThenAllowsAnything)
{
    EXPECT_EQ(Ready(kStart, 0), kStart);
    EXPECT_EQ(Ready(kStart, kCeiling), kStart);
    /* An estimate that no balance covers must be possible once, or none ever would be. */
    EXPECT_EQ(Ready(kStart, kCeiling * 100), kStart);
    EXPECT_EQ(Ready(kStart, UINT64_MAX), kStart);
}

TEST_F(Ration, AskingDoesNotSpend)
{
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(Ready(kStart, kCeiling), kStart);
    }
}

TEST_F(Ration, AllowsWhatTheBalanceCovers)
{
    Spend(kStart, 60 * kMs);
    EXPECT_EQ(Ready(kStart, 40 * kMs), kStart);
    EXPECT_EQ(Ready(kStart, 40 * kMs + 1), kStart + TRIM_RATION_SHARE);
    EXPECT_EQ(Ready(kStart, 50 * kMs), kStart + 10 * kMs * TRIM_RATION_SHARE);
}

TEST_F(Ration, GrowsByItsShareOfTheTimeThatPasses)
{
    Spend(kStart, kCeiling);
    const uint64_t later = kStart + 30 * kMs * TRIM_RATION_SHARE;
    EXPECT_EQ(Ready(later, 30 * kMs), later);
    EXPECT_EQ(Ready(later, 31 * kMs), later + kMs * TRIM_RATION_SHARE);
}

TEST_F(Ration, NeverHoldsMoreThanItsCeiling)
{
    const uint64_t later = kStart + 1000 * kCeiling * TRIM_RATION_SHARE;
    Spend(later, kCeiling);
    EXPECT_EQ(Ready(later, kMs), later + kMs * TRIM_RATION_SHARE);
}

TEST_F(Ration, ADearEstimateLeavesADebtThatIsPaidOffFirst)
{
    Spend(kStart, kCeiling + 1500 * kMs);
    EXPECT_EQ(Ready(kStart, 0), kStart + 1500 * kMs * TRIM_RATION_SHARE);
    EXPECT_EQ(Ready(kStart, 5 * kMs), kStart + 1505 * kMs * TRIM_RATION_SHARE);
    const uint64_t paid = kStart + 1505 * kMs * TRIM_RATION_SHARE;
    EXPECT_GT(Ready(paid - 2 * TRIM_RATION_SHARE, 5 * kMs), paid - 2 * TRIM_RATION_SHARE);
    EXPECT_EQ(Ready(paid, 5 * kMs), paid);
}

TEST_F(Ration, WhatIsDearerThanTheCeilingWaitsForAFullBalanceOnly)
{
    Spend(kStart, 10 * kMs);
    EXPECT_EQ(Ready(kStart, kCeiling * 50), kStart + 10 * kMs * TRIM_RATION_SHARE);
}

TEST_F(Ration, GivesBackAtMostUpToTheCeiling)
{
    Spend(kStart, 70 * kMs);
    trim_ration_refund(&ration_, 20 * kMs);
    EXPECT_EQ(Ready(kStart, 50 * kMs), kStart);
    EXPECT_GT(Ready(kStart, 51 * kMs), kStart);

    trim_ration_refund(&ration_, 1000 * kCeiling);
    Spend(kStart, kCeiling);
    EXPECT_GT(Ready(kStart, 1), kStart);
}

TEST_F(Ration, LosesNothingToBeingAskedOften)
{
    Spend(kStart, kCeiling);
    trim_ration asked_often = ration_;
    /* Steps that are no multiple of the share leave a rest each time. */
    uint64_t now_ns = kStart;
    for (int i = 0; i < 100000; ++i) {
        now_ns += 2 * TRIM_RATION_SHARE - 1;
        (void)trim_ration_ready_ns(&asked_often, now_ns, 1);
    }
    const uint64_t often = trim_ration_ready_ns(&asked_often, now_ns, kCeiling);
    const uint64_t once = Ready(now_ns, kCeiling);
    EXPECT_NEAR(static_cast<double>(often), static_cast<double>(once), 2.0 * TRIM_RATION_SHARE);
}

TEST_F(Ration, KeepsItsPromiseWhateverWasSpent)
{
    /* Coming back at the promised time, and not earlier, is always enough. */
    uint64_t now_ns = kStart;
    for (uint64_t cost = 1; cost < 3600 * TRIM_NS_PER_S; cost = cost * 3 + 7) {
        Spend(now_ns, cost);
        const uint64_t ready_ns = Ready(now_ns, cost);
        ASSERT_GE(ready_ns, now_ns);
        if (ready_ns > now_ns + 2 * TRIM_RATION_SHARE) {
            trim_ration early = ration_;
            const uint64_t early_ns = ready_ns - 2 * TRIM_RATION_SHARE;
            EXPECT_GT(trim_ration_ready_ns(&early, early_ns, cost), early_ns) << cost;
        }
        EXPECT_EQ(Ready(ready_ns, cost), ready_ns) << cost;
        now_ns = ready_ns;
    }
}

TEST_F(Ration, SurvivesCostsThatNoClockCouldMeasure)
{
    for (int i = 0; i < 100; ++i) {
        Spend(kStart, UINT64_MAX);
    }
    EXPECT_GT(Ready(kStart, 1), kStart);
    EXPECT_NE(Ready(kStart, 1), UINT64_MAX);
    trim_ration_refund(&ration_, UINT64_MAX);
    EXPECT_EQ(Ready(kStart, kCeiling), kStart);
}

} // namespace

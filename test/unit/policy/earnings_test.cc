/* What became of the releases. */
#include "earnings.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "quantity.h"

namespace
{

constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kMs = TRIM_NS_PER_MS;
constexpr uint64_t kMiB = TRIM_MIB;
constexpr double kCost = 50e6; /* Of a release. */

class Earnings : public testing::Test
{
protected:
    Earnings()
    {
        trim_price_config config = {};
        config.worth_bytes = 8 * TRIM_GIB;
        trim_price_init(&price_, &config);
    }

    trim_lot *Release(uint64_t bytes, trim_reason reason = TRIM_REASON_FULL_GC)
    {
        vitals_.rss_bytes -= bytes;
        return trim_earnings_release(&earnings_, reason, 0, bytes, bytes, kCost, &vitals_);
    }

    void Pass(uint64_t ns)
    {
        vitals_.at_ns += ns;
        trim_earnings_take(&earnings_, &price_, &vitals_);
    }

    /* The process takes memory with page faults. */
    void Take(uint64_t bytes)
    {
        vitals_.rss_bytes += bytes;
        vitals_.minor_faults += bytes / 4096;
        Pass(kMs);
    }

    void Exact(uint64_t back_bytes, uint64_t refilled_bytes = 0)
    {
        const trim_back back = {true, back_bytes, refilled_bytes};
        trim_earnings_exact(&earnings_, &price_, &vitals_, &back);
    }

    trim_lot *Next()
    {
        return trim_earnings_next(&earnings_, &price_);
    }

    trim_price price_ = {};
    trim_earnings earnings_ = {};
    trim_vitals vitals_ = {1000 * kS, 4096 * kMiB, 1000000, 100 * kS};
};

TEST_F(Earnings, AReleaseIsFollowedUntilItHasTaught)
{
    EXPECT_FALSE(trim_earnings_followed(&earnings_));
    (void)Release(512 * kMiB);
    EXPECT_TRUE(trim_earnings_followed(&earnings_));
    Pass(100 * kS);
    EXPECT_TRUE(trim_earnings_followed(&earnings_)) << "nobody has asked for it yet";
    ASSERT_NE(Next(), nullptr);
    EXPECT_FALSE(trim_earnings_followed(&earnings_));
}

TEST_F(Earnings, AReleaseIsOpenUntilItHasPaid)
{
    const trim_lot *lot = Release(512 * kMiB);
    EXPECT_EQ(lot->number, 1U);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_OPEN);
    Pass(400 * kMs);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_OPEN);
    /* 512 MiB are a sixteenth of worth: 50 ms are paid after 0.8 s. */
    Pass(401 * kMs);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_OPEN) << "its faults are still to come";
    const double faults_ns = price_.fault_ns_per_byte * 512 * kMiB;
    Pass(static_cast<uint64_t>(faults_ns * 16));
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_GOOD);
    EXPECT_NEAR(trim_lot_held_ns(lot), 801e6 + faults_ns * 16, 1e3);
    EXPECT_NEAR(earnings_.held_byte_ns, lot->held_byte_ns, 1);
    EXPECT_EQ(earnings_.regretted, 0U);
}

TEST_F(Earnings, WhatLiesLongIsToldOnceAndCountsOn)
{
    const trim_lot *lot = Release(512 * kMiB);
    EXPECT_EQ(Next(), nullptr);
    Pass(60 * kS);
    EXPECT_EQ(Next(), lot);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_GOOD);
    EXPECT_EQ(Next(), nullptr);
    Pass(60 * kS);
    EXPECT_EQ(Next(), nullptr);
    EXPECT_NEAR(trim_lot_held_ns(lot), 120e9, 1e6);
}

TEST_F(Earnings, WhatComesBackBeforeItHasPaidIsRegretted)
{
    const trim_lot *lot = Release(512 * kMiB);
    Pass(200 * kMs);
    Take(500 * kMiB);
    ASSERT_TRUE(earnings_.wants_exact);
    Exact(500 * kMiB);
    EXPECT_FALSE(earnings_.wants_exact);
    EXPECT_EQ(Next(), lot);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_REGRETTED);
    EXPECT_EQ(earnings_.regretted, 1U);
    EXPECT_GT(lot->cost_ns, kCost) << "the faults have cost something too";
    EXPECT_NEAR(lot->left_bytes, 12.0 * static_cast<double>(kMiB), 1);
}

TEST_F(Earnings, WhatComesBackAfterItHasPaidIsNot)
{
    const trim_lot *lot = Release(512 * kMiB);
    Pass(3 * kS);
    Take(512 * kMiB);
    Exact(512 * kMiB);
    EXPECT_EQ(Next(), lot);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_GOOD);
    EXPECT_EQ(earnings_.regretted, 0U);
    Pass(100 * kS);
    EXPECT_NEAR(trim_lot_held_ns(lot), 3e9, 10e6) << "what is back earns nothing";
}

TEST_F(Earnings, ALittleThatComesBackIsNotWorthAnExactLook)
{
    (void)Release(512 * kMiB);
    Take(50 * kMiB);
    EXPECT_FALSE(earnings_.wants_exact);
    Take(100 * kMiB);
    EXPECT_TRUE(earnings_.wants_exact);
}

TEST_F(Earnings, WhatWasReleasedLastTellsWhatIsMuch)
{
    (void)Release(4000 * kMiB - 500 * kMiB);
    Pass(kMs);
    (void)Release(40 * kMiB);
    Take(30 * kMiB);
    EXPECT_TRUE(earnings_.wants_exact) << "it is taken back first";
}

TEST_F(Earnings, FaultsOrRssAloneProveNothing)
{
    (void)Release(512 * kMiB);
    vitals_.rss_bytes += 500 * kMiB; /* A file is mapped. */
    Pass(kMs);
    EXPECT_FALSE(earnings_.wants_exact);
    vitals_.rss_bytes -= 500 * kMiB;
    vitals_.minor_faults += 500 * kMiB / 4096; /* Stacks come and go. */
    Pass(kMs);
    EXPECT_FALSE(earnings_.wants_exact);
}

TEST_F(Earnings, AnExactLookMayClearTheSuspicion)
{
    const trim_lot *lot = Release(512 * kMiB);
    Take(500 * kMiB);
    Exact(0);
    EXPECT_EQ(Next(), nullptr);
    EXPECT_EQ(lot->left_bytes, 512.0 * static_cast<double>(kMiB));
    EXPECT_EQ(lot->cost_ns, kCost);
    Take(10 * kMiB);
    EXPECT_FALSE(earnings_.wants_exact) << "it begins anew";
}

TEST_F(Earnings, WithoutAnExactLookFaultsAndRssMustServe)
{
    const trim_lot *lot = Release(512 * kMiB);
    Take(500 * kMiB);
    const trim_back unknown = {};
    trim_earnings_exact(&earnings_, &price_, &vitals_, &unknown);
    EXPECT_EQ(Next(), lot);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_REGRETTED);
}

/* The kernel brings pages together to huge ones: no fault of the process's. */
TEST_F(Earnings, WhatTheKernelFillsAgainIsSeenByRssAlone)
{
    (void)Release(512 * kMiB);
    vitals_.rss_bytes += 200 * kMiB;
    Pass(kMs);
    EXPECT_FALSE(earnings_.wants_exact) << "the Java heap may have grown";
    earnings_.huge_pages = true;
    Pass(kMs);
    EXPECT_TRUE(earnings_.wants_exact);
}

TEST_F(Earnings, WhatTheKernelFillsAgainCostsNothingAndIsNotRegretted)
{
    const trim_lot *lot = Release(512 * kMiB);
    Pass(200 * kMs);
    Exact(500 * kMiB, 600 * kMiB);
    EXPECT_EQ(Next(), lot);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_REFILLED);
    EXPECT_EQ(earnings_.regretted, 0U);
    EXPECT_EQ(lot->cost_ns, kCost);
    EXPECT_NEAR(lot->left_bytes, 12.0 * static_cast<double>(kMiB), 1);
    EXPECT_NEAR(lot->refilled_bytes, 500.0 * static_cast<double>(kMiB), 1);
    EXPECT_NEAR(earnings_.all_refilled_bytes, lot->refilled_bytes, 1);
    EXPECT_NEAR(earnings_.all_refaulted_bytes, 0, 1);
    const double held = lot->held_byte_ns;
    Pass(10 * kS);
    EXPECT_NEAR(lot->held_byte_ns - held, 10e9 * 12.0 * static_cast<double>(kMiB), 1e15)
        << "what is back earns nothing";
}

TEST_F(Earnings, OfWhatIsBackTheKernelsPartIsCountedOnce)
{
    const trim_lot *lot = Release(512 * kMiB);
    Exact(100 * kMiB, 60 * kMiB);
    Exact(150 * kMiB, 60 * kMiB);
    Exact(200 * kMiB, 80 * kMiB);
    EXPECT_NEAR(lot->refilled_bytes, 80.0 * static_cast<double>(kMiB), 1);
    EXPECT_NEAR(earnings_.all_refaulted_bytes + earnings_.all_refilled_bytes,
                static_cast<double>(lot->bytes) - lot->left_bytes, 1);
    EXPECT_NEAR(lot->left_bytes, 312.0 * static_cast<double>(kMiB), 1);
    const double own = 120.0 * static_cast<double>(kMiB);
    EXPECT_NEAR(lot->cost_ns, kCost + own * price_.fault_ns_per_byte, 1e3);
}

TEST_F(Earnings, OfEachReleaseTheKernelsPartIsCountedAnew)
{
    (void)Release(512 * kMiB);
    Exact(100 * kMiB, 60 * kMiB);
    const trim_lot *lot = Release(512 * kMiB);
    Exact(10 * kMiB, 10 * kMiB);
    EXPECT_EQ(lot->refilled_bytes, 10.0 * static_cast<double>(kMiB));
}

TEST_F(Earnings, OfAMebibyteItIsLookedForToo)
{
    (void)Release(kMiB);
    Take(kMiB);
    EXPECT_TRUE(earnings_.wants_exact);
}

TEST_F(Earnings, WhereAllIsBackNothingIsLookedFor)
{
    (void)Release(512 * kMiB);
    Exact(512 * kMiB);
    Take(100 * kMiB);
    EXPECT_FALSE(earnings_.wants_exact);
}

TEST_F(Earnings, WhatTheApplicationTakesBesideTheKernelIsRegretted)
{
    const trim_lot *lot = Release(512 * kMiB);
    Exact(100 * kMiB, 100 * kMiB);
    EXPECT_EQ(Next(), nullptr);
    Exact(500 * kMiB, 100 * kMiB);
    EXPECT_EQ(Next(), lot);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_REGRETTED);
}

TEST_F(Earnings, WhatTheKernelHasFilledOnlyHalfOfIsRegrettedToo)
{
    const trim_lot *lot = Release(512 * kMiB);
    Exact(500 * kMiB, 250 * kMiB);
    EXPECT_EQ(Next(), lot);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_REGRETTED);
}

TEST_F(Earnings, WhatIsBackIsCountedOnce)
{
    const trim_lot *lot = Release(512 * kMiB);
    Exact(100 * kMiB);
    Exact(100 * kMiB);
    Exact(60 * kMiB);
    EXPECT_NEAR(lot->left_bytes, 412.0 * static_cast<double>(kMiB), 1);
    Exact(150 * kMiB);
    EXPECT_NEAR(lot->left_bytes, 362.0 * static_cast<double>(kMiB), 1);
    Exact(UINT64_MAX);
    EXPECT_EQ(lot->left_bytes, 0);
}

TEST_F(Earnings, WhatWasReleasedLastIsTakenBackFirst)
{
    const trim_lot *first = Release(300 * kMiB);
    Pass(kMs);
    const trim_lot *second = Release(100 * kMiB, TRIM_REASON_RELOAD);
    Exact(150 * kMiB);
    EXPECT_EQ(second->left_bytes, 0);
    EXPECT_NEAR(first->left_bytes, 250.0 * static_cast<double>(kMiB), 1);
    EXPECT_EQ(Next(), second);
    EXPECT_EQ(second->verdict, TRIM_VERDICT_REGRETTED);
    EXPECT_EQ(second->reason, TRIM_REASON_RELOAD);
    EXPECT_EQ(Next(), nullptr) << "most of the first is free still";
}

TEST_F(Earnings, WhatIsBackIsCountedFromTheLastReleaseOn)
{
    (void)Release(300 * kMiB);
    Exact(100 * kMiB);
    const trim_lot *second = Release(100 * kMiB);
    Exact(50 * kMiB);
    EXPECT_EQ(second->left_bytes, 50.0 * static_cast<double>(kMiB));
}

TEST_F(Earnings, AReleaseOfAFractionIsUseless)
{
    const trim_lot *lot = trim_earnings_release(&earnings_, TRIM_REASON_RELOAD, 0, 400 * kMiB,
                                                90 * kMiB, kCost, &vitals_);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_USELESS);
    EXPECT_EQ(earnings_.useless, 1U);
    lot = trim_earnings_release(&earnings_, TRIM_REASON_RELOAD, 0, 400 * kMiB, 110 * kMiB, kCost,
                                &vitals_);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_OPEN);
    EXPECT_EQ(earnings_.useless, 1U);
}

TEST_F(Earnings, AReleaseOfNothingIsNeverKnown)
{
    const trim_lot *lot = Release(0);
    Pass(1000 * kS);
    EXPECT_EQ(Next(), nullptr);
    EXPECT_EQ(trim_lot_held_ns(lot), 0);
    EXPECT_FALSE(earnings_.wants_exact);
    EXPECT_FALSE(trim_earnings_followed(&earnings_)) << "there is nothing to wait for";
}

TEST_F(Earnings, AnOldReleaseIsForgottenForANewOneButNotInTheTotals)
{
    for (uint64_t i = 0; i < TRIM_LOTS + 1; ++i) {
        (void)Release(8 * kMiB);
        Pass(kS);
    }
    EXPECT_EQ(earnings_.released, TRIM_LOTS + 1U);
    EXPECT_EQ(earnings_.lots[0].number, TRIM_LOTS + 1U);
    const double all_ns = 8.0 * static_cast<double>(kMiB) * 1e9;
    /* The ninth took the place of the first, which had been held for eight seconds. */
    EXPECT_NEAR(earnings_.held_byte_ns, all_ns * (36 + 8), all_ns / 10);
    EXPECT_NEAR(earnings_.cost_ns, kCost * (TRIM_LOTS + 1), 1);
}

TEST_F(Earnings, TimeDoesNotRunBackwards)
{
    (void)Release(512 * kMiB);
    Pass(kS);
    const double held = earnings_.held_byte_ns;
    vitals_.at_ns -= kS / 2;
    trim_earnings_take(&earnings_, &price_, &vitals_);
    EXPECT_EQ(earnings_.held_byte_ns, held);
}

TEST_F(Earnings, EachVerdictHasItsName)
{
    EXPECT_STREQ(trim_verdict_name(TRIM_VERDICT_NONE), "none");
    EXPECT_STREQ(trim_verdict_name(TRIM_VERDICT_OPEN), "open");
    EXPECT_STREQ(trim_verdict_name(TRIM_VERDICT_GOOD), "good");
    EXPECT_STREQ(trim_verdict_name(TRIM_VERDICT_USELESS), "useless");
    EXPECT_STREQ(trim_verdict_name(TRIM_VERDICT_REGRETTED), "regretted");
    EXPECT_STREQ(trim_verdict_name(TRIM_VERDICT_REFILLED), "refilled");
}

TEST_F(Earnings, WhatTheKernelHasFilledMostOfIsNotRegretted)
{
    const trim_lot *lot = Release(512 * kMiB);
    Exact(500 * kMiB, 255 * kMiB);
    EXPECT_EQ(Next(), lot);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_REFILLED);
}

TEST_F(Earnings, AUselessReleaseStaysOneWhoeverTakesItsMemory)
{
    trim_lot *lot = trim_earnings_release(&earnings_, TRIM_REASON_RELOAD, 0, 400 * kMiB, 90 * kMiB,
                                          kCost, &vitals_);
    Exact(90 * kMiB, 90 * kMiB);
    EXPECT_EQ(Next(), lot);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_USELESS);
    lot = trim_earnings_release(&earnings_, TRIM_REASON_RELOAD, 0, 400 * kMiB, 90 * kMiB, kCost,
                                &vitals_);
    Exact(90 * kMiB);
    EXPECT_EQ(Next(), lot);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_USELESS);
    EXPECT_EQ(earnings_.regretted, 0U);
}

TEST_F(Earnings, AQuarterOfWhatWasExpectedIsNotUseless)
{
    const trim_lot *lot = trim_earnings_release(&earnings_, TRIM_REASON_RELOAD, 0, 400 * kMiB,
                                                100 * kMiB, kCost, &vitals_);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_OPEN);
    lot = trim_earnings_release(&earnings_, TRIM_REASON_RELOAD, 0, 400 * kMiB, 100 * kMiB - 1,
                                kCost, &vitals_);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_USELESS);
}

TEST_F(Earnings, AQuarterThatMayBeBackIsWorthAnExactLook)
{
    (void)Release(512 * kMiB);
    Take(128 * kMiB - 4096);
    EXPECT_FALSE(earnings_.wants_exact);
    Take(4096);
    EXPECT_TRUE(earnings_.wants_exact);
}

TEST_F(Earnings, ThreeQuartersBackAreEnoughToKnow)
{
    const trim_lot *lot = Release(512 * kMiB);
    Exact(384 * kMiB - 1);
    EXPECT_EQ(Next(), nullptr);
    Exact(384 * kMiB);
    EXPECT_EQ(Next(), lot);
}

TEST_F(Earnings, ASingleByteThatIsBackIsCounted)
{
    const trim_lot *lot = Release(512 * kMiB);
    Exact(1);
    EXPECT_EQ(lot->left_bytes, 512.0 * static_cast<double>(kMiB) - 1);
}

/* 512 MiB pay a sixteenth of the time that they lie. */
TEST_F(Earnings, WhatHasPaidFourTimesItsCostsLiesLong)
{
    const trim_lot *lot = Release(512 * kMiB);
    Pass(3200 * kMs - 1);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_GOOD);
    EXPECT_EQ(Next(), nullptr);
    Pass(1);
    EXPECT_EQ(Next(), lot);
}

TEST_F(Earnings, WhatHasPaidJustItsCostsIsGood)
{
    price_.fault_ns_per_byte = 0.25;
    const trim_lot *lot = Release(512 * kMiB);
    Pass((static_cast<uint64_t>(kCost) + 128 * kMiB) * 16 - 1);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_OPEN);
    Pass(1);
    EXPECT_EQ(lot->verdict, TRIM_VERDICT_GOOD);
}

TEST_F(Earnings, WhereFaultsCostMoreThanAllTheRestTheyAreWaitedForToo)
{
    price_.fault_ns_per_byte = 1;
    const trim_lot *lot = Release(512 * kMiB);
    const uint64_t even_ns = (static_cast<uint64_t>(kCost) + 512 * kMiB) * 16;
    Pass(even_ns - kMs);
    EXPECT_EQ(Next(), nullptr);
    Pass(2 * kMs);
    EXPECT_EQ(Next(), lot);
}

TEST_F(Earnings, WithoutAnExactLookNothingIsTheKernelsDoing)
{
    const trim_lot *lot = Release(512 * kMiB);
    Take(200 * kMiB);
    const trim_back unknown = {false, 0, 200 * kMiB};
    trim_earnings_exact(&earnings_, &price_, &vitals_, &unknown);
    EXPECT_EQ(lot->refilled_bytes, 0);
    EXPECT_EQ(lot->left_bytes, 312.0 * static_cast<double>(kMiB));
    Take(100 * kMiB);
    trim_earnings_exact(&earnings_, &price_, &vitals_, &unknown);
    EXPECT_EQ(lot->left_bytes, 212.0 * static_cast<double>(kMiB)) << "each only once";
}

TEST_F(Earnings, AReleaseAsksForNoExactLookOfTheOneBefore)
{
    (void)Release(512 * kMiB);
    Take(500 * kMiB);
    ASSERT_TRUE(earnings_.wants_exact);
    (void)Release(512 * kMiB);
    EXPECT_FALSE(earnings_.wants_exact);
}

TEST_F(Earnings, AReleaseTellsWhatItWas)
{
    const trim_lot *lot = trim_earnings_release(&earnings_, TRIM_REASON_RELOAD, 7e9, 400 * kMiB,
                                                300 * kMiB, kCost, &vitals_);
    EXPECT_EQ(lot->waited_ns, 7e9);
    EXPECT_EQ(lot->bytes, 300 * kMiB);
    EXPECT_EQ(lot->began_ns, vitals_.at_ns);
    EXPECT_EQ(lot->refilled_bytes, 0);
    EXPECT_EQ(lot->held_byte_ns, 0);
    EXPECT_FALSE(lot->learned);
}

TEST_F(Earnings, WhatTheFaultsOfReleasesCostIsInTheTotals)
{
    (void)Release(512 * kMiB);
    Exact(100 * kMiB);
    const double faults_ns = 100.0 * static_cast<double>(kMiB) * price_.fault_ns_per_byte;
    EXPECT_DOUBLE_EQ(earnings_.cost_ns, kCost + faults_ns);
}

} // namespace

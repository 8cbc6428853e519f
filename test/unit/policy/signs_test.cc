/* What RSS, page faults and CPU time tell of a process. */
#include "signs.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "quantity.h"

namespace
{

constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kMs = TRIM_NS_PER_MS;
constexpr uint64_t kMiB = TRIM_MIB;
constexpr uint64_t kTick = 100 * kMs; /* Between two looks. */

class Signs : public testing::Test
{
protected:
    /* A look after a time in which the process has used cpu_ns and faulted bytes in. */
    trim_sign Look(uint64_t after_ns, uint64_t cpu_ns, uint64_t faulted = 0)
    {
        now_.at_ns += after_ns;
        now_.cpu_ns += cpu_ns;
        now_.minor_faults += faulted / 4096;
        return trim_signs_take(&signs_, &now_);
    }

    bool Loading(uint64_t most_ns = TRIM_NEVER) const
    {
        return trim_signs_loading(&signs_, now_.at_ns, most_ns);
    }

    trim_signs signs_ = {};
    trim_vitals now_ = {1000 * kS, 500 * kMiB, 100000, 5 * kS};
};

TEST_F(Signs, TheFirstLookTellsNothing)
{
    EXPECT_EQ(trim_signs_fresh_until_ns(&signs_), 0U);
    EXPECT_EQ(Look(0, 0), TRIM_SIGN_NONE);
    EXPECT_FALSE(Loading());
    EXPECT_GT(trim_signs_fresh_until_ns(&signs_), now_.at_ns);
    EXPECT_LE(trim_signs_fresh_until_ns(&signs_), now_.at_ns + kTick);
}

TEST_F(Signs, LooksThatFollowTooCloselyAreNotCompared)
{
    (void)Look(0, 0);
    const uint64_t first_ns = now_.at_ns;
    EXPECT_EQ(Look(kMs, kMs, 64 * kMiB), TRIM_SIGN_NONE);
    EXPECT_FALSE(Loading());
    EXPECT_EQ(signs_.last.at_ns, first_ns);
    (void)Look(kTick, kTick);
    EXPECT_TRUE(Loading()) << "they are not lost";
}

TEST_F(Signs, ABurstOfPageFaultsIsALoadAndItsEndIsTold)
{
    (void)Look(0, 0);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(Look(kTick, kTick, 30 * kMiB), TRIM_SIGN_NONE);
        EXPECT_TRUE(Loading());
    }
    int told = 0;
    for (int i = 0; i < 10; ++i) {
        told += Look(kTick, kTick / 2) == TRIM_SIGN_LOADED ? 1 : 0;
    }
    EXPECT_EQ(told, 1);
    EXPECT_FALSE(Loading());
    EXPECT_NEAR(static_cast<double>(signs_.loaded_bytes), static_cast<double>(300 * kMiB), 4096);
}

TEST_F(Signs, APauseWithinALoadIsNotItsEnd)
{
    (void)Look(0, 0);
    (void)Look(kTick, kTick, 30 * kMiB);
    EXPECT_NE(Look(kTick, 0), TRIM_SIGN_LOADED) << "it waits for its file";
    EXPECT_TRUE(Loading());
    EXPECT_EQ(Look(kTick, kTick, 30 * kMiB), TRIM_SIGN_NONE);
    EXPECT_TRUE(Loading());
}

TEST_F(Signs, ALoadEndsAtTheSecondCalmLook)
{
    (void)Look(0, 0);
    (void)Look(kTick, kTick, 30 * kMiB);
    EXPECT_EQ(Look(kTick, kTick / 2), TRIM_SIGN_NONE);
    EXPECT_EQ(Look(kTick, kTick / 2), TRIM_SIGN_LOADED);
}

TEST_F(Signs, ALoadGoesOnByItsRateHoweverShortTheLooksAreApart)
{
    (void)Look(0, 0);
    (void)Look(kTick, kTick, 30 * kMiB);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(Look(50 * kMs, 50 * kMs, kMiB), TRIM_SIGN_NONE) << "20 MiB a second";
    }
    EXPECT_TRUE(Loading());
}

TEST_F(Signs, HugePagesAreSeenByRss)
{
    (void)Look(0, 0);
    now_.rss_bytes += 64 * kMiB;
    (void)Look(kTick, kTick, 2 * 4096);
    EXPECT_TRUE(Loading());
    EXPECT_EQ(signs_.loaded_bytes, 64 * kMiB);
}

TEST_F(Signs, TheFaultsOfServingAreNoLoad)
{
    (void)Look(0, 0);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(Look(kTick, kTick / 2, 200 * 1024), TRIM_SIGN_NONE);
        EXPECT_FALSE(Loading());
    }
}

TEST_F(Signs, WhatALongRestHidesWasDoneJustNow)
{
    (void)Look(0, 0);
    (void)Look(600 * kS, kS, 64 * kMiB);
    EXPECT_TRUE(Loading()) << "spread over ten minutes it would be little";
}

TEST_F(Signs, ALoadCountsForNoLongerThanItMay)
{
    (void)Look(0, 0);
    for (int i = 0; i < 20; ++i) {
        (void)Look(kTick, kTick, 30 * kMiB);
    }
    EXPECT_TRUE(Loading(10 * kS));
    EXPECT_FALSE(Loading(kS));
    const uint64_t since_ns = 19 * kTick;
    EXPECT_TRUE(Loading(since_ns + 1));
    EXPECT_FALSE(Loading(since_ns));
    EXPECT_FALSE(Loading(0)) << "nothing waits where memory is short";
}

TEST_F(Signs, AProcessThatComesToRestSaysSoOnce)
{
    (void)Look(0, 0);
    trim_signs_mark(&signs_, &now_);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(Look(kTick, kTick / 2), TRIM_SIGN_NONE);
        EXPECT_TRUE(signs_.working);
    }
    EXPECT_EQ(Look(kTick, 0), TRIM_SIGN_RESTED);
    EXPECT_FALSE(signs_.working);
    EXPECT_EQ(Look(kTick, 0), TRIM_SIGN_NONE);
}

TEST_F(Signs, ALittleWorkIsNotWorthTelling)
{
    (void)Look(0, 0);
    trim_signs_mark(&signs_, &now_);
    (void)Look(kTick, 4 * kMs);
    EXPECT_TRUE(signs_.working);
    EXPECT_EQ(Look(kTick, 0), TRIM_SIGN_NONE);
}

TEST_F(Signs, AnIdleJvmIsAtRest)
{
    (void)Look(0, 0);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(Look(kS, kMs), TRIM_SIGN_NONE);
        EXPECT_FALSE(signs_.working);
    }
}

TEST_F(Signs, WhatAProcessTakesAtRestIsNoWork)
{
    (void)Look(0, 0);
    trim_signs_mark(&signs_, &now_);
    for (int i = 0; i < 60; ++i) {
        (void)Look(kS, kMs);
    }
    EXPECT_FALSE(trim_signs_worked(&signs_, now_.at_ns, now_.cpu_ns));
    EXPECT_TRUE(trim_signs_worked(&signs_, now_.at_ns, now_.cpu_ns + 40 * kMs)) << "but more is";
}

TEST_F(Signs, WithoutAnEstimateAnythingMayHaveMoved)
{
    (void)Look(0, 0);
    EXPECT_TRUE(trim_signs_moved(&signs_));
}

TEST_F(Signs, WithoutCpuNothingCanHaveComeFree)
{
    (void)Look(0, 0);
    trim_signs_mark(&signs_, &now_);
    (void)Look(30 * kS, 0);
    EXPECT_FALSE(trim_signs_moved(&signs_));
    (void)Look(30 * kS, 100 * kMs);
    EXPECT_TRUE(trim_signs_moved(&signs_)) << "a still RSS proves nothing";
}

TEST_F(Signs, AStillProcessHasDoneNothingAtAll)
{
    (void)Look(0, 0);
    EXPECT_FALSE(trim_signs_still(&signs_)) << "nothing is known of before";
    trim_signs_mark(&signs_, &now_);
    (void)Look(30 * kS, 0);
    EXPECT_TRUE(trim_signs_still(&signs_));
    (void)Look(kS, 500 * TRIM_NS_PER_US);
    EXPECT_FALSE(trim_signs_still(&signs_)) << "a single large block is soon freed";
    EXPECT_FALSE(trim_signs_moved(&signs_)) << "but it is not worth a look without an event";
}

TEST_F(Signs, FaultsAndRssTellOfMovementToo)
{
    (void)Look(0, 0);
    trim_signs_mark(&signs_, &now_);
    (void)Look(kS, 0, 16 * kMiB);
    EXPECT_TRUE(trim_signs_moved(&signs_));
    trim_signs_mark(&signs_, &now_);
    EXPECT_FALSE(trim_signs_moved(&signs_));
    now_.rss_bytes -= 16 * kMiB;
    (void)Look(kS, 0);
    EXPECT_TRUE(trim_signs_moved(&signs_)) << "somebody else gave it back";
}

TEST_F(Signs, AMebibyteIsAMovement)
{
    (void)Look(0, 0);
    trim_signs_mark(&signs_, &now_);
    (void)Look(kS, 0, kMiB - 4096);
    EXPECT_FALSE(trim_signs_moved(&signs_));
    (void)Look(kS, 0, 4096);
    EXPECT_TRUE(trim_signs_moved(&signs_));
    trim_signs_mark(&signs_, &now_);
    now_.rss_bytes -= kMiB;
    (void)Look(kS, 0);
    EXPECT_TRUE(trim_signs_moved(&signs_));
}

TEST_F(Signs, AMillisecondOfCpuIsAMovement)
{
    (void)Look(0, 0);
    trim_signs_mark(&signs_, &now_);
    (void)Look(kS, kMs - 1);
    EXPECT_FALSE(trim_signs_moved(&signs_));
    (void)Look(kS, 1);
    EXPECT_TRUE(trim_signs_moved(&signs_));
}

TEST_F(Signs, ALookFromBeforeTheEstimateProvesNothing)
{
    (void)Look(0, 0);
    trim_vitals later = now_;
    later.at_ns += 10 * kS;
    trim_signs_mark(&signs_, &later);
    EXPECT_TRUE(trim_signs_moved(&signs_));
}

TEST_F(Signs, FortyMillisecondsAreEnoughToCompare)
{
    (void)Look(0, 0);
    EXPECT_EQ(trim_signs_fresh_until_ns(&signs_), now_.at_ns + 40 * kMs);
    (void)Look(40 * kMs - 1, kTick);
    EXPECT_FALSE(signs_.working);
    (void)Look(1, 0);
    EXPECT_TRUE(signs_.working);
}

TEST_F(Signs, EightMebibytesInASecondAreALoad)
{
    (void)Look(0, 0);
    (void)Look(kS, 0, 8 * kMiB - 4096);
    EXPECT_FALSE(Loading());
    (void)Look(kS, 0, 8 * kMiB);
    EXPECT_TRUE(Loading());
    EXPECT_EQ(signs_.loaded_bytes, 8 * kMiB);
    EXPECT_EQ(signs_.loading_since_ns, now_.at_ns);
}

TEST_F(Signs, ALittleIsNoLoadHoweverFast)
{
    (void)Look(0, 0);
    (void)Look(kTick, 0, 8 * kMiB - 4096);
    EXPECT_FALSE(Loading());
    (void)Look(kTick, 0, 8 * kMiB);
    EXPECT_TRUE(Loading());
    (void)Look(kTick, 0);
    (void)Look(kTick, 0);
    ASSERT_FALSE(Loading());
    (void)Look(kTick, 0, 9 * kMiB);
    EXPECT_EQ(signs_.loaded_bytes, 9 * kMiB) << "each load is counted by itself";
    EXPECT_EQ(signs_.calm, 0U);
}

TEST_F(Signs, AFiftiethOfACoreIsWorkAndLessThanAHundredthIsRest)
{
    (void)Look(0, 0);
    (void)Look(kTick, kTick / 50 - 1);
    EXPECT_FALSE(signs_.working);
    (void)Look(kTick, kTick / 50);
    EXPECT_TRUE(signs_.working);
    (void)Look(kTick, kTick / 100);
    EXPECT_TRUE(signs_.working);
    (void)Look(kTick, kTick / 100 - 1);
    EXPECT_FALSE(signs_.working);
    (void)Look(10 * kS, kS / 50 - 1);
    EXPECT_FALSE(signs_.working);
    (void)Look(10 * kS, kS / 50);
    EXPECT_TRUE(signs_.working) << "what was done was done just now";
}

TEST_F(Signs, WhatAProcessTakesAtRestIsLearnedBitByBit)
{
    (void)Look(0, 0);
    (void)Look(kS - 1, kMs);
    EXPECT_EQ(signs_.idle_share, 0) << "less than a second tells little";
    (void)Look(kS, kMs);
    EXPECT_DOUBLE_EQ(signs_.idle_share, 1e-4);
    (void)Look(kS, kMs);
    EXPECT_DOUBLE_EQ(signs_.idle_share, 2.5e-4);
    (void)Look(2 * kS, 100 * TRIM_NS_PER_US);
    EXPECT_DOUBLE_EQ(signs_.idle_share, 5e-5) << "but at once where it is less";
    (void)Look(kS, kS);
    const double share = signs_.idle_share;
    (void)Look(kS, kS);
    EXPECT_EQ(signs_.idle_share, share) << "work is none of it";
}

TEST_F(Signs, AMomentOfMuchMoreWorkThanUsualIsToldOnceItIsOver)
{
    (void)Look(0, 0);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(Look(300 * kMs, 9 * kMs), TRIM_SIGN_NONE);
    }
    for (const bool much : {false, true}) {
        const uint64_t cpu_ns = 2 * 9 * kMs + (much ? 6 : 4) * kMs;
        EXPECT_EQ(Look(300 * kMs, cpu_ns), TRIM_SIGN_NONE) << "it may go on";
        EXPECT_EQ(Look(300 * kMs, 9 * kMs), much ? TRIM_SIGN_BLIP : TRIM_SIGN_NONE);
        for (int i = 0; i < 100; ++i) {
            EXPECT_EQ(Look(300 * kMs, 9 * kMs), TRIM_SIGN_NONE);
        }
    }
}

TEST_F(Signs, MoreWorkFromNowOnIsUsualSoon)
{
    (void)Look(0, 0);
    for (int i = 0; i < 100; ++i) {
        (void)Look(300 * kMs, 9 * kMs);
    }
    int blips = 0;
    for (int i = 0; i < 100; ++i) {
        blips += Look(300 * kMs, 90 * kMs) == TRIM_SIGN_BLIP ? 1 : 0;
    }
    EXPECT_EQ(blips, 1);
    EXPECT_FALSE(signs_.stands_out);
}

TEST_F(Signs, WhatIsLoadedIsNoMomentOfWork)
{
    (void)Look(0, 0);
    for (int i = 0; i < 100; ++i) {
        (void)Look(300 * kMs, 9 * kMs);
    }
    (void)Look(300 * kMs, 200 * kMs, 100 * kMiB);
    EXPECT_EQ(Look(300 * kMs, 9 * kMs), TRIM_SIGN_NONE) << "not while it may go on";
    EXPECT_EQ(Look(300 * kMs, 9 * kMs), TRIM_SIGN_LOADED);
}

TEST_F(Signs, FiveMillisecondsBeyondWhatItTakesAtRestAreWork)
{
    (void)Look(0, 0);
    trim_signs_mark(&signs_, &now_);
    EXPECT_FALSE(trim_signs_worked(&signs_, now_.at_ns + kS, now_.cpu_ns + 5 * kMs - 1));
    EXPECT_TRUE(trim_signs_worked(&signs_, now_.at_ns + kS, now_.cpu_ns + 5 * kMs));
    signs_.idle_share = 1.0 / 1024;
    const uint64_t idle_ns = 1250 * kMs;
    EXPECT_FALSE(
        trim_signs_worked(&signs_, now_.at_ns + 1024 * kS, now_.cpu_ns + 5 * kMs + idle_ns - 1));
    EXPECT_TRUE(
        trim_signs_worked(&signs_, now_.at_ns + 1024 * kS, now_.cpu_ns + 5 * kMs + idle_ns));
}

TEST_F(Signs, AFifthOfAMillisecondOrAQuarterOfAMebibyteIsNotStill)
{
    (void)Look(0, 0);
    trim_signs_mark(&signs_, &now_);
    (void)Look(kS, 200 * TRIM_NS_PER_US - 1);
    EXPECT_TRUE(trim_signs_still(&signs_));
    (void)Look(kS, 1);
    EXPECT_FALSE(trim_signs_still(&signs_));
    trim_signs_mark(&signs_, &now_);
    (void)Look(kS, 0, 63 * 4096);
    EXPECT_TRUE(trim_signs_still(&signs_));
    (void)Look(kS, 0, 4096);
    EXPECT_FALSE(trim_signs_still(&signs_));
    trim_signs_mark(&signs_, &now_);
    now_.rss_bytes -= 64 * 4096 - 1;
    (void)Look(kS, 0);
    EXPECT_TRUE(trim_signs_still(&signs_));
    now_.rss_bytes -= 1;
    (void)Look(kS, 0);
    EXPECT_FALSE(trim_signs_still(&signs_));
}

} // namespace

/* What of the arenas is resident, kept from one look to the next. */
#include "residency.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "quantity.h"

namespace
{

constexpr uint64_t kMs = TRIM_NS_PER_MS;
constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kMiB = TRIM_MIB;

class Residency : public testing::Test
{
protected:
    bool TakeOff(uint64_t before_bytes, uint64_t after_bytes, uint64_t expected_bytes)
    {
        const trim_rss_drop drop = {true, 100 * kS + 200 * kMs, before_bytes, after_bytes};
        return trim_residency_take_off(&last_, &drop, expected_bytes, 101 * kS);
    }

    trim_residency last_ = {true, 600 * kMiB, 800 * kMiB, 1000 * kMiB, 100 * kS, 0, 0};
};

TEST_F(Residency, ServesForAMomentWhileTheProcessStandsStill)
{
    EXPECT_TRUE(trim_residency_serves(&last_, 100 * kS, 1000 * kMiB));
    EXPECT_TRUE(trim_residency_serves(&last_, 100 * kS + 499 * kMs, 1001 * kMiB - 1));
    EXPECT_TRUE(trim_residency_serves(&last_, 100 * kS + 499 * kMs, 999 * kMiB + 1));
    EXPECT_FALSE(trim_residency_serves(&last_, 100 * kS, 1001 * kMiB));
    EXPECT_FALSE(trim_residency_serves(&last_, 100 * kS, 999 * kMiB));
    EXPECT_FALSE(trim_residency_serves(&last_, 100 * kS + 500 * kMs, 1000 * kMiB));
    last_.known = false;
    EXPECT_FALSE(trim_residency_serves(&last_, 100 * kS, 1000 * kMiB));
}

TEST_F(Residency, ServesNobodyByAnRssThatIsLessThanTheArenasOwn)
{
    /* Some kernels' counters say 0, before and after, with many CPUs. */
    last_.rss_bytes = 0;
    EXPECT_FALSE(trim_residency_serves(&last_, 100 * kS, 0));
    last_.rss_bytes = last_.resident_bytes;
    EXPECT_TRUE(trim_residency_serves(&last_, 100 * kS, last_.resident_bytes));
}

TEST_F(Residency, TakesATrimOffThatReleasedWhatWasExpected)
{
    EXPECT_TRUE(TakeOff(1000 * kMiB, 500 * kMiB, 502 * kMiB));
    EXPECT_EQ(last_.resident_bytes, 100 * kMiB);
    EXPECT_EQ(last_.seen_bytes, 800 * kMiB);
    EXPECT_TRUE(trim_residency_serves(&last_, 101 * kS, 500 * kMiB));
}

TEST_F(Residency, LeavesTheArenasToBeLookedAtWhereSomethingElseHappened)
{
    EXPECT_FALSE(TakeOff(1000 * kMiB, 500 * kMiB, 505 * kMiB)) << "the Java heap grew, perhaps";
    EXPECT_FALSE(TakeOff(1000 * kMiB, 1010 * kMiB, 1 * kMiB)) << "it grew much";
    EXPECT_FALSE(TakeOff(1000 * kMiB, 300 * kMiB, 700 * kMiB)) << "more than there was";
    EXPECT_FALSE(TakeOff(1010 * kMiB, 510 * kMiB, 500 * kMiB)) << "the look was of another time";
    const trim_rss_drop unknown = {false, 100 * kS, 1000 * kMiB, 500 * kMiB};
    EXPECT_FALSE(trim_residency_take_off(&last_, &unknown, 500 * kMiB, 101 * kS));
    EXPECT_EQ(last_.resident_bytes, 600 * kMiB);
    last_.known = false;
    EXPECT_FALSE(TakeOff(1000 * kMiB, 500 * kMiB, 500 * kMiB));
}

TEST_F(Residency, TakesATrimOffThatReleasedAllThereWas)
{
    EXPECT_FALSE(TakeOff(1000 * kMiB, 400 * kMiB - 1, 600 * kMiB)) << "it cannot be more";
    EXPECT_TRUE(TakeOff(1000 * kMiB, 400 * kMiB, 600 * kMiB));
    EXPECT_EQ(last_.resident_bytes, 0U);
    EXPECT_EQ(last_.rss_bytes, 400 * kMiB);
    EXPECT_EQ(last_.at_ns, 101 * kS);
}

TEST_F(Residency, TakesATrimOffThatReleasedNothingAsExpected)
{
    EXPECT_FALSE(TakeOff(1000 * kMiB, 1000 * kMiB, 127));
    EXPECT_TRUE(TakeOff(1000 * kMiB, 1000 * kMiB, 0));
    EXPECT_EQ(last_.resident_bytes, 600 * kMiB);
}

TEST_F(Residency, AHundredAndTwentyEighthIsNoOtherDropThanTheExpectedOne)
{
    EXPECT_FALSE(TakeOff(1000 * kMiB, 492 * kMiB + 1, 512 * kMiB));
    EXPECT_FALSE(TakeOff(1000 * kMiB, 484 * kMiB - 1, 512 * kMiB));
    EXPECT_TRUE(TakeOff(1000 * kMiB, 492 * kMiB, 512 * kMiB));
}

} // namespace

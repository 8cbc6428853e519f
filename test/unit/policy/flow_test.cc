/* How much memory comes free in a second. */
#include "flow.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "quantity.h"

namespace
{

constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kStart = 1000 * kS;
constexpr double kMiB = TRIM_MIB;

class Flow : public testing::Test
{
protected:
    Flow()
    {
        trim_flow_init(&flow_, kStart);
    }

    /* Lumps of so much, evenly, until the rate is learned. Returns when the last one came. */
    uint64_t Lumps(uint64_t gap_ns, double bytes)
    {
        uint64_t now_ns = kStart;
        for (int i = 0; i < 100; ++i) {
            now_ns += gap_ns;
            trim_flow_take(&flow_, now_ns, bytes);
        }
        return now_ns;
    }

    double RateAt(uint64_t now_ns) const
    {
        return trim_flow_rate(&flow_, now_ns);
    }

    trim_flow flow_ = {};
};

TEST_F(Flow, BeginsWithHalfAMebibyteASecondForThreeQuartersOfAMinute)
{
    EXPECT_DOUBLE_EQ(RateAt(kStart), kMiB / 2);
    EXPECT_DOUBLE_EQ(RateAt(kStart + 45 * kS), kMiB / 2);
    EXPECT_DOUBLE_EQ(RateAt(kStart + 90 * kS), kMiB / 4);
}

TEST_F(Flow, OfEvenLumpsStaysUntilTheNextOneIsLate)
{
    for (const uint64_t gap_s : {6, 60, 300}) {
        trim_flow_init(&flow_, kStart);
        const double bytes = 100 * kMiB;
        const double rate = bytes / static_cast<double>(gap_s);
        const uint64_t last_ns = Lumps(gap_s * kS, bytes);
        EXPECT_NEAR(RateAt(last_ns), rate, rate / 100) << gap_s;
        EXPECT_NEAR(RateAt(last_ns + gap_s * kS), rate, rate / 100) << gap_s;
        EXPECT_NEAR(RateAt(last_ns + 4 * gap_s * kS), rate * 3 / 16, rate / 100) << gap_s;
        EXPECT_NEAR(RateAt(last_ns + 12 * gap_s * kS), rate / 48, rate / 100) << gap_s;
    }
}

TEST_F(Flow, IsAMeanOverAMinute)
{
    trim_flow_take(&flow_, kStart + 60 * kS, 90 * kMiB);
    EXPECT_DOUBLE_EQ(flow_.rate, kMiB * (0.5 * 60 + 90) / 120);
}

TEST_F(Flow, OfALumpASmallRestMakesItHardlySmaller)
{
    const uint64_t last_ns = Lumps(300 * kS, 300 * kMiB);
    trim_flow_take(&flow_, last_ns + kS, 20 * kMiB);
    EXPECT_NEAR(flow_.lump_bytes, 290 * kMiB, 2 * kMiB);
    trim_flow_take(&flow_, last_ns + 2 * kS, 1000 * kMiB);
    EXPECT_NEAR(flow_.lump_bytes, 645 * kMiB, 2 * kMiB);
}

TEST_F(Flow, FallsByWhatWasInUseAfterAll)
{
    const uint64_t last_ns = Lumps(6 * kS, 60 * kMiB);
    const double rate = RateAt(last_ns);
    trim_flow_take_back(&flow_, 60 * kMiB);
    EXPECT_DOUBLE_EQ(RateAt(last_ns), rate - kMiB);
    trim_flow_take_back(&flow_, 60 * kMiB);
    EXPECT_DOUBLE_EQ(RateAt(last_ns), rate - kMiB) << "no more than had come";
}

TEST_F(Flow, IsNeverNothing)
{
    trim_flow_take(&flow_, kStart, kMiB);
    flow_.rate = 1;
    trim_flow_take_back(&flow_, 1e18);
    EXPECT_DOUBLE_EQ(RateAt(kStart), kMiB / 100);
    EXPECT_DOUBLE_EQ(RateAt(kStart + 1000000 * kS), kMiB / 100);
}

} // namespace

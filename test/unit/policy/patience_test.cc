/* How long memory is left alone, by how long such memory has lain before. */
#include "patience.h"

#include <gtest/gtest.h>

#include "quantity.h"

namespace
{

constexpr double kS = 1e9;
constexpr double kEven = 4 * kS; /* What lies longer pays. */
constexpr double kBytes = 100.0 * 1048576;

class Patience : public testing::Test
{
protected:
    double Share(trim_reason reason, double bytes = kBytes) const
    {
        return trim_patience_share(&patience_, reason, bytes, kEven);
    }

    void Learn(trim_reason reason, double lain_ns, int times = 1, double bytes = kBytes)
    {
        for (int i = 0; i < times; ++i) {
            (void)trim_patience_learn(&patience_, reason, bytes, lain_ns);
        }
    }

    trim_patience patience_ = {};
};

TEST_F(Patience, EventsHaveTrustToBeginWith)
{
    EXPECT_EQ(Share(TRIM_REASON_FULL_GC), 0);
    EXPECT_EQ(Share(TRIM_REASON_RELOAD), 0);
    EXPECT_EQ(Share(TRIM_REASON_PRESSURE), 0);
    EXPECT_GT(Share(TRIM_REASON_GROWTH), 0);
    EXPECT_EQ(Share(TRIM_REASON_WATERMARK), 1) << "never worse than twice the best";
    EXPECT_LT(Share(TRIM_REASON_GROWTH), Share(TRIM_REASON_WATERMARK));
}

TEST_F(Patience, WhatHasLainLongIsReleasedAtOnce)
{
    for (const trim_reason reason :
         {TRIM_REASON_WATERMARK, TRIM_REASON_GROWTH, TRIM_REASON_FULL_GC}) {
        Learn(reason, 100 * kS, 3);
        EXPECT_EQ(Share(reason), 0) << reason;
    }
}

TEST_F(Patience, WhatAlwaysComesBackSoonWaits)
{
    Learn(TRIM_REASON_FULL_GC, kEven / 10, 3);
    EXPECT_EQ(Share(TRIM_REASON_FULL_GC), 1) << "no shorter wait would have been better";
    EXPECT_EQ(Share(TRIM_REASON_RELOAD), 0) << "each reason learns for itself";
}

TEST_F(Patience, ReleasesOfNothingTellNothing)
{
    Learn(TRIM_REASON_FULL_GC, 0, 3, 0);
    EXPECT_EQ(Share(TRIM_REASON_FULL_GC, 0), 0);
}

TEST_F(Patience, WhatWasNeverFreeAtAllWaits)
{
    Learn(TRIM_REASON_FULL_GC, 0);
    EXPECT_GT(Share(TRIM_REASON_FULL_GC), 0);
    const double share = Share(TRIM_REASON_FULL_GC);
    trim_patience_judge(&patience_, TRIM_REASON_FULL_GC, true);
    EXPECT_DOUBLE_EQ(Share(TRIM_REASON_FULL_GC), 2 * share);
}

/* SQLite's sorts take 40 MiB and give it back each two seconds; packing the tables frees 200. */
TEST_F(Patience, SmallMemoryThatComesAndGoesTellsLittleOfLarge)
{
    Learn(TRIM_REASON_GROWTH, 100 * kS, 1, 5 * kBytes);
    Learn(TRIM_REASON_GROWTH, kEven / 2, 7, kBytes);
    EXPECT_GT(Share(TRIM_REASON_GROWTH, kBytes), 0);
    EXPECT_EQ(Share(TRIM_REASON_GROWTH, 5 * kBytes), 0);
    EXPECT_LT(trim_patience_mean_ns(&patience_, TRIM_REASON_GROWTH, kBytes), kEven);
    EXPECT_GT(trim_patience_mean_ns(&patience_, TRIM_REASON_GROWTH, 5 * kBytes), 10 * kEven);
}

TEST_F(Patience, TrustComesBackWithProfit)
{
    Learn(TRIM_REASON_FULL_GC, kEven / 10, TRIM_PATIENCE_TIMES);
    EXPECT_GT(Share(TRIM_REASON_FULL_GC), 0);
    Learn(TRIM_REASON_FULL_GC, 100 * kS, TRIM_PATIENCE_TIMES);
    EXPECT_EQ(Share(TRIM_REASON_FULL_GC), 0);
}

TEST_F(Patience, ALateTimeCountsMoreThanAnEarlyOne)
{
    patience_ = {};
    Learn(TRIM_REASON_RELOAD, kEven / 10, 4);
    Learn(TRIM_REASON_RELOAD, 100 * kS, 4);
    const double better = Share(TRIM_REASON_RELOAD);
    patience_ = {};
    Learn(TRIM_REASON_RELOAD, 100 * kS, 4);
    Learn(TRIM_REASON_RELOAD, kEven / 10, 4);
    EXPECT_LT(better, Share(TRIM_REASON_RELOAD));
}

TEST_F(Patience, MuchMemoryCountsMoreThanLittle)
{
    Learn(TRIM_REASON_RELOAD, 100 * kS, 1, kBytes * 100);
    Learn(TRIM_REASON_RELOAD, kEven / 100, 3, kBytes * 30);
    EXPECT_EQ(Share(TRIM_REASON_RELOAD, kBytes * 90), 0);
}

TEST_F(Patience, WhereSomeLieLongAndSomeDoNotItWaitsForThoseThatDo)
{
    /* Most are over after a tenth of the break-even time: a quarter tells them apart. */
    Learn(TRIM_REASON_GROWTH, kEven / 10, 4);
    Learn(TRIM_REASON_GROWTH, 100 * kS);
    Learn(TRIM_REASON_GROWTH, kEven / 10, 3);
    EXPECT_GT(Share(TRIM_REASON_GROWTH), 0);
    EXPECT_LT(Share(TRIM_REASON_GROWTH), 1);
}

TEST_F(Patience, AShareIsOneOfTheBreakEvenTime)
{
    Learn(TRIM_REASON_FULL_GC, kS, 3);
    EXPECT_GT(trim_patience_share(&patience_, TRIM_REASON_FULL_GC, kBytes, 10 * kS), 0);
    EXPECT_EQ(trim_patience_share(&patience_, TRIM_REASON_FULL_GC, kBytes, kS / 10), 0)
        << "where memory is dear, a second is long";
}

TEST_F(Patience, ATimeCanBeCorrected)
{
    const uint64_t number = trim_patience_learn(&patience_, TRIM_REASON_FULL_GC, kBytes, 100 * kS);
    EXPECT_EQ(Share(TRIM_REASON_FULL_GC), 0);
    trim_patience_correct(&patience_, TRIM_REASON_FULL_GC, number, kEven / 10);
    EXPECT_GT(Share(TRIM_REASON_FULL_GC), 0);
    EXPECT_DOUBLE_EQ(trim_patience_mean_ns(&patience_, TRIM_REASON_FULL_GC, kBytes), kEven / 10);
}

TEST_F(Patience, ATimeThatWasForgottenIsNotCorrected)
{
    const uint64_t number = trim_patience_learn(&patience_, TRIM_REASON_FULL_GC, kBytes, 100 * kS);
    Learn(TRIM_REASON_FULL_GC, 100 * kS, TRIM_PATIENCE_TIMES - 1);
    trim_patience_correct(&patience_, TRIM_REASON_FULL_GC, number, 99 * kS);
    EXPECT_LT(trim_patience_mean_ns(&patience_, TRIM_REASON_FULL_GC, kBytes), 100 * kS)
        << "it is there";
    Learn(TRIM_REASON_FULL_GC, 100 * kS, TRIM_PATIENCE_TIMES);
    trim_patience_correct(&patience_, TRIM_REASON_FULL_GC, number, 0);
    EXPECT_DOUBLE_EQ(trim_patience_mean_ns(&patience_, TRIM_REASON_FULL_GC, kBytes), 100 * kS);
}

TEST_F(Patience, DeceptionsMakeTheWaitLongerAndHonestyShorter)
{
    Learn(TRIM_REASON_WATERMARK, kEven / 10, 3);
    const double share = Share(TRIM_REASON_WATERMARK);
    double before = share;
    for (int i = 0; i < 3; ++i) {
        trim_patience_judge(&patience_, TRIM_REASON_WATERMARK, true);
        EXPECT_DOUBLE_EQ(Share(TRIM_REASON_WATERMARK), 2 * before);
        before = Share(TRIM_REASON_WATERMARK);
    }
    trim_patience_judge(&patience_, TRIM_REASON_WATERMARK, false);
    EXPECT_LT(Share(TRIM_REASON_WATERMARK), before);
    trim_patience_judge(&patience_, TRIM_REASON_WATERMARK, false);
    trim_patience_judge(&patience_, TRIM_REASON_WATERMARK, false);
    EXPECT_DOUBLE_EQ(Share(TRIM_REASON_WATERMARK), share);
}

TEST_F(Patience, NoRowOfDeceptionsMakesTheWaitEndless)
{
    Learn(TRIM_REASON_WATERMARK, kEven / 10, 3);
    for (int i = 0; i < 1000; ++i) {
        trim_patience_judge(&patience_, TRIM_REASON_WATERMARK, true);
    }
    EXPECT_LE(Share(TRIM_REASON_WATERMARK) * kEven, 3600 * kS);
}

TEST_F(Patience, TheMeanIsWeighedByBytesAndBySize)
{
    EXPECT_GT(trim_patience_mean_ns(&patience_, TRIM_REASON_RELOAD, kBytes), kS)
        << "nothing is known";
    Learn(TRIM_REASON_RELOAD, 0);
    EXPECT_EQ(trim_patience_mean_ns(&patience_, TRIM_REASON_RELOAD, kBytes), 0);
    Learn(TRIM_REASON_RELOAD, 10 * kS, 1, kBytes * 1000);
    EXPECT_NEAR(trim_patience_mean_ns(&patience_, TRIM_REASON_RELOAD, kBytes * 1000), 10 * kS,
                kS / 10);
    EXPECT_LT(trim_patience_mean_ns(&patience_, TRIM_REASON_RELOAD, kBytes), kS / 10);
    Learn(TRIM_REASON_FULL_GC, kS, 1, 0);
    EXPECT_GT(trim_patience_mean_ns(&patience_, TRIM_REASON_FULL_GC, kBytes), 0)
        << "and divides by nothing";
}

TEST_F(Patience, TheLastTimeCountsForLessTheMoreAreKnownBesideIt)
{
    double before = 2 * kS;
    for (int others = 0; others < TRIM_PATIENCE_TIMES; ++others) {
        patience_ = {};
        Learn(TRIM_REASON_RELOAD, 0, others);
        Learn(TRIM_REASON_RELOAD, kS);
        const double mean = trim_patience_mean_ns(&patience_, TRIM_REASON_RELOAD, kBytes);
        EXPECT_LT(mean, before) << others;
        before = mean;
    }
}

TEST_F(Patience, ATimeThatEqualsTheWaitIsWaitedFor)
{
    Learn(TRIM_REASON_FULL_GC, 100 * kS);
    Learn(TRIM_REASON_FULL_GC, kEven / 2, 7);
    EXPECT_DOUBLE_EQ(Share(TRIM_REASON_FULL_GC), 0.5);
}

TEST_F(Patience, SixDeceptionsAreTheMostThatCount)
{
    Learn(TRIM_REASON_WATERMARK, kEven / 10, 3);
    const double share = Share(TRIM_REASON_WATERMARK);
    for (int i = 0; i < 6; ++i) {
        trim_patience_judge(&patience_, TRIM_REASON_WATERMARK, true);
    }
    EXPECT_DOUBLE_EQ(Share(TRIM_REASON_WATERMARK), 64 * share);
    trim_patience_judge(&patience_, TRIM_REASON_WATERMARK, true);
    EXPECT_DOUBLE_EQ(Share(TRIM_REASON_WATERMARK), 64 * share);
    trim_patience_judge(&patience_, TRIM_REASON_WATERMARK, false);
    EXPECT_DOUBLE_EQ(Share(TRIM_REASON_WATERMARK), 8 * share) << "and one that was not halves them";
}

TEST_F(Patience, EachTimeCountsThreeQuartersOfTheOneAfterIt)
{
    EXPECT_DOUBLE_EQ(trim_patience_mean_ns(&patience_, TRIM_REASON_RELOAD, kBytes), 60 * kS)
        << "nothing is known";
    Learn(TRIM_REASON_RELOAD, 7 * kS);
    Learn(TRIM_REASON_RELOAD, 0);
    EXPECT_DOUBLE_EQ(trim_patience_mean_ns(&patience_, TRIM_REASON_RELOAD, kBytes), 3 * kS);
}

TEST_F(Patience, WhatIsHalfAsLargeTellsAQuarterOfItsOwnBytes)
{
    Learn(TRIM_REASON_RELOAD, 9 * kS, 1, kBytes / 2);
    Learn(TRIM_REASON_RELOAD, 0, 1, kBytes);
    /* 3/4 of its time, 1/4 for the size, 1/2 for the bytes: 3 parts of 35. */
    EXPECT_NEAR(trim_patience_mean_ns(&patience_, TRIM_REASON_RELOAD, kBytes), 9 * kS * 3 / 35, 1);
}

TEST_F(Patience, WithNothingKnownEachReasonHasItsOwnShare)
{
    EXPECT_EQ(Share(TRIM_REASON_WATERMARK), 1);
    EXPECT_EQ(Share(TRIM_REASON_GROWTH), 0.5);
    EXPECT_EQ(Share(TRIM_REASON_DEMAND), 0);
}

TEST_F(Patience, HowLittleItIsDoesNotMatter)
{
    Learn(TRIM_REASON_FULL_GC, kEven * 0.65, 1, 1);
    EXPECT_EQ(Share(TRIM_REASON_FULL_GC, 1), 1);
}

} // namespace

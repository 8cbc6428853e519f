/* Memory that was found free and is left alone for now. */
#include "watch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>

#include "quantity.h"

namespace
{

constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kMs = TRIM_NS_PER_MS;
constexpr uint64_t kMiB = TRIM_MIB;
constexpr uint64_t kStart = 1000 * kS;

class Watch : public testing::Test
{
protected:
    Watch()
    {
        trim_price_config config = {};
        config.worth_bytes = 8 * TRIM_GIB;
        trim_price_init(&price_, &config);
    }

    void Begin(double share, uint64_t bytes = 500 * kMiB)
    {
        trim_watch_begin(&watch_, now_ns_, cpu_ns_, TRIM_REASON_WATERMARK, bytes);
        watch_.share = share;
        trim_watch_laid(&watch_, sampled_);
    }

    void SampleAfter(uint64_t ns, uint32_t back_permille)
    {
        now_ns_ += ns;
        trim_watch_sampled(&watch_, &price_, now_ns_, back_permille);
    }

    void LookAfter(uint64_t ns, uint64_t bytes = 500 * kMiB)
    {
        now_ns_ += ns;
        trim_watch_look(&watch_, &price_, now_ns_, cpu_ns_, bytes);
    }

    uint64_t Due() const
    {
        return trim_watch_due_ns(&watch_, &price_, now_ns_, cpu_ns_);
    }
    uint64_t DueCpu() const
    {
        return trim_watch_due_cpu_ns(&watch_, &price_);
    }
    bool HasPaid() const
    {
        return trim_watch_has_paid(&watch_, &price_);
    }
    bool IsVain() const
    {
        return trim_watch_is_vain(&watch_, &price_, now_ns_);
    }
    double Lain() const
    {
        return trim_watch_lain_ns(&watch_, &price_, now_ns_);
    }
    /* How long 500 MiB must lie to pay what releasing them and taking them again costs. */
    uint64_t Needed() const
    {
        constexpr double kBytes = 500.0 * static_cast<double>(kMiB);
        return static_cast<uint64_t>(trim_price_round_trip_ns(&price_, kBytes) /
                                     trim_price_rent_ns(&price_, now_ns_, kBytes, 1.0)) +
               1;
    }

    trim_price price_ = {};
    trim_watch watch_ = {};
    uint64_t now_ns_ = kStart;
    uint64_t cpu_ns_ = 5 * kS;
    bool sampled_ = false;
};

class SampledWatch : public Watch
{
protected:
    SampledWatch()
    {
        sampled_ = true;
    }
};

TEST_F(Watch, BeginsWithNothingPaid)
{
    Begin(1);
    EXPECT_TRUE(watch_.on);
    EXPECT_EQ(watch_.reason, TRIM_REASON_WATERMARK);
    EXPECT_FALSE(HasPaid());
    EXPECT_FALSE(IsVain());
    EXPECT_EQ(Lain(), 0);
}

TEST_F(Watch, WhatLiesStillPaysInTheTimeOfItsCosts)
{
    Begin(1);
    const uint64_t needed_ns = Needed();
    LookAfter(needed_ns / 2);
    EXPECT_FALSE(HasPaid());
    EXPECT_NEAR(Lain(), static_cast<double>(needed_ns / 2), 1e3);
    LookAfter(needed_ns / 2 + kMs);
    EXPECT_TRUE(HasPaid());
    EXPECT_FALSE(IsVain());
}

TEST_F(Watch, AShareShortensOrLengthensTheWait)
{
    Begin(0.5);
    LookAfter(Needed() / 2 + kMs);
    EXPECT_TRUE(HasPaid());
    Begin(2);
    LookAfter(Needed() + kMs);
    EXPECT_FALSE(HasPaid());
    LookAfter(Needed());
    EXPECT_TRUE(HasPaid());
}

TEST_F(Watch, FollowedLookByLookItIsOverInTime)
{
    Begin(1);
    int looks = 0;
    while (!HasPaid()) {
        ASSERT_GT(Due(), now_ns_) << "a look that is due at once would be an endless row";
        LookAfter(Due() - now_ns_);
        ASSERT_LT(++looks, 1000);
    }
    EXPECT_GT(looks, 3) << "in between it is looked at as well";
    EXPECT_LE(now_ns_ - kStart, 2 * Needed());
}

TEST_F(Watch, LooksCostLessThanTheReleaseThatTheySave)
{
    for (const double look_ns : {10e3, 1e6, 30e6, 1e9}) {
        price_.look_ns = look_ns;
        now_ns_ = kStart;
        Begin(1);
        double spent_ns = 0;
        while (!HasPaid()) {
            LookAfter(Due() - now_ns_);
            spent_ns += look_ns;
        }
        const double trip_ns = trim_price_round_trip_ns(&price_, 500.0 * static_cast<double>(kMiB));
        EXPECT_LE(spent_ns, std::max(trip_ns, 2 * look_ns)) << look_ns;
    }
}

TEST_F(Watch, LooksComeAtUnevenGaps)
{
    Begin(1);
    std::set<uint64_t> gaps;
    for (int i = 0; i < 8; ++i) {
        const uint64_t gap_ns = Due() - now_ns_;
        gaps.insert(gap_ns / kMs);
        LookAfter(gap_ns);
    }
    EXPECT_GE(gaps.size(), 6U) << "even ones would meet a clock's work at the same moment";
}

TEST_F(Watch, LooksComeWhenTheProcessHasUsedSomeCpuAtGrowingGaps)
{
    Begin(1);
    uint64_t before_ns = 0;
    for (int i = 0; i < 5; ++i) {
        const uint64_t idle_ns = Due();
        const uint64_t gap_ns = DueCpu() - cpu_ns_;
        EXPECT_GT(gap_ns, before_ns);
        before_ns = gap_ns;
        cpu_ns_ = DueCpu();
        EXPECT_LT(Due(), idle_ns);
        EXPECT_GT(Due(), now_ns_) << "many processors use a tick within no time";
        LookAfter(kMs);
    }
}

TEST_F(Watch, LooksByCpuTimeEndWhenTheyHaveCostEnough)
{
    Begin(1);
    double spent_ns = 0;
    while (DueCpu() != UINT64_MAX) {
        ASSERT_LT(spent_ns, 1e9);
        cpu_ns_ = DueCpu();
        LookAfter(1);
        spent_ns += price_.look_ns;
    }
    EXPECT_LE(spent_ns, trim_price_round_trip_ns(&price_, 500.0 * static_cast<double>(kMiB)));
    EXPECT_GT(Due(), now_ns_);
}

TEST_F(Watch, WhereLooksAreDearTheProcessIsLeftAlone)
{
    price_.look_ns = 1e12;
    Begin(1);
    EXPECT_GE(Due(), now_ns_ + Needed() - kMs);
    EXPECT_NE(Due(), TRIM_NEVER);
    EXPECT_EQ(DueCpu(), UINT64_MAX);
}

TEST_F(Watch, WhatALookMeetsInUseTakesAwayMuchMoreOfWhatWasPaid)
{
    Begin(1);
    LookAfter(Needed() / 2);
    const double paid_ns = watch_.paid_ns;
    LookAfter(1, 480 * kMiB);
    EXPECT_LT(watch_.paid_ns, paid_ns * 480 / 500 / 1.2);
    LookAfter(1, 0);
    EXPECT_EQ(watch_.paid_ns, 0);
}

TEST_F(Watch, ALittleMovesInAnyBusyProcess)
{
    Begin(1);
    LookAfter(Needed() / 2);
    const double paid_ns = watch_.paid_ns;
    LookAfter(1, 499 * kMiB);
    EXPECT_GE(watch_.paid_ns, paid_ns);
}

TEST_F(Watch, MoreThatComesFreeHasNotLainYet)
{
    Begin(1, 100 * kMiB);
    LookAfter(Needed() / 2, 100 * kMiB);
    const double alone_ns = watch_.paid_ns;
    Begin(1, 100 * kMiB);
    LookAfter(Needed() / 2, 500 * kMiB);
    EXPECT_DOUBLE_EQ(watch_.paid_ns, alone_ns);
    EXPECT_LT(Lain(), static_cast<double>(Needed()) / 2);
    EXPECT_FALSE(HasPaid());
}

TEST_F(Watch, WhatComesAndGoesIsGivenUp)
{
    Begin(1);
    int looks = 0;
    while (!IsVain()) {
        ASSERT_FALSE(HasPaid());
        ASSERT_LT(++looks, 10000);
        LookAfter(Due() - now_ns_, looks % 2 == 0 ? 500 * kMiB : 100 * kMiB);
    }
    EXPECT_LE(now_ns_ - kStart, 60 * kS);
}

TEST_F(Watch, WhatAReleaseLeavesStaysWatched)
{
    Begin(1);
    LookAfter(Needed());
    const double lain_ns = Lain();
    trim_watch_released(&watch_, now_ns_, 400 * kMiB);
    EXPECT_TRUE(watch_.on);
    EXPECT_EQ(watch_.last_bytes, 100 * kMiB);
    EXPECT_NEAR(Lain(), lain_ns, lain_ns / 1e6) << "it has lain as long";
}

TEST_F(Watch, EndsWhereNothingIsLeft)
{
    Begin(1);
    LookAfter(Needed());
    trim_watch_released(&watch_, now_ns_, 600 * kMiB);
    EXPECT_FALSE(watch_.on);
    watch_ = {};
    trim_watch_released(&watch_, now_ns_, 600 * kMiB);
    EXPECT_FALSE(watch_.on) << "there was none";
    EXPECT_EQ(watch_.paid_ns, 0);
}

TEST_F(Watch, DearMemoryPaysSooner)
{
    Begin(1);
    const uint64_t quiet_ns = Due();
    price_.config.urgent_percent = 80;
    trim_price_room(&price_, TRIM_GIB, true, 950);
    EXPECT_LT(Due(), quiet_ns);
    LookAfter(Needed() + kMs);
    EXPECT_TRUE(HasPaid());
    EXPECT_LT(now_ns_ - kStart, kS);
}

TEST_F(SampledWatch, AsksForASampleFirst)
{
    trim_watch_begin(&watch_, now_ns_, cpu_ns_, TRIM_REASON_WATERMARK, kMiB);
    EXPECT_EQ(watch_.sample, TRIM_SAMPLE_WANTED);
}

TEST_F(SampledWatch, WhatTheProcessUsesDoesNotMatterToIt)
{
    Begin(1);
    EXPECT_EQ(DueCpu(), UINT64_MAX);
    const uint64_t due_ns = Due();
    cpu_ns_ += kS;
    EXPECT_EQ(Due(), due_ns);
    watch_.sample = TRIM_SAMPLE_WANTED;
    EXPECT_EQ(DueCpu(), UINT64_MAX);
}

TEST_F(SampledWatch, ReadsItNowAndThenUntilTheMemoryHasPaid)
{
    Begin(1);
    int reads = 0;
    while (watch_.sample == TRIM_SAMPLE_LAID) {
        ASSERT_GT(Due(), now_ns_);
        ASSERT_LT(++reads, 20);
        EXPECT_FALSE(HasPaid()) << "an estimate could not tell what was used meanwhile";
        SampleAfter(Due() - now_ns_, 0);
    }
    EXPECT_GE(reads, 4);
    EXPECT_EQ(watch_.sample, TRIM_SAMPLE_READ);
    EXPECT_TRUE(HasPaid());
    EXPECT_NEAR(static_cast<double>(now_ns_ - kStart), static_cast<double>(Needed()),
                static_cast<double>(Needed()) / 8);
    EXPECT_EQ(Due(), now_ns_) << "an estimate tells what there is to release";
}

TEST_F(SampledWatch, WhatHasComeBackHasNotLain)
{
    Begin(1);
    SampleAfter(Needed(), 250);
    EXPECT_EQ(watch_.sample, TRIM_SAMPLE_LAID) << "the rest of it still tells";
    EXPECT_FALSE(HasPaid());
    EXPECT_NEAR(Lain(), 0.75 * static_cast<double>(Needed()), 1e6);
}

TEST_F(SampledWatch, APartThatIsInUseAllTheTimeDoesNotKeepTheOthersFromPaying)
{
    Begin(1);
    int reads = 0;
    while (watch_.sample == TRIM_SAMPLE_LAID) {
        ASSERT_LT(++reads, 40);
        SampleAfter(Due() - now_ns_, 300);
    }
    EXPECT_TRUE(HasPaid());
    EXPECT_LE(now_ns_ - kStart, 2 * Needed());
}

TEST_F(SampledWatch, AWornSampleGivesWayToAnotherAfterAnEstimate)
{
    Begin(1);
    SampleAfter(Needed() / 2, 600);
    EXPECT_EQ(watch_.sample, TRIM_SAMPLE_READ);
    EXPECT_FALSE(HasPaid());
    EXPECT_EQ(Due(), now_ns_);
    LookAfter(1);
    EXPECT_EQ(watch_.sample, TRIM_SAMPLE_WANTED);
}

TEST_F(SampledWatch, NotEvenWhatHasPaidIsReleasedBeforeTheSampleIsRead)
{
    Begin(1);
    LookAfter(2 * Needed());
    EXPECT_FALSE(HasPaid());
    EXPECT_EQ(Due(), now_ns_);
    SampleAfter(0, 0);
    EXPECT_TRUE(HasPaid());
}

TEST_F(SampledWatch, WhatComesBackEachTimeIsGivenUp)
{
    Begin(1);
    for (int i = 0; i < 4; ++i) {
        ASSERT_FALSE(IsVain());
        SampleAfter(Needed() + kMs, 1000);
        EXPECT_EQ(watch_.paid_ns, 0);
        if (!IsVain()) {
            LookAfter(0);
            trim_watch_laid(&watch_, true);
        }
    }
    EXPECT_TRUE(IsVain());
    EXPECT_EQ(watch_.sample, TRIM_SAMPLE_READ);
}

TEST_F(SampledWatch, NoFigureTakesMoreThanAll)
{
    Begin(1);
    SampleAfter(Needed(), 5000);
    EXPECT_EQ(watch_.paid_ns, 0);
}

TEST_F(SampledWatch, ALookCountsForWhatItHasFound)
{
    Begin(1);
    LookAfter(Needed() / 2);
    const double paid_ns = watch_.paid_ns;
    LookAfter(1, 400 * kMiB);
    EXPECT_NEAR(watch_.paid_ns, paid_ns * 0.8, paid_ns / 100);
}

TEST_F(SampledWatch, EndsWithARelease)
{
    Begin(1);
    SampleAfter(Needed() / 4, 250);
    ASSERT_EQ(watch_.sample, TRIM_SAMPLE_LAID);
    trim_watch_released(&watch_, now_ns_, 400 * kMiB);
    EXPECT_TRUE(watch_.on);
    EXPECT_EQ(watch_.sample, TRIM_SAMPLE_WANTED) << "its pages tell nothing of what is left";
    trim_watch_laid(&watch_, false);
    trim_watch_released(&watch_, now_ns_, 50 * kMiB);
    EXPECT_EQ(watch_.sample, TRIM_SAMPLE_REFUSED);
}

TEST_F(SampledWatch, WithoutOneLooksServe)
{
    Begin(1);
    trim_watch_laid(&watch_, false);
    EXPECT_EQ(watch_.sample, TRIM_SAMPLE_REFUSED);
    EXPECT_LT(Due(), now_ns_ + Needed() / 2);
}

/* Prices by which 512 MiB pay a sixteenth of the time and cost whole numbers, so that sums can be
 * hit exactly. */
class ExactWatch : public Watch
{
protected:
    static constexpr uint64_t kBytes = 512 * kMiB;
    static constexpr uint64_t kTrip = kBytes / 2 + 4000000;

    ExactWatch()
    {
        price_.release_ns_per_byte = price_.fault_ns_per_byte = 0.25;
        price_.fixed_ns = 4e6;
        price_.look_ns = 1e6;
        Begin(1, kBytes);
    }
};

TEST_F(ExactWatch, ComesAndGoesInVainAfterFourTimesTheTimeOfItsCosts)
{
    now_ns_ += 4 * 16 * kTrip;
    EXPECT_FALSE(IsVain());
    now_ns_ += 1;
    EXPECT_TRUE(IsVain());
}

TEST_F(ExactWatch, LooksTakeThreeQuartersOfWhatTheReleaseDoes)
{
    const auto budget_ns = static_cast<double>(kTrip / 4 * 3);
    watch_.spent_ns = budget_ns - price_.look_ns;
    EXPECT_NE(DueCpu(), UINT64_MAX);
    watch_.spent_ns += 1;
    EXPECT_EQ(DueCpu(), UINT64_MAX);
    EXPECT_LT(Due(), now_ns_ + 16 * kTrip) << "one by the clock may be left";
    watch_.spent_ns = budget_ns;
    EXPECT_EQ(Due(), now_ns_ + 16 * kTrip) << "when it has paid";
}

TEST_F(ExactWatch, LooksByTheClockComeAtEightGapsInTurn)
{
    const double even_ns = 16.0 * kTrip / 200;
    const int eighths[] = {9, 6, 11, 8, 5, 10, 7, 4, 9, 6};
    for (uint32_t looks = 0; looks < 10; ++looks) {
        watch_.looks = looks;
        EXPECT_NEAR(static_cast<double>(Due() - now_ns_), even_ns * eighths[looks] / 8, 2) << looks;
    }
}

TEST_F(ExactWatch, FewerLooksByTheClockAreFurtherApart)
{
    price_.look_ns = static_cast<double>(kTrip) * 0.75 / 8;
    EXPECT_EQ(Due() - now_ns_, 2 * kTrip / 8 * 9);
    price_.look_ns = static_cast<double>(kTrip) * 3;
    EXPECT_EQ(Due() - now_ns_, 16 * kTrip) << "the first one may find that it has paid";
}

TEST_F(ExactWatch, LooksByCpuTimeComeAfterTicksThatGrowByATenth)
{
    EXPECT_EQ(DueCpu(), cpu_ns_ + 4 * kMs);
    watch_.looks = 1;
    EXPECT_NEAR(static_cast<double>(DueCpu() - cpu_ns_), 4.4e6, 1);
    watch_.looks = 100;
    EXPECT_EQ(DueCpu(), cpu_ns_ + kS) << "a second at most";
    watch_.looks = 0;
    cpu_ns_ += 4 * kMs;
    EXPECT_NEAR(static_cast<double>(Due() - now_ns_), 16.0 * kTrip / 200 / 4, 1)
        << "a quarter of an even gap apart";
    price_.look_ns = static_cast<double>(kTrip) * 0.75 / 2;
    price_.config.worth_bytes *= 64;
    EXPECT_EQ(Due() - now_ns_, kS) << "but no more than a second";
}

TEST_F(ExactWatch, ALookIsCountedAndPaidFor)
{
    LookAfter(kS, kBytes);
    EXPECT_EQ(watch_.looks, 1U);
    EXPECT_DOUBLE_EQ(watch_.paid_ns, 1e9 / 16);
    EXPECT_DOUBLE_EQ(watch_.spent_ns, 1e6);
    LookAfter(kS, kBytes);
    EXPECT_EQ(watch_.looks, 2U);
    EXPECT_DOUBLE_EQ(watch_.paid_ns, 2e9 / 16);
    EXPECT_DOUBLE_EQ(watch_.spent_ns, 2e6);
    EXPECT_DOUBLE_EQ(Lain(), 2e9);
}

TEST_F(ExactWatch, ASixtyFourthMovesInAnyBusyProcess)
{
    LookAfter(kS, kBytes);
    LookAfter(0, kBytes / 64 * 63);
    EXPECT_DOUBLE_EQ(watch_.paid_ns, 1e9 / 16);
    LookAfter(0, kBytes / 64 * 63 - kBytes / 50);
    EXPECT_LT(watch_.paid_ns, 1e9 / 16);
}

TEST_F(ExactWatch, WhatALookMeetsInUseCountsSixteenTimes)
{
    LookAfter(kS, kBytes);
    LookAfter(0, kBytes / 32 * 31);
    EXPECT_DOUBLE_EQ(watch_.paid_ns, 1e9 / 16 / 2);
}

TEST_F(ExactWatch, ASampleIsReadEightTimes)
{
    trim_watch_laid(&watch_, true);
    EXPECT_EQ(Due(), now_ns_ + 2 * kTrip);
    SampleAfter(2 * kTrip, 0);
    EXPECT_EQ(Due(), now_ns_ + 2 * kTrip);
    now_ns_ += kS;
    EXPECT_EQ(Due(), kStart + 4 * kTrip) << "counted from the last";
}

TEST_F(ExactWatch, ASampleOfWhichHalfIsBackIsWorn)
{
    trim_watch_laid(&watch_, true);
    SampleAfter(kTrip, 499);
    EXPECT_EQ(watch_.sample, TRIM_SAMPLE_LAID);
    SampleAfter(0, 500);
    EXPECT_EQ(watch_.sample, TRIM_SAMPLE_READ);
}

TEST_F(ExactWatch, OfWhatWasPaidSinceASampleWasLaidEachPartIsTakenOffOnce)
{
    trim_watch_laid(&watch_, true);
    SampleAfter(kS, 250);
    EXPECT_DOUBLE_EQ(watch_.paid_ns, 0.75 * 1e9 / 16);
    SampleAfter(kS, 400);
    EXPECT_DOUBLE_EQ(watch_.paid_ns, 1.75 * 1e9 / 16 * 0.6 / 0.75);
    const double paid_ns = watch_.paid_ns;
    trim_watch_laid(&watch_, true);
    SampleAfter(0, 250);
    EXPECT_DOUBLE_EQ(watch_.paid_ns, 0.75 * paid_ns) << "of another sample anew";
}

TEST_F(ExactWatch, WhatAReleaseLeavesHasPaidItsPart)
{
    LookAfter(kS, kBytes);
    trim_watch_released(&watch_, now_ns_ + kS, kBytes / 4);
    EXPECT_DOUBLE_EQ(watch_.paid_ns, 1e9 / 16 * 3 / 4);
    EXPECT_EQ(watch_.last_ns, now_ns_ + kS);
    trim_watch_released(&watch_, now_ns_, kBytes / 4 * 3 - 1);
    EXPECT_TRUE(watch_.on);
    EXPECT_EQ(watch_.last_bytes, 1U);
    trim_watch_released(&watch_, now_ns_, 1);
    EXPECT_FALSE(watch_.on);
}

} // namespace

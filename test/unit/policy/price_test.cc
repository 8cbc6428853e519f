/* The one sum that everything is decided by. */
#include "price.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

#include "quantity.h"

namespace
{

constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kMs = TRIM_NS_PER_MS;
constexpr uint64_t kMiB = TRIM_MIB;
constexpr uint64_t kGiB = TRIM_GIB;
constexpr uint64_t kNow = 1000 * kS;

class Price : public testing::Test
{
protected:
    Price()
    {
        config_.worth_bytes = 8 * kGiB;
        config_.urgent_percent = 80;
        Init();
    }

    void Init()
    {
        trim_price_init(&price_, &config_);
    }

    void Fill(uint32_t permille)
    {
        trim_price_room(&price_, kGiB, true, permille);
    }

    double Rent(double bytes, uint64_t ns, uint64_t now_ns = kNow) const
    {
        return trim_price_rent_ns(&price_, now_ns, bytes, static_cast<double>(ns));
    }
    double RentOfASecond() const
    {
        return Rent(8.0 * static_cast<double>(kGiB), kS);
    }
    double RoundTrip(uint64_t bytes) const
    {
        return trim_price_round_trip_ns(&price_, static_cast<double>(bytes));
    }
    double BreakEven() const
    {
        return trim_price_break_even_ns(&price_, kNow);
    }
    uint64_t Least() const
    {
        return trim_price_least_bytes(&price_, kNow);
    }

    trim_price_config config_ = {};
    trim_price price_ = {};
};

TEST_F(Price, WorthFreeForASecondCostsASecondOfCpu)
{
    EXPECT_DOUBLE_EQ(RentOfASecond(), 1e9);
    EXPECT_DOUBLE_EQ(Rent(static_cast<double>(kGiB), 4 * kS), 0.5e9);
    config_.worth_bytes = kGiB;
    Init();
    EXPECT_DOUBLE_EQ(Rent(static_cast<double>(kGiB), 4 * kS), 4e9);
}

TEST_F(Price, HoldsTheLargestFigures)
{
    EXPECT_GT(Rent(1e19, UINT64_MAX), 0);
    EXPECT_GT(RoundTrip(UINT64_MAX), 0);
}

TEST_F(Price, HasFiguresBeforeAnythingWasMeasured)
{
    EXPECT_GT(BreakEven(), static_cast<double>(100 * kMs));
    EXPECT_LT(BreakEven(), static_cast<double>(60 * kS));
    EXPECT_GT(RoundTrip(0), 0) << "the looks around a release";
    EXPECT_GT(RoundTrip(kGiB), RoundTrip(kMiB));
    EXPECT_GT(price_.look_ns, 0);
}

TEST_F(Price, BreaksEvenWhenTheRentIsWhatTheBytesCost)
{
    const double bytes = 300.0 * static_cast<double>(kMiB);
    const double rent = trim_price_rent_ns(&price_, kNow, bytes, BreakEven());
    EXPECT_NEAR(rent, RoundTrip(300 * kMiB) - RoundTrip(0), rent / 1e6);
}

TEST_F(Price, ComesToWhatIsMeasuredAgainAndAgainNotAtOnce)
{
    const double before = price_.look_ns;
    trim_price_looked(&price_, 100 * kMs);
    EXPECT_GT(price_.look_ns, before);
    EXPECT_LT(price_.look_ns, static_cast<double>(100 * kMs)) << "it may have met a busy moment";
    for (int i = 0; i < 50; ++i) {
        trim_price_looked(&price_, 100 * kMs);
        trim_price_fault(&price_, 500);
        trim_price_released(&price_, kGiB, 300 * kMs, 7 * kMs);
    }
    EXPECT_NEAR(price_.look_ns, 100e6, 1e4);
    EXPECT_NEAR(price_.fault_ns_per_byte, 0.5, 1e-4);
    EXPECT_NEAR(RoundTrip(0), 7e6, 1e3);
    EXPECT_NEAR(RoundTrip(kGiB), 7e6 + 300e6 + 0.5 * static_cast<double>(kGiB), 1e5);
}

TEST_F(Price, IsNotToldByWhatWasNotMeasured)
{
    const double fault = price_.fault_ns_per_byte;
    trim_price_fault(&price_, 0);
    EXPECT_EQ(price_.fault_ns_per_byte, fault);
    const double release = price_.release_ns_per_byte;
    trim_price_released(&price_, 0, 5 * kMs, kMs);
    trim_price_released(&price_, kMiB, 50 * kMs, kMs);
    EXPECT_EQ(price_.release_ns_per_byte, release) << "of a little it tells little";
}

TEST_F(Price, NoLookIsFree)
{
    for (int i = 0; i < 1000; ++i) {
        trim_price_looked(&price_, 0);
    }
    EXPECT_GE(price_.look_ns, 1e3) << "looks would follow one another without end";
}

TEST_F(Price, MemoryIsDearerTheFullerTheLimit)
{
    double before = RentOfASecond();
    Fill(799);
    EXPECT_FALSE(trim_price_urgent(&price_, kNow));
    EXPECT_EQ(RentOfASecond(), before);
    const double quiet = before;
    for (const uint32_t permille : {800U, 850U, 900U, 950U, 1000U}) {
        Fill(permille);
        EXPECT_TRUE(trim_price_urgent(&price_, kNow));
        EXPECT_GT(RentOfASecond(), before) << permille;
        before = RentOfASecond();
    }
    EXPECT_DOUBLE_EQ(before, 64 * quiet);
    Fill(1500);
    EXPECT_DOUBLE_EQ(RentOfASecond(), before) << "swap may hold more than the limit";
    trim_price_room(&price_, kGiB, false, 1000);
    EXPECT_FALSE(trim_price_urgent(&price_, kNow)) << "the fill is not known";
    EXPECT_EQ(RentOfASecond(), quiet);
}

TEST_F(Price, UrgencyMayBeSwitchedOffAndMayBeginAtTheLimit)
{
    config_.urgent_percent = 100;
    Init();
    Fill(999);
    EXPECT_FALSE(trim_price_urgent(&price_, kNow));
    Fill(1000);
    EXPECT_TRUE(trim_price_urgent(&price_, kNow));
    EXPECT_GT(RentOfASecond(), 1e9);
    config_.urgent_percent = 0;
    Init();
    Fill(1000);
    EXPECT_FALSE(trim_price_urgent(&price_, kNow));
    EXPECT_DOUBLE_EQ(RentOfASecond(), 1e9);
    EXPECT_EQ(trim_price_room_gap_ns(&price_), TRIM_NEVER);
}

TEST_F(Price, PressureMakesMemoryDearForAWhile)
{
    const double quiet = RentOfASecond();
    trim_price_pressed(&price_, kNow);
    EXPECT_TRUE(trim_price_urgent(&price_, kNow));
    EXPECT_GT(RentOfASecond(), quiet);
    const double pressed = RentOfASecond();
    Fill(1000);
    EXPECT_GT(RentOfASecond(), pressed) << "the dearer of the two counts";
    Fill(0);
    EXPECT_TRUE(trim_price_urgent(&price_, kNow + 10 * kS - 1));
    EXPECT_DOUBLE_EQ(Rent(8.0 * static_cast<double>(kGiB), kS, kNow + 10 * kS - 1), pressed);
    EXPECT_FALSE(trim_price_urgent(&price_, kNow + 10 * kS));
    EXPECT_DOUBLE_EQ(Rent(8.0 * static_cast<double>(kGiB), kS, kNow + 10 * kS), quiet);
    EXPECT_FALSE(trim_price_urgent(&price_, kNow + 60 * kS));
    EXPECT_DOUBLE_EQ(Rent(8.0 * static_cast<double>(kGiB), kS, kNow + 60 * kS), quiet);
}

TEST_F(Price, DearMemoryWaitsLess)
{
    const double quiet = BreakEven();
    Fill(900);
    EXPECT_LT(BreakEven(), quiet);
    EXPECT_GT(BreakEven(), 0);
}

TEST_F(Price, CpuIsDearerWhileTheQuotaBites)
{
    const double even = BreakEven();
    const double trip = RoundTrip(kGiB);
    price_.throttled = true;
    EXPECT_GT(BreakEven(), even);
    EXPECT_GT(RoundTrip(kGiB), trip);
    EXPECT_DOUBLE_EQ(RentOfASecond(), 1e9) << "memory is not";
}

TEST_F(Price, ByDefaultTheLeastIsAFewMebibytes)
{
    EXPECT_GE(Least(), 2 * kMiB);
    EXPECT_LE(Least(), 16 * kMiB);
}

TEST_F(Price, ANumberMeansThatNumber)
{
    config_.threshold_bytes = 77 * kMiB;
    Init();
    EXPECT_EQ(Least(), 77 * kMiB);
    trim_price_room(&price_, 100 * kMiB, true, 100);
    EXPECT_EQ(Least(), 77 * kMiB) << "whatever the limit";
    config_.threshold_bytes = 1;
    Init();
    EXPECT_EQ(Least(), TRIM_LEAST_BYTES);
}

TEST_F(Price, AShareIsOneOfTheLimit)
{
    config_.threshold_percent = 5;
    Init();
    EXPECT_GT(Least(), kMiB) << "the limit is not known yet";
    trim_price_room(&price_, 1000 * kMiB, false, 0);
    EXPECT_NEAR(static_cast<double>(Least()), static_cast<double>(50 * kMiB), 100);
    trim_price_room(&price_, UINT64_MAX, false, 0);
    EXPECT_GT(Least(), 16 * kGiB) << "and does not overflow";
    trim_price_room(&price_, 4 * kMiB, false, 0);
    EXPECT_EQ(Least(), TRIM_LEAST_BYTES);
}

TEST_F(Price, TheLeastFallsWhereMemoryIsDear)
{
    config_.threshold_bytes = 256 * kMiB;
    Init();
    uint64_t before = Least();
    for (const uint32_t permille : {800U, 850U, 900U, 950U, 1000U}) {
        Fill(permille);
        EXPECT_LT(Least(), before) << permille;
        before = Least();
    }
    EXPECT_EQ(before, 4 * kMiB);
    config_.threshold_bytes = 2 * kMiB;
    Init();
    Fill(1000);
    EXPECT_EQ(Least(), TRIM_LEAST_BYTES) << "but never below that";
}

TEST_F(Price, TheLimitIsReadMoreOftenTheNearerItIs)
{
    EXPECT_EQ(trim_price_room_gap_ns(&price_), TRIM_NEVER);
    Fill(100);
    EXPECT_EQ(trim_price_room_gap_ns(&price_), TRIM_NEVER);
    Fill(790);
    const uint64_t near_ns = trim_price_room_gap_ns(&price_);
    EXPECT_LT(near_ns, 30 * kS);
    Fill(800);
    EXPECT_LT(trim_price_room_gap_ns(&price_), near_ns);
    EXPECT_GE(trim_price_room_gap_ns(&price_), 100 * kMs);
}

TEST_F(Price, WhileTheQuotaBitesAllOfAReleaseIsFourTimesAsDear)
{
    const double even = BreakEven();
    const double fixed = RoundTrip(0);
    const double trip = RoundTrip(kGiB);
    price_.throttled = true;
    EXPECT_DOUBLE_EQ(BreakEven(), 4 * even);
    EXPECT_DOUBLE_EQ(RoundTrip(0), 4 * fixed) << "what it costs whatever it releases, too";
    EXPECT_DOUBLE_EQ(RoundTrip(kGiB), 4 * trip);
}

TEST_F(Price, AMeasurementCountsThreeTenths)
{
    price_.look_ns = price_.poll_ns = price_.fixed_ns = 1e6;
    price_.fault_ns_per_byte = price_.release_ns_per_byte = 0.5;
    trim_price_looked(&price_, 2 * kMs);
    EXPECT_DOUBLE_EQ(price_.look_ns, 1.3e6);
    trim_price_polled(&price_, 2 * kMs);
    EXPECT_DOUBLE_EQ(price_.poll_ns, 1.3e6);
    trim_price_fault(&price_, 1500);
    EXPECT_DOUBLE_EQ(price_.fault_ns_per_byte, 0.8);
    trim_price_fault(&price_, 1);
    EXPECT_DOUBLE_EQ(price_.fault_ns_per_byte, 0.7 * 0.8 + 0.3 * 0.001) << "however small";
    trim_price_released(&price_, 16 * kMiB, 24 * kMiB, 2 * kMs);
    EXPECT_DOUBLE_EQ(price_.fixed_ns, 1.3e6);
    EXPECT_DOUBLE_EQ(price_.release_ns_per_byte, 0.8);
}

TEST_F(Price, FromSixteenMebibytesOnAReleaseTellsWhatOneCosts)
{
    const double before = price_.release_ns_per_byte;
    trim_price_released(&price_, 16 * kMiB - 1, kS, 0);
    EXPECT_EQ(price_.release_ns_per_byte, before);
    trim_price_released(&price_, 16 * kMiB, kS, 0);
    EXPECT_GT(price_.release_ns_per_byte, before);
}

TEST_F(Price, NoLookIsTakenForCheaperThanAWakeUpAndNoPollThanAFewThreads)
{
    for (int i = 0; i < 200; ++i) {
        trim_price_looked(&price_, 1);
        trim_price_polled(&price_, 1);
    }
    EXPECT_NEAR(price_.look_ns, 20e3, 1);
    EXPECT_NEAR(price_.poll_ns, 15e3, 1);
}

TEST_F(Price, MemoryIsTwiceAsDearWithEachQuarterOfTheRestThatFillsUp)
{
    for (const auto &[permille, times] : {std::pair<uint32_t, double>{799, 1},
                                          {800, 4},
                                          {849, 4},
                                          {850, 8},
                                          {899, 8},
                                          {900, 16},
                                          {950, 32},
                                          {999, 32},
                                          {1000, 64}}) {
        Fill(permille);
        EXPECT_DOUBLE_EQ(RentOfASecond(), times * 1e9) << permille;
    }
}

TEST_F(Price, UnderPressureMemoryIsSixteenTimesAsDearUnlessTheFillSaysMore)
{
    trim_price_pressed(&price_, kNow);
    EXPECT_DOUBLE_EQ(RentOfASecond(), 16e9);
    Fill(850);
    EXPECT_DOUBLE_EQ(RentOfASecond(), 16e9);
    Fill(950);
    EXPECT_DOUBLE_EQ(RentOfASecond(), 32e9);
}

TEST_F(Price, WhatALeastIsWithoutANumberIsFixed)
{
    EXPECT_EQ(Least(), 4 * kMiB);
    config_.threshold_percent = 5;
    Init();
    EXPECT_EQ(Least(), 64 * kMiB) << "of a limit that is not known";
    trim_price_room(&price_, 1000 * kMiB, false, 0);
    EXPECT_EQ(Least(), 1000 * kMiB / 100 * 5);
}

TEST_F(Price, TheLimitIsReadEachFiveSecondsFromATenthBelowTheUrgentShareOn)
{
    Fill(699);
    EXPECT_EQ(trim_price_room_gap_ns(&price_), TRIM_NEVER);
    Fill(700);
    EXPECT_EQ(trim_price_room_gap_ns(&price_), 5 * kS);
    Fill(799);
    EXPECT_EQ(trim_price_room_gap_ns(&price_), 5 * kS);
    Fill(800);
    EXPECT_EQ(trim_price_room_gap_ns(&price_), kS);
    trim_price_room(&price_, kGiB, false, 790);
    EXPECT_EQ(trim_price_room_gap_ns(&price_), TRIM_NEVER) << "the fill is not known";
}

} // namespace

#include "lock_time.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "quantity.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;
constexpr uint64_t kGiB = TRIM_GIB;
constexpr uint64_t kMs = TRIM_NS_PER_MS;

TEST(LockTime, IsAboutAHundredMillisecondsForEachGibibyteUntilItIsMeasured)
{
    const trim_lock_time lock = {};
    EXPECT_NEAR(static_cast<double>(trim_lock_time_ns(&lock, kGiB)), 100e6, 1e6);
    EXPECT_EQ(trim_lock_time_ns(&lock, 0), 0U);
    EXPECT_GT(trim_lock_time_ns(&lock, uint64_t{1} << 47), 13'000'000 * kMs) << "no overflow";
}

TEST(LockTime, FollowsEachReleaseByHalf)
{
    trim_lock_time lock = {};
    trim_lock_time_measured(&lock, kGiB / 2, 150 * kMs);
    EXPECT_NEAR(static_cast<double>(trim_lock_time_ns(&lock, kGiB)), 200e6, 2e6);
    EXPECT_NEAR(static_cast<double>(trim_lock_time_ns(&lock, 512 * kMiB)), 100e6, 1e6);
    trim_lock_time_measured(&lock, kGiB, 100 * kMs);
    EXPECT_NEAR(static_cast<double>(trim_lock_time_ns(&lock, kGiB)), 150e6, 2e6);
}

TEST(LockTime, IsNotLearnedFromShortReleases)
{
    trim_lock_time lock = {};
    trim_lock_time_measured(&lock, 16 * kMiB - 1, 20 * kMs);
    trim_lock_time_measured(&lock, 0, 20 * kMs);
    EXPECT_NEAR(static_cast<double>(trim_lock_time_ns(&lock, kGiB)), 100e6, 1e6);
    trim_lock_time_measured(&lock, 16 * kMiB, 8 * kMs);
    EXPECT_NEAR(static_cast<double>(trim_lock_time_ns(&lock, kGiB)), 306e6, 5e6);
}

TEST(LockTime, IsNotLearnedWhereTheProcessWasStoppedMeanwhile)
{
    trim_lock_time lock = {};
    trim_lock_time_measured(&lock, 16 * kMiB, 3'600'000 * kMs);
    EXPECT_NEAR(static_cast<double>(trim_lock_time_ns(&lock, kGiB)), 100e6, 1e6);
}

TEST(LockTime, IsNeverTakenForNothing)
{
    trim_lock_time lock = {};
    for (int i = 0; i < 20; ++i) {
        trim_lock_time_measured(&lock, kGiB, kMs);
    }
    EXPECT_NEAR(static_cast<double>(trim_lock_time_ns(&lock, kGiB)), 40e6, 2e6);
}

TEST(LockTime, CountsChunksAsWhatCouldBeDroppedInTheSameTime)
{
    EXPECT_EQ(trim_lock_work(7 * kMiB, 0), 7 * kMiB);
    EXPECT_EQ(trim_lock_work(0, 1024), 5 * kMiB);
    EXPECT_EQ(trim_lock_work(7 * kMiB, 1024), 12 * kMiB);
}

} // namespace

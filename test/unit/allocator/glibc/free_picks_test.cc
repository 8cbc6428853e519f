/* Free chunks that stand for all of them. */
#include "free_picks.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <random>

namespace
{

constexpr uint64_t kKiB = 1024;
constexpr uint64_t kMiB = 1024 * kKiB;

class FreePicks : public testing::Test
{
protected:
    FreePicks()
    {
        trim_free_picks_begin(&picks_);
    }

    /* How many of the picks are in a heap. */
    size_t In(uint64_t heap) const
    {
        size_t count = 0;
        for (size_t i = 0; i < picks_.count; ++i) {
            count += picks_.items[i].heap_number == heap;
        }
        return count;
    }

    trim_free_picks picks_ = {};
};

TEST_F(FreePicks, AreNoneOfVeryLittle)
{
    trim_free_picks_pass(&picks_, 0, 4 * kKiB, 16 * kKiB);
    EXPECT_EQ(picks_.count, 0U);
}

TEST_F(FreePicks, OfOneHugeChunkAreManyPicks)
{
    trim_free_picks_pass(&picks_, 3, 4096 * kMiB, 4096 * kMiB);
    EXPECT_GE(picks_.count, TRIM_FREE_PICKS_MAX / 2U);
    EXPECT_LT(picks_.count, TRIM_FREE_PICKS_MAX);
    EXPECT_EQ(In(3), picks_.count);
    EXPECT_EQ(picks_.items[0].chunk_bytes, 4096 * kMiB);
}

TEST_F(FreePicks, StandForAsManyBytesEach)
{
    std::mt19937_64 random(1);
    std::map<uint64_t, uint64_t> passed;
    uint64_t all = 0;
    for (uint64_t heap = 0; heap < 4; ++heap) {
        for (int row = 0; row < 100; ++row) {
            const uint64_t bytes = (heap + 1) * (random() % (4 * kMiB));
            trim_free_picks_pass(&picks_, heap, 64 * kKiB, bytes);
            passed[heap] += bytes;
            all += bytes;
        }
    }
    ASSERT_GE(picks_.count, 8U);
    for (const auto &[heap, bytes] : passed) {
        const double due = static_cast<double>(bytes) / static_cast<double>(all) *
                           static_cast<double>(picks_.count);
        EXPECT_NEAR(static_cast<double>(In(heap)), due, 1.0) << heap;
    }
}

TEST_F(FreePicks, ComeInTheOrderOfTheText)
{
    for (uint64_t heap = 0; heap < 100; ++heap) {
        trim_free_picks_pass(&picks_, heap, 64 * kKiB, kMiB);
    }
    for (size_t i = 1; i < picks_.count; ++i) {
        EXPECT_GT(picks_.items[i].heap_number, picks_.items[i - 1].heap_number);
    }
}

TEST_F(FreePicks, NoFigureIsTooLarge)
{
    for (int i = 0; i < 64; ++i) {
        trim_free_picks_pass(&picks_, 1, UINT64_MAX, UINT64_MAX);
    }
    EXPECT_LE(picks_.count, static_cast<size_t>(TRIM_FREE_PICKS_MAX));
}

} // namespace

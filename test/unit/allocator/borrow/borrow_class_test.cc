/* When a class of sizes is done. */
#include "borrow_class.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "quantity.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;
constexpr uint64_t kLow = 63 * kMiB;
constexpr uint64_t kHigh = 64 * kMiB;

class BorrowClass : public testing::Test
{
protected:
    /* Chunks in the bins of the largest, which is of the class or larger. */
    void Begin(uint64_t largest, uint64_t count, uint64_t total)
    {
        trim_borrow_arena arena = {};
        arena.system_bytes = system_bytes_;
        arena.largest_bytes = largest;
        arena.largest_count = count;
        arena.largest_total = total;
        trim_class_begin(&class_, &arena, kLow, kHigh);
    }

    trim_class_end Wet()
    {
        return trim_class_note(&class_, false, 0);
    }
    trim_class_end Dry(uint64_t behind = 0)
    {
        return trim_class_note(&class_, true, behind);
    }

    uint64_t system_bytes_ = 256 * kMiB;
    trim_class class_ = {};
};

TEST_F(BorrowClass, BelowTheLargestIsDoneWhereALargerChunkIsServed)
{
    Begin(100 * kMiB, 1, 100 * kMiB);
    EXPECT_EQ(Wet(), TRIM_CLASS_GOES_ON);
    EXPECT_EQ(Dry(), TRIM_CLASS_GOES_ON) << "an earlier trim has dropped it";
    EXPECT_EQ(Dry(kHigh - kLow), TRIM_CLASS_GOES_ON)
        << "it may be the rest of a chunk of the class";
    EXPECT_EQ(Wet(), TRIM_CLASS_GOES_ON);
    EXPECT_EQ(Dry(kHigh - kLow + 16), TRIM_CLASS_LARGER);
}

TEST_F(BorrowClass, EndsAfterTooManyDryPiecesInARow)
{
    Begin(100 * kMiB, 1, 100 * kMiB);
    for (uint64_t i = 1; i < TRIM_CLASS_DRY_MAX; ++i) {
        ASSERT_EQ(Dry(), TRIM_CLASS_GOES_ON);
    }
    EXPECT_EQ(Wet(), TRIM_CLASS_GOES_ON) << "it begins anew";
    for (uint64_t i = 1; i < TRIM_CLASS_DRY_MAX; ++i) {
        ASSERT_EQ(Dry(), TRIM_CLASS_GOES_ON);
    }
    EXPECT_EQ(Dry(), TRIM_CLASS_LARGER);
}

TEST_F(BorrowClass, OfTheLargestIsDoneAtTheFirstDryPiece)
{
    for (const uint64_t system_bytes : {4 * kHigh, 100 * kHigh}) {
        system_bytes_ = system_bytes;
        Begin(kHigh, 1, kHigh);
        EXPECT_EQ(Dry(), TRIM_CLASS_DRY) << "a single one has none that it is like";
    }
}

TEST_F(BorrowClass, OfTheLargestGoesOnForThoseThatSurelyAreThere)
{
    Begin(kHigh, 2, 2 * kHigh);
    EXPECT_EQ(Dry(), TRIM_CLASS_GOES_ON) << "the other one may hold all its pages";
    EXPECT_EQ(Wet(), TRIM_CLASS_ALL_TAKEN) << "a third one would make the heap grow";
    Begin(kHigh, 2, 2 * kHigh);
    EXPECT_EQ(Dry(), TRIM_CLASS_GOES_ON);
    EXPECT_EQ(Dry(), TRIM_CLASS_DRY);
    Begin(kHigh, 3, 3 * kHigh);
    EXPECT_EQ(Wet(), TRIM_CLASS_GOES_ON);
    EXPECT_EQ(Wet(), TRIM_CLASS_GOES_ON);
    EXPECT_EQ(Wet(), TRIM_CLASS_GOES_ON) << "the one that was dropped first is there still";
    EXPECT_EQ(Dry(), TRIM_CLASS_DRY);
}

TEST_F(BorrowClass, OfManyAlikeIsDoneAtTheSecondDryPiece)
{
    system_bytes_ = 100 * kHigh;
    Begin(kHigh, 8, 8 * kLow); /* None surely is as large. */
    EXPECT_EQ(Dry(), TRIM_CLASS_GOES_ON);
    EXPECT_EQ(Wet(), TRIM_CLASS_GOES_ON);
    EXPECT_EQ(Dry(), TRIM_CLASS_DRY);
    Begin(kHigh, 8, 8 * (kHigh - kHigh / 8));
    EXPECT_EQ(Dry(), TRIM_CLASS_GOES_ON) << "an eighth less on average is alike";
    Begin(kHigh, 8, 8 * (kHigh - kHigh / 8 - 1));
    EXPECT_EQ(Dry(), TRIM_CLASS_DRY) << "more is not";
}

} // namespace

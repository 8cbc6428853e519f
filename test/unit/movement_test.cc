/* How the process moves, by its RSS and faults. */
#include "trimagent/movement.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "trimagent/quantity.h"

namespace
{

constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kMiB = TRIM_MIB;

class Movement : public testing::Test
{
protected:
    Movement()
    {
        trim_movement_init(&movement_, 64 * kMiB);
    }

    bool Grows(uint64_t now_ns, uint64_t rss_bytes, bool otherwise = false)
    {
        return trim_movement_grows(&movement_, now_ns, rss_bytes, otherwise);
    }

    /* What the first look says after a trim that ended with 500 MiB, 1000 faults, 7 old pauses. */
    bool AsTrimmed(uint64_t left_bytes, uint64_t rss_bytes, uint64_t faults, uint64_t pauses = 7)
    {
        trim_movement_trimmed(&movement_, 500 * kMiB, 1000, 7, left_bytes);
        return trim_movement_as_trimmed(&movement_, rss_bytes, faults, pauses, 64 * kMiB);
    }

    bool Unchanged(uint64_t rss_bytes, uint64_t faults, uint64_t signals)
    {
        return trim_movement_unchanged(&movement_, rss_bytes, faults, signals);
    }

    trim_movement movement_ = {};
};

TEST_F(Movement, GrowsByAnEighthOfTheThresholdWithinASecond)
{
    EXPECT_FALSE(Grows(100 * kS, 500 * kMiB)) << "there is nothing to compare with";
    EXPECT_TRUE(Grows(100 * kS + kS / 2, 508 * kMiB));
    EXPECT_TRUE(Grows(101 * kS, 516 * kMiB - 1)) << "it had grown at the look before";
    EXPECT_FALSE(Grows(101 * kS + kS / 4, 516 * kMiB - 1, true));
    EXPECT_FALSE(Grows(101 * kS + kS / 2, 100 * kMiB, true));
    EXPECT_FALSE(Grows(103 * kS, 900 * kMiB)) << "the last look is too old";
    EXPECT_TRUE(Grows(105 * kS, 100 * kMiB, true));
}

TEST_F(Movement, IsUnchangedOnlyWhereNothingHasMoved)
{
    EXPECT_FALSE(Unchanged(500 * kMiB, 1000, 7)) << "there was no estimate";
    trim_movement_rebase(&movement_, 500 * kMiB, 1000, 7);
    EXPECT_TRUE(Unchanged(500 * kMiB, 1000, 7));
    EXPECT_TRUE(Unchanged(508 * kMiB - 1, 1000, 7));
    EXPECT_TRUE(Unchanged(492 * kMiB + 1, 1000, 7));
    EXPECT_FALSE(Unchanged(508 * kMiB, 1000, 7));
    EXPECT_FALSE(Unchanged(492 * kMiB, 1000, 7));
    EXPECT_TRUE(Unchanged(500 * kMiB, 3047, 7));
    EXPECT_FALSE(Unchanged(500 * kMiB, 3048, 7)) << "8 MiB of pages";
    EXPECT_FALSE(Unchanged(500 * kMiB, 1000, 8));
    trim_movement_forget(&movement_);
    EXPECT_FALSE(Unchanged(500 * kMiB, 1000, 7));
}

TEST_F(Movement, OneLookInTenIsNotCalledUnchanged)
{
    for (int round = 0; round < 3; ++round) {
        trim_movement_rebase(&movement_, 500 * kMiB, 1000, 7);
        for (int look = 0; look < 9; ++look) {
            EXPECT_TRUE(Unchanged(500 * kMiB, 1000, 7)) << look;
        }
        EXPECT_FALSE(Unchanged(500 * kMiB, 1000, 7));
    }
}

TEST_F(Movement, IsAsTrimmedUntilWhatCameBackReachesTheThreshold)
{
    EXPECT_TRUE(AsTrimmed(0, 500 * kMiB, 1000));
    EXPECT_TRUE(AsTrimmed(4 * kMiB, 560 * kMiB - 1, 1000));
    EXPECT_FALSE(AsTrimmed(4 * kMiB, 560 * kMiB, 1000)) << "4 MiB were left";
    EXPECT_TRUE(AsTrimmed(4 * kMiB, 500 * kMiB, 1000 + 15359));
    EXPECT_FALSE(AsTrimmed(4 * kMiB, 500 * kMiB, 1000 + 15360)) << "60 MiB of pages";
    EXPECT_FALSE(AsTrimmed(0, 900 * kMiB, 1000)) << "huge pages take few faults";
}

TEST_F(Movement, IsNotAsTrimmedWhereTheTrimLeftEnough)
{
    EXPECT_TRUE(AsTrimmed(64 * kMiB - 1, 500 * kMiB, 1000));
    EXPECT_FALSE(AsTrimmed(64 * kMiB, 500 * kMiB, 1000));
}

TEST_F(Movement, IsNotAsTrimmedWhereSignsTellOfMemoryThatWasFreed)
{
    EXPECT_TRUE(AsTrimmed(0, 492 * kMiB + 1, 1000));
    EXPECT_FALSE(AsTrimmed(0, 492 * kMiB, 1000)) << "large blocks went back to the kernel";
    EXPECT_FALSE(AsTrimmed(0, 500 * kMiB, 1000, 8)) << "an old pause";
}

TEST_F(Movement, IsAsTrimmedAtTheFirstLookAfterATrimOnly)
{
    EXPECT_FALSE(trim_movement_as_trimmed(&movement_, 0, 0, 0, 64 * kMiB)) << "there was no trim";
    ASSERT_TRUE(AsTrimmed(0, 500 * kMiB, 1000));
    EXPECT_FALSE(trim_movement_as_trimmed(&movement_, 500 * kMiB, 1000, 7, 64 * kMiB));
    trim_movement_trimmed(&movement_, 500 * kMiB, 1000, 7, 0);
    trim_movement_forget(&movement_);
    EXPECT_FALSE(trim_movement_as_trimmed(&movement_, 500 * kMiB, 1000, 7, 64 * kMiB));
}

TEST_F(Movement, IsNotUnchangedAfterATrimBeforeTheNextEstimate)
{
    trim_movement_rebase(&movement_, 500 * kMiB, 1000, 7);
    trim_movement_trimmed(&movement_, 500 * kMiB, 1000, 7, 0);
    EXPECT_FALSE(Unchanged(500 * kMiB, 1000, 7));
}

} // namespace

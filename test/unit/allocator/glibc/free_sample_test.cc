/* Spots of free chunks that are given back, in a fake arena. */
#include "free_sample.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "fake_arena.h"
#include "quantity.h"

namespace
{

constexpr uint64_t kKiB = TRIM_KIB;

FakeArena *asked = nullptr;

uint64_t Resident(uint64_t start, uint64_t end)
{
    return asked->heap.Resident(start, end);
}

class FreeSample : public testing::Test
{
protected:
    void Add(FakeArena *arena, const std::vector<uint64_t> &sizes)
    {
        asked = arena;
        arena->Sample(&sample_, sizes);
    }

    uint64_t Bytes() const
    {
        uint64_t bytes = 0;
        for (size_t i = 0; i < sample_.count; ++i) {
            bytes += sample_.spots[i].end - sample_.spots[i].start;
        }
        return bytes;
    }

    trim_free_sample sample_ = {};
};

TEST_F(FreeSample, HasAFewPagesOfEachChunk)
{
    FakeArena arena({{64 * kKiB, false}, {256 * kKiB, false}, {3000 * kKiB, false}});
    const uint64_t before = arena.heap.ResidentInFreeChunks();
    Add(&arena, {64 * kKiB, 256 * kKiB, 3000 * kKiB});
    EXPECT_EQ(sample_.count, 3U);
    EXPECT_EQ(Bytes(), 3 * TRIM_SAMPLE_SPOT_PAGES * FakeHeap::kPage);
    EXPECT_EQ(before - arena.heap.ResidentInFreeChunks(), Bytes());
    EXPECT_EQ(trim_free_sample_back_permille(&sample_, Resident), 0U);
}

TEST_F(FreeSample, IsNotTwiceInOneChunk)
{
    FakeArena arena({{64 * kKiB, false}, {64 * kKiB, false}});
    Add(&arena, {64 * kKiB, 64 * kKiB});
    ASSERT_EQ(sample_.count, 2U);
    EXPECT_NE(sample_.spots[0].start, sample_.spots[1].start);
}

TEST_F(FreeSample, LeavesOutWhatIsNotResidentOrTooSmall)
{
    FakeArena arena({{64 * kKiB, true}, {6 * kKiB, false}});
    Add(&arena, {64 * kKiB, 6 * kKiB});
    EXPECT_LE(sample_.count, 1U);
    EXPECT_LE(Bytes(), FakeHeap::kPage);
}

TEST_F(FreeSample, LeavesOutWhatComesFromBeyondTheArena)
{
    FakeArena arena({{64 * kKiB, false}, {64 * kKiB, false}});
    Add(&arena, {96 * kKiB});
    EXPECT_EQ(sample_.count, 0U);
    EXPECT_EQ(trim_free_sample_back_permille(&sample_, Resident), 0U);
}

TEST_F(FreeSample, AsksForNoMoreThanALittleOfAHugeChunk)
{
    FakeArena arena({{64 * kKiB * kKiB, false}});
    Add(&arena, {64 * kKiB * kKiB, 64 * kKiB * kKiB});
    EXPECT_EQ(sample_.count, 2U);
    EXPECT_LE(arena.largest_request, TRIM_SAMPLE_PIECE_BYTES);
}

TEST_F(FreeSample, EndsWhereMemoryIsOutOrPagesCannotBeDropped)
{
    FakeArena out({{64 * kKiB, false}});
    out.memory_is_out = true;
    Add(&out, {64 * kKiB});
    EXPECT_EQ(sample_.count, 0U);
    FakeArena kept({{64 * kKiB, false}});
    kept.drops_fail = true;
    Add(&kept, {64 * kKiB});
    EXPECT_EQ(sample_.count, 0U);
}

TEST_F(FreeSample, TellsThePartThatIsResidentAgain)
{
    FakeArena arena({{64 * kKiB, false}, {128 * kKiB, false}});
    Add(&arena, {64 * kKiB, 128 * kKiB});
    ASSERT_EQ(sample_.count, 2U);
    sample_.spots[1].start = arena.heap.start();
    sample_.spots[1].end = arena.heap.start() + TRIM_SAMPLE_SPOT_PAGES * FakeHeap::kPage;
    EXPECT_EQ(trim_free_sample_back_permille(&sample_, Resident), 500U);
}

TEST_F(FreeSample, HasRoomForAllPicks)
{
    FakeArena arena(std::vector<FakeChunk>(40, {64 * kKiB, false}));
    const std::vector<uint64_t> sizes(TRIM_FREE_PICKS_MAX, 64 * kKiB);
    Add(&arena, sizes);
    Add(&arena, sizes);
    EXPECT_EQ(sample_.count, static_cast<size_t>(TRIM_FREE_PICKS_MAX));
}

} // namespace

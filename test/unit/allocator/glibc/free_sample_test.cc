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
    bool Add(FakeArena *arena, const std::vector<uint64_t> &sizes, size_t spots = 0)
    {
        asked = arena;
        return arena->Sample(&sample_, sizes, spots != 0 ? spots : sizes.size());
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
    EXPECT_FALSE(Add(&arena, {96 * kKiB, 64 * kKiB})) << "nor may others follow";
    EXPECT_EQ(arena.takes, 1U) << "each would make the heap grow";
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
    EXPECT_FALSE(Add(&out, {64 * kKiB}));
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
    const std::vector<uint64_t> sizes(TRIM_SAMPLE_SPOTS_MAX, 64 * kKiB);
    Add(&arena, sizes);
    Add(&arena, sizes);
    EXPECT_EQ(sample_.count, static_cast<size_t>(TRIM_SAMPLE_SPOTS_MAX));
}

TEST_F(FreeSample, LooksForWetChunksAmongDryOnes)
{
    /* As after a release: three of four are dry. */
    std::vector<FakeChunk> chunks;
    for (size_t i = 0; i < 48; ++i) {
        chunks.push_back({64 * kKiB, i % 4 != 0});
    }
    FakeArena arena(chunks);
    EXPECT_TRUE(Add(&arena, {64 * kKiB, 64 * kKiB}, 8));
    EXPECT_EQ(sample_.count, 8U);
    EXPECT_EQ(arena.dry_drops, 0U);
    EXPECT_EQ(arena.outside_max_bytes, 0U);
}

TEST_F(FreeSample, AsksForNoMoreChunksThanTheSizesStandFor)
{
    FakeArena arena({{64 * kKiB, true}, {64 * kKiB, true}});
    arena.sample_each_bytes = 64 * kKiB;
    EXPECT_TRUE(Add(&arena, {64 * kKiB, 64 * kKiB}, 2));
    EXPECT_EQ(arena.takes, 2U);
    EXPECT_EQ(sample_.count, 0U);
}

TEST_F(FreeSample, TakesOnlyWhatASizeStandsForOfAHugeChunk)
{
    FakeArena arena({{1024 * kKiB, false}});
    arena.sample_each_bytes = 64 * kKiB;
    EXPECT_TRUE(Add(&arena, std::vector<uint64_t>(15, 1024 * kKiB)));
    EXPECT_EQ(sample_.count, 15U);
    EXPECT_EQ(arena.outside_max_bytes, 0U);
}

TEST_F(FreeSample, IsSpreadOverAllSizes)
{
    std::vector<FakeChunk> chunks;
    std::vector<uint64_t> sizes;
    for (uint64_t i = 1; i <= 40; ++i) {
        sizes.push_back(i * 32 * kKiB);
        chunks.push_back({i * 32 * kKiB, false});
    }
    FakeArena arena(chunks);
    EXPECT_TRUE(Add(&arena, sizes, 8));
    EXPECT_EQ(sample_.count, 8U);
    EXPECT_GE(arena.largest_request, 1024 * kKiB) << "not the smallest eight";
}

TEST_F(FreeSample, FindsWhatIsWetOfAChunk)
{
    FakeArena arena({{1024 * kKiB, false}});
    const uint64_t first = arena.heap.start() + 2 * FakeHeap::kPage;
    arena.heap.SetDry(first, first + 800 * kKiB);
    EXPECT_TRUE(Add(&arena, {1024 * kKiB}));
    ASSERT_EQ(sample_.count, 1U);
    EXPECT_GE(sample_.spots[0].start, first + 800 * kKiB);
    EXPECT_EQ(arena.dry_drops, 0U);
}

} // namespace

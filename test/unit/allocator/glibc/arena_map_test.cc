#include "arena_map.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "arena_map_sample.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;

class ArenaMap : public testing::Test
{
protected:
    ArenaMap()
    {
        sample_.SetMain(30 * kMiB, 20 * kMiB);
        sample_.Add(0, 0, 0, kHeapBytes, 50 * kMiB);
        sample_.Add(2, 2, 2, 10 * kMiB, 5 * kMiB);
        sample_.Add(3, 0, 5, 7 * kMiB, 2 * kMiB); /* The newest of three, at a lower address. */
        sample_.Add(5, 0, 0, kHeapBytes, 40 * kMiB);
    }

    uint64_t HeapOf(uint64_t address) const
    {
        const trim_arena_heap *heap = trim_arena_map_find(&sample_.get(), address);
        return heap == nullptr ? 0 : heap->address;
    }

    /* The arena of an address, or ~0. */
    uint64_t Arena(uint64_t address) const
    {
        uint64_t arena = UINT64_MAX;
        const bool found = trim_arena_map_arena(&sample_.get(), address, &arena);
        EXPECT_EQ(found, arena != UINT64_MAX);
        return arena;
    }

    SampleMap sample_;
};

TEST_F(ArenaMap, FindsTheHeapOfAnAddressByItsUsedPart)
{
    EXPECT_EQ(HeapOf(HeapAt(0)), HeapAt(0));
    EXPECT_EQ(HeapOf(HeapAt(1) - 1), HeapAt(0));
    EXPECT_EQ(HeapOf(HeapAt(2) + 10 * kMiB - 1), HeapAt(2));
    EXPECT_EQ(HeapOf(HeapAt(2) + 10 * kMiB), 0U) << "behind what is in use";
    EXPECT_EQ(HeapOf(HeapAt(5) + kHeapBytes - 1), HeapAt(5));
    for (const uint64_t nowhere :
         {uint64_t{0}, HeapAt(0) - 1, HeapAt(1), HeapAt(4), HeapAt(6), kMainStart, UINT64_MAX}) {
        EXPECT_EQ(HeapOf(nowhere), 0U) << std::hex << nowhere;
    }
}

TEST_F(ArenaMap, FindsTheArenaOfAnAddress)
{
    EXPECT_EQ(Arena(kMainStart), uint64_t{TRIM_MAIN_ARENA});
    EXPECT_EQ(Arena(kMainStart + 30 * kMiB - 1), uint64_t{TRIM_MAIN_ARENA});
    EXPECT_EQ(Arena(kMainStart + 30 * kMiB), UINT64_MAX);
    EXPECT_EQ(Arena(HeapAt(3) + kMiB), ArenaOf(0));
    EXPECT_EQ(Arena(HeapAt(2) + kMiB), ArenaOf(2));
    EXPECT_EQ(Arena(HeapAt(4)), UINT64_MAX);
}

TEST_F(ArenaMap, KnowsTheNewestHeapOfEachArena)
{
    const trim_arena_map &map = sample_.get();
    EXPECT_FALSE(trim_arena_map_newest(&map, &map.heaps[0]));
    EXPECT_TRUE(trim_arena_map_newest(&map, &map.heaps[1]));
    EXPECT_TRUE(trim_arena_map_newest(&map, &map.heaps[2]));
    EXPECT_FALSE(trim_arena_map_newest(&map, &map.heaps[3]));
}

TEST_F(ArenaMap, SumsUpTheHeapsOfAnArena)
{
    const trim_arena_map &map = sample_.get();
    EXPECT_EQ(trim_arena_map_bytes(&map, ArenaOf(0)), 2 * kHeapBytes + 7 * kMiB);
    EXPECT_EQ(trim_arena_map_resident(&map, ArenaOf(0)), 92 * kMiB);
    EXPECT_EQ(trim_arena_map_bytes(&map, ArenaOf(2)), 10 * kMiB);
    EXPECT_EQ(trim_arena_map_resident(&map, ArenaOf(2)), 5 * kMiB);
    EXPECT_EQ(trim_arena_map_bytes(&map, TRIM_MAIN_ARENA), 30 * kMiB);
    EXPECT_EQ(trim_arena_map_resident(&map, TRIM_MAIN_ARENA), 20 * kMiB);
    EXPECT_EQ(trim_arena_map_bytes(&map, ArenaOf(7)), 0U);
}

TEST(ArenaMapWithoutArenas, HasNothing)
{
    const SampleMap sample;
    uint64_t arena = 1;
    EXPECT_EQ(trim_arena_map_find(&sample.get(), kFirstHeap), nullptr);
    EXPECT_FALSE(trim_arena_map_arena(&sample.get(), 0, &arena));
    EXPECT_EQ(arena, 1U) << "untouched";
    EXPECT_EQ(trim_arena_map_bytes(&sample.get(), TRIM_MAIN_ARENA), 0U);
}

} // namespace

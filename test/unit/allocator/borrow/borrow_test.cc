/* What borrowing releases of a fake arena. */
#include "borrow.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "chunk_sizes.h"
#include "fake_arena.h"

namespace
{

constexpr uint64_t kKiB = TRIM_KIB;
constexpr uint64_t kMiB = TRIM_MIB;

/* Smaller chunks are left to malloc_trim. */
constexpr uint64_t kLeastChunk = 5 * FakeHeap::kPage;

struct Distribution {
    const char *name;
    std::vector<FakeChunk> chunks;
};

std::vector<Distribution> Distributions()
{
    const std::vector<FakeChunk> mixed = MixedChunks(60 * kMiB, 45 * kKiB);
    const std::vector<FakeChunk> equal = EqualChunks(700, 70000);
    return {
        {"EqualOfAPowerOfTwo", EqualChunks(700, 64 * kKiB)},
        {"Equal", equal},
        {"EqualAndLarge", EqualChunks(80, 1500000)},
        {"EqualAndSmall", EqualChunks(1500, 8 * FakeHeap::kPage)},
        {"Mixed", mixed},
        {"MixedAndLarge", MixedChunks(120 * kMiB, 300 * kKiB)},
        {"MixedAndSmall", MixedChunks(30 * kMiB, 10 * kKiB)},
        {"MixedAndEqual", With(mixed, equal)},
        {"OneGiant", With(mixed, {{80 * kMiB, false}})},
        {"TwoGiants", EqualChunks(2, 60 * kMiB)},
        {"ThreeGiantsAndMixed", With(mixed, EqualChunks(3, 60 * kMiB))},
        {"AFewWereDroppedBefore", PartlyDry(10, mixed)},
        {"HalfWereDroppedBefore", PartlyDry(50, mixed)},
        {"NearlyAllWereDroppedBefore", PartlyDry(97, MixedChunks(120 * kMiB, 45 * kKiB))},
        {"HalfOfEqualOnesWereDroppedBefore", PartlyDry(50, equal)},
        {"HalfOfMixedAndEqualOnesWereDroppedBefore", PartlyDry(50, With(mixed, equal))},
        {"LargestWasDroppedBefore", With(mixed, {{4 * kMiB, true}})},
    };
}

/* AArch64 has pages of 4, 16 and 64 KiB. */
class BorrowByPages : public testing::TestWithParam<uint64_t>
{
};

TEST_P(BorrowByPages, DropsNothingButWholeOnesAndNearlyAllOfThem)
{
    const uint64_t page = GetParam();
    FakeArena arena{With(MixedChunks(200 * kMiB, 20 * page), EqualChunks(100, 9 * page + 1000)),
                    50 * kMiB};
    arena.page_bytes = page;
    const uint64_t wanted = arena.heap.ResidentInWhole(page, 5 * page);
    ASSERT_GT(wanted, 100 * kMiB);
    const trim_borrow_result result = arena.Run(arena.heap.Measured(true));
    EXPECT_LE(arena.heap.ResidentInWhole(page, 5 * page), wanted / 50);
    EXPECT_LE(arena.heap.ResidentInTop(), 4 * page);
    EXPECT_GT(result.dropped_bytes, wanted / 10 * 9);
    EXPECT_EQ(result.dropped_bytes % page, 0U);
    EXPECT_EQ(result.top_dropped_bytes % page, 0U);
}

INSTANTIATE_TEST_SUITE_P(Of, BorrowByPages, testing::Values(4 * kKiB, 16 * kKiB, 64 * kKiB));

class BorrowFrom : public testing::TestWithParam<Distribution>
{
protected:
    FakeArena arena_{GetParam().chunks};
};

TEST_P(BorrowFrom, ReleasesNearlyAllPagesOfChunksThatHaveSomeAndTellsIt)
{
    const uint64_t before = arena_.heap.ResidentInFreeChunks();
    const uint64_t wanted = arena_.heap.ResidentInFreeChunks(kLeastChunk);
    const trim_borrow_result result = arena_.Run();
    EXPECT_LE(arena_.heap.ResidentInFreeChunks(kLeastChunk), wanted / 50);
    EXPECT_FALSE(result.gave_way);
    EXPECT_EQ(result.dropped_bytes, before - arena_.heap.ResidentInFreeChunks());
    EXPECT_EQ(result.top_dropped_bytes, 0U);
    EXPECT_GT(result.pieces, 0U);
    EXPECT_LE(result.pieces, arena_.dropped_spans);
    EXPECT_GE(result.calls, 2 * arena_.takes);
    EXPECT_EQ(result.longest_call_ns, TRIM_NS_PER_US) << "of the fake's clock";
}

TEST_P(BorrowFrom, LeavesTheHeapAsItWas)
{
    const size_t chunks = arena_.heap.free_chunks();
    const trim_borrow_arena before = arena_.heap.Measured(false);
    const trim_borrow_result result = arena_.Run(before);
    const trim_borrow_arena after = arena_.heap.Measured(false);
    EXPECT_EQ(arena_.heap.free_chunks(), chunks);
    EXPECT_EQ(after.free_bytes, before.free_bytes);
    EXPECT_EQ(after.largest_bytes, before.largest_bytes);
    EXPECT_LE(arena_.largest_request, before.largest_bytes - FakeHeap::kWord);
    EXPECT_LE(arena_.outside_max_bytes, before.system_bytes / 100) << "it grew meanwhile";
    EXPECT_EQ(result.grown_bytes == 0, arena_.outside_max_bytes == 0) << "and that is told";
}

TEST_P(BorrowFrom, HoldsNoMoreThanIsFreeAndTellsHowMuch)
{
    const trim_borrow_arena measured = arena_.heap.Measured(false);
    const trim_borrow_result result = arena_.Run(measured);
    const uint64_t held = arena_.held_max_bytes;
    EXPECT_LE(held, measured.free_bytes + 2 * FakeHeap::kPage * arena_.heap.free_chunks());
    EXPECT_GE(result.held_max_bytes, held - held / 100) << "but for what chunks are rounded by";
    EXPECT_LE(result.held_max_bytes, held);
}

TEST_P(BorrowFrom, DropsNoRangeThatIsDropped)
{
    (void)arena_.Run();
    EXPECT_EQ(arena_.dry_drops, 0U);
    const uint64_t left = arena_.heap.ResidentInFreeChunks();
    const trim_borrow_result again = arena_.Run();
    EXPECT_LE(again.dropped_bytes, left);
    EXPECT_EQ(arena_.dry_drops, 0U);
}

INSTANTIATE_TEST_SUITE_P(Chunks, BorrowFrom, testing::ValuesIn(Distributions()),
                         [](const auto &row) { return std::string(row.param.name); });

TEST(Borrow, NeverMakesTheHeapGrowWhereALargerChunkWasDropped)
{
    FakeArena arena(MixedChunks(100 * kMiB, 45 * kKiB));
    const trim_borrow_result result = arena.Run();
    EXPECT_EQ(arena.outside_max_bytes, 0U);
    EXPECT_EQ(arena.outside_in_vain, 0U);
    EXPECT_EQ(result.grown_bytes, 0U);
}

TEST(Borrow, TakesNothingWhereNothingIsFree)
{
    FakeArena arena({});
    const trim_borrow_result result = arena.Run();
    EXPECT_EQ(arena.takes + result.calls + result.pieces, 0U);
}

TEST(Borrow, DropsManyRangesByOneCall)
{
    FakeArena arena(MixedChunks(120 * kMiB, 45 * kKiB));
    (void)arena.Run();
    EXPECT_GT(arena.dropped_spans, 1000U);
    EXPECT_LE(arena.drops, arena.dropped_spans / 8);
}

TEST(Borrow, LeavesNoPageOfLargeChunksBehind)
{
    FakeArena arena(MixedChunks(120 * kMiB, 900 * kKiB));
    ASSERT_GT(arena.heap.ResidentInFreeChunks(300 * kKiB), 90 * kMiB);
    (void)arena.Run();
    EXPECT_EQ(arena.heap.ResidentInFreeChunks(300 * kKiB), 0U);
}

TEST(Borrow, AsksForNoChunkMoreThanTwice)
{
    FakeArena arena(MixedChunks(120 * kMiB, 300 * kKiB));
    (void)arena.Run();
    EXPECT_LE(arena.takes, 2 * arena.heap.free_chunks());
}

TEST(Borrow, HoldsEverythingWhereNobodyWorks)
{
    FakeArena arena(MixedChunks(120 * kMiB, 300 * kKiB));
    arena.others_percent = 20;
    EXPECT_GE(arena.Run().held_max_bytes, 110 * kMiB);
}

/* Whose memory is missing to somebody. */
class BorrowBesideOthers : public testing::TestWithParam<Distribution>
{
protected:
    void ExpectLittleHeld()
    {
        const uint64_t wanted = arena_.heap.ResidentInFreeChunks(kLeastChunk);
        const trim_borrow_arena measured = arena_.heap.Measured(false);
        const trim_borrow_result result = arena_.Run(measured);
        /* What takes 20 ms at first, a batch, and the next chunk. */
        EXPECT_LE(result.held_max_bytes, 40 * kMiB + 2 * measured.largest_bytes);
        EXPECT_LE(arena_.heap.ResidentInFreeChunks(kLeastChunk), wanted / 50);
        EXPECT_EQ(arena_.outside_max_bytes, 0U);
        EXPECT_FALSE(result.gave_way);
    }

    FakeArena arena_{GetParam().chunks};
};

TEST_P(BorrowBesideOthers, HoldsLittleWhereTheyAreAwake)
{
    arena_.others_percent = 30;
    arena_.ns_per_mib = TRIM_NS_PER_MS;
    ExpectLittleHeld();
}

TEST_P(BorrowBesideOthers, HoldsLittleWhereTheArenaGrows)
{
    arena_.on_take = [this] {
        arena_.grown_bytes += 16;
    };
    ExpectLittleHeld();
}

INSTANTIATE_TEST_SUITE_P(
    Chunks, BorrowBesideOthers,
    testing::Values(Distribution{"Mixed", MixedChunks(200 * kMiB, 45 * kKiB)},
                    Distribution{"MixedAndLarge", MixedChunks(300 * kMiB, 900 * kKiB)},
                    Distribution{"SomeEqual", With(MixedChunks(200 * kMiB, 300 * kKiB),
                                                   EqualChunks(10, 3 * kMiB))}),
    [](const auto &row) { return std::string(row.param.name); });

TEST(Borrow, OfChunksThatAreDroppedDropsNothing)
{
    std::vector<FakeChunk> chunks = MixedChunks(100 * kMiB, 45 * kKiB);
    for (FakeChunk &chunk : chunks) {
        chunk.dry = true;
    }
    FakeArena arena(chunks);
    const trim_borrow_result result = arena.Run();
    EXPECT_EQ(arena.drops, 0U);
    EXPECT_EQ(result.pieces, 0U);
}

TEST(Borrow, CountsAPieceWithOnePageOnlyWhereItHasFew)
{
    for (const uint64_t pages : {2, 3, 4, 5, 6, 20}) {
        FakeArena arena({{(pages + 1) * FakeHeap::kPage, false}});
        const uint64_t second = arena.heap.start() + 2 * FakeHeap::kPage;
        arena.heap.SetDry(second, arena.heap.end());
        ASSERT_EQ(arena.heap.ResidentInFreeChunks(), FakeHeap::kPage);
        EXPECT_EQ(arena.Run().pieces, pages <= 3 ? 1U : 0U) << "malloc's header may be on it";
    }
}

TEST(Borrow, HasChunksSortedByRequestsOfManySizes)
{
    FakeArena arena(MixedChunks(200 * kMiB, 45 * kKiB));
    (void)arena.Run();
    EXPECT_GE(arena.small_requests.size(), 32U) << "so that no chunk fits all of them";
    EXPECT_GT(*arena.small_requests.begin(), 1080U) << "a tcache would serve it";
}

TEST(Borrow, OfAChunkThatIsMostOfWhatIsFreeReleasesAsMuchAsMayBeHeld)
{
    FakeArena arena({{400 * kMiB, false}});
    const trim_borrow_result result = arena.Run();
    EXPECT_GE(result.dropped_bytes, 400 * kMiB / 8 * 5 - kMiB);
    EXPECT_LE(arena.held_max_bytes, 400 * kMiB / 8 * 5 + FakeArena::kSmall);
    EXPECT_EQ(arena.outside_max_bytes, 0U);
}

TEST(BorrowTop, IsTakenWholeAndCountedApart)
{
    FakeArena arena(MixedChunks(100 * kMiB, 45 * kKiB), 50 * kMiB);
    const uint64_t before = arena.heap.ResidentInFreeChunks(kLeastChunk);
    const trim_borrow_result result = arena.Run(arena.heap.Measured(true));
    EXPECT_LE(arena.heap.ResidentInTop(), 4 * FakeHeap::kPage);
    EXPECT_GE(result.top_dropped_bytes, 50 * kMiB - 4 * FakeHeap::kPage);
    EXPECT_LE(result.top_dropped_bytes, 50 * kMiB);
    EXPECT_GE(result.dropped_bytes, result.top_dropped_bytes + before / 50 * 49);
    EXPECT_EQ(arena.outside_max_bytes, 0U);
}

TEST(BorrowTop, ComesAfterChunksThatAreAsLarge)
{
    FakeArena arena(With(MixedChunks(100 * kMiB, 45 * kKiB), {{20 * kMiB, false}}), 10 * kMiB);
    const trim_borrow_result result = arena.Run(arena.heap.Measured(true));
    EXPECT_LE(arena.heap.ResidentInTop(), 4 * FakeHeap::kPage);
    EXPECT_GE(result.top_dropped_bytes, 10 * kMiB - 4 * FakeHeap::kPage);
    EXPECT_LE(result.top_dropped_bytes, 10 * kMiB);
    EXPECT_EQ(result.top_dropped_bytes % FakeHeap::kPage, 0U);
}

TEST(BorrowTop, IsToldOfWhatWasPartOfItWhenTheApplicationHasTakenItsEnd)
{
    FakeArena arena({{20 * kMiB, false}});
    trim_borrow_arena measured = arena.heap.Measured(false);
    measured.top_start = arena.heap.start() + FakeHeap::kPage;
    const trim_borrow_result result = arena.Run(measured);
    EXPECT_GE(result.top_dropped_bytes, 20 * kMiB - 2 * FakeHeap::kPage);
}

TEST(BorrowTop, IsNotWhatEndsBeforeIt)
{
    FakeArena arena({{20 * kMiB, false}, {kMiB, false}});
    trim_borrow_arena measured = arena.heap.Measured(false);
    measured.top_start = measured.end - kMiB; /* The application has taken all of it. */
    const trim_borrow_result result = arena.Run(measured);
    EXPECT_LE(result.top_dropped_bytes, kMiB);
    EXPECT_GE(result.dropped_bytes, 20 * kMiB);
}

TEST(BorrowTop, IsLeftAloneWhereItIsNotWanted)
{
    FakeArena arena(MixedChunks(100 * kMiB, 45 * kKiB), 50 * kMiB);
    const uint64_t before = arena.heap.ResidentInTop();
    const trim_borrow_result result = arena.Run();
    EXPECT_EQ(arena.heap.ResidentInTop(), before);
    EXPECT_EQ(result.top_dropped_bytes, 0U);
}

TEST(BorrowTop, IsTakenHoweverSmallTheArenaIs)
{
    FakeArena arena({}, 256 * kKiB); /* A hundredth of it is less than a page. */
    const trim_borrow_result result = arena.Run(arena.heap.Measured(true));
    EXPECT_GE(result.top_dropped_bytes, 256 * kKiB - 4 * FakeHeap::kPage);
}

TEST(BorrowTop, OfAPageOrTwoIsLeftAlone)
{
    FakeArena arena({}, 2 * FakeHeap::kPage);
    EXPECT_EQ(arena.Run(arena.heap.Measured(true)).calls, 0U);
}

TEST(BorrowTop, IsAllThereMayBe)
{
    FakeArena arena({}, 50 * kMiB);
    const trim_borrow_result result = arena.Run(arena.heap.Measured(true));
    EXPECT_EQ(result.dropped_bytes, result.top_dropped_bytes);
    EXPECT_GE(result.top_dropped_bytes, 50 * kMiB - 4 * FakeHeap::kPage);
}

TEST(BorrowResult, AddsUpOverArenas)
{
    trim_borrow_result sum = {10, 1, 2, 3, 100, 50, 7, 4, 1, 5, false};
    const trim_borrow_result more = {20, 2, 3, 4, 90, 60, 6, 5, 2, 6, true};
    trim_borrow_add(&sum, &more);
    EXPECT_EQ(sum.dropped_bytes, 30U);
    EXPECT_EQ(sum.top_dropped_bytes, 3U);
    EXPECT_EQ(sum.pieces, 5U);
    EXPECT_EQ(sum.calls, 7U);
    EXPECT_EQ(sum.held_max_bytes, 100U);
    EXPECT_EQ(sum.held_max_ns, 60U);
    EXPECT_EQ(sum.longest_call_ns, 7U);
    EXPECT_EQ(sum.grown_bytes, 9U);
    EXPECT_EQ(sum.heaps_gone, 3U);
    EXPECT_EQ(sum.paused_ns, 11U);
    EXPECT_TRUE(sum.gave_way);
    const trim_borrow_result nothing = {};
    trim_borrow_add(&sum, &nothing);
    EXPECT_TRUE(sum.gave_way) << "once is enough";
}

} // namespace

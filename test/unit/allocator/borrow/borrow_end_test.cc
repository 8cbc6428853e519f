/* How borrowing ends early: each time with all pieces given back, which the fake arena checks. */
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "borrow.h"
#include "chunk_sizes.h"
#include "fake_arena.h"

namespace
{

constexpr uint64_t kKiB = TRIM_KIB;
constexpr uint64_t kMiB = TRIM_MIB;

/* After how many requests it happens, or after a fiftieth as many drops: those are of many pieces.
 */
class BorrowEnds : public testing::TestWithParam<uint64_t>
{
protected:
    /* Lets it happen from the given request on. */
    void OnTake(void (*happen)(FakeArena &arena))
    {
        arena_.on_take = [this, happen] {
            if (arena_.takes >= GetParam()) {
                happen(arena_);
            }
        };
    }
    static uint64_t Drops()
    {
        return GetParam() / 50;
    }
    void OnDrop(void (*happen)(FakeArena &arena))
    {
        arena_.on_drop = [this, happen] {
            if (arena_.drops >= Drops()) {
                happen(arena_);
            }
        };
    }

    void ExpectAllChunksFree() const
    {
        EXPECT_EQ(arena_.heap.free_chunks(), chunks_);
    }

    /* Those of one size are more than is held at once. */
    FakeArena arena_{
        With(PartlyDry(50, MixedChunks(100 * kMiB, 45 * kKiB)), EqualChunks(1500, 70000)),
        30 * kMiB};
    const size_t chunks_ = arena_.heap.free_chunks();
    trim_borrow_arena measured_ = arena_.heap.Measured(true);
};

TEST_P(BorrowEnds, WhenItIsCancelled)
{
    OnTake([](FakeArena &arena) { arena.cancelled = true; });
    const trim_borrow_result result = arena_.Run(measured_);
    EXPECT_TRUE(result.gave_way);
    EXPECT_EQ(arena_.takes, GetParam() + 1) << "nothing more is taken";
    ExpectAllChunksFree();
}

TEST_P(BorrowEnds, WhenItIsCancelledWhilePagesAreDropped)
{
    OnDrop([](FakeArena &arena) { arena.cancelled = true; });
    const trim_borrow_result result = arena_.Run(measured_);
    EXPECT_TRUE(result.gave_way);
    EXPECT_EQ(arena_.drops, Drops() + 1) << "nothing more is dropped";
    ExpectAllChunksFree();
}

TEST_P(BorrowEnds, WhenItsTimeIsOver)
{
    OnTake([](FakeArena &arena) { arena.now_ns += TRIM_NS_PER_S; });
    measured_.deadline_ns = arena_.now_ns + TRIM_NS_PER_S;
    const trim_borrow_result result = arena_.Run(measured_);
    EXPECT_TRUE(result.gave_way);
    EXPECT_LE(arena_.takes, GetParam() + 1);
    ExpectAllChunksFree();
}

TEST_P(BorrowEnds, WhenThereIsNoMemory)
{
    OnTake([](FakeArena &arena) { arena.memory_is_out = true; });
    (void)arena_.Run(measured_);
    EXPECT_EQ(arena_.takes, GetParam() + 1);
    ExpectAllChunksFree();
}

TEST_P(BorrowEnds, WhenPagesCannotBeDropped)
{
    OnDrop([](FakeArena &arena) { arena.drops_fail = true; });
    (void)arena_.Run(measured_);
    /* It tries others of each size, since only these may be locked. */
    EXPECT_LE(arena_.drops, Drops() + chunks_);
    EXPECT_EQ(arena_.outside_max_bytes, 0U);
    ExpectAllChunksFree();
}

TEST(BorrowOfATopThatCannotBeDropped, CountsNoneOfIt)
{
    FakeArena arena({}, 4 * kMiB);
    arena.drops_fail = true;
    const trim_borrow_result result = arena.Run(arena.heap.Measured(true));
    EXPECT_EQ(result.dropped_bytes, 0U);
    EXPECT_EQ(result.top_dropped_bytes, 0U) << "it is part of that";
}

TEST(BorrowOfAnArenaThatIsLockedInPart, ReleasesTheOtherPartAndTellsNoMore)
{
    FakeArena arena(MixedChunks(100 * kMiB, 45 * kKiB));
    arena.locked_before = arena.heap.start() + 50 * kMiB;
    const uint64_t before = arena.heap.ResidentInFreeChunks();
    const trim_borrow_result result = arena.Run();
    EXPECT_FALSE(result.gave_way);
    EXPECT_GE(result.dropped_bytes, before / 2);
    EXPECT_EQ(result.dropped_bytes, before - arena.heap.ResidentInFreeChunks());
}

TEST_P(BorrowEnds, WhenTheApplicationTakesMemory)
{
    arena_.on_take = [this] {
        if (arena_.takes == GetParam()) {
            arena_.grown_bytes = measured_.system_bytes / 100 + 1;
        }
    };
    const trim_borrow_result result = arena_.Run(measured_);
    EXPECT_TRUE(result.gave_way);
    /* It looks when it gives back, which is after an eighth of what is free at the latest. */
    EXPECT_LE(arena_.takes, GetParam() + chunks_ / 4);
    ExpectAllChunksFree();
}

TEST_P(BorrowEnds, WithoutGivingWayWhenHeapsHaveGone)
{
    arena_.on_take = [this] {
        if (arena_.takes == GetParam()) {
            arena_.heaps_gone = 2;
            arena_.grown_bytes = measured_.system_bytes; /* Whatever seems so. */
        }
    };
    const trim_borrow_result result = arena_.Run(measured_);
    EXPECT_FALSE(result.gave_way);
    EXPECT_EQ(result.heaps_gone, 2U);
    EXPECT_LE(arena_.takes, GetParam() + chunks_ / 4);
    ExpectAllChunksFree();
}

TEST_P(BorrowEnds, NotWhenTheApplicationTakesAHundredth)
{
    arena_.grown_bytes = measured_.system_bytes / 100;
    const trim_borrow_result result = arena_.Run(measured_);
    EXPECT_FALSE(result.gave_way);
    ExpectAllChunksFree();
}

INSTANTIATE_TEST_SUITE_P(After, BorrowEnds, testing::Values(0, 1, 2, 100, 1500));

TEST(BorrowBeforehand, CancelledTakesNothing)
{
    FakeArena arena(MixedChunks(50 * kMiB, 45 * kKiB), 10 * kMiB);
    arena.cancelled = true;
    const trim_borrow_result result = arena.Run(arena.heap.Measured(true));
    EXPECT_EQ(arena.takes, 0U);
    EXPECT_EQ(result.calls, 0U);
    EXPECT_TRUE(result.gave_way);
}

TEST(BorrowBeforehand, TooLateTakesNothing)
{
    FakeArena arena(MixedChunks(50 * kMiB, 45 * kKiB), 10 * kMiB);
    trim_borrow_arena measured = arena.heap.Measured(true);
    measured.deadline_ns = arena.now_ns;
    EXPECT_TRUE(arena.Run(measured).gave_way);
    EXPECT_EQ(arena.takes, 0U);
}

/* The application has taken the largest chunk meanwhile, and the others end with one of 5 MiB. */
class BorrowOfAnArenaThatHasChanged : public testing::Test
{
protected:
    BorrowOfAnArenaThatHasChanged()
    {
        measured_.largest_bytes = 20 * kMiB;
    }

    FakeArena arena_{With(EqualChunks(50, 70000), {{5 * kMiB, false}})};
    trim_borrow_arena measured_ = arena_.heap.Measured(false);
};

TEST_F(BorrowOfAnArenaThatHasChanged, GivesWayWhereARequestMadeTheHeapGrowByMoreThanAHundredth)
{
    const trim_borrow_result result = arena_.Run(measured_);
    EXPECT_TRUE(result.gave_way);
    EXPECT_GE(result.grown_bytes, 5 * kMiB - FakeArena::kSmall);
    EXPECT_LE(result.grown_bytes, 5 * kMiB);
    EXPECT_LE(arena_.heap.ResidentInFreeChunks(), kMiB) << "what there was is released";
}

TEST_F(BorrowOfAnArenaThatHasChanged, DoesNotGiveWayWhereARequestMadeTheHeapGrowByAHundredth)
{
    measured_.system_bytes = 100 * 5 * kMiB;
    const trim_borrow_result result = arena_.Run(measured_);
    EXPECT_FALSE(result.gave_way);
    EXPECT_GT(result.grown_bytes, 0U);
}

TEST_F(BorrowOfAnArenaThatHasChanged, DoesNotGiveWayWhereItsLastHeapHasGone)
{
    arena_.heaps_gone = 1; /* The largest was in that. */
    const trim_borrow_result result = arena_.Run(measured_);
    EXPECT_FALSE(result.gave_way);
    EXPECT_EQ(result.heaps_gone, 1U);
    EXPECT_GT(result.grown_bytes, 0U);
}

TEST(BorrowOfAnArenaThatHasGrown, PassesOverAChunkBeyondTheMeasuredEnd)
{
    for (const uint64_t stranger : {10 * kKiB, 40 * kKiB, 200 * kKiB}) {
        FakeArena arena(MixedChunks(200 * kMiB, 90 * kKiB));
        arena.heap.stranger_bytes = stranger;
        const uint64_t wanted = arena.heap.ResidentInFreeChunks();
        const trim_borrow_result result = arena.Run();
        EXPECT_FALSE(result.gave_way);
        EXPECT_GE(result.dropped_bytes, wanted / 10 * 9) << stranger;
    }
}

/* Dropping takes ten times as long as usual, so that time runs out before the bytes do. */
class BorrowSlowly : public testing::TestWithParam<uint64_t>
{
};

TEST_P(BorrowSlowly, SeesWithin60MillisecondsThatTheApplicationTakesMemory)
{
    FakeArena arena(EqualChunks(3000, GetParam()));
    arena.ns_per_mib = TRIM_NS_PER_MS;
    const trim_borrow_arena measured = arena.heap.Measured(false);
    const uint64_t began_ns = arena.now_ns;
    uint64_t grown_at_ns = 0;
    arena.on_drop = [&] {
        if (grown_at_ns == 0 && arena.now_ns - began_ns >= 70 * TRIM_NS_PER_MS) {
            grown_at_ns = arena.now_ns;
            arena.grown_bytes = measured.system_bytes / 100 + 1;
        }
    };
    EXPECT_TRUE(arena.Run(measured).gave_way);
    ASSERT_NE(grown_at_ns, 0U);
    /* The last step of dropping, and giving back, come on top. */
    EXPECT_LE(arena.now_ns - grown_at_ns, 70 * TRIM_NS_PER_MS);
}

TEST_P(BorrowSlowly, TellsHowLongAPieceWasHeld)
{
    FakeArena arena(With(EqualChunks(500, GetParam()), {{300 * kMiB, false}}), 300 * kMiB);
    arena.ns_per_mib = TRIM_NS_PER_MS;
    const trim_borrow_result result = arena.Run(arena.heap.Measured(true));
    EXPECT_GE(arena.held_max_ns, 40 * TRIM_NS_PER_MS) << "it is long enough to matter";
    EXPECT_GE(result.held_max_ns + TRIM_NS_PER_MS, arena.held_max_ns);
    EXPECT_LE(result.held_max_ns, arena.held_max_ns + TRIM_NS_PER_MS);
    EXPECT_FALSE(result.gave_way);
}

TEST(BorrowSlowlyOfATop, TakesItAgainUntilItIsDone)
{
    FakeArena arena({}, 200 * kMiB);
    arena.ns_per_mib = TRIM_NS_PER_MS;
    const trim_borrow_result result = arena.Run(arena.heap.Measured(true));
    EXPECT_LE(arena.held_max_ns, 60 * TRIM_NS_PER_MS);
    EXPECT_GE(result.top_dropped_bytes, 199 * kMiB);
}

TEST(BorrowSlowlyOfATop, GivesItUpAfterEightTimes)
{
    FakeArena arena({}, 200 * kMiB);
    arena.ns_per_mib = 10 * TRIM_NS_PER_MS; /* One step of 8 MiB takes longer than it is held. */
    EXPECT_EQ(arena.Run(arena.heap.Measured(true)).top_dropped_bytes, 8 * 8 * kMiB);
}

TEST(BorrowSlowlyOfAChunk, GivesItUpAfterNineTimes)
{
    FakeArena arena({{200 * kMiB, false}});
    arena.ns_per_mib = 10 * TRIM_NS_PER_MS;
    EXPECT_EQ(arena.Run().dropped_bytes, 9 * 8 * kMiB);
}

TEST(BorrowSlowlyOfTwoHeaps, AsksForNoThirdOne)
{
    FakeArena arena({{64 * kMiB, false}, {64 * kMiB, false}});
    arena.ns_per_mib = TRIM_NS_PER_MS;
    const trim_borrow_result result = arena.Run();
    EXPECT_FALSE(result.gave_way) << "no chunk like these was left to ask for";
    EXPECT_LE(arena.heap.ResidentInFreeChunks(), kMiB);
}

TEST_P(BorrowSlowly, ReleasesNoLessForIt)
{
    FakeArena arena(EqualChunks(500, GetParam()));
    arena.ns_per_mib = TRIM_NS_PER_MS;
    const uint64_t before = arena.heap.ResidentInFreeChunks();
    (void)arena.Run();
    EXPECT_LE(arena.heap.ResidentInFreeChunks(), before / 50);
}

INSTANTIATE_TEST_SUITE_P(Chunks, BorrowSlowly, testing::Values(70000, 1500000));

} // namespace

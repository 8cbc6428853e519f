/* Entering arenas of a fake malloc: what is proven, and what ends it for good. */
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "arena_enter.h"
#include "arena_ring.h"
#include "fake_arenas.h"
#include "quantity.h"

namespace
{

class ArenaDoor : public testing::Test
{
protected:
    void ExpectRefused(FakeArenas &arenas, const char *refusal)
    {
        const uint64_t before = arenas.Word();
        arenas.Open(&door_);
        EXPECT_STREQ(door_.refusal, refusal);
        EXPECT_EQ(arenas.Word(), before);
        EXPECT_FALSE(trim_arena_enter(&door_, FakeArenas::Arena(2), 0));
        EXPECT_EQ(arenas.Word(), before);
        EXPECT_EQ(arenas.blocks, 0U);
    }

    trim_arena_door door_ = {};
};

TEST_F(ArenaDoor, LeadsToAllArenasAndBack)
{
    for (const size_t own : {0U, 1U, 3U}) {
        FakeArenas arenas(5, own);
        door_ = {};
        arenas.Open(&door_);
        EXPECT_EQ(door_.refusal, nullptr) << own;
        EXPECT_EQ(door_.main_address, FakeArenas::kMain);
        for (size_t arena = 0; arena < 5; ++arena) {
            const uint64_t address = arena == 0 ? TRIM_MAIN_ARENA : FakeArenas::Arena(arena);
            ASSERT_TRUE(trim_arena_enter(&door_, address, 0)) << arena;
            EXPECT_EQ(arenas.Word(), FakeArenas::Arena(arena));
            EXPECT_TRUE(trim_arena_may_ask(&door_));
            EXPECT_TRUE(trim_arena_inside(&door_));
            trim_arena_leave(&door_);
            EXPECT_EQ(arenas.Word(), FakeArenas::Arena(own));
        }
        EXPECT_EQ(arenas.served.size(), 5U);
        EXPECT_EQ(arenas.blocks, 0U);
    }
}

TEST_F(ArenaDoor, IsProvenByTheMainArenaWhereThereIsNoThirdOne)
{
    FakeArenas arenas(2);
    arenas.Open(&door_);
    EXPECT_TRUE(door_.proven);
    EXPECT_TRUE(trim_arena_enter(&door_, TRIM_MAIN_ARENA, 0));
    trim_arena_leave(&door_);
}

TEST_F(ArenaDoor, StaysOpenWhereThereIsTheMainArenaAlone)
{
    FakeArenas arenas(1, 0);
    arenas.Open(&door_);
    EXPECT_FALSE(door_.proven);
    EXPECT_EQ(door_.refusal, nullptr);
    EXPECT_TRUE(trim_arena_enter(&door_, TRIM_MAIN_ARENA, 0)) << "the thread is there anyway";
    trim_arena_leave(&door_);
    EXPECT_FALSE(trim_arena_enter(&door_, FakeArenas::Arena(1), 0));
}

TEST_F(ArenaDoor, IsShutWhereNoWordHoldsTheArena)
{
    FakeArenas arenas(3);
    arenas.words[FakeArenas::kWord] = 0;
    arenas.empty.insert(0);
    /* Blocks come from the main arena then, whose address no word holds. */
    ExpectRefused(arenas, "the word that names a thread's arena was not found");
}

TEST_F(ArenaDoor, IsShutWhereSeveralWordsHoldTheArena)
{
    FakeArenas arenas(3);
    arenas.words[9] = FakeArenas::Arena(1);
    ExpectRefused(arenas, "the word that names a thread's arena was not found");
    EXPECT_EQ(arenas.words[9], FakeArenas::Arena(1)) << "nothing was tried";
}

TEST_F(ArenaDoor, IsShutWhereBlocksDoNotTell)
{
    FakeArenas arenas(3);
    arenas.blocks_tell = false;
    ExpectRefused(arenas, "malloc's blocks do not tell their arena");
}

TEST_F(ArenaDoor, IsShutWhereATcacheServes)
{
    for (const size_t count : {2U, 4U}) {
        FakeArenas arenas(count);
        door_ = {};
        arenas.word_counts = false;
        ExpectRefused(arenas, "malloc's blocks do not come from the arena that is asked");
    }
}

TEST_F(ArenaDoor, IsProvenByAnotherArenaWhereOneCannotServe)
{
    FakeArenas arenas(4);
    arenas.empty = {FakeArenas::Arena(2)};
    arenas.Open(&door_);
    EXPECT_TRUE(door_.proven);
    EXPECT_FALSE(trim_arena_enter(&door_, FakeArenas::Arena(2), 0));
    EXPECT_EQ(arenas.Word(), FakeArenas::Arena(1));
    EXPECT_EQ(door_.refusal, nullptr) << "it may serve another time";
    EXPECT_TRUE(trim_arena_enter(&door_, FakeArenas::Arena(3), 0));
    trim_arena_leave(&door_);
}

TEST_F(ArenaDoor, KnowsTheMainArenaByTheRingAlone)
{
    FakeArenas arenas(4);
    for (size_t arena = 1; arena < 4; ++arena) {
        /* A pointer into the library that leads nowhere, and a list of some arenas. */
        arenas.memory[FakeArenas::Arena(arena) + 0x40] = FakeArenas::kData + 0x800;
        arenas.memory[FakeArenas::Arena(arena) + 0x48] = FakeArenas::Arena(arena % 3 + 1);
    }
    arenas.Open(&door_);
    EXPECT_EQ(door_.main_address, FakeArenas::kMain);
}

std::vector<uint64_t> Names(const trim_arena_door &door, uint64_t arenas, size_t known)
{
    std::vector<trim_arena_figures> figures(known);
    for (trim_arena_figures &one : figures) {
        one.arena = 4711;
    }
    trim_arena_ring_name(&door, arenas, figures.data(), figures.size());
    std::vector<uint64_t> names;
    for (const trim_arena_figures &one : figures) {
        names.push_back(one.arena);
    }
    return names;
}

TEST_F(ArenaDoor, NamesTheArenasInTheOrderOfTheRing)
{
    FakeArenas arenas(4);
    arenas.Open(&door_);
    const std::vector<uint64_t> all = {TRIM_MAIN_ARENA, FakeArenas::Arena(1), FakeArenas::Arena(2),
                                       FakeArenas::Arena(3)};
    EXPECT_EQ(Names(door_, 4, 4), all);
    EXPECT_EQ(Names(door_, 4, 2), std::vector<uint64_t>(all.begin(), all.begin() + 2))
        << "figures of the others have no place";
}

TEST_F(ArenaDoor, NamesNoArenaWhereTheRingHasOthersByNow)
{
    FakeArenas arenas(4);
    arenas.Open(&door_);
    EXPECT_EQ(Names(door_, 3, 3), std::vector<uint64_t>(3)) << "one was made meanwhile";
    EXPECT_EQ(Names(door_, 5, 5), std::vector<uint64_t>(5)) << "it is not the whole ring";
    arenas.memory.erase(FakeArenas::Arena(2) + FakeArenas::kNext);
    EXPECT_EQ(Names(door_, 4, 4), std::vector<uint64_t>(4)) << "it breaks off";
    door_ = {};
    EXPECT_EQ(Names(door_, 4, 4), std::vector<uint64_t>(4)) << "it was not found";
}

TEST_F(ArenaDoor, LeavesTheMainArenaOutWhereItIsNotFound)
{
    FakeArenas arenas(3);
    arenas.memory.erase(FakeArenas::kMain + FakeArenas::kNext);
    arenas.Open(&door_);
    EXPECT_TRUE(door_.proven);
    EXPECT_FALSE(trim_arena_enter(&door_, TRIM_MAIN_ARENA, 0));
    EXPECT_TRUE(trim_arena_enter(&door_, FakeArenas::Arena(2), 0));
    trim_arena_leave(&door_);
    EXPECT_EQ(door_.refusal, nullptr);
}

TEST_F(ArenaDoor, IsShutWhereTheThreadIsInAMainArenaThatIsNotFound)
{
    FakeArenas arenas(3, 0);
    arenas.memory.erase(FakeArenas::kMain + FakeArenas::kNext);
    ExpectRefused(arenas, "the main arena was not found");
}

TEST_F(ArenaDoor, LeadsToTheMainArenaOnlyWhereThereIsRoomForAllThatIsAsked)
{
    FakeArenas arenas(3);
    arenas.Open(&door_);
    arenas.room_bytes = 300 * TRIM_MIB;
    EXPECT_FALSE(trim_arena_enter(&door_, TRIM_MAIN_ARENA, 300 * TRIM_MIB));
    EXPECT_EQ(arenas.served.count(FakeArenas::kMain), 0U) << "not even a kilobyte was asked for";
    EXPECT_TRUE(trim_arena_enter(&door_, FakeArenas::Arena(2), 300 * TRIM_MIB));
    trim_arena_leave(&door_);
    EXPECT_TRUE(trim_arena_enter(&door_, TRIM_MAIN_ARENA, 200 * TRIM_MIB));
    trim_arena_leave(&door_);
    EXPECT_EQ(door_.refusal, nullptr);
}

TEST_F(ArenaDoor, AsksTheMainArenaForNoMoreOnceTheRoomIsGone)
{
    FakeArenas arenas(3);
    arenas.Open(&door_);
    ASSERT_TRUE(trim_arena_enter(&door_, TRIM_MAIN_ARENA, 0));
    arenas.room_bytes = 0;
    int requests = 0;
    while (requests < 1000 && trim_arena_may_ask(&door_)) {
        ++requests;
    }
    EXPECT_LT(requests, 64);
    trim_arena_leave(&door_);
    const size_t rooms = arenas.rooms;
    ASSERT_TRUE(trim_arena_enter(&door_, FakeArenas::Arena(2), 0));
    for (int i = 0; i < 1000; ++i) {
        EXPECT_TRUE(trim_arena_may_ask(&door_));
    }
    trim_arena_leave(&door_);
    EXPECT_EQ(arenas.rooms, rooms) << "others do without";
}

TEST_F(ArenaDoor, IsShutForGoodOnceMallocHasMovedTheThread)
{
    FakeArenas arenas(4);
    arenas.Open(&door_);
    ASSERT_TRUE(trim_arena_enter(&door_, TRIM_MAIN_ARENA, 0));
    arenas.words[FakeArenas::kWord] = FakeArenas::Arena(3);
    EXPECT_FALSE(trim_arena_inside(&door_));
    trim_arena_leave(&door_);
    ExpectRefused(arenas, "malloc has attached the agent's thread to another arena");
    EXPECT_EQ(arenas.Word(), FakeArenas::Arena(1));
}

TEST_F(ArenaDoor, LetsMallocMoveTheThreadFromItsOwnArena)
{
    FakeArenas arenas(4);
    arenas.Open(&door_);
    ASSERT_TRUE(trim_arena_enter(&door_, FakeArenas::Arena(1), 0));
    arenas.words[FakeArenas::kWord] = FakeArenas::Arena(3);
    trim_arena_leave(&door_);
    arenas.Open(&door_);
    EXPECT_EQ(door_.refusal, nullptr);
    ASSERT_TRUE(trim_arena_enter(&door_, FakeArenas::Arena(2), 0));
    trim_arena_leave(&door_);
    EXPECT_EQ(arenas.Word(), FakeArenas::Arena(3));
}

TEST_F(ArenaDoor, IsShutForGoodWhereTheFirstRequestMovesTheThread)
{
    FakeArenas arenas(4);
    arenas.attach_to = FakeArenas::Arena(3);
    arenas.attach_at = 2; /* The first is of the thread's own arena. */
    arenas.Open(&door_);
    EXPECT_STREQ(door_.refusal, "malloc has attached the agent's thread to another arena");
    EXPECT_EQ(arenas.Word(), FakeArenas::Arena(1));
}

TEST_F(ArenaDoor, IsShutWhereTheWordNamesNoArenaAnyMore)
{
    FakeArenas arenas(4);
    arenas.Open(&door_);
    ASSERT_TRUE(door_.proven);
    arenas.words[FakeArenas::kWord] = 4711;
    ExpectRefused(arenas, "the word that names a thread's arena was not found again");
}

} // namespace

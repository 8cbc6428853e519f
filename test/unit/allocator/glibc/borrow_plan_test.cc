#include "borrow_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "arena_map_sample.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;
constexpr uint64_t kPage = 4096;
constexpr uint64_t kChunks = 100;

/* malloc_trim's for an arena of these figures. */
uint64_t Work(uint64_t bytes)
{
    return trim_lock_work(bytes, kChunks);
}

/* How much is resident from an address on, at most; elsewhere nothing is. */
std::map<uint64_t, uint64_t> tops;

uint64_t FakeResident(uint64_t start, uint64_t end)
{
    EXPECT_EQ(start % kPage + end % kPage, 0U) << "whole pages only";
    EXPECT_LT(start, end);
    const auto top = tops.find(end);
    return top == tops.end() ? 0 : std::min(top->second, end - start);
}

/* An arena by malloc_info. */
trim_arena_figures Figures(uint64_t number, uint64_t system, uint64_t inner, uint64_t top)
{
    trim_arena_figures figures = {};
    figures.number = number;
    figures.system_bytes = system;
    figures.inner_bytes = inner;
    figures.chunks = kChunks;
    figures.largest_bytes = 2 * kMiB;
    figures.top_bytes = top;
    return figures;
}

class BorrowPlan : public testing::Test
{
protected:
    void SetUp() override
    {
        tops.clear();
    }

    const trim_borrow_plan &Plan(const std::vector<trim_arena_figures> &figures,
                                 uint64_t expected_bytes = 0)
    {
        *plan_ = {};
        plan_->count = 99; /* Left from the plan before. */
        plan_->longest_work = plan_->work = plan_->other_work = UINT64_MAX;
        plan_->tops_bytes = plan_->other_bytes = UINT64_MAX;
        trim_borrow_make_plan(plan_.get(), &sample_.get(), figures.data(), figures.size(), kPage,
                              FakeResident, expected_bytes);
        return *plan_;
    }

    SampleMap sample_;
    std::unique_ptr<trim_borrow_plan> plan_ = std::make_unique<trim_borrow_plan>();
};

TEST_F(BorrowPlan, MergesWhereOneOfTheArenasHasMuchInFastbins)
{
    sample_.Add(0, 0, 0, kHeapBytes, kHeapBytes);
    sample_.Add(1, 1, 1, 60 * kMiB, 60 * kMiB);
    trim_arena_figures one = Figures(1, kHeapBytes, 30 * kMiB, 0);
    trim_arena_figures two = Figures(2, 60 * kMiB, 30 * kMiB, 0);
    EXPECT_FALSE(Plan({one, two}).merges);
    one.free_bytes = two.free_bytes = 32 * kMiB;
    one.fast_bytes = 2 * kMiB;
    EXPECT_TRUE(Plan({one, two}).merges);
    one.fast_bytes = 0;
    two.fast_bytes = 2 * kMiB;
    EXPECT_TRUE(Plan({one, two}).merges);
}

TEST_F(BorrowPlan, TellsArenasApartByTheirSizes)
{
    sample_.Add(0, 0, 0, kHeapBytes, kHeapBytes);
    sample_.Add(1, 1, 1, 60 * kMiB, 60 * kMiB);
    sample_.Add(2, 0, 0, 20 * kMiB, 20 * kMiB);
    const trim_borrow_plan &plan =
        Plan({Figures(1, 60 * kMiB, 30 * kMiB, 0), Figures(2, 84 * kMiB, 40 * kMiB, 0)});
    ASSERT_EQ(plan.count, 2U);
    const trim_borrow_arena &one = plan.arenas[0];
    EXPECT_EQ(one.arena, ArenaOf(1));
    EXPECT_EQ(one.system_bytes, 60 * kMiB);
    EXPECT_EQ(one.free_bytes, 30 * kMiB);
    EXPECT_EQ(one.wanted_bytes, 30 * kMiB);
    EXPECT_EQ(one.largest_bytes, 2 * kMiB);
    EXPECT_EQ(one.chunks, kChunks);
    EXPECT_EQ(one.end, HeapAt(1) + 60 * kMiB);
    EXPECT_EQ(one.top_start, 0U);
    const trim_borrow_arena &two = plan.arenas[1];
    EXPECT_EQ(two.arena, ArenaOf(0));
    EXPECT_EQ(two.wanted_bytes, 40 * kMiB);
    EXPECT_EQ(two.end, HeapAt(2) + 20 * kMiB) << "its newest heap's";
    EXPECT_EQ(plan.longest_work, Work(40 * kMiB));
    EXPECT_EQ(plan.other_bytes, 0U);
    EXPECT_EQ(plan.tops_bytes, 0U);
}

TEST_F(BorrowPlan, TakesAnArenaOnceThatSeemsToHaveTwoNewestHeaps)
{
    sample_.Add(0, 0, 0, kHeapBytes, kHeapBytes);
    sample_.Add(1, 0, 0, 20 * kMiB, 20 * kMiB);
    sample_.Add(2, 0, 0, 10 * kMiB, 10 * kMiB);
    EXPECT_EQ(Plan({Figures(1, kHeapBytes + 30 * kMiB, 40 * kMiB, 0)}).count, 1U);
    EXPECT_EQ(plan_->wet_bytes, 40 * kMiB);
}

TEST_F(BorrowPlan, TellsArenasOfOneSizeApartByTheirAddresses)
{
    sample_.Add(0, 0, 0, 60 * kMiB, 60 * kMiB);
    sample_.Add(1, 1, 1, 60 * kMiB, 60 * kMiB);
    trim_arena_figures one = Figures(1, 60 * kMiB, 30 * kMiB, 0);
    trim_arena_figures two = Figures(2, 60 * kMiB, 20 * kMiB, 0);
    one.arena = ArenaOf(1);
    two.arena = ArenaOf(0);
    one.largest_bytes = 3 * kMiB;
    for (const auto &figures : {std::vector{one, two}, std::vector{two, one}}) {
        const trim_borrow_plan &plan = Plan(figures);
        ASSERT_EQ(plan.count, 2U);
        EXPECT_EQ(plan.arenas[0].arena, ArenaOf(0));
        EXPECT_EQ(plan.arenas[0].free_bytes, 20 * kMiB);
        EXPECT_EQ(plan.arenas[0].largest_bytes, 2 * kMiB);
        EXPECT_EQ(plan.arenas[1].arena, ArenaOf(1));
        EXPECT_EQ(plan.arenas[1].free_bytes, 30 * kMiB);
        EXPECT_EQ(plan.arenas[1].largest_bytes, 3 * kMiB);
        EXPECT_EQ(plan.other_bytes, 0U);
    }
}

TEST_F(BorrowPlan, LeavesArenasThatItCannotTellApartToMallocTrim)
{
    sample_.Add(0, 0, 0, 60 * kMiB, 60 * kMiB);
    sample_.Add(1, 1, 1, 60 * kMiB, 35 * kMiB);
    sample_.Add(2, 2, 2, 50 * kMiB, 50 * kMiB);
    const trim_arena_figures one = Figures(1, 60 * kMiB, 30 * kMiB, 10 * kMiB);
    const trim_arena_figures two = Figures(2, 60 * kMiB, 40 * kMiB, 0);
    const trim_arena_figures three = Figures(3, 50 * kMiB, 10 * kMiB, 0);
    for (const auto &figures : {std::vector{one, two, three}, std::vector{two, one, three}}) {
        const trim_borrow_plan &plan = Plan(figures);
        ASSERT_EQ(plan.count, 1U);
        EXPECT_EQ(plan.arenas[0].arena, ArenaOf(2));
        EXPECT_EQ(plan.other_bytes, (30 + 5) * kMiB) << "what is resident of the least";
        EXPECT_EQ(plan.other_work, Work(30 * kMiB)) << "of one of them";
        EXPECT_EQ(plan.wet_bytes, (30 + 5 + 10) * kMiB);
        EXPECT_EQ(plan.longest_work, Work(30 * kMiB));
    }
}

TEST_F(BorrowPlan, LeavesArenasOutWhoseSizeHasChanged)
{
    sample_.Add(0, 0, 0, 60 * kMiB, 60 * kMiB);
    EXPECT_EQ(Plan({Figures(1, 61 * kMiB, 30 * kMiB, 0)}).count, 0U);
    EXPECT_EQ(Plan({Figures(0, 60 * kMiB, 30 * kMiB, 0)}).count, 0U) << "it is the main arena's";
    trim_arena_figures known = Figures(1, 61 * kMiB, 30 * kMiB, 0);
    known.arena = ArenaOf(0);
    EXPECT_EQ(Plan({known}).count, 0U);
    EXPECT_EQ(Plan({}).count, 0U);
}

TEST_F(BorrowPlan, TakesTheMainArenaWhateverItsSizeIs)
{
    /* Others may have moved the break, so that malloc_info's figure is smaller than the mapping. */
    sample_.SetMain(100 * kMiB, 90 * kMiB);
    const trim_borrow_plan &plan = Plan({Figures(0, 95 * kMiB, 40 * kMiB, 5 * kMiB)});
    ASSERT_EQ(plan.count, 1U);
    EXPECT_EQ(plan.arenas[0].arena, uint64_t{TRIM_MAIN_ARENA});
    EXPECT_EQ(plan.arenas[0].end, kMainStart + 100 * kMiB);
    EXPECT_EQ(plan.arenas[0].wanted_bytes, 40 * kMiB);
    EXPECT_EQ(Plan({Figures(3, 100 * kMiB, 40 * kMiB, 0)}).count, 0U);
}

TEST_F(BorrowPlan, LeavesAMainArenaOutThatIsNotThere)
{
    EXPECT_EQ(Plan({Figures(0, 0, 0, 0)}).count, 0U);
}

TEST_F(BorrowPlan, WantsOnlyWhatIsResident)
{
    sample_.Add(0, 0, 0, kHeapBytes, 50 * kMiB);
    /* 14 MiB in use, 50 free: of what is resident 36 can be free. */
    EXPECT_EQ(Plan({Figures(1, kHeapBytes, 50 * kMiB, 0)}).arenas[0].wanted_bytes, 36 * kMiB);
    EXPECT_EQ(plan_->longest_work, Work(36 * kMiB));
    sample_.get().heaps[0].resident_bytes = 10 * kMiB;
    EXPECT_EQ(Plan({Figures(1, kHeapBytes, 50 * kMiB, 0)}).count, 0U) << "less than what is in use";
    EXPECT_EQ(plan_->other_bytes, 0U);
}

TEST_F(BorrowPlan, WantsAllThatMayBeFreeWhereMuchMoreIsExpected)
{
    sample_.Add(0, 0, 0, kHeapBytes, 40 * kMiB);
    sample_.Add(1, 1, 1, 60 * kMiB, 30 * kMiB);
    /* 24 and 40 MiB are in use; by what is resident 16 and 0 are free. */
    const std::vector<trim_arena_figures> figures = {Figures(1, kHeapBytes, 40 * kMiB, 0),
                                                     Figures(2, 60 * kMiB, 20 * kMiB, 0)};
    EXPECT_EQ(Plan(figures, 16 * kMiB).wet_bytes, 16 * kMiB);
    EXPECT_FALSE(plan_->generous);
    EXPECT_FALSE(Plan(figures, 18 * kMiB).generous);
    EXPECT_EQ(Plan(figures, 20 * kMiB).wet_bytes, 60 * kMiB) << "no more than is free";
    EXPECT_TRUE(plan_->generous);
    ASSERT_EQ(plan_->count, 2U);
    EXPECT_EQ(plan_->arenas[1].wanted_bytes, 20 * kMiB);
    EXPECT_EQ(Plan(figures, 16 * kMiB).wet_bytes, 16 * kMiB) << "it is not kept";
}

TEST_F(BorrowPlan, VisitsArenasThatHoldEnough)
{
    sample_.Add(0, 0, 0, kHeapBytes, kHeapBytes);
    sample_.Add(1, 1, 1, 60 * kMiB, 60 * kMiB);
    const trim_borrow_plan &plan = Plan({Figures(1, kHeapBytes, TRIM_BORROW_VISIT_BYTES, 0),
                                         Figures(2, 60 * kMiB, TRIM_BORROW_VISIT_BYTES - 1, 0)});
    ASSERT_EQ(plan.count, 1U);
    EXPECT_EQ(plan.arenas[0].arena, ArenaOf(0));
    EXPECT_EQ(plan.other_bytes, TRIM_BORROW_VISIT_BYTES - 1);
    EXPECT_EQ(plan.other_work, Work(TRIM_BORROW_VISIT_BYTES - 1));
    EXPECT_EQ(plan.longest_work, Work(TRIM_BORROW_VISIT_BYTES));
}

TEST_F(BorrowPlan, TakesATopThatHoldsEnoughByWholePages)
{
    sample_.Add(0, 0, 0, kHeapBytes, 30 * kMiB);
    const uint64_t end = HeapAt(0) + kHeapBytes;
    tops[end] = TRIM_BORROW_TOP_BYTES;
    const trim_borrow_plan &plan = Plan({Figures(1, kHeapBytes, 0, 20 * kMiB + 100)});
    ASSERT_EQ(plan.count, 1U);
    EXPECT_EQ(plan.arenas[0].top_start, end - 20 * kMiB);
    EXPECT_EQ(plan.arenas[0].wanted_bytes, 0U);
    EXPECT_EQ(plan.tops_bytes, TRIM_BORROW_TOP_BYTES);
    EXPECT_EQ(plan.longest_work, Work(0)) << "malloc_trim does not touch it";

    tops[end] = TRIM_BORROW_TOP_BYTES - kPage;
    EXPECT_EQ(Plan({Figures(1, kHeapBytes, 0, 20 * kMiB + 100)}).count, 0U);
    EXPECT_EQ(plan_->tops_bytes, 0U) << "nobody would come to it";
}

TEST_F(BorrowPlan, DoesNotTakeTheTopsPagesForFreeChunks)
{
    sample_.Add(0, 0, 0, kHeapBytes, 54 * kMiB);
    tops[HeapAt(0) + kHeapBytes] = 10 * kMiB;
    /* 14 in use, 30 free, 20 top: of 54 resident 14 are in use and 10 are the top's. */
    const trim_borrow_plan &plan = Plan({Figures(1, kHeapBytes, 30 * kMiB, 20 * kMiB)});
    ASSERT_EQ(plan.count, 1U);
    EXPECT_EQ(plan.arenas[0].wanted_bytes, 30 * kMiB);
    sample_.get().heaps[0].resident_bytes = 44 * kMiB;
    EXPECT_EQ(Plan({Figures(1, kHeapBytes, 30 * kMiB, 20 * kMiB)}).arenas[0].wanted_bytes,
              20 * kMiB);
}

TEST_F(BorrowPlan, CountsTheMainTopAmongWhatMallocTrimDrops)
{
    sample_.SetMain(100 * kMiB, 100 * kMiB);
    tops[kMainStart + 100 * kMiB] = 50 * kMiB;
    const trim_borrow_plan &plan = Plan({Figures(0, 100 * kMiB, 40 * kMiB, 50 * kMiB)});
    EXPECT_EQ(plan.longest_work, Work(90 * kMiB));
    EXPECT_EQ(plan.tops_bytes, 0U) << "of non-main arenas";
    EXPECT_EQ(plan.arenas[0].top_start, kMainStart + 50 * kMiB);
}

TEST_F(BorrowPlan, SurvivesFiguresThatCannotBe)
{
    sample_.SetMain(100 * kMiB, 100 * kMiB);
    sample_.Add(0, 0, 0, kHeapBytes, kHeapBytes);
    for (const uint64_t top : {UINT64_C(0), kHeapBytes, 2 * kHeapBytes, UINT64_C(1) << 50}) {
        for (const uint64_t inner : {UINT64_C(0), kHeapBytes, UINT64_C(1) << 50}) {
            const trim_borrow_plan &plan =
                Plan({Figures(0, 100 * kMiB, inner, top), Figures(1, kHeapBytes, inner, top)});
            for (size_t i = 0; i < plan.count; ++i) {
                EXPECT_LE(plan.arenas[i].wanted_bytes, 100 * kMiB);
            }
        }
    }
}

TEST_F(BorrowPlan, LeavesOutWhatItHasNoRoomFor)
{
    std::vector<trim_arena_figures> figures;
    for (uint64_t i = 0; i < TRIM_BORROW_ARENAS_MAX + 3; ++i) {
        sample_.Add(i, i, i, 40 * kMiB + i * kPage, 40 * kMiB + i * kPage);
        figures.push_back(Figures(i + 1, 40 * kMiB + i * kPage, 10 * kMiB, 0));
    }
    const trim_borrow_plan &plan = Plan(figures);
    EXPECT_EQ(plan.count, uint64_t{TRIM_BORROW_ARENAS_MAX});
    EXPECT_GT(plan.other_bytes, 25 * kMiB) << "malloc_trim's";
}

TEST_F(BorrowPlan, KnowsOnlyTheMainArenaWhereTheMapHasNoRoomForAllHeaps)
{
    sample_.SetMain(100 * kMiB, 100 * kMiB);
    sample_.Add(0, 0, 0, kHeapBytes, kHeapBytes);
    sample_.get().more = true;
    const trim_borrow_plan &plan =
        Plan({Figures(0, 100 * kMiB, 40 * kMiB, 0), Figures(1, kHeapBytes, 40 * kMiB, 0)});
    ASSERT_EQ(plan.count, 1U);
    EXPECT_EQ(plan.arenas[0].arena, uint64_t{TRIM_MAIN_ARENA});
}

TEST_F(BorrowPlan, SumsUpWhatMallocTrimWouldDo)
{
    sample_.SetMain(100 * kMiB, 100 * kMiB);
    sample_.Add(0, 0, 0, kHeapBytes, kHeapBytes);
    tops[kMainStart + 100 * kMiB] = 50 * kMiB;
    const trim_borrow_plan &plan =
        Plan({Figures(0, 100 * kMiB, 40 * kMiB, 50 * kMiB), Figures(1, kHeapBytes, 30 * kMiB, 0)});
    EXPECT_EQ(plan.work, Work(90 * kMiB) + Work(30 * kMiB));
    EXPECT_EQ(plan.longest_work, Work(90 * kMiB));
}

struct WorthCase {
    trim_mode mode;
    size_t count;
    uint64_t longest;
    uint64_t tops;
    bool worth;
};

/* 10 ms for 100 MiB. */
constexpr trim_lock_time kLock = {95};
constexpr uint64_t kMuch = 101 * kMiB;
constexpr uint64_t kLittle = 99 * kMiB;

TEST(BorrowWorth, DependsOnTheModeTheLongestHoldAndTheTops)
{
    constexpr uint64_t kTops = TRIM_BORROW_TOPS_BYTES;
    const WorthCase cases[] = {
        {TRIM_MODE_AUTO, 1, kMuch, 0, true},        {TRIM_MODE_AUTO, 1, 0, kTops + 1, true},
        {TRIM_MODE_AUTO, 1, kLittle, kTops, false}, {TRIM_MODE_AUTO, 0, kMuch, kMuch, false},
        {TRIM_MODE_BORROW, 1, 0, 0, true},          {TRIM_MODE_BORROW, 0, kMuch, kMuch, false},
        {TRIM_MODE_TRIM, 1, kMuch, kMuch, false},
    };
    const auto plan = std::make_unique<trim_borrow_plan>();
    for (const WorthCase &c : cases) {
        plan->count = c.count;
        plan->longest_work = c.longest;
        plan->tops_bytes = c.tops;
        plan->wet_bytes = 2 * kMuch;
        EXPECT_EQ(trim_borrow_is_worth(plan.get(), &kLock, c.mode), c.worth)
            << c.mode << " " << c.count << " " << c.longest << " " << c.tops;
    }
    *plan = {};
    plan->count = 1;
    plan->tops_bytes = 20 * kMiB;
    plan->wet_bytes = 20 * kMiB;
    EXPECT_FALSE(trim_borrow_is_worth(plan.get(), &kLock, TRIM_MODE_AUTO));
    plan->wet_bytes = 19 * kMiB;
    EXPECT_TRUE(trim_borrow_is_worth(plan.get(), &kLock, TRIM_MODE_AUTO))
        << "malloc_trim reaches less";
}

TEST(BorrowWorth, DependsOnHowFastMallocTrimIsHere)
{
    const auto plan = std::make_unique<trim_borrow_plan>();
    plan->count = 1;
    plan->longest_work = plan->wet_bytes = kLittle;
    const trim_lock_time slower = {kLock.ps_per_byte * 2};
    EXPECT_TRUE(trim_borrow_is_worth(plan.get(), &slower, TRIM_MODE_AUTO));
    plan->longest_work = kMuch;
    const trim_lock_time faster = {kLock.ps_per_byte / 2};
    EXPECT_FALSE(trim_borrow_is_worth(plan.get(), &faster, TRIM_MODE_AUTO));
}

TEST_F(BorrowPlan, WhereFastbinsMergeHalfOfWhatMayBeFreeIsTakenForWholePages)
{
    sample_.Add(0, 0, 0, kHeapBytes, kHeapBytes);
    trim_arena_figures figures = Figures(1, kHeapBytes, 2 * kMiB, 0);
    figures.free_bytes = 32 * kMiB;
    figures.fast_bytes = 32 * kMiB / 128;
    EXPECT_EQ(Plan({figures}).wet_bytes, 2 * kMiB) << "that is not much";
    EXPECT_FALSE(plan_->merges);
    figures.fast_bytes += 1;
    ASSERT_EQ(Plan({figures}).count, 1U);
    EXPECT_EQ(plan_->arenas[0].wanted_bytes, 16 * kMiB);
    EXPECT_EQ(plan_->arenas[0].free_bytes, 32 * kMiB);
    figures.top_bytes = 20 * kMiB;
    tops[HeapAt(0) + kHeapBytes] = 4 * kMiB;
    sample_.get().heaps[0].resident_bytes = 40 * kMiB;
    /* 12 in use; of 40 resident 4 are the top's. */
    EXPECT_EQ(Plan({figures}).arenas[0].wanted_bytes, 12 * kMiB);
    figures.inner_bytes = 30 * kMiB;
    sample_.get().heaps[0].resident_bytes = kHeapBytes;
    EXPECT_EQ(Plan({figures}).arenas[0].wanted_bytes, 30 * kMiB) << "unless more is known of";
}

TEST_F(BorrowPlan, IsGenerousWhereMoreThanAnEighthOfWhatIsExpectedIsMissing)
{
    sample_.Add(0, 0, 0, kHeapBytes, kHeapBytes);
    const std::vector figures = {Figures(1, kHeapBytes, 28 * kMiB, 0)};
    EXPECT_FALSE(Plan(figures, 32 * kMiB).generous);
    EXPECT_TRUE(Plan(figures, 32 * kMiB + 8).generous);
    tops[HeapAt(0) + kHeapBytes] = 7 * kMiB;
    const std::vector with_top = {Figures(1, kHeapBytes, 28 * kMiB, 7 * kMiB)};
    EXPECT_FALSE(Plan(with_top, 40 * kMiB).generous) << "its top is expected too";
    EXPECT_TRUE(Plan(with_top, 40 * kMiB + 8).generous);
}

TEST_F(BorrowPlan, IsGenerousToArenasThatItLeavesToo)
{
    sample_.Add(0, 0, 0, 60 * kMiB, 35 * kMiB);
    sample_.Add(1, 1, 1, 60 * kMiB, 35 * kMiB);
    const std::vector alike = {Figures(1, 60 * kMiB, 30 * kMiB, 0),
                               Figures(2, 60 * kMiB, 30 * kMiB, 0)};
    EXPECT_EQ(Plan(alike).other_bytes, 2 * 5 * kMiB);
    EXPECT_EQ(Plan(alike, 60 * kMiB).other_bytes, 2 * 30 * kMiB);
    EXPECT_EQ(plan_->other_work, Work(30 * kMiB)) << "the most under one lock";
    EXPECT_EQ(plan_->work, 2 * Work(30 * kMiB));
}

TEST_F(BorrowPlan, LooksAtNoHeapThatIsLeftFromAMapBefore)
{
    sample_.Add(0, 0, 0, kHeapBytes, kHeapBytes);
    sample_.Add(1, 1, 1, 60 * kMiB, 60 * kMiB);
    --sample_.get().heap_count;
    trim_arena_figures stale = Figures(2, 60 * kMiB, 30 * kMiB, 0);
    stale.arena = ArenaOf(1);
    trim_arena_figures zero = Figures(3, 0, 30 * kMiB, 0);
    EXPECT_EQ(Plan({Figures(1, kHeapBytes, 30 * kMiB, 0), stale, zero}).count, 1U);
    EXPECT_EQ(plan_->wet_bytes, 30 * kMiB);
    EXPECT_EQ(plan_->work, Work(30 * kMiB));
    EXPECT_EQ(plan_->other_work, 0U);
}

TEST(BorrowWorth, TenMillisecondsAreNotWorthIt)
{
    const auto plan = std::make_unique<trim_borrow_plan>();
    constexpr trim_lock_time lock = {100};
    plan->count = 1;
    plan->longest_work = plan->wet_bytes = 100000000;
    ASSERT_EQ(trim_lock_time_ns(&lock, plan->longest_work), TRIM_BORROW_FROM_NS);
    EXPECT_FALSE(trim_borrow_is_worth(plan.get(), &lock, TRIM_MODE_AUTO));
    plan->longest_work += 10;
    EXPECT_TRUE(trim_borrow_is_worth(plan.get(), &lock, TRIM_MODE_AUTO));
}

} // namespace

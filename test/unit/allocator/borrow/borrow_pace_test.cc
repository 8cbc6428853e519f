/* When borrowing pauses for the sake of threads at work, and for how long. */
extern "C" {
#include "borrow_pace.h"
}

#include <gtest/gtest.h>

#include <cstdint>

#include "chunk_sizes.h"
#include "fake_arena.h"
#include "quantity.h"

namespace
{

constexpr uint64_t kMs = TRIM_NS_PER_MS;
constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kMiB = TRIM_MIB;

class Pace : public testing::Test
{
protected:
    Pace()
    {
        trim_pace_init(&pace_, kS);
        trim_pace_enter(&pace_, kBegan, kOwnBegan);
        trim_pace_look(&pace_, kBegan, kOwnBegan, kOthersBegan);
    }

    void Call(uint64_t took_ns, int times)
    {
        for (int i = 0; i < times; i++) {
            trim_pace_call(&pace_, took_ns);
        }
    }

    /* So much later, in which others have had so much of the CPUs. */
    void Look(uint64_t later_ns, uint64_t others_ns)
    {
        now_ns_ += later_ns;
        others_cpu_ns_ += others_ns;
        trim_pace_look(&pace_, now_ns_, kOwnBegan + (now_ns_ - kBegan), others_cpu_ns_);
    }

    /* With what was not paused at work on a CPU. */
    uint64_t WantedAfter(uint64_t elapsed_ns) const
    {
        return trim_pace_wanted_ns(&pace_, kBegan + elapsed_ns,
                                   kOwnBegan + elapsed_ns - pace_.paused_ns);
    }

    /* Work of active_ns asks for pauses of owed_ns: all at first, the rest after made_ns of them,
     * and then no more. */
    void ExpectAsksFor(uint64_t active_ns, uint64_t owed_ns, uint64_t made_ns)
    {
        for (const uint64_t paused_ns : {uint64_t{0}, made_ns, owed_ns}) {
            pace_.paused_ns = paused_ns;
            EXPECT_EQ(WantedAfter(active_ns + paused_ns), owed_ns - paused_ns);
        }
    }

    static constexpr uint64_t kBegan = 1000 * kS;
    static constexpr uint64_t kOwnBegan = 33 * kS;
    static constexpr uint64_t kOthersBegan = 77 * kS;
    uint64_t now_ns_ = kBegan;
    uint64_t others_cpu_ns_ = kOthersBegan;
    trim_borrow_pace pace_ = {};
};

TEST_F(Pace, PausesTwiceAsLongAsItWorksWhereCallsCount)
{
    Call(50 * TRIM_NS_PER_US, 75); /* 3.75 of 30 ms. */
    ExpectAsksFor(30 * kMs, 60 * kMs, 50 * kMs);
}

TEST_F(Pace, DoesNotPauseForAMoment)
{
    Call(50 * TRIM_NS_PER_US, 75);
    pace_.paused_ns = 60 * kMs - 199 * TRIM_NS_PER_US;
    EXPECT_EQ(WantedAfter(30 * kMs + pace_.paused_ns), 0U);
    pace_.paused_ns = 60 * kMs - 200 * TRIM_NS_PER_US;
    EXPECT_EQ(WantedAfter(30 * kMs + pace_.paused_ns), 200 * TRIM_NS_PER_US);
}

TEST_F(Pace, DoesNotPauseWhereCallsHardlyCount)
{
    Call(50 * TRIM_NS_PER_US, 99); /* 4.95 of 40 ms. */
    EXPECT_EQ(WantedAfter(40 * kMs), 0U);
}

TEST_F(Pace, DoesNotTakeWaitingForWork)
{
    /* For a CPU, or for the lock: nobody feels that. */
    Call(50 * TRIM_NS_PER_US, 1000);
    EXPECT_EQ(trim_pace_wanted_ns(&pace_, kBegan + 400 * kMs, kOwnBegan + 30 * kMs), 60 * kMs);
}

TEST_F(Pace, TakesACallThatWasKeptOffTheCpuForAShortOne)
{
    Call(40 * kMs, 49); /* A tenth of a millisecond each. */
    EXPECT_EQ(WantedAfter(40 * kMs), 0U);
    Call(40 * kMs, 1);
    EXPECT_EQ(WantedAfter(40 * kMs), 80 * kMs);
}

TEST_F(Pace, PausesNoLongerThanItMayAtOnceAndInAll)
{
    Call(100 * TRIM_NS_PER_US, 100000);
    EXPECT_EQ(WantedAfter(10 * kS), 200 * kMs);
    pace_.paused_ns = kS - 3 * kMs;
    EXPECT_EQ(WantedAfter(10 * kS), 3 * kMs);
    pace_.paused_ns = kS;
    EXPECT_EQ(WantedAfter(10 * kS), 0U);
}

TEST_F(Pace, OthersWorkWhoTakeHalfACpu)
{
    for (const bool work : {true, false}) {
        Look(40 * kMs, 20 * kMs - (work ? 0 : 1));
        EXPECT_EQ(trim_pace_others_work(&pace_), work);
    }
    Look(40 * kMs, uint64_t{0} - 1);
    EXPECT_FALSE(trim_pace_others_work(&pace_)) << "clocks of threads that run are behind";
}

TEST_F(Pace, OthersAreAwakeWhoTakeAQuarterOfACpu)
{
    for (const bool awake : {true, false}) {
        Look(40 * kMs, 10 * kMs - (awake ? 0 : 1));
        EXPECT_EQ(trim_pace_others_are_awake(&pace_), awake);
    }
}

TEST_F(Pace, WhoWorksIsUnknownForTwentyMilliseconds)
{
    trim_pace_look(&pace_, kBegan + 20 * kMs - 1, kOwnBegan, kOthersBegan + kS);
    EXPECT_FALSE(trim_pace_others_are_awake(&pace_));
    EXPECT_FALSE(trim_pace_others_work(&pace_));
    trim_pace_look(&pace_, kBegan + 20 * kMs, kOwnBegan, kOthersBegan + kS);
    EXPECT_TRUE(trim_pace_others_are_awake(&pace_));
    EXPECT_TRUE(trim_pace_others_work(&pace_));
}

TEST_F(Pace, WhoHasEndedIsForgottenAfterTwentyMilliseconds)
{
    Look(400 * kMs, 400 * kMs);
    Look(20 * kMs - 1, 0);
    EXPECT_TRUE(trim_pace_others_work(&pace_));
    Look(1, 0);
    EXPECT_FALSE(trim_pace_others_are_awake(&pace_));
}

TEST_F(Pace, OwesNothingForATimeInWhichNobodyWorked)
{
    Call(100 * TRIM_NS_PER_US, 10000);
    Look(300 * kMs, 0);
    Look(20 * kMs, 20 * kMs);
    EXPECT_TRUE(trim_pace_others_work(&pace_));
    EXPECT_EQ(WantedAfter(320 * kMs), 40 * kMs);
}

TEST_F(Pace, GoesOnFromArenaToArena)
{
    /* Each too short to know who works. */
    Call(50 * TRIM_NS_PER_US, 75);
    Look(15 * kMs, 15 * kMs);
    trim_pace_leave(&pace_, now_ns_, kOwnBegan + 15 * kMs);
    trim_pace_enter(&pace_, now_ns_, kOwnBegan + 15 * kMs);
    EXPECT_EQ(WantedAfter(20 * kMs), 30 * kMs);
    Look(5 * kMs, 0);
    EXPECT_TRUE(trim_pace_others_work(&pace_));
    Call(100 * TRIM_NS_PER_US, 10000);
    pace_.paused_ns = kS - kMs;
    EXPECT_EQ(WantedAfter(2 * kS), kMs);
}

TEST_F(Pace, OwesForEachArenaWhatItsOwnCallsAskFor)
{
    constexpr uint64_t kOften = 50 * kMs;
    constexpr uint64_t kRarely = 100 * kMs;
    constexpr uint64_t kBoth = 2 * kOften;
    for (const bool often_first : {true, false}) {
        SCOPED_TRACE(often_first);
        trim_pace_init(&pace_, 10 * kS);
        const uint64_t first = often_first ? kOften : kRarely;
        const uint64_t second = often_first ? kRarely : kOften;
        trim_pace_enter(&pace_, kBegan, kOwnBegan);
        Call(TRIM_NS_PER_US, often_first ? 50000 : 10);
        const uint64_t left = kBegan + first;
        trim_pace_leave(&pace_, left, kOwnBegan + first);
        trim_pace_enter(&pace_, left, 0);
        Call(TRIM_NS_PER_US, often_first ? 10 : 50000);
        pace_.paused_ns = kBoth - 70 * kMs;
        EXPECT_EQ(trim_pace_wanted_ns(&pace_, left + second + pace_.paused_ns, second), 70 * kMs);
    }
}

TEST_F(Pace, ThatWasMadeInVainIsNotTakenOffTheNextArenas)
{
    pace_.paused_ns = 300 * kMs; /* When calls were many for the time still. */
    trim_pace_leave(&pace_, kBegan + kS, kOwnBegan + 700 * kMs);
    trim_pace_enter(&pace_, kBegan + kS, 0);
    Call(50 * TRIM_NS_PER_US, 200);
    EXPECT_EQ(trim_pace_wanted_ns(&pace_, kBegan + kS + 30 * kMs, 30 * kMs), 60 * kMs);
}

/* A run over an arena, whose calls take as long as the test says. */
class PacedRun : public testing::Test
{
protected:
    trim_borrow_result Run(uint64_t pause_max_ns)
    {
        trim_pace_init(&pace_, pause_max_ns);
        trim_borrow_arena measured = arena_.heap.Measured(true);
        measured.pace = &pace_;
        return arena_.Run(measured);
    }

    trim_borrow_pace pace_ = {};

    FakeArena arena_{MixedChunks(200 * kMiB, 45 * TRIM_KIB), 30 * kMiB};
};

TEST_F(PacedRun, SpreadsContendedCallsOverTheTime)
{
    arena_.call_ns = 40 * TRIM_NS_PER_US;
    arena_.others_percent = 100;
    const uint64_t began_ns = arena_.now_ns;
    const uint64_t wanted = arena_.heap.ResidentInFreeChunks();
    const trim_borrow_result result = Run(100 * kS);
    const uint64_t took_ns = arena_.now_ns - began_ns;
    EXPECT_EQ(result.paused_ns, arena_.paused_ns);
    EXPECT_GE(arena_.paused_ns, took_ns / 10 * 6);
    EXPECT_LE(arena_.paused_ns, took_ns / 10 * 7);
    EXPECT_FALSE(result.gave_way);
    EXPECT_LE(result.held_max_ns, 120 * kMs) << "nothing is held in a pause";
    EXPECT_LE(arena_.heap.ResidentInFreeChunks(), wanted / 20);
}

TEST_F(PacedRun, DoesNotTakePausesForWork)
{
    arena_.call_ns = 40 * TRIM_NS_PER_US;
    arena_.others_percent = 100;
    trim_pace_init(&pace_, 100 * kS);
    trim_borrow_arena measured = arena_.heap.Measured(true);
    measured.pace = &pace_;
    measured.deadline_ns = arena_.now_ns + kS;
    EXPECT_FALSE(arena_.Run(measured).gave_way);
    EXPECT_GT(arena_.now_ns, measured.deadline_ns);
}

TEST_F(PacedRun, DoesNotPauseWhereNobodyWorks)
{
    arena_.call_ns = 40 * TRIM_NS_PER_US;
    arena_.others_percent = 40;
    EXPECT_EQ(Run(100 * kS).paused_ns, 0U);
}

TEST_F(PacedRun, DoesNotPauseToDropPages)
{
    arena_.call_ns = 50;
    arena_.ns_per_mib = 500 * TRIM_NS_PER_US;
    arena_.others_percent = 100;
    const uint64_t began_ns = arena_.now_ns;
    EXPECT_EQ(Run(100 * kS).paused_ns, 0U);
    EXPECT_GE(arena_.now_ns - began_ns, 50 * kMs);
}

TEST_F(PacedRun, LeavesThreadsTheTimeInWhichItWaits)
{
    arena_.call_ns = 40 * TRIM_NS_PER_US;
    arena_.own_percent = 20; /* Others have the CPU meanwhile. */
    arena_.others_percent = 100;
    const uint64_t began_ns = arena_.now_ns;
    const trim_borrow_result first = Run(100 * kS);
    const uint64_t took_ns = arena_.now_ns - began_ns;
    EXPECT_GT(first.paused_ns, 0U);
    EXPECT_LE(first.paused_ns, took_ns / 3);
}

TEST_F(PacedRun, DoesNotPauseInAHurry)
{
    arena_.call_ns = 40 * TRIM_NS_PER_US;
    arena_.others_percent = 100;
    EXPECT_EQ(Run(0).paused_ns, 0U);
}

TEST_F(PacedRun, KnowsInTheNextArenaWhoWorked)
{
    arena_.call_ns = 40 * TRIM_NS_PER_US;
    arena_.others_percent = 100;
    (void)Run(0);
    EXPECT_TRUE(trim_pace_others_work(&pace_));
}

TEST_F(PacedRun, HoldsMuchAgainOnceOthersHaveEnded)
{
    arena_.ns_per_mib = TRIM_NS_PER_MS;
    arena_.others_percent = 100;
    const uint64_t end_ns = arena_.now_ns + 100 * kMs;
    arena_.on_take = [&] {
        arena_.others_percent = arena_.now_ns < end_ns ? 100 : 0;
    };
    EXPECT_GE(Run(0).held_max_bytes, 70 * kMiB);
}

TEST_F(PacedRun, TellsNoPausesThatTheSystemForbids)
{
    arena_.call_ns = 40 * TRIM_NS_PER_US;
    arena_.others_percent = 100;
    arena_.pauses_fail = true;
    EXPECT_EQ(Run(100 * kS).paused_ns, 0U);
}

TEST_F(PacedRun, KeepsToWhatItMayPause)
{
    arena_.call_ns = 40 * TRIM_NS_PER_US;
    arena_.others_percent = 100;
    EXPECT_EQ(Run(50 * kMs).paused_ns, 50 * kMs);
}

TEST(PacedClass, IsSpreadOverTheTimeToo)
{
    /* More than a batch. */
    FakeArena arena(EqualChunks(4000, 70000));
    arena.call_ns = 40 * TRIM_NS_PER_US;
    arena.others_percent = 100;
    trim_borrow_pace pace = {};
    trim_pace_init(&pace, 100 * kS);
    trim_borrow_arena measured = arena.heap.Measured(false);
    measured.pace = &pace;
    EXPECT_GT(arena.Run(measured).paused_ns, 0U);
    /* 4000 pieces go back in one go. */
    EXPECT_LE(arena.longest_work_ns, 600 * kMs);
}

TEST_F(Pace, CallsAreManyFromJustAnEighthOfTheTimeOn)
{
    for (const bool many : {false, true}) {
        trim_pace_init(&pace_, kS);
        trim_pace_enter(&pace_, kBegan, kOwnBegan);
        Call(100 * TRIM_NS_PER_US, 49);
        Call(100 * TRIM_NS_PER_US - (many ? 0 : 1), 1);
        EXPECT_EQ(WantedAfter(40 * kMs), many ? 80 * kMs : 0U);
    }
}

TEST_F(Pace, PausesOfArenasBeforeAreNoTimeOfThisOne)
{
    pace_.paused_ns = 300 * kMs;
    trim_pace_leave(&pace_, kBegan + kS, kOwnBegan);
    trim_pace_enter(&pace_, kBegan + kS, kOwnBegan);
    Call(100 * TRIM_NS_PER_US, 49);
    EXPECT_EQ(trim_pace_wanted_ns(&pace_, kBegan + kS + 40 * kMs, kOwnBegan + 40 * kMs), 0U);
    Call(100 * TRIM_NS_PER_US, 1);
    EXPECT_EQ(trim_pace_wanted_ns(&pace_, kBegan + kS + 40 * kMs, kOwnBegan + 40 * kMs), 80 * kMs);
}

TEST_F(Pace, EachArenaBeginsWithoutCalls)
{
    Call(100 * TRIM_NS_PER_US, 1000);
    trim_pace_enter(&pace_, kBegan, kOwnBegan);
    EXPECT_EQ(pace_.calls_ns, 0U);
}

} // namespace

/* What the worker trims after, and what it does without. */
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "answer.h"
#include "report_text.h"
#include "worker_fixture.h"

namespace
{

std::string Answer()
{
    static char answer[TRIM_ANSWER_MAX];
    return {answer, trim_answer_read(answer, sizeof answer)};
}

TEST_F(Worker, TrimsOnDemandAndReports)
{
    RunInChild([&] {
        Start("");
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        EXPECT_EQ(FakeAllocator::Get().trims, 1);
        EXPECT_TRUE(FakeAllocator::Get().trim_hurries) << "somebody waits for it";
        EXPECT_EQ(FakeAllocator::Get().learnings, 1);
        EXPECT_EQ(Lines("trim #1 demand: "), 1) << "told before the command returns";
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        EXPECT_EQ(FakeAllocator::Get().trims, 2);
    });
    EXPECT_EQ(Lines("trim #2 demand: "), 1) << Log();
}

TEST_F(Worker, TrimsWhereTheApplicationAsksAndNamesItsReason)
{
    RunInChild([&] {
        Start("");
        EXPECT_EQ(trim_worker_request("models swapped"), 0);
        FakeAllocator::Get().trim_entered.Await();
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), 0);
        trim_totals totals = {};
        ASSERT_TRUE(trim_worker_read_totals(&totals));
        EXPECT_EQ(trim_totals_trims(&totals), 1U);
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        trim_worker_stop();
        EXPECT_EQ(trim_worker_request("too late"), ESRCH);
    });
    EXPECT_GE(Lines("trim #1 demand (models swapped): "), 1) << Log();
    EXPECT_GE(Lines("trim #2 demand: "), 1) << "the operator's has no reason:\n" << Log();
}

TEST_F(Worker, AnswersTheOperatorWithNoTrimOfTheApplication)
{
    RunInChild([&] {
        Start("");
        trim_answer_begin();
        EXPECT_EQ(trim_worker_request("models swapped"), 0);
        FakeAllocator::Get().trim_entered.Await();
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_FIGURES, kLong), 0);
        EXPECT_EQ(Answer().find("trim #"), std::string::npos) << Answer();
        EXPECT_GE(Lines("trim #1 demand (models swapped): "), 1) << Log();

        /* Both ask for the same one: the operator waits for it. */
        FakeAllocator::Get().hold_trims = true;
        EXPECT_EQ(trim_worker_request("busy"), 0);
        FakeAllocator::Get().trim_entered.Await();
        trim_answer_begin();
        EXPECT_EQ(trim_worker_request("first"), 0);
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, 1), ETIMEDOUT) << "it is asked for";
        EXPECT_EQ(trim_worker_request("last"), 0);
        FakeAllocator::Get().hold_trims = false;
        FakeAllocator::Get().trim_allowed.Happen();
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_FIGURES, kLong), 0);
        EXPECT_EQ(Answer().find("trim #2"), std::string::npos) << Answer();
        EXPECT_EQ(Answer().find("trim #3 demand (last): "), 0U) << Answer();
    });
}

TEST_F(Worker, AddsNoLateAnswerToTheNextOne)
{
    RunInChild([&] {
        Start("");
        FakeAllocator::Get().hold_trims = true;
        trim_answer_begin();
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, 1), ETIMEDOUT);
        FakeAllocator::Get().trim_entered.Await();
        trim_answer_begin();
        trim_answer_keep("the next");
        FakeAllocator::Get().hold_trims = false;
        FakeAllocator::Get().trim_allowed.Happen();
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_FIGURES, kLong), 0);
        EXPECT_EQ(Answer().find("trim #1"), std::string::npos) << Answer();
        EXPECT_EQ(Answer().find("the next\n"), 0U) << Answer();
        EXPECT_GE(Lines("trim #1 demand: "), 1) << "the log has it\n" << Log();

        trim_answer_begin();
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        EXPECT_EQ(Answer().find("trim #2 demand: "), 0U) << "its own trim alone\n" << Answer();
    });
}

TEST_F(Worker, AnswersWhereThereIsNone)
{
    RunInChild([&] {
        trim_totals totals = {};
        EXPECT_EQ(trim_worker_request("early"), ESRCH);
        EXPECT_FALSE(trim_worker_read_totals(&totals));
    });
}

TEST_F(Worker, TellsOnceWhyNothingIsBorrowed)
{
    RunInChild([&] {
        Start("");
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        FakeAllocator::Get().refusal = "it rains";
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
    });
    EXPECT_EQ(Lines("nothing can be borrowed, because it rains: malloc_trim is used instead"), 1)
        << Log();
}

TEST_F(Worker, TrimsAfterAnOldPause)
{
    RunInChild([&] {
        Start("settle=10ms,check=off");
        OldPause();
        FakeAllocator::Get().trim_entered.Await();
        EXPECT_EQ(FakeAllocator::Get().estimates, 1) << "such an event has trust";
        EXPECT_FALSE(FakeAllocator::Get().trim_hurries);
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), 0);
    });
    EXPECT_GE(Lines("trim #1 full-gc: "), 1) << Log();
}

TEST_F(Worker, TrimsAfterABurstOfClassLoads)
{
    RunInChild([&] {
        Start("on=reload,settle=10ms,burst=100/10s,check=off");
        for (int i = 0; i < 200; ++i) {
            trim_signals_class_load();
        }
        FakeAllocator::Get().trim_entered.Await();
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), 0);
    });
    EXPECT_GE(Lines("trim #1 reload: "), 1) << Log();
}

TEST_F(Worker, DoesNotTrimWithoutAnEstimateButOnDemand)
{
    RunInChild([&] {
        FakeAllocator::Get().estimate_fails = true;
        Start("settle=10ms,check=off");
        OldPause();
        FakeAllocator::Get().estimated.Await();
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), 0);
        EXPECT_EQ(FakeAllocator::Get().trims, 0);
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        EXPECT_EQ(FakeAllocator::Get().trims, 1);
    });
    EXPECT_EQ(Lines("expected unknown"), 1) << Log();
}

TEST_F(Worker, OnlyTellsWhatADryRunWouldDo)
{
    RunInChild([&] {
        Start("dry-run");
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        EXPECT_EQ(FakeAllocator::Get().trims, 0);
        EXPECT_EQ(FakeAllocator::Get().learnings, 0);
    });
    EXPECT_EQ(Lines("trim #1 demand: dry-run"), 1) << Log();
}

TEST_F(Worker, GoesOnWithoutTheFilesOfProc)
{
    RunInChild([&] {
        std::filesystem::remove(proc_.File("statm"));
        std::filesystem::remove(proc_.File("status"));
        Start("settle=10ms,check=off");
        OldPause();
        FakeAllocator::Get().trim_entered.Await();
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), 0);
    });
    EXPECT_GE(Lines("trim #1 full-gc: RSS unknown"), 1) << Log();
}

TEST_F(Worker, TellsWhatATrimHasEarnedInTheLineOfTheNext)
{
    RunInChild([&] {
        Start("check=off");
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
    });
    EXPECT_EQ(Lines("trim #1 so far: 500M stayed free for "), 1) << Log();
    EXPECT_EQ(Lines("summary: "), 0) << Log();
}

TEST_F(Worker, FollowsATrimUpThatHasLeftEnough)
{
    RunInChild([&] {
        FakeAllocator::Get().left_bytes = 400 * TRIM_MIB;
        /* So dear that nothing has to wait for long. */
        Start("worth=16m,settle=10ms,cooldown=100ms,check=1h");
        OldPause();
        FakeAllocator::Get().trim_entered.Await();
        FakeAllocator::Get().trim_entered.Await();
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), 0);
    });
    EXPECT_GE(Lines("trim #2 "), 1) << Log();
}

TEST_F(Worker, LaysASampleOfWhatHasToWaitAndReleasesWhatStays)
{
    RunInChild([&] {
        /* At this worth 500 MiB have paid after some tens of milliseconds. */
        Start("worth=64m,on=watermark,cooldown=100ms,check=1h");
        FakeAllocator::Get().sample_laid.Await();
        EXPECT_EQ(FakeAllocator::Get().trims, 0);
        FakeAllocator::Get().trim_entered.Await();
        EXPECT_GE(FakeAllocator::Get().samples_read, 1);
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), 0);
    });
    EXPECT_EQ(Lines("waiting, expected 500M"), 1) << Log();
}

TEST_F(Worker, LooksAtAProcessThatWorksWithoutBeingTold)
{
    RunInChild([&] {
        FakeAllocator::Get().expected_bytes = 0;
        Start("worth=16m,on=watermark,check=1h");
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), 0);
        /* A process at rest is not looked at, so that only work brings the estimate. */
        while (FakeAllocator::Get().estimates < 2) {
        }
        EXPECT_EQ(FakeAllocator::Get().trims, 0);
    });
    EXPECT_GE(Lines("no trim (watermark): below-threshold"), 1) << Log();
}

} // namespace

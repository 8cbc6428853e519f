#include "trimagent/worker.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "child_process.h"
#include "fake_allocator.h"
#include "scratch_directory.h"
#include "trimagent/clock.h"
#include "trimagent/log.h"
#include "trimagent/quantity.h"
#include "trimagent/signals.h"

namespace
{

/* Longer than any test may take: where the time matters the test hangs and is ended as failed. */
constexpr uint64_t kLong = 3600 * TRIM_NS_PER_S;

const char kDescription[] = "fake 1.0";

/* The file of the worker's thread below /proc/self/task, or an empty text where there is no worker.
 */
std::string WorkerTaskFile(const std::string &name)
{
    for (const auto &task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string comm;
        std::ifstream(task.path() / "comm") >> comm;
        if (comm == "trimagent") {
            std::ifstream file(task.path() / name);
            return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        }
    }
    return "";
}

class Worker : public testing::Test
{
protected:
    Worker()
    {
        proc_.Write("statm", "2000000 1000000 0 0 0 0 0\n");
        proc_.Write("status", "Name:\tjava\nVmRSS:\t 4000000 kB\nVmSwap:\t 0 kB\n");
    }

    /* In a child: opens everything and starts the worker. */
    void Start(const char *options, const trim_allocator *allocator = FakeAllocator::Table())
    {
        static trim_vm_counters counters = {};
        static trim_worker_config config = {};
        ASSERT_EQ(trim_log_open(proc_.File("log").c_str(), TRIM_LOG_DEBUG), 0);
        ASSERT_EQ(trim_signals_open(), 0);
        ASSERT_EQ(trim_options_parse(&config.options, options, nullptr), 0);
        config.allocator = allocator;
        config.allocator_description = kDescription;
        config.counters = &counters;
        config.proc = proc_.path().c_str();
        config.root = proc_.path().c_str(); /* Without cgroups, and without pressure. */
        ASSERT_EQ(trim_worker_start(&config), 0);
    }

    static void OldPause()
    {
        trim_signals_pause_end(TRIM_PAUSE_OLD, trim_clock_now_ns());
    }

    /* The number of log lines that have this text. */
    int Lines(const std::string &text) const
    {
        std::ifstream log(proc_.File("log"));
        int count = 0;
        for (std::string line; std::getline(log, line);) {
            count += line.find(text) != std::string::npos ? 1 : 0;
        }
        return count;
    }

    std::string Log() const
    {
        return proc_.Read("log");
    }

    ScratchDirectory proc_;
};

TEST_F(Worker, IsANamedThreadThatTakesNoSignalsAndFirstLogsItsStart)
{
    RunInChild([&] {
        EXPECT_FALSE(trim_worker_started());
        Start("threshold=77m");
        EXPECT_TRUE(trim_worker_started());
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), 0);
        /* All but SIGKILL, SIGSTOP and the two that the C library keeps to itself. */
        EXPECT_NE(WorkerTaskFile("status").find("SigBlk:\tfffffffe7ffbfa27"), std::string::npos)
            << WorkerTaskFile("status");
    });
    const std::string first = Log().substr(0, Log().find('\n'));
    EXPECT_NE(first.find("fake 1.0"), std::string::npos) << first;
    EXPECT_NE(first.find("threshold=77m"), std::string::npos) << first;
}

TEST_F(Worker, KnowsNoCommandsBeforeItsStart)
{
    RunInChild([] {
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), -1);
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), -1);
        trim_worker_stop();
        EXPECT_FALSE(trim_worker_started());
    });
}

TEST_F(Worker, IsStartedOnceOnly)
{
    RunInChild([&] {
        Start("");
        Start("threshold=77m");
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), 0);
    });
    EXPECT_EQ(Lines("threshold=77m"), 0);
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

TEST_F(Worker, TellsItsStatus)
{
    RunInChild([&] {
        Start("threshold=77m");
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), 0);
        EXPECT_EQ(Lines("status: "), 1);
    });
    EXPECT_EQ(Lines("trim #1 demand: "), 2) << "status shows the last trims once more\n" << Log();
    EXPECT_EQ(Lines("threshold=77m"), 2) << Log();
}

TEST_F(Worker, TrimsAfterAnOldPause)
{
    RunInChild([&] {
        Start("settle=10ms,confirm=10ms,check=off");
        OldPause();
        FakeAllocator::Get().trim_entered.Await();
        EXPECT_EQ(FakeAllocator::Get().estimates, 2);
        EXPECT_FALSE(FakeAllocator::Get().trim_hurries);
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), 0);
    });
    EXPECT_GE(Lines("trim #1 full-gc: "), 1) << Log();
}

TEST_F(Worker, TrimsAfterABurstOfClassLoads)
{
    RunInChild([&] {
        Start("on=reload,settle=10ms,confirm=0,burst=100/10s,check=off");
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
        Start("settle=10ms,confirm=0,check=off");
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
        Start("settle=10ms,confirm=0,check=off");
        OldPause();
        FakeAllocator::Get().trim_entered.Await();
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), 0);
    });
    EXPECT_GE(Lines("trim #1 full-gc: RSS+swap unknown"), 1) << Log();
}

TEST_F(Worker, OnlyAnswersWhereTheAllocatorCannotTrim)
{
    RunInChild([&] {
        Start("settle=10ms,confirm=0", &trim_allocator_unsupported);
        OldPause();
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), -1);
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), 0);
        trim_worker_stop();
    });
    EXPECT_GE(Lines("[warning]"), 2) << Log();
    EXPECT_EQ(Lines("trim #"), 0) << Log();
    EXPECT_EQ(Lines("status: "), 1) << Log();
}

TEST_F(Worker, WritesItsSummaryOnceHoweverOftenItIsStopped)
{
    RunInChild([&] {
        Start("");
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        trim_worker_stop();
        EXPECT_EQ(Lines("summary: "), 1) << "written when stop returns";
        trim_worker_stop();
        trim_worker_stop();
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), -1);
        OldPause();
        EXPECT_EQ(FakeAllocator::Get().trims, 1);
    });
    EXPECT_EQ(Lines("summary: 1 trim (demand 1)"), 1) << Log();
}

TEST_F(Worker, IsStoppedByManyThreadsAtOnce)
{
    RunInChild([&] {
        Start("");
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        std::thread others[3];
        for (std::thread &other : others) {
            other = std::thread([] { trim_worker_stop(); });
        }
        trim_worker_stop();
        for (std::thread &other : others) {
            other.join();
        }
    });
    EXPECT_EQ(Lines("summary: "), 1) << Log();
}

TEST_F(Worker, IsStoppedAtOnceWhileATrimRuns)
{
    RunInChild([&] {
        FakeAllocator::Get().hold_trims = true;
        Start("");
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, 1), -1) << "the time was not enough";
        FakeAllocator::Get().trim_entered.Await();
        /* The trim goes on until this thread allows it to end, so a stop that waited would hang. */
        trim_worker_stop();
        EXPECT_EQ(Lines("summary: "), 1);
        trim_worker_stop();

        FakeAllocator::Get().trim_allowed.Happen();
        while (!WorkerTaskFile("comm").empty()) {
            sched_yield();
        }
    });
    EXPECT_EQ(Lines("summary: "), 1) << Log();
    EXPECT_EQ(Lines("was running at exit"), 1) << Log();
}

TEST_F(Worker, IsStoppedAtOnceWhileAnEstimateRuns)
{
    RunInChild([&] {
        FakeAllocator::Get().hold_estimates = true;
        Start("settle=10ms,confirm=0");
        OldPause();
        FakeAllocator::Get().estimate_entered.Await();
        /* With millions of chunks an estimate takes seconds; a stop that waited for it would hang.
         */
        trim_worker_stop();
        EXPECT_EQ(Lines("summary: 0 trims"), 1) << "something was considered";

        FakeAllocator::Get().estimate_allowed.Happen();
        while (!WorkerTaskFile("comm").empty()) {
            sched_yield();
        }
        EXPECT_EQ(FakeAllocator::Get().trims, 0) << "none begins any more";
    });
    EXPECT_EQ(Lines("summary: "), 1) << Log();
}

TEST_F(Worker, MayBeLeftInATrimWhenTheProcessEnds)
{
    RunInChild([&] {
        FakeAllocator::Get().hold_trims = true;
        Start("");
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, 1), -1);
        FakeAllocator::Get().trim_entered.Await();
        trim_worker_stop();
    });
    EXPECT_EQ(Lines("summary: "), 1) << Log();
}

} // namespace

/* The worker's thread, its commands and its end. */
#include "worker.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "log_target.h"
#include "seccomp.h"
#include "worker_fixture.h"

namespace
{

/* The file of the worker's thread below /proc/self/task, or an empty text where there is no worker.
 */
std::string WorkerTaskFile(const std::string &name)
{
    for (const auto &task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string comm;
        std::ifstream(task.path() / "comm") >> comm;
        if (comm == "trimagent") {
            /* The thread may end meanwhile, and reading then fails. */
            std::ifstream file(task.path() / name);
            std::string text;
            std::getline(file, text, '\0');
            return text;
        }
    }
    return "";
}

TEST_F(Worker, IsANamedThreadThatTakesNoSignalsAndFirstLogsItsStart)
{
    RunInChild([&] {
        EXPECT_FALSE(trim_worker_alive());
        Start("threshold=77m");
        EXPECT_TRUE(trim_worker_alive());
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), 0);
        /* All but SIGKILL, SIGSTOP, those of faults and the two that the C library keeps to itself;
         * the kernel leaves out the one that it waits for just now. */
        const std::string status = WorkerTaskFile("status");
        EXPECT_TRUE(status.find("SigBlk:\tfffffffe7ffbfa27") != std::string::npos ||
                    status.find("SigBlk:\tfefffffe7ffbfa27") != std::string::npos)
            << status;
    });
    const std::string first = Log().substr(0, Log().find('\n'));
    EXPECT_NE(first.find("fake 1.0"), std::string::npos) << first;
    EXPECT_NE(first.find("threshold=77m"), std::string::npos) << first;
}

TEST_F(Worker, KnowsNoCommandsBeforeItsStart)
{
    RunInChild([] {
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), ESRCH);
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), ESRCH);
        trim_worker_stop();
        EXPECT_FALSE(trim_worker_alive());
    });
}

TEST_F(Worker, IsGoneWhereTheSystemDoesNotLetItSleep)
{
    RunInChild([&] {
        if (!Forbid(SYS_rt_sigtimedwait) || !Forbid(SYS_nanosleep) ||
            !Forbid(SYS_clock_nanosleep)) {
            return;
        }
        Start("");
        while (trim_worker_alive()) {
            sched_yield();
        }
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), ESRCH);
        EXPECT_EQ(Lines("cannot sleep (Operation not permitted): the agent stays inert"), 1);
        trim_worker_stop();
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

TEST_F(Worker, TellsItsStatus)
{
    RunInChild([&] {
        Start("threshold=77m");
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), 0);
        EXPECT_EQ(Lines("status: "), 1);
    });
    EXPECT_EQ(Lines("trim #1 demand: "), 2) << "status shows the last trims once more\n" << Log();
    EXPECT_EQ(Lines("threshold=77m"), 3) << "at the start, to who debugs, and by status\n" << Log();
}

TEST_F(Worker, OnlyAnswersWhereTheAllocatorCannotTrim)
{
    RunInChild([&] {
        Start("settle=10ms", &trim_allocator_unsupported);
        OldPause();
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), ENOTSUP);
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
        EXPECT_EQ(Lines("summary: 1 trim"), 1) << "written when stop returns";
        trim_worker_stop();
        trim_worker_stop();
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), ESRCH);
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
    EXPECT_EQ(Lines("summary: 1 trim"), 1) << Log();
}

TEST_F(Worker, IsStoppedAtOnceWhileATrimRuns)
{
    RunInChild([&] {
        FakeAllocator::Get().hold_trims = true;
        Start("");
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, 1), ETIMEDOUT)
            << "the time was not enough";
        FakeAllocator::Get().trim_entered.Await();
        /* The trim goes on until this thread allows it to end, so a stop that waited would hang. */
        trim_worker_stop();
        EXPECT_EQ(Lines("summary: 0 trims"), 1);
        trim_worker_stop();

        FakeAllocator::Get().trim_allowed.Happen();
        while (!WorkerTaskFile("comm").empty()) {
            sched_yield();
        }
    });
    EXPECT_EQ(Lines("summary: 0 trims"), 1) << Log();
    EXPECT_EQ(Lines("was running at exit"), 1) << Log();
}

TEST_F(Worker, IsStoppedAtOnceWhileAnEstimateRuns)
{
    RunInChild([&] {
        Start("settle=10ms,cooldown=100ms");
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        FakeAllocator::Get().hold_estimates = true;
        OldPause();
        FakeAllocator::Get().estimate_entered.Await();
        /* With millions of chunks an estimate takes seconds; a stop that waited for it would hang.
         */
        trim_worker_stop();
        EXPECT_EQ(Lines("summary: 1 trim (demand 1)"), 1);

        FakeAllocator::Get().estimate_allowed.Happen();
        while (!WorkerTaskFile("comm").empty()) {
            sched_yield();
        }
        EXPECT_EQ(FakeAllocator::Get().trims, 1) << "none begins any more";
    });
    EXPECT_EQ(Lines("summary: 1 trim"), 1) << Log();
}

TEST_F(Worker, MayBeLeftInATrimWhenTheProcessEnds)
{
    RunInChild([&] {
        FakeAllocator::Get().hold_trims = true;
        Start("");
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, 1), ETIMEDOUT);
        FakeAllocator::Get().trim_entered.Await();
        trim_worker_stop();
    });
    EXPECT_EQ(Lines("summary: 0 trims"), 1) << Log();
}

/* The kernel asks a listener about the call, who never answers: as a file system that hangs. */
bool Freeze(long call, int descriptor)
{
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call), 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(descriptor), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                   &program) >= 0;
}

TEST_F(Worker, DoesNotHoldTheEndUpWhereTheLogHangs)
{
    RunInChild([&] {
        Start("");
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        if (!Freeze(SYS_write, trim_log_target()->fd)) {
            std::puts("SKIPPED: this machine has no listeners");
            return;
        }
        trim_worker_stop(); /* It hangs here where it writes itself. */
    });
    EXPECT_EQ(Lines("summary: "), 0) << Log();
}

} // namespace

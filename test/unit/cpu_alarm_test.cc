/* The alarm for the process's CPU time. No test waits for a time: each burns CPU until it rings. */
#include "trimagent/cpu_alarm.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <thread>

#include "child_process.h"
#include "trimagent/clock.h"
#include "trimagent/quantity.h"

namespace
{

constexpr uint64_t kMs = TRIM_NS_PER_MS;

/* Whether it has rung. It needs no time, since the process's CPU time stands in for it. */
bool HasRung()
{
    pollfd event = {};
    event.fd = trim_cpu_alarm_fd();
    event.events = POLLIN;
    return poll(&event, 1, 0) == 1 && (event.revents & POLLIN) != 0;
}

/* Uses CPU until it rings: a test that never ends has failed. */
void BurnUntilItRings()
{
    while (!HasRung()) {
    }
}

/* Uses so much CPU of the process. */
void Burn(uint64_t ns)
{
    const uint64_t end_ns = trim_clock_process_cpu_ns() + ns;
    while (trim_clock_process_cpu_ns() < end_ns) {
    }
}

/* In a child, in a thread that takes no signals, as the worker is. */
void RunAsWorker(const std::function<void()> &body)
{
    RunInChild([&] {
        sigset_t all;
        (void)sigfillset(&all);
        ASSERT_EQ(pthread_sigmask(SIG_SETMASK, &all, nullptr), 0);
        body();
    });
}

TEST(CpuAlarm, NeverRingsBeforeItIsMade)
{
    RunAsWorker([] {
        EXPECT_EQ(trim_cpu_alarm_fd(), -1);
        EXPECT_EQ(trim_cpu_alarm_set(1), -1);
        EXPECT_EQ(trim_cpu_alarm_set(UINT64_MAX), -1);
        trim_cpu_alarm_clear();
        EXPECT_EQ(trim_cpu_alarm_fd(), -1);
    });
}

TEST(CpuAlarm, IsMadeOnceAndAboveTheStandardDescriptors)
{
    RunAsWorker([] {
        (void)close(STDIN_FILENO);
        ASSERT_EQ(trim_cpu_alarm_open(), 0);
        const int fd = trim_cpu_alarm_fd();
        EXPECT_GT(fd, STDERR_FILENO);
        EXPECT_EQ(trim_cpu_alarm_open(), 0);
        EXPECT_EQ(trim_cpu_alarm_fd(), fd);
    });
}

TEST(CpuAlarm, RingsWhenTheProcessHasUsedSoMuchAndNotBefore)
{
    RunAsWorker([] {
        ASSERT_EQ(trim_cpu_alarm_open(), 0);
        EXPECT_FALSE(HasRung());
        const uint64_t due_ns = trim_clock_process_cpu_ns() + 20 * kMs;
        ASSERT_EQ(trim_cpu_alarm_set(due_ns), 0);
        BurnUntilItRings();
        EXPECT_GE(trim_clock_process_cpu_ns(), due_ns);
        trim_cpu_alarm_clear();
        EXPECT_FALSE(HasRung());
        EXPECT_GE(trim_cpu_alarm_fd(), 0) << "it may be set again";
        ASSERT_EQ(trim_cpu_alarm_set(trim_clock_process_cpu_ns() + kMs), 0);
        BurnUntilItRings();
    });
}

TEST(CpuAlarm, RingsForTheWorkOfOtherThreads)
{
    RunAsWorker([] {
        ASSERT_EQ(trim_cpu_alarm_open(), 0);
        ASSERT_EQ(trim_cpu_alarm_set(trim_clock_process_cpu_ns() + 20 * kMs), 0);
        std::atomic<bool> done{false};
        std::thread worker([&] {
            while (!done) {
            }
        });
        pollfd event = {};
        event.fd = trim_cpu_alarm_fd();
        event.events = POLLIN;
        EXPECT_EQ(poll(&event, 1, -1), 1) << "this thread sleeps";
        done = true;
        worker.join();
    });
}

TEST(CpuAlarm, RingsAtOnceForWhatHasBeenUsedAlready)
{
    RunAsWorker([] {
        ASSERT_EQ(trim_cpu_alarm_open(), 0);
        for (const uint64_t cpu_ns : {UINT64_C(0), UINT64_C(1)}) {
            ASSERT_EQ(trim_cpu_alarm_set(cpu_ns), 0);
            BurnUntilItRings();
            trim_cpu_alarm_clear();
        }
    });
}

TEST(CpuAlarm, CanBeSwitchedOffAgain)
{
    RunAsWorker([] {
        ASSERT_EQ(trim_cpu_alarm_open(), 0);
        ASSERT_EQ(trim_cpu_alarm_set(trim_clock_process_cpu_ns() + 50 * kMs), 0);
        ASSERT_EQ(trim_cpu_alarm_set(UINT64_MAX), 0);
        Burn(100 * kMs);
        EXPECT_FALSE(HasRung());
    });
}

TEST(CpuAlarm, IsGivenUpWhereSomebodyHasClosedIt)
{
    RunAsWorker([] {
        ASSERT_EQ(trim_cpu_alarm_open(), 0);
        (void)close(trim_cpu_alarm_fd());
        trim_cpu_alarm_clear();
        EXPECT_EQ(trim_cpu_alarm_fd(), -1);
        EXPECT_EQ(trim_cpu_alarm_set(1), -1);
    });
}

TEST(CpuAlarm, IsGivenUpWhereItsNumberIsAnotherFilesByNow)
{
    RunAsWorker([] {
        ASSERT_EQ(trim_cpu_alarm_open(), 0);
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        ASSERT_EQ(write(ends[1], "foreign", 7), 7);
        ASSERT_EQ(dup2(ends[0], trim_cpu_alarm_fd()), trim_cpu_alarm_fd());
        trim_cpu_alarm_clear();
        EXPECT_EQ(trim_cpu_alarm_fd(), -1);
    });
}

} // namespace

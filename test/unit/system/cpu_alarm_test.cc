/* The alarm for the process's CPU time. No test waits for a time: each burns CPU until it rings. */
#include "cpu_alarm.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <cstdint>
#include <thread>

#include "child_process.h"
#include "clock.h"
#include "quantity.h"
#include "wake.h"
#include "wake_signal.h"

namespace
{

constexpr uint64_t kMs = TRIM_NS_PER_MS;

/* Whether it has rung. It needs no time, since the process's CPU time stands in for it. */
bool HasRung()
{
    return IsWoken();
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
        EXPECT_EQ(trim_cpu_alarm_set(1), -1);
        EXPECT_EQ(trim_cpu_alarm_set(UINT64_MAX), -1);
        EXPECT_EQ(trim_cpu_alarm_refusal(), 0);
    });
}

TEST(CpuAlarm, IsMadeAnewInPlaceOfTheFormer)
{
    RunAsWorker([] {
        ASSERT_EQ(trim_cpu_alarm_open(FirstSignal()), 0);
        ASSERT_EQ(trim_cpu_alarm_set(trim_clock_process_cpu_ns() + kMs), 0);
        ASSERT_EQ(trim_cpu_alarm_open(FirstSignal() - 1), 0);
        ASSERT_EQ(trim_cpu_alarm_set(trim_clock_process_cpu_ns() + 20 * kMs), 0);
        while (!IsPending(FirstSignal() - 1)) {
        }
        EXPECT_FALSE(HasRung());
    });
}

TEST(CpuAlarm, KnowsItsOwnSignal)
{
    RunAsWorker([] {
        ASSERT_EQ(trim_cpu_alarm_open(FirstSignal()), 0);
        ASSERT_EQ(trim_cpu_alarm_set(1), 0);
        sigset_t set;
        (void)sigemptyset(&set);
        (void)sigaddset(&set, FirstSignal());
        siginfo_t taken = {};
        ASSERT_EQ(sigwaitinfo(&set, &taken), FirstSignal());
        EXPECT_TRUE(trim_cpu_alarm_sent(&taken));
        taken.si_value.sival_ptr = &taken;
        EXPECT_FALSE(trim_cpu_alarm_sent(&taken)) << "a timer of the application's";
        ASSERT_EQ(raise(FirstSignal()), 0);
        ASSERT_EQ(sigwaitinfo(&set, &taken), FirstSignal());
        EXPECT_FALSE(trim_cpu_alarm_sent(&taken));
    });
}

TEST(CpuAlarm, RingsWhenTheProcessHasUsedSoMuchAndNotBefore)
{
    RunAsWorker([] {
        ASSERT_EQ(trim_cpu_alarm_open(FirstSignal()), 0);
        EXPECT_FALSE(HasRung());
        const uint64_t due_ns = trim_clock_process_cpu_ns() + 20 * kMs;
        ASSERT_EQ(trim_cpu_alarm_set(due_ns), 0);
        BurnUntilItRings();
        EXPECT_GE(trim_clock_process_cpu_ns(), due_ns);
        EXPECT_EQ(TakeAll(FirstSignal()), 1);
        EXPECT_FALSE(HasRung());
        ASSERT_EQ(trim_cpu_alarm_set(trim_clock_process_cpu_ns() + kMs), 0);
        BurnUntilItRings();
    });
}

TEST(CpuAlarm, RingsForTheWorkOfOtherThreads)
{
    RunAsWorker([] {
        ASSERT_EQ(trim_cpu_alarm_open(FirstSignal()), 0);
        ASSERT_EQ(trim_cpu_alarm_set(trim_clock_process_cpu_ns() + 20 * kMs), 0);
        std::atomic<bool> done{false};
        std::thread worker([&] {
            while (!done) {
            }
        });
        sigset_t set;
        (void)sigemptyset(&set);
        (void)sigaddset(&set, FirstSignal());
        EXPECT_EQ(sigwaitinfo(&set, nullptr), FirstSignal()) << "this thread sleeps";
        done = true;
        worker.join();
    });
}

TEST(CpuAlarm, RingsAtOnceForWhatHasBeenUsedAlready)
{
    RunAsWorker([] {
        ASSERT_EQ(trim_cpu_alarm_open(FirstSignal()), 0);
        for (const uint64_t cpu_ns : {UINT64_C(0), UINT64_C(1)}) {
            ASSERT_EQ(trim_cpu_alarm_set(cpu_ns), 0);
            BurnUntilItRings();
            EXPECT_EQ(TakeAll(FirstSignal()), 1);
        }
    });
}

TEST(CpuAlarm, CanBeSwitchedOffAgain)
{
    RunAsWorker([] {
        ASSERT_EQ(trim_cpu_alarm_open(FirstSignal()), 0);
        ASSERT_EQ(trim_cpu_alarm_set(trim_clock_process_cpu_ns() + 50 * kMs), 0);
        ASSERT_EQ(trim_cpu_alarm_set(UINT64_MAX), 0);
        Burn(100 * kMs);
        EXPECT_FALSE(HasRung());
    });
}

} // namespace

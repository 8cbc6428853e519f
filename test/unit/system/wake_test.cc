/* Waking the worker. The tests' own threads stand for it, in children of their own. */
#include "wake.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>
#include <vector>

#include "child_process.h"
#include "cpu_alarm.h"
#include "quantity.h"
#include "seccomp.h"
#include "wake_signal.h"

namespace
{

TEST(Wake, EndsAWait)
{
    RunInChild([] {
        std::atomic<bool> ready{false};
        std::thread worker([&] {
            trim_wake_open();
            ready = true;
            for (int round = 0; round < 3; ++round) {
                EXPECT_EQ(trim_wake_wait(TRIM_NEVER), 0);
            }
            trim_wake_close();
            ready = false;
        });
        while (!ready) {
            sched_yield();
        }
        while (ready) {
            trim_wake();
            sched_yield();
        }
        worker.join();
    });
}

TEST(Wake, IsNotLostBeforeTheWait)
{
    RunInChild([] {
        trim_wake_open();
        ASSERT_EQ(trim_wake_refusal(), 0);
        EXPECT_FALSE(IsWoken());
        trim_wake();
        EXPECT_TRUE(IsWoken());
        /* It would hang if it were lost. */
        EXPECT_EQ(trim_wake_wait(TRIM_NEVER), 0);
        EXPECT_FALSE(IsWoken());
        trim_wake();
        EXPECT_EQ(trim_wake_wait(TRIM_NEVER), 0);
    });
}

TEST(Wake, EndsAtItsTime)
{
    RunInChild([] {
        trim_wake_open();
        EXPECT_EQ(trim_wake_wait(0), 0);
        EXPECT_EQ(trim_wake_wait(1), 0);
        EXPECT_EQ(trim_wake_wait(TRIM_NS_PER_MS), 0);
        trim_wake();
        EXPECT_TRUE(IsWoken()) << "a wait that ends by its time leaves nobody unheard";
    });
}

TEST(Wake, SendsOneSignalHoweverManyCall)
{
    RunInChild([] {
        trim_wake_open();
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([] {
                for (int call = 0; call < 1000; ++call) {
                    trim_wake();
                }
            });
        }
        for (std::thread &thread : threads) {
            thread.join();
        }
        EXPECT_EQ(TakeAll(FirstSignal()), 1);
    });
}

TEST(Wake, LeavesErrnoAsItIs)
{
    RunInChild([] {
        trim_wake_open();
        (void)Forbid(SYS_tgkill);
        errno = EXDEV;
        trim_wake();
        EXPECT_EQ(errno, EXDEV);
    });
}

TEST(Wake, DoesNothingWhereThereIsNoWorker)
{
    RunInChild([] {
        trim_wake();
        std::thread worker([] {
            trim_wake_open();
            trim_wake_close();
            trim_wake();
            EXPECT_FALSE(IsWoken());
        });
        worker.join();
        trim_wake();
        EXPECT_FALSE(IsWoken());
    });
}

TEST(Wake, HitsNoThreadThatHasGotTheWorkersNumber)
{
    /* The signal would end the process where it is not blocked. */
    RunInChild([] {
        std::atomic<bool> done{false};
        std::vector<std::thread> callers;
        for (int i = 0; i < 3; ++i) {
            callers.emplace_back([&] {
                while (!done) {
                    trim_wake();
                }
            });
        }
        for (int round = 0; round < 300; ++round) {
            std::thread worker([] {
                trim_wake_open();
                (void)trim_wake_wait(0);
                (void)trim_wake_wait(0);
                trim_wake_close();
                /* As in another thread of the same number. */
                (void)TakeAll(FirstSignal());
                sched_yield();
                EXPECT_FALSE(IsWoken());
            });
            worker.join();
        }
        done = true;
        for (std::thread &caller : callers) {
            caller.join();
        }
    });
}

TEST(Wake, DoesNothingInAChildOfFork)
{
    RunInChild([] {
        trim_wake_open();
        const pid_t child = fork();
        if (child == 0) {
            trim_wake();
            trim_wake();
            _exit(IsWoken() ? 1 : 0);
        }
        int status = -1;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
        EXPECT_FALSE(IsWoken());
        trim_wake();
        EXPECT_TRUE(IsWoken());
    });
}

TEST(Wake, IsTriedAgainWhereSignalsCannotBeQueued)
{
    RunInChild([] {
        trim_wake_open();
        rlimit limit = {};
        ASSERT_EQ(getrlimit(RLIMIT_SIGPENDING, &limit), 0);
        const rlimit none = {0, limit.rlim_max};
        ASSERT_EQ(setrlimit(RLIMIT_SIGPENDING, &none), 0);
        trim_wake();
        EXPECT_FALSE(IsWoken());
        ASSERT_EQ(setrlimit(RLIMIT_SIGPENDING, &limit), 0);
        trim_wake();
        EXPECT_TRUE(IsWoken());
    });
}

TEST(Wake, NapsWhereTheSystemRefusesASignal)
{
    for (const long call : {SYS_rt_sigtimedwait, SYS_tgkill}) {
        RunInChild([&] {
            if (!Forbid(call)) {
                return;
            }
            trim_wake_open();
            EXPECT_EQ(trim_wake_refusal(), EPERM);
            trim_wake();
            EXPECT_EQ(trim_wake_wait(TRIM_NEVER), 0) << "it ends by itself";
            EXPECT_EQ(trim_cpu_alarm_set(1), -1);
            ASSERT_TRUE(Forbid(SYS_clock_nanosleep, ENOSYS) && Forbid(SYS_nanosleep, ENOSYS));
            EXPECT_EQ(trim_wake_wait(TRIM_NEVER), ENOSYS);
            trim_wake_close();
        });
    }
}

TEST(Wake, NapsWhereTheSystemBeginsToRefuse)
{
    RunInChild([] {
        trim_wake_open();
        if (!Forbid(SYS_rt_sigtimedwait)) {
            return;
        }
        EXPECT_EQ(trim_wake_wait(TRIM_NEVER), 0);
        EXPECT_EQ(trim_wake_refusal(), EPERM);
        EXPECT_EQ(trim_wake_wait(1), 0);
        trim_wake();
    });
}

TEST(Wake, GoesWithoutTheAlarmWhereTimersAreRefused)
{
    RunInChild([] {
        if (!Forbid(SYS_timer_create)) {
            return;
        }
        trim_wake_open();
        EXPECT_EQ(trim_wake_refusal(), 0);
        EXPECT_EQ(trim_cpu_alarm_refusal(), EPERM);
        trim_wake();
        EXPECT_EQ(trim_wake_wait(TRIM_NEVER), 0);
    });
}

TEST(Wake, HandsBackWhatIsMeantForTheProcess)
{
    RunInChild([] {
        trim_wake_open();
        /* Only this thread could take it, since it waits. */
        ASSERT_EQ(kill(getpid(), FirstSignal()), 0);
        EXPECT_EQ(trim_wake_wait(TRIM_NEVER), 0);
        sigset_t set;
        (void)sigemptyset(&set);
        (void)sigaddset(&set, FirstSignal());
        siginfo_t taken = {};
        const timespec at_once = {};
        ASSERT_EQ(sigtimedwait(&set, &taken, &at_once), FirstSignal());
        EXPECT_EQ(taken.si_code, SI_USER);
        EXPECT_EQ(taken.si_pid, getpid());
        /* From now on it is left to the application altogether. */
        EXPECT_EQ(trim_wake_refusal(), 0);
        ASSERT_EQ(kill(getpid(), FirstSignal()), 0);
        trim_wake();
        EXPECT_TRUE(IsPending(FirstSignal() - 1));
        EXPECT_EQ(trim_wake_wait(TRIM_NEVER), 0);
        EXPECT_FALSE(IsPending(FirstSignal() - 1));
        EXPECT_TRUE(IsPending(FirstSignal()));
        /* The alarm rings by the new one. */
        ASSERT_EQ(trim_cpu_alarm_set(0), 0);
        EXPECT_EQ(trim_wake_wait(TRIM_NEVER), 0);
    });
}

TEST(Wake, NapsWhereTheApplicationTakesAllNumbers)
{
    RunInChild([] {
        trim_wake_open();
        int rounds = 0;
        for (int number = FirstSignal(); trim_wake_refusal() == 0; --number) {
            ASSERT_GE(number, SIGRTMIN);
            ASSERT_EQ(kill(getpid(), number), 0);
            EXPECT_EQ(trim_wake_wait(TRIM_NEVER), 0);
            EXPECT_EQ(TakeAll(number), 1);
            ++rounds;
        }
        EXPECT_EQ(rounds, FirstSignal() - SIGRTMIN + 1);
        EXPECT_EQ(trim_wake_wait(1), 0);
    });
}

TEST(Wake, LeavesASignalAloneThatHasAHandler)
{
    RunInChild([] {
        ASSERT_NE(signal(FirstSignal(), [](int) {}), SIG_ERR);
        trim_wake_open();
        trim_wake();
        EXPECT_FALSE(IsWoken());
        EXPECT_TRUE(IsPending(FirstSignal() - 1));
        sigset_t blocked;
        ASSERT_EQ(pthread_sigmask(SIG_BLOCK, nullptr, &blocked), 0);
        EXPECT_EQ(sigismember(&blocked, FirstSignal()), 0);
    });
}

} // namespace

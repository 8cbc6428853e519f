#include "thread.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <csignal>
#include <string>

#include "sanitized_malloc.h"

namespace
{

struct Seen {
    sigset_t mask;
    char name[32];
    size_t stack_bytes;
};

void *Look(void *argument)
{
    auto *seen = static_cast<Seen *>(argument);
    trim_thread_name("trimagent-test");
    pthread_sigmask(SIG_SETMASK, nullptr, &seen->mask);
    pthread_getname_np(pthread_self(), seen->name, sizeof seen->name);
    pthread_attr_t attributes;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstacksize(&attributes, &seen->stack_bytes);
    pthread_attr_destroy(&attributes);
    return nullptr;
}

class Thread : public testing::Test
{
protected:
    static Seen Run()
    {
        Seen seen = {};
        pthread_t thread;
        EXPECT_EQ(trim_thread_start(&thread, Look, &seen), 0);
        EXPECT_EQ(pthread_join(thread, nullptr), 0);
        return seen;
    }
};

TEST_F(Thread, HasAllSignalsBlockedButThoseThatAFaultRaises)
{
    const Seen seen = Run();
    for (const int open : {SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP}) {
        EXPECT_EQ(sigismember(&seen.mask, open), 0) << open;
    }
    for (const int blocked : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM,
                              SIGCHLD, SIGPROF, SIGRTMAX}) {
        EXPECT_EQ(sigismember(&seen.mask, blocked), 1) << blocked;
    }
}

TEST_F(Thread, LeavesTheMaskOfTheThreadThatStartsIt)
{
    sigset_t before;
    sigset_t after;
    sigemptyset(&before);
    sigaddset(&before, SIGUSR2);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    (void)Run();
    pthread_sigmask(SIG_SETMASK, nullptr, &after);
    for (const int signal : {SIGUSR1, SIGUSR2, SIGTERM, SIGSEGV}) {
        EXPECT_EQ(sigismember(&after, signal), sigismember(&before, signal)) << signal;
    }
}

TEST_F(Thread, HasASmallStackAndTheNameThatItGivesItself)
{
    const Seen seen = Run();
    EXPECT_EQ(std::string(seen.name), "trimagent-test");
    EXPECT_GE(seen.stack_bytes, size_t{128} << 10);
    if (!kSanitizedMalloc) { /* A sanitizer makes stacks larger. */
        EXPECT_LE(seen.stack_bytes, size_t{512} << 10);
    }
}

} // namespace

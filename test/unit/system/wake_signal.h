/* What has been sent to the calling thread, which stands for the worker. */
#ifndef TRIMAGENT_TEST_WAKE_SIGNAL_H
#define TRIMAGENT_TEST_WAKE_SIGNAL_H

#include <csignal>
#include <ctime>

/* The signal that the agent tries first. */
inline int FirstSignal()
{
    return SIGRTMAX - 7;
}

inline bool IsPending(int number)
{
    sigset_t pending;
    (void)sigemptyset(&pending);
    return sigpending(&pending) == 0 && sigismember(&pending, number) == 1;
}

inline bool IsWoken()
{
    return IsPending(FirstSignal());
}

/* Takes all signals of a number that are pending, and counts them. */
inline int TakeAll(int number)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, number);
    const timespec at_once = {};
    int count = 0;
    while (sigtimedwait(&set, nullptr, &at_once) == number) {
        ++count;
    }
    return count;
}

#endif

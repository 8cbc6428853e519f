#include "thread.h"

#include <signal.h>
#include <stddef.h>

#include "quantity.h"

/* Room for what malloc_info, the log lines and the libraries' thread-local data need; only touched
 * pages count. */
#define STACK_BYTES (256 * TRIM_KIB)

int trim_thread_start(pthread_t *thread, void *(*run)(void *), void *argument)
{
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error != 0) {
        return error;
    }
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);

    /*
     * The new thread inherits the mask: the JVM's signals must find the JVM's threads. Those that a
     * fault raises stay open, because a thread that blocks them is killed without the JVM's error
     * report.
     */
    static const int faults[] = {SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        (void)sigdelset(&all, faults[i]);
    }
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(thread, &attributes, run, argument);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    return error;
}

void trim_thread_name(const char *name)
{
    (void)pthread_setname_np(pthread_self(), name);
}

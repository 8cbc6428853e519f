#include "thread.h"

#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

#include "quantity.h"

/* Room for what malloc_info and the log lines need; only touched pages count. */
#define STACK_BYTES (256 * TRIM_KIB)

/*
 * What glibc takes out of a new thread's stack for itself and for the thread-local data of the
 * libraries that were loaded at the start, of which there may be more than STACK_BYTES. glibc tells
 * it under a private name only, which HotSpot asks for as well; elsewhere 0.
 */
static size_t taken_bytes(const pthread_attr_t *attributes)
{
    size_t (*least)(const pthread_attr_t *) = NULL;
    *(void **)&least = dlsym(RTLD_DEFAULT, "__pthread_get_minstack");
    return least != NULL ? least(attributes) : 0;
}

int trim_thread_start(pthread_t *thread, void *(*run)(void *), void *argument)
{
    return trim_thread_start_roomy(thread, STACK_BYTES, run, argument);
}

int trim_thread_start_roomy(pthread_t *thread, size_t stack_bytes, void *(*run)(void *),
                            void *argument)
{
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error != 0) {
        return error;
    }
    (void)pthread_attr_setstacksize(&attributes, stack_bytes + taken_bytes(&attributes));

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
    error = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (error == 0) {
        error = pthread_create(thread, &attributes, run, argument);
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    (void)pthread_attr_destroy(&attributes);
    return error;
}

void trim_thread_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(condition, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

void trim_thread_name(const char *name)
{
    (void)pthread_setname_np(pthread_self(), name);
}

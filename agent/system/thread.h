/* Threads of the agent: small stacks, and none of the JVM's signals. */
#ifndef TRIMAGENT_THREAD_H
#define TRIMAGENT_THREAD_H

#include <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Starts a thread that the VM does not know, with all signals blocked but those that a fault
 * raises. Any thread. Returns 0, or the error of pthread_create: EAGAIN at a limit of threads or
 * memory.
 */
int trim_thread_start(pthread_t *thread, void *(*run)(void *), void *argument);

/* The same with room for so many bytes on its stack, of which only touched pages count. */
int trim_thread_start_roomy(pthread_t *thread, size_t stack_bytes, void *(*run)(void *),
                            void *argument);

/* Readies a condition whose deadlines are times of trim_clock_now_ns. Any thread, once for each. */
void trim_thread_condition(pthread_cond_t *condition);

/* Names the calling thread, in at most 15 characters, for top and for debuggers. */
void trim_thread_name(const char *name);

#ifdef __cplusplus
}
#endif

#endif

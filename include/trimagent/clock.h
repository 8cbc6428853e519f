/*
 * The only module that reads a clock. Everything else gets the time as an argument.
 * All functions may be called on any thread, JVMTI callbacks included: they neither allocate nor
 * lock.
 */
#ifndef TRIMAGENT_CLOCK_H
#define TRIMAGENT_CLOCK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A point in time that never comes. */
#define TRIM_NEVER UINT64_MAX

/* Nanoseconds of the monotonic clock, from an arbitrary point. */
uint64_t trim_clock_now_ns(void);

/* CPU time of the calling thread in nanoseconds; 0 where the system does not tell. */
uint64_t trim_clock_thread_cpu_ns(void);

/*
 * Time since the process was started in nanoseconds, to the system's tick (10 ms): what the JVM's
 * own log calls uptime. 0 where /proc does not tell.
 */
uint64_t trim_clock_process_age_ns(void);

#ifdef __cplusplus
}
#endif

#endif

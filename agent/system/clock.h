/*
 * The only module that reads a clock. Everything else gets the time as an argument.
 * All functions but trim_clock_sleep_ns may be called on any thread, JVMTI callbacks included: they
 * neither allocate nor lock.
 */
#ifndef TRIMAGENT_CLOCK_H
#define TRIMAGENT_CLOCK_H

#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Nanoseconds of the monotonic clock, from an arbitrary point. It stands still while the system
 * does not tell it, as do the others. */
uint64_t trim_clock_now_ns(void);

/* Nanoseconds since 1970 by the system's clock, which may be set: for people and other machines. */
uint64_t trim_clock_utc_ns(void);

/* CPU time of the calling thread in nanoseconds; 0 where the system does not tell. */
uint64_t trim_clock_thread_cpu_ns(void);

/* CPU time of all threads of the process in nanoseconds, those that have ended included; 0 where
 * the system does not tell. Of running threads up to the system's last tick. */
uint64_t trim_clock_process_cpu_ns(void);

/* Nanoseconds as the system's calls take them. */
struct timespec trim_clock_timespec(uint64_t ns);

/* Sleeps for so many nanoseconds; less where a signal comes, not at all where the system forbids
 * it. Not in callbacks. */
void trim_clock_sleep_ns(uint64_t ns);

/*
 * Time since the process was started in nanoseconds, to the system's tick (10 ms): what the JVM's
 * own log calls uptime. 0 where /proc does not tell.
 */
uint64_t trim_clock_process_age_ns(void);

#ifdef __cplusplus
}
#endif

#endif

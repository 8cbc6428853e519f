/*
 * Wakes the worker when the process has used so much CPU time: a process at rest is then not looked
 * at, and one that begins to work is noticed at once.
 *
 * A POSIX timer on the process's CPU clock sends a signal to the worker's thread alone. The kernel
 * looks at such timers once a tick (4 ms with 250 Hz).
 *
 * Worker only. Where the system refuses it the alarm never rings, and the worker has to look by the
 * clock.
 */
#ifndef TRIMAGENT_CPU_ALARM_H
#define TRIMAGENT_CPU_ALARM_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes the alarm for the calling thread, in place of one that was made before: it rings by this
 * signal. Returns 0, or an error number, which trim_cpu_alarm_refusal goes on telling. */
int trim_cpu_alarm_open(int signal_number);

/* Why there is no alarm; 0 where there is one, or none was asked for. */
int trim_cpu_alarm_refusal(void);

/* Has it ring when the process has used process_cpu_ns of CPU time, as trim_clock_process_cpu_ns
 * counts; UINT64_MAX: never. Returns 0, or -1 where it will not ring. */
int trim_cpu_alarm_set(uint64_t process_cpu_ns);

/* Whether this signal is the alarm's, and not one of the application's. */
bool trim_cpu_alarm_sent(const siginfo_t *taken);

#ifdef __cplusplus
}
#endif

#endif

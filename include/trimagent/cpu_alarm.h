/*
 * Wakes the worker when the process has used so much CPU time: a process at rest is then not looked
 * at, and one that begins to work is noticed at once.
 *
 * A POSIX timer on the process's CPU clock sends a signal to the worker's thread alone, where it is
 * blocked, so that no handler is installed and nothing of the application's is touched; a
 * signalfd makes it readable beside the worker's other descriptors. The kernel looks at such timers
 * once a tick (4 ms with 250 Hz).
 *
 * Worker only. Where the system refuses one of these the alarm never rings, and the worker has to
 * look by the clock.
 */
#ifndef TRIMAGENT_CPU_ALARM_H
#define TRIMAGENT_CPU_ALARM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes the alarm for the calling thread. Returns 0, or -1 with errno where the system refuses. */
int trim_cpu_alarm_open(void);

/* Has it ring when the process has used process_cpu_ns of CPU time, as trim_clock_process_cpu_ns
 * counts; UINT64_MAX: never. Returns 0, or -1 where it will not ring. */
int trim_cpu_alarm_set(uint64_t process_cpu_ns);

/* The descriptor that becomes readable when it rings; -1: there is none. */
int trim_cpu_alarm_fd(void);

/* Forgets that it has rung, after the descriptor was readable. Where it is not the alarm's any more
 * there is none from now on. */
void trim_cpu_alarm_clear(void);

#ifdef __cplusplus
}
#endif

#endif

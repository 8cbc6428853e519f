/*
 * Wakes the worker, without a descriptor that native code could close.
 *
 * The worker waits in sigtimedwait for one real-time signal. It has that signal blocked, so no
 * handler is installed and nothing of the application's is touched. Others send it to the worker's
 * thread alone (tgkill: one system call without a lock or malloc, fit for any callback), at most
 * one at a time; the alarm for the process's CPU time sends it too (cpu_alarm.h). What is sent
 * between the worker's look and its wait stays pending, so that nothing is lost.
 *
 * A waiting worker may be given a signal of that number that somebody has sent to the whole
 * process. It hands it back to the process, and takes another number for itself.
 *
 * Where the system refuses the signal or the wait, the worker naps instead, and sees what has
 * happened up to a second late.
 */
#ifndef TRIMAGENT_WAKE_H
#define TRIMAGENT_WAKE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* From now on the calling thread is the one that is woken: the worker. Looks on which real-time
 * signals there are handlers, and takes one without. */
void trim_wake_open(void);

/*
 * Callback, any thread: wakes the worker; where there is none (not yet, not any more, or in a child
 * of fork) nothing happens. Where the signal cannot be queued, because too many of the user's are
 * (RLIMIT_SIGPENDING), the next call tries again. 6-11 us where the worker sleeps (measured,
 * docs/DESIGN.md), an atomic exchange where it is being woken already.
 */
void trim_wake(void);

/*
 * Worker: waits until it is woken, at most timeout_ns; TRIM_NEVER: without end. May return early.
 * Who calls trim_wake after the return wakes it anew. Returns 0, or an error number where the
 * system does not let it wait at all.
 */
int trim_wake_wait(uint64_t timeout_ns);

/* Worker: why it naps; 0 where it is woken. */
int trim_wake_refusal(void);

/* Worker, at its end: nobody sends anything to this thread when it returns, so that its number may
 * be another thread's afterwards. */
void trim_wake_close(void);

#ifdef __cplusplus
}
#endif

#endif

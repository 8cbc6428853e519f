#include "cpu_alarm.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "quantity.h"

/* The one alarm of the process's one worker. */
static bool made;
static int timer_id;
static int refusal;

int trim_cpu_alarm_open(int signal_number)
{
    /* The calls of the C library are in librt before glibc 2.34, and keep a record of each timer.
     */
    if (made) {
        (void)syscall(SYS_timer_delete, timer_id);
    }
    struct sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = signal_number;
    event.sigev_value.sival_ptr = &timer_id;
    event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
    made = syscall(SYS_timer_create, CLOCK_PROCESS_CPUTIME_ID, &event, &timer_id) == 0;
    refusal = made ? 0 : errno;
    return refusal;
}

int trim_cpu_alarm_refusal(void)
{
    return refusal;
}

int trim_cpu_alarm_set(uint64_t process_cpu_ns)
{
    if (!made) {
        return -1;
    }
    struct itimerspec when = {0};
    if (process_cpu_ns != UINT64_MAX) {
        /* A time of 0 would disarm it. */
        when.it_value = trim_clock_timespec(trim_max(process_cpu_ns, 1));
    }
    return (int)syscall(SYS_timer_settime, timer_id, TIMER_ABSTIME, &when, NULL);
}

bool trim_cpu_alarm_sent(const siginfo_t *taken)
{
    return taken->si_code == SI_TIMER && taken->si_value.sival_ptr == &timer_id;
}

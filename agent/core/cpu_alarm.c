#include "trimagent/cpu_alarm.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "trimagent/descriptor.h"
#include "trimagent/quantity.h"

/*
 * Any signal would do, since it is sent to a thread that has it blocked. A real-time one of those
 * that neither glibc, which takes the lowest, nor HotSpot uses.
 */
#define ALARM_SIGNAL (SIGRTMAX - 7)

/* The one alarm of the process's one worker. */
static int alarm_fd = -1;
static int timer_id;

/* The calls of the C library are in librt before glibc 2.34, and keep a record of each timer. */
static int create_timer(void)
{
    struct sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = ALARM_SIGNAL;
    event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
    return (int)syscall(SYS_timer_create, CLOCK_PROCESS_CPUTIME_ID, &event, &timer_id);
}

int trim_cpu_alarm_open(void)
{
    if (alarm_fd >= 0) {
        return 0;
    }
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, ALARM_SIGNAL);
    int fd = trim_above_standard(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (fd < 0) {
        return -1;
    }
    if (create_timer() != 0) {
        int error = errno;
        (void)close(fd);
        errno = error;
        return -1;
    }
    alarm_fd = fd;
    return 0;
}

int trim_cpu_alarm_set(uint64_t process_cpu_ns)
{
    if (alarm_fd < 0) {
        return -1;
    }
    struct itimerspec when = {0};
    if (process_cpu_ns != UINT64_MAX) {
        /* A time of 0 would disarm it. */
        process_cpu_ns = trim_max(process_cpu_ns, 1);
        when.it_value.tv_sec = (time_t)(process_cpu_ns / TRIM_NS_PER_S);
        when.it_value.tv_nsec = (long)(process_cpu_ns % TRIM_NS_PER_S);
    }
    return (int)syscall(SYS_timer_settime, timer_id, TIMER_ABSTIME, &when, NULL);
}

int trim_cpu_alarm_fd(void)
{
    return alarm_fd;
}

void trim_cpu_alarm_clear(void)
{
    struct signalfd_siginfo rung;
    memset(&rung, 0, sizeof rung);
    ssize_t length = alarm_fd < 0 ? 0 : read(alarm_fd, &rung, sizeof rung);
    bool ours = length == (ssize_t)sizeof rung && rung.ssi_signo == (uint32_t)ALARM_SIGNAL;
    if (length >= 0 ? !ours : errno != EAGAIN && errno != EINTR) {
        /* Somebody has closed it, and the number may be another file's by now. */
        alarm_fd = -1;
    }
}

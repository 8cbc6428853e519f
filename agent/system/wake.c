#include "wake.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "cpu_alarm.h"
#include "quantity.h"

/* The first to be tried. glibc takes the lowest real-time signals, the JDK SIGRTMAX - 2. */
#define FIRST_SIGNAL (SIGRTMAX - 7)

/* How long the worker naps where it cannot be woken. */
#define NAP_NS TRIM_NS_PER_S

/* A wait that ends sooner is none, and so many of them in a row are no chance. */
#define SURPRISE_NS (TRIM_NS_PER_MS / 10)
#define SURPRISES 16

/* A sender needs this for its system call, unless another thread has taken its CPU. */
#define SENDER_NS (TRIM_NS_PER_MS / 20)

/* The kernel's set of signals has a bit for each. */
#define KERNEL_SET_BYTES (_NSIG / 8)

/* Who is woken. The thread is 0 where nobody is; the rest is written before it. */
static atomic_int worker_thread;
static atomic_int worker_process;
static atomic_int signal_number;

/* A wake-up is on its way, or nobody needs one. */
static atomic_bool pending = true;

/* Callers that may be sending just now. */
static atomic_int senders;

/* Of the worker. */
static int refusal;

/* The C library's would call tgkill's signal one of kill. Returns 0, or an error number. */
static int take_signal(siginfo_t *taken, const struct timespec *timeout)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, atomic_load(&signal_number));
    return syscall(SYS_rt_sigtimedwait, &set, taken, timeout, KERNEL_SET_BYTES) < 0 ? errno : 0;
}

static int send_signal(int thread)
{
    int process = atomic_load(&worker_process);
    /* Asked of the kernel, since a child of fork has what its parent had. */
    if (thread == 0 || syscall(SYS_getpid) != process) {
        return 0;
    }
    return syscall(SYS_tgkill, process, thread, atomic_load(&signal_number)) != 0 ? errno : 0;
}

void trim_wake(void)
{
    if (atomic_exchange(&pending, true)) {
        return;
    }
    int error = errno;
    (void)atomic_fetch_add(&senders, 1);
    if (send_signal(atomic_load(&worker_thread)) != 0) {
        atomic_store(&pending, false);
    }
    (void)atomic_fetch_sub(&senders, 1);
    errno = error;
}

void trim_wake_close(void)
{
    atomic_store(&worker_thread, 0);
    /* Who comes now sees that. Who has come before needs no more than a system call, and the CPU:
     * where that cannot be yielded to it, sleep. */
    while (atomic_load(&senders) != 0) {
        if (sched_yield() != 0) {
            trim_clock_sleep_ns(SENDER_NS);
        }
    }
    atomic_store(&pending, true);
    (void)trim_cpu_alarm_set(UINT64_MAX);
}

/* A real-time signal from number down of which the application takes no notice; 0: there is none.
 */
static int unused_signal(int number)
{
    for (; number >= SIGRTMIN; number--) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_DFL) {
            return number;
        }
    }
    return 0;
}

/* Whether a signal can be sent and taken here. Returns 0, or an error number. */
static int try_signal(int thread)
{
    siginfo_t taken;
    struct timespec at_once = {0};
    int error = send_signal(thread);
    if (error != 0 && error != EAGAIN) {
        return error;
    }
    error = take_signal(&taken, &at_once);
    return error == EAGAIN || error == EINTR ? 0 : error;
}

/* Listens to an unused signal from number down. */
static void listen_from(int number)
{
    int thread = (int)syscall(SYS_gettid);
    int chosen = unused_signal(number);
    refusal = chosen == 0 ? EBUSY : 0;
    if (refusal == 0) {
        sigset_t set;
        (void)sigemptyset(&set);
        (void)sigaddset(&set, chosen);
        atomic_store(&signal_number, chosen);
        atomic_store(&worker_process, (int)syscall(SYS_getpid));
        /* One that is not blocked would end the process. */
        refusal = pthread_sigmask(SIG_BLOCK, &set, NULL);
        refusal = refusal == 0 ? try_signal(thread) : refusal;
    }
    if (refusal == 0) {
        (void)trim_cpu_alarm_open(chosen);
        atomic_store(&worker_thread, thread);
        /* Whoever was not told of before is seen by the look that follows. */
        atomic_store(&pending, false);
    }
}

void trim_wake_open(void)
{
    listen_from(FIRST_SIGNAL);
}

int trim_wake_refusal(void)
{
    return refusal;
}

/* Hands a signal that was meant for the process back to it, and listens to another. */
static void hand_back(siginfo_t *taken)
{
    int number = atomic_load(&signal_number);
    trim_wake_close();
    (void)syscall(SYS_rt_sigqueueinfo, syscall(SYS_gettid), number, taken);
    listen_from(number - 1);
}

static int nap(uint64_t ns)
{
    struct timespec left = trim_clock_timespec(trim_min(ns, NAP_NS));
    return nanosleep(&left, NULL) != 0 && errno != EINTR ? errno : 0;
}

static bool is_failure(int error)
{
    return error != 0 && error != EAGAIN && error != EINTR;
}

/*
 * Whether the system does not let the worker sleep: a wait that ends at once with neither a signal
 * nor its time is a surprise, as is an alarm, because the process has used no CPU time meanwhile.
 * Several in a row would be a loop at full speed. SIGCONT is such a surprise too, but does not come
 * so often.
 */
static bool does_not_wait(uint64_t began_ns, uint64_t timeout_ns)
{
    static int surprises;
    uint64_t waited_ns = trim_clock_now_ns() - began_ns;
    bool surprise = waited_ns < trim_min(timeout_ns, SURPRISE_NS);
    surprises = surprise ? surprises + 1 : 0;
    return surprises >= SURPRISES;
}

int trim_wake_wait(uint64_t timeout_ns)
{
    uint64_t began_ns = trim_clock_now_ns();
    if (refusal != 0) {
        int error = nap(timeout_ns);
        return error == 0 && does_not_wait(began_ns, timeout_ns) ? EINTR : error;
    }
    siginfo_t taken;
    memset(&taken, 0, sizeof taken);
    struct timespec timeout = trim_clock_timespec(timeout_ns);
    int error = take_signal(&taken, timeout_ns == TRIM_NEVER ? NULL : &timeout);
    bool alarm = error == 0 && trim_cpu_alarm_sent(&taken);
    if (error == 0 && taken.si_code != SI_TKILL && !alarm) {
        hand_back(&taken);
    } else if (is_failure(error) ||
               ((error != 0 || alarm) && does_not_wait(began_ns, timeout_ns))) {
        trim_wake_close();
        refusal = error != 0 ? error : EAGAIN;
    }
    if (refusal == 0) {
        /* An exchange, so that what is read after it is what was there before who wakes anew. */
        (void)atomic_exchange(&pending, false);
    }
    return 0;
}

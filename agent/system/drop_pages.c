#include "drop_pages.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The kernel's word for the calling thread, of linux/fcntl.h since 6.14. */
#define PIDFD_SELF_THREAD (-10000)

#ifndef SYS_process_madvise
/* The same on all architectures, as all system calls since 424. */
#define SYS_process_madvise 440
#endif

static bool refused;
static bool asked;

static unsigned number(const char **at)
{
    unsigned value = 0;
    for (; **at >= '0' && **at <= '9'; ++*at) {
        value = value * 10 + (unsigned)(**at - '0');
    }
    return value;
}

/* Older kernels refuse PIDFD_SELF_THREAD anyway. And a filter of that time that ends the process on
 * system calls it does not know (systemd before 248) would end the JVM. */
static bool is_new_enough(void)
{
    struct utsname kernel;
    if (uname(&kernel) != 0) {
        return false;
    }
    const char *at = kernel.release;
    unsigned major = number(&at);
    at += *at == '.' ? 1 : 0;
    unsigned minor = number(&at);
    return major > 6 || (major == 6 && minor >= 14);
}

/* Returns how many of the ranges have been dropped together. */
static size_t drop_together(const struct iovec *ranges, size_t count)
{
    if (!asked) {
        asked = true;
        refused = !is_new_enough();
    }
    /* One alone gains nothing by it. */
    if (refused || count < 2) {
        return 0;
    }
    long dropped = syscall(SYS_process_madvise, PIDFD_SELF_THREAD, ranges, count, MADV_DONTNEED, 0);
    /* Other failures are those of a range, as where pages are locked. */
    refused = dropped < 0 && (errno == EBADF || errno == EPERM || errno == ENOSYS);
    size_t done = 0;
    while (dropped > 0 && done < count && (size_t)dropped >= ranges[done].iov_len) {
        dropped -= (long)ranges[done++].iov_len;
    }
    return done;
}

int trim_drop_pages(const struct iovec *ranges, size_t count)
{
    int result = 0;
    for (size_t i = drop_together(ranges, count); i < count; i++) {
        if (madvise(ranges[i].iov_base, ranges[i].iov_len, MADV_DONTNEED) != 0) {
            result = -1;
        }
    }
    return result;
}

#include "clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "process_memory.h"
#include "quantity.h"

static bool read_clock(clockid_t clock, uint64_t *ns)
{
    struct timespec now;
    if (clock_gettime(clock, &now) != 0) {
        return false;
    }
    *ns = (uint64_t)now.tv_sec * TRIM_NS_PER_S + (uint64_t)now.tv_nsec;
    return true;
}

/* A clock that cannot be read stands still, since differences of times must not be negative. */
static uint64_t read_or_stand(clockid_t clock, _Atomic uint64_t *last)
{
    uint64_t ns = 0;
    if (!read_clock(clock, &ns)) {
        return atomic_load_explicit(last, memory_order_relaxed);
    }
    atomic_store_explicit(last, ns, memory_order_relaxed);
    return ns;
}

uint64_t trim_clock_now_ns(void)
{
    static _Atomic uint64_t last;
    return read_or_stand(CLOCK_MONOTONIC, &last);
}

uint64_t trim_clock_utc_ns(void)
{
    uint64_t ns = 0;
    (void)read_clock(CLOCK_REALTIME, &ns);
    return ns;
}

uint64_t trim_clock_thread_cpu_ns(void)
{
    /* The worker's, which alone is asked for again and again. */
    static _Atomic uint64_t last;
    return read_or_stand(CLOCK_THREAD_CPUTIME_ID, &last);
}

uint64_t trim_clock_process_cpu_ns(void)
{
    static _Atomic uint64_t last;
    return read_or_stand(CLOCK_PROCESS_CPUTIME_ID, &last);
}

struct timespec trim_clock_timespec(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / TRIM_NS_PER_S),
                             .tv_nsec = (long)(ns % TRIM_NS_PER_S)};
}

void trim_clock_sleep_ns(uint64_t ns)
{
    const struct timespec time = trim_clock_timespec(ns);
    (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

/*
 * Field 22 of /proc/self/stat is the start time in ticks since boot. The fields are counted from
 * the last parenthesis, because the second one, the program's name, may hold anything.
 */
static bool start_ticks(uint64_t *ticks)
{
    char text[1024];
    if (trim_read_small_file("/proc/self", "stat", text, sizeof text) < 0) {
        return false;
    }
    const char *at = strrchr(text, ')');
    for (int field = 2; at != NULL && field < 22; field++) {
        at = strchr(at + 1, ' ');
    }
    if (at == NULL) {
        return false;
    }
    char *end = NULL;
    *ticks = strtoull(at + 1, &end, 10);
    return end != at + 1;
}

uint64_t trim_clock_process_age_ns(void)
{
    uint64_t ticks = 0;
    uint64_t since_boot_ns = 0;
    long per_second = sysconf(_SC_CLK_TCK);
    if (per_second <= 0 || !start_ticks(&ticks) || !read_clock(CLOCK_BOOTTIME, &since_boot_ns)) {
        return 0;
    }
    uint64_t started_ns = ticks * (TRIM_NS_PER_S / (uint64_t)per_second);
    return trim_excess(since_boot_ns, started_ns);
}

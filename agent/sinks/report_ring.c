#include "report_ring.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "quantity.h"

/* How long the taker naps where the system does not let it wait. */
#define NAP_NS TRIM_NS_PER_S
/* After so many waits that end for nothing, too: they would be a loop at full speed. */
#define SURPRISES 16

static struct {
    atomic_bool open;
    atomic_bool nudges; /* The taker wants them. */
    atomic_uint news;   /* Reports and nudges so far: what the taker waits for. */
    unsigned seen;      /* Of these by the taker. */
    atomic_uint put;    /* Reports so far; only the worker changes it. */
    atomic_uint taken;  /* Only the taker changes it. */
    atomic_ullong lost;
    struct trim_report reports[TRIM_REPORT_RING_SIZE];
} ring;

void trim_report_ring_open(void)
{
    atomic_store(&ring.open, true);
}

void trim_report_ring_nudge(void)
{
    atomic_fetch_add(&ring.news, 1);
    (void)syscall(SYS_futex, &ring.news, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

void trim_report_ring_close(void)
{
    atomic_store(&ring.nudges, false);
    atomic_store(&ring.open, false);
    trim_report_ring_nudge();
}

bool trim_report_ring_is_open(void)
{
    return atomic_load(&ring.open);
}

void trim_report_ring_put(const struct trim_report *report)
{
    if (!atomic_load(&ring.open)) {
        return;
    }
    unsigned put = atomic_load_explicit(&ring.put, memory_order_relaxed);
    if (put - atomic_load_explicit(&ring.taken, memory_order_acquire) == TRIM_REPORT_RING_SIZE) {
        atomic_fetch_add(&ring.lost, 1);
        return;
    }
    ring.reports[put % TRIM_REPORT_RING_SIZE] = *report;
    atomic_store_explicit(&ring.put, put + 1, memory_order_release);
    trim_report_ring_nudge();
}

enum trim_ring_news trim_report_ring_take(struct trim_report *report, uint64_t wait_ns)
{
    unsigned taken = atomic_load_explicit(&ring.taken, memory_order_relaxed);
    const struct timespec timeout = trim_clock_timespec(wait_ns);
    unsigned surprises = 0; /* Waits that ended for nothing. */
    for (;;) {
        /* Read first, so that what comes now is not slept over. */
        unsigned news = atomic_load(&ring.news);
        if (!atomic_load(&ring.open)) {
            return TRIM_RING_CLOSED;
        }
        if (atomic_load_explicit(&ring.put, memory_order_acquire) != taken) {
            *report = ring.reports[taken % TRIM_REPORT_RING_SIZE];
            atomic_store_explicit(&ring.taken, taken + 1, memory_order_release);
            return TRIM_RING_REPORT;
        }
        if (news != ring.seen) {
            ring.seen = news;
            return TRIM_RING_NUDGE;
        }
        if (syscall(SYS_futex, &ring.news, FUTEX_WAIT_PRIVATE, news,
                    wait_ns == TRIM_NEVER ? NULL : &timeout, NULL, 0) == 0 ||
            errno == EAGAIN || errno == EINTR) {
            if (++surprises < SURPRISES) {
                continue;
            }
        } else if (errno == ETIMEDOUT) {
            return TRIM_RING_TIMEOUT;
        }
        surprises = 0;
        trim_clock_sleep_ns(NAP_NS);
    }
}

void trim_report_ring_want_nudges(bool wanted)
{
    atomic_store(&ring.nudges, wanted);
}

bool trim_report_ring_wants_nudges(void)
{
    return atomic_load(&ring.nudges);
}

uint64_t trim_report_ring_lost(void)
{
    return atomic_load(&ring.lost);
}

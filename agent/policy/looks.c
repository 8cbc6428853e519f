#include "looks.h"

#include <math.h>
#include <string.h>

#include "trimagent/quantity.h"

/* The rates are means over about so long. */
#define MEMORY_S 60.0
/* What they begin with, and never fall below, in bytes a second: a program may begin to free memory
 * at any time. */
#define RATE_START (0.5 * (double)TRIM_MIB)
#define RATE_LEAST (0.05 * (double)TRIM_MIB)

/* An event whose expectation was halved so often is over. */
#define EVENT_OVER_PART 64
/* A release may have come before the event's last memory was free. */
#define LEFT_PART 4

/* Looks at a process with millions of free chunks cost a second; they take no more than this part
 * of one core, however long check is. */
#define COST_PART 1000
/* Where memory is short, so much. */
#define URGENT_COST_PART 100

/* Reading RSS, faults and CPU time takes about this. */
#define POLL_NS 15e3
#define POLL_GAP_LEAST_NS (100 * TRIM_NS_PER_MS)
#define POLL_GAP_MOST_NS (2 * TRIM_NS_PER_S)

void trim_looks_init(struct trim_looks *looks, uint64_t check_ns, bool unannounced, uint64_t now_ns)
{
    memset(looks, 0, sizeof *looks);
    looks->check_ns = check_ns;
    looks->unannounced = unannounced && check_ns != 0;
    looks->rate = RATE_START;
    looks->poll_rate = RATE_START;
    looks->last_ns = now_ns;
    looks->as_of_ns = now_ns;
    for (int reason = 0; reason < TRIM_REASON_COUNT; reason++) {
        looks->events[reason].usual_bytes = -1;
    }
}

void trim_looks_expect(struct trim_looks *looks, enum trim_reason reason, uint64_t since_ns,
                       uint64_t ready_ns, double guess_bytes)
{
    double usual = looks->events[reason].usual_bytes;
    bool pending = looks->events[reason].pending_bytes > 0;
    double whole = fmax(usual < 0 ? guess_bytes : usual, (double)TRIM_LEAST_BYTES);
    looks->events[reason].whole_bytes = whole;
    looks->events[reason].pending_bytes = whole;
    looks->events[reason].since_ns = since_ns;
    /* Pauses that follow one another do not put the look off. */
    bool waits = pending && looks->events[reason].ready_ns > since_ns;
    looks->events[reason].ready_ns = waits ? looks->events[reason].ready_ns : ready_ns;
}

static uint64_t later(uint64_t from_ns, double ns)
{
    return ns < 1e18 ? from_ns + (uint64_t)ns : TRIM_NEVER;
}

/* When so many bytes have cost cost_ns of rent. */
static uint64_t paid_ns(const struct trim_price *price, uint64_t now_ns, uint64_t since_ns,
                        double bytes, double cost_ns)
{
    return later(since_ns, cost_ns / trim_price_rent_ns(price, now_ns, bytes, 1.0));
}

/* The gap after which bytes that come free at a rate have cost cost_ns of rent. */
static double rate_gap_ns(const struct trim_price *price, uint64_t now_ns, double rate,
                          double cost_ns)
{
    double per_ns = rate / (double)TRIM_NS_PER_S;
    return sqrt(2 * cost_ns / trim_price_rent_ns(price, now_ns, per_ns, 1.0));
}

static uint64_t unannounced_due_ns(const struct trim_looks *looks, const struct trim_price *price,
                                   uint64_t now_ns)
{
    if (!looks->unannounced) {
        return TRIM_NEVER;
    }
    double gap_ns = rate_gap_ns(price, now_ns, looks->rate, price->look_ns);
    gap_ns = fmin(gap_ns, (double)looks->check_ns);
    gap_ns = fmin(gap_ns, (double)trim_price_room_gap_ns(price));
    bool urgent = trim_price_urgent(price, now_ns);
    gap_ns = fmax(gap_ns, price->look_ns * (urgent ? URGENT_COST_PART : COST_PART));
    return later(looks->last_ns, gap_ns);
}

uint64_t trim_looks_due_ns(const struct trim_looks *looks, const struct trim_price *price,
                           uint64_t now_ns)
{
    uint64_t due_ns = unannounced_due_ns(looks, price, now_ns);
    for (int reason = 0; reason < TRIM_REASON_COUNT; reason++) {
        double bytes = looks->events[reason].pending_bytes;
        if (bytes > 0) {
            uint64_t paid =
                paid_ns(price, now_ns, looks->events[reason].since_ns, bytes, price->look_ns);
            due_ns = trim_min(due_ns, trim_max(paid, looks->events[reason].ready_ns));
        }
    }
    return due_ns;
}

enum trim_reason trim_looks_reason(const struct trim_looks *looks, uint64_t now_ns)
{
    int reason = TRIM_REASON_COUNT - 1;
    while (reason > 0 &&
           (looks->events[reason].pending_bytes <= 0 || looks->events[reason].ready_ns > now_ns)) {
        reason--;
    }
    return (enum trim_reason)reason;
}

/* Brings the rates up to date; bytes have come free since. */
static void flow(struct trim_looks *looks, uint64_t now_ns, double bytes, bool announced)
{
    double seconds = (double)(now_ns - looks->as_of_ns) / (double)TRIM_NS_PER_S;
    double all = MEMORY_S + seconds;
    looks->as_of_ns = now_ns;
    looks->rate = fmax((looks->rate * MEMORY_S + (announced ? 0 : bytes)) / all, RATE_LEAST);
    looks->poll_rate = fmax((looks->poll_rate * MEMORY_S + bytes) / all, RATE_LEAST);
}

void trim_looks_missed(struct trim_looks *looks, uint64_t now_ns)
{
    looks->last_ns = now_ns;
    flow(looks, now_ns, 0, true);
    for (int reason = 0; reason < TRIM_REASON_COUNT; reason++) {
        double *pending = &looks->events[reason].pending_bytes;
        double whole = looks->events[reason].whole_bytes;
        if (*pending <= 0 || looks->events[reason].ready_ns > now_ns) {
            continue;
        }
        *pending /= 2;
        looks->events[reason].since_ns = now_ns;
        if (*pending < whole / EVENT_OVER_PART || *pending < (double)TRIM_LEAST_BYTES) {
            *pending = 0;
            looks->events[reason].usual_bytes = whole / 2;
        }
    }
}

void trim_looks_found(struct trim_looks *looks, uint64_t now_ns)
{
    looks->last_ns = now_ns;
}

void trim_looks_settled(struct trim_looks *looks, enum trim_reason reason, uint64_t now_ns,
                        double bytes)
{
    double *usual = &looks->events[reason].usual_bytes;
    *usual = *usual < 0 ? bytes : (*usual + bytes) / 2;
    flow(looks, now_ns, bytes, reason != TRIM_REASON_WATERMARK);
    looks->last_ns = now_ns;
    for (int other = 0; other < TRIM_REASON_COUNT; other++) {
        if (looks->events[other].ready_ns <= now_ns) {
            looks->events[other].pending_bytes =
                bytes > 0 ? looks->events[other].pending_bytes / LEFT_PART : 0;
            looks->events[other].since_ns = now_ns;
        }
    }
}

uint64_t trim_looks_poll_gap_ns(const struct trim_looks *looks, const struct trim_price *price,
                                uint64_t now_ns)
{
    double gap_ns = rate_gap_ns(price, now_ns, looks->poll_rate, POLL_NS);
    return trim_max(POLL_GAP_LEAST_NS, trim_min(later(0, gap_ns), POLL_GAP_MOST_NS));
}

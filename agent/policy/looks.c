#include "looks.h"

#include <math.h>

#include "quantity.h"

/* An event counts as the reason where it is no less likely than this part of the likeliest. */
#define LIKELY_PART 0.25

/* Events that were taken for less than this part of what has come free have not told of it. */
#define ANNOUNCED_PART 0.125

/* Looks at a process with millions of free chunks cost a second; they take no more than this part
 * of one core, however long check is. */
#define COST_PART 1000
/* Where memory is short, so much. */
#define URGENT_COST_PART 100

/* The process's own figures are read no more often than this, and no more seldom. */
#define POLL_GAP_LEAST_NS (100 * TRIM_NS_PER_MS)
#define POLL_GAP_MOST_NS (2 * TRIM_NS_PER_S)

void trim_looks_init(struct trim_looks *looks, uint64_t check_ns, bool unannounced, uint64_t now_ns)
{
    *looks = (struct trim_looks){
        .check_ns = check_ns,
        .unannounced = unannounced && check_ns != 0,
        .last_ns = now_ns,
    };
    trim_flow_init(&looks->unannounced_flow, now_ns);
    trim_flow_init(&looks->all_flow, now_ns);
    for (int reason = 0; reason < TRIM_REASON_COUNT; reason++) {
        trim_event_init(&looks->events[reason]);
    }
}

void trim_looks_configure(struct trim_looks *looks, uint64_t check_ns, bool unannounced,
                          uint64_t on)
{
    looks->check_ns = check_ns;
    looks->unannounced = unannounced && check_ns != 0;
    for (int reason = 0; reason < TRIM_REASON_COUNT; reason++) {
        if ((on & (UINT64_C(1) << reason)) == 0) {
            looks->events[reason].pending_bytes = 0;
        }
    }
}

void trim_looks_expect(struct trim_looks *looks, enum trim_reason reason, uint64_t since_ns,
                       uint64_t ready_ns, double guess_bytes)
{
    trim_event_expect(&looks->events[reason], since_ns, ready_ns, guess_bytes);
}

static uint64_t unannounced_due_ns(const struct trim_looks *looks, const struct trim_price *price,
                                   uint64_t now_ns)
{
    if (!looks->unannounced) {
        return TRIM_NEVER;
    }
    double rate = trim_flow_rate(&looks->unannounced_flow, looks->last_ns);
    double gap_ns = trim_price_gap_ns(price, now_ns, rate, price->look_ns);
    gap_ns = fmin(gap_ns, (double)looks->check_ns);
    gap_ns = fmin(gap_ns, (double)trim_price_room_gap_ns(price));
    bool urgent = trim_price_urgent(price, now_ns);
    gap_ns = fmax(gap_ns, price->look_ns * (urgent ? URGENT_COST_PART : COST_PART));
    return looks->last_ns + (uint64_t)gap_ns;
}

uint64_t trim_looks_event_due_ns(const struct trim_looks *looks, const struct trim_price *price,
                                 uint64_t now_ns)
{
    uint64_t due_ns = TRIM_NEVER;
    for (int reason = 0; reason < TRIM_REASON_COUNT; reason++) {
        due_ns = trim_min(due_ns, trim_event_due_ns(&looks->events[reason], price, now_ns));
    }
    return due_ns;
}

uint64_t trim_looks_due_ns(const struct trim_looks *looks, const struct trim_price *price,
                           uint64_t now_ns)
{
    return trim_min(unannounced_due_ns(looks, price, now_ns),
                    trim_looks_event_due_ns(looks, price, now_ns));
}

/* The events that have most likely freed what has come free by now, as a set of reasons. */
static uint64_t likely_events(const struct trim_looks *looks, uint64_t now_ns)
{
    double most = 0;
    for (int reason = 0; reason < TRIM_REASON_COUNT; reason++) {
        most = fmax(most, trim_event_likelihood(&looks->events[reason], now_ns));
    }
    uint64_t set = 0;
    for (int reason = 0; most > 0 && reason < TRIM_REASON_COUNT; reason++) {
        if (trim_event_likelihood(&looks->events[reason], now_ns) >= most * LIKELY_PART) {
            set |= UINT64_C(1) << reason;
        }
    }
    return set;
}

enum trim_reason trim_looks_reason(const struct trim_looks *looks, uint64_t now_ns)
{
    uint64_t likely = likely_events(looks, now_ns);
    int reason = TRIM_REASON_COUNT - 1;
    while (reason > 0 && (likely & (UINT64_C(1) << reason)) == 0) {
        reason--;
    }
    return (enum trim_reason)reason;
}

void trim_looks_taken(struct trim_looks *looks, uint64_t now_ns)
{
    looks->last_ns = now_ns;
    for (int reason = 0; reason < TRIM_REASON_COUNT; reason++) {
        trim_event_looked(&looks->events[reason], now_ns);
    }
}

/* Of what has come free, how much no event has told of. */
static double unannounced_bytes(const struct trim_looks *looks, enum trim_reason reason,
                                uint64_t likely, uint64_t now_ns, double bytes)
{
    double promised = 0;
    uint32_t times = 0;
    for (int other = 0; other < TRIM_REASON_COUNT; other++) {
        const struct trim_event *event = &looks->events[other];
        if ((likely & (UINT64_C(1) << other)) != 0) {
            bool tells = other != TRIM_REASON_WATERMARK;
            promised = fmax(promised, tells ? event->pending_bytes : 0);
            promised = fmax(promised, tells ? event->usual_bytes : 0);
            times = event->times > times ? event->times : times;
        }
    }
    bool told = promised >= bytes * ANNOUNCED_PART;
    if (told || reason == TRIM_REASON_DEMAND || (likely == 0 && reason != TRIM_REASON_WATERMARK)) {
        return 0;
    }
    /* How much of the time is the time after such an event. */
    double after_ns = (double)times * (double)TRIM_EVENT_NS;
    double all_ns = (double)trim_max(trim_excess(now_ns, looks->all_flow.at_ns), 1);
    return likely != 0 ? bytes * fmin(after_ns / all_ns, 1) : bytes;
}

void trim_looks_settled(struct trim_looks *looks, enum trim_reason reason, uint64_t now_ns,
                        double bytes)
{
    uint64_t likely = likely_events(looks, now_ns);
    looks->last_ns = now_ns;
    if (bytes <= 0) {
        looks->unannounced_flow.rate /= 2;
        trim_event_in_use(&looks->events[reason]);
        return;
    }
    double unannounced = unannounced_bytes(looks, reason, likely, now_ns, bytes);
    if (unannounced > 0) {
        trim_flow_take(&looks->unannounced_flow, now_ns, unannounced);
    }
    trim_flow_take(&looks->all_flow, now_ns, bytes);
    if (reason != TRIM_REASON_WATERMARK) {
        /* Something else has told of it, so that coming to rest has not. */
        looks->events[TRIM_REASON_WATERMARK].pending_bytes = 0;
        likely &= ~(UINT64_C(1) << TRIM_REASON_WATERMARK);
    }
    for (int other = 0; other < TRIM_REASON_COUNT; other++) {
        looks->events[other].times = 0;
        if ((likely & (UINT64_C(1) << other)) != 0) {
            trim_event_found(&looks->events[other], now_ns, bytes);
        }
    }
}

void trim_looks_regret(struct trim_looks *looks, enum trim_reason reason, double bytes)
{
    if (reason == TRIM_REASON_WATERMARK) {
        trim_flow_take_back(&looks->unannounced_flow, bytes);
    }
}

uint64_t trim_looks_poll_gap_ns(const struct trim_looks *looks, const struct trim_price *price,
                                uint64_t now_ns)
{
    double gap_ns =
        trim_price_gap_ns(price, now_ns, trim_flow_rate(&looks->all_flow, now_ns), price->poll_ns);
    return trim_max(POLL_GAP_LEAST_NS, trim_min((uint64_t)gap_ns, POLL_GAP_MOST_NS));
}

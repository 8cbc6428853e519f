#include "looks.h"

#include <math.h>

#include "quantity.h"

/* Half of what events free is free so soon after them. */
#define SOON_NS (100 * TRIM_NS_PER_MS)
/* After so long an event is over. */
#define EVENT_NS (10 * TRIM_NS_PER_S)
/* One that has freed nothing in so long proves half as much as one that never has. */
#define PROVES_NS (3.0 * (double)TRIM_NS_PER_S)
/* What such an event is still taken for. */
#define DOUBTED_PART 0.25

/* An event counts as the reason where it is no less likely than this part of the likeliest. */
#define LIKELY_PART 0.25

/* Events that were taken for less than this part of what has come free have not told of it. */
#define HERALD_PART 0.125

/* One that never frees anything is taken for this: it costs a look in a while. */
#define USUAL_LEAST_BYTES 65536.0

/* What is still to come after a release, of that, until it has been learned: it may have been in
 * the midst of being freed. */
#define REST_PART 0.25

/* Looks at a process with millions of free chunks cost a second; they take no more than this part
 * of one core, however long check is. */
#define COST_PART 1000
/* After an event, no more than this part. */
#define EVENT_COST_PART 20
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
    trim_flow_init(&looks->unheralded, now_ns);
    trim_flow_init(&looks->all, now_ns);
    for (int reason = 0; reason < TRIM_REASON_COUNT; reason++) {
        looks->events[reason] = (struct trim_event){.usual_bytes = -1, .rest_part = REST_PART};
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

/* An event is over at now_ns: what such events free is told by what was found since. */
static void learn(struct trim_event *event, uint64_t now_ns)
{
    if (event->found_bytes > 0) {
        double rest = fmin((event->found_bytes - event->first_bytes) / event->first_bytes, 1);
        event->rest_part = (event->rest_part + rest) / 2;
        event->usual_bytes = event->usual_bytes < 0 ? event->found_bytes
                                                    : (event->usual_bytes + event->found_bytes) / 2;
    } else {
        double given_ns = (double)(event->looked_ns - event->since_ns);
        double proof = given_ns / (given_ns + PROVES_NS);
        event->usual_bytes = event->pending_bytes * (1 - proof * (1 - DOUBTED_PART));
    }
    event->pending_bytes = 0;
    event->looked_ns = now_ns;
}

void trim_looks_expect(struct trim_looks *looks, enum trim_reason reason, uint64_t since_ns,
                       uint64_t ready_ns, double guess_bytes)
{
    struct trim_event *event = &looks->events[reason];
    if (event->pending_bytes > 0) {
        if (!event->looked) {
            return; /* Pauses that follow one another do not put the look off. */
        }
        learn(event, since_ns);
    }
    looks->heralds++;
    double usual = event->usual_bytes < 0 ? guess_bytes : event->usual_bytes;
    event->pending_bytes = fmax(usual, USUAL_LEAST_BYTES);
    event->found_bytes = 0;
    event->first_bytes = 0;
    event->happened_ns = since_ns;
    event->since_ns = since_ns;
    event->looked = false;
    event->looked_ns = since_ns;
    event->ready_ns = ready_ns;
}

static uint64_t later(uint64_t from_ns, double ns)
{
    return ns < 1e18 ? from_ns + (uint64_t)ns : TRIM_NEVER;
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
    double rate = trim_flow_rate(&looks->unheralded, looks->last_ns);
    double gap_ns = rate_gap_ns(price, now_ns, rate, price->look_ns);
    gap_ns = fmin(gap_ns, (double)looks->check_ns);
    gap_ns = fmin(gap_ns, (double)trim_price_room_gap_ns(price));
    bool urgent = trim_price_urgent(price, now_ns);
    gap_ns = fmax(gap_ns, price->look_ns * (urgent ? URGENT_COST_PART : COST_PART));
    return later(looks->last_ns, gap_ns);
}

static uint64_t event_due_ns(const struct trim_event *event, const struct trim_price *price,
                             uint64_t now_ns)
{
    if (event->pending_bytes <= 0) {
        return TRIM_NEVER;
    }
    /* What may come free is spread evenly over the logarithm of the time since. */
    double since_s = (double)(event->looked_ns - event->since_ns + SOON_NS) / (double)TRIM_NS_PER_S;
    double gap_ns = rate_gap_ns(price, now_ns, event->pending_bytes / since_s, price->look_ns);
    gap_ns = fmax(gap_ns, price->look_ns * EVENT_COST_PART);
    return trim_max(later(event->looked_ns, gap_ns), event->ready_ns);
}

uint64_t trim_looks_event_due_ns(const struct trim_looks *looks, const struct trim_price *price,
                                 uint64_t now_ns)
{
    uint64_t due_ns = TRIM_NEVER;
    for (int reason = 0; reason < TRIM_REASON_COUNT; reason++) {
        due_ns = trim_min(due_ns, event_due_ns(&looks->events[reason], price, now_ns));
    }
    return due_ns;
}

uint64_t trim_looks_due_ns(const struct trim_looks *looks, const struct trim_price *price,
                           uint64_t now_ns)
{
    return trim_min(unannounced_due_ns(looks, price, now_ns),
                    trim_looks_event_due_ns(looks, price, now_ns));
}

/* How likely it is that an event has freed something just now: it falls with the time since. How
 * much such events free does not count, for that is what is to be learned. */
static double likelihood(const struct trim_event *event, uint64_t now_ns)
{
    if (event->pending_bytes <= 0 || event->ready_ns > now_ns) {
        return 0;
    }
    return 1 / (double)(trim_excess(now_ns, event->happened_ns) + SOON_NS);
}

/* The events that have most likely freed what has come free by now, as a set of reasons. */
static uint64_t likely_events(const struct trim_looks *looks, uint64_t now_ns)
{
    double most = 0;
    for (int reason = 0; reason < TRIM_REASON_COUNT; reason++) {
        most = fmax(most, likelihood(&looks->events[reason], now_ns));
    }
    uint64_t set = 0;
    for (int reason = 0; most > 0 && reason < TRIM_REASON_COUNT; reason++) {
        if (likelihood(&looks->events[reason], now_ns) >= most * LIKELY_PART) {
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
        struct trim_event *event = &looks->events[reason];
        if (event->pending_bytes <= 0 || event->ready_ns > now_ns) {
            continue;
        }
        event->looked = true;
        event->looked_ns = now_ns;
        if (now_ns - event->happened_ns >= EVENT_NS) {
            learn(event, now_ns);
        }
    }
}

/* What was found for an event is in use: it frees less than was thought. One that has happened
 * since is not to blame. */
static void in_use(struct trim_event *event)
{
    if (event->looked) {
        double usual = event->usual_bytes < 0 ? event->pending_bytes : event->usual_bytes;
        event->usual_bytes = usual / 2;
        event->pending_bytes = 0;
    }
}

/* Of what has come free, how much no event has told of. */
static double unheralded_bytes(const struct trim_looks *looks, enum trim_reason reason,
                               uint64_t likely, uint64_t now_ns, double bytes)
{
    double promised = 0;
    for (int other = TRIM_REASON_WATERMARK + 1; other < TRIM_REASON_COUNT; other++) {
        const struct trim_event *event = &looks->events[other];
        bool counts = (likely & (UINT64_C(1) << other)) != 0;
        promised = fmax(promised, counts ? fmax(event->pending_bytes, event->usual_bytes) : 0);
    }
    if (promised >= bytes * HERALD_PART || (likely == 0 && reason != TRIM_REASON_WATERMARK)) {
        return 0;
    }
    /* How much of the time is the time after an event. */
    double after_ns = (double)looks->heralds * (double)EVENT_NS;
    double all_ns = (double)trim_max(trim_excess(now_ns, looks->all.at_ns), 1);
    return likely != 0 ? bytes * fmin(after_ns / all_ns, 1) : bytes;
}

/* An event has freed bytes. What such events usually free may not all have come yet. */
static void found(struct trim_event *event, uint64_t now_ns, double bytes)
{
    event->first_bytes = event->first_bytes > 0 ? event->first_bytes : bytes;
    event->found_bytes += bytes;
    event->pending_bytes = fmax(bytes * event->rest_part, event->usual_bytes - event->found_bytes);
    event->since_ns = now_ns;
    event->looked = true;
    event->looked_ns = now_ns;
    if (event->pending_bytes < (double)TRIM_LEAST_BYTES) {
        learn(event, now_ns);
    }
}

void trim_looks_settled(struct trim_looks *looks, enum trim_reason reason, uint64_t now_ns,
                        double bytes)
{
    uint64_t likely = likely_events(looks, now_ns);
    looks->last_ns = now_ns;
    if (bytes <= 0) {
        looks->unheralded.rate /= 2;
        in_use(&looks->events[reason]);
        return;
    }
    double unheralded = unheralded_bytes(looks, reason, likely, now_ns, bytes);
    if (unheralded > 0) {
        trim_flow_take(&looks->unheralded, now_ns, unheralded);
    }
    trim_flow_take(&looks->all, now_ns, bytes);
    looks->heralds = 0;
    if (reason != TRIM_REASON_WATERMARK) {
        /* Something else has told of it, so that coming to rest has not. */
        looks->events[TRIM_REASON_WATERMARK].pending_bytes = 0;
        likely &= ~(UINT64_C(1) << TRIM_REASON_WATERMARK);
    }
    for (int other = 0; other < TRIM_REASON_COUNT; other++) {
        if ((likely & (UINT64_C(1) << other)) != 0) {
            found(&looks->events[other], now_ns, bytes);
        }
    }
}

void trim_looks_regret(struct trim_looks *looks, enum trim_reason reason, double bytes)
{
    if (reason == TRIM_REASON_WATERMARK) {
        trim_flow_take_back(&looks->unheralded, bytes);
    }
}

uint64_t trim_looks_poll_gap_ns(const struct trim_looks *looks, const struct trim_price *price,
                                uint64_t now_ns)
{
    double gap_ns = rate_gap_ns(price, now_ns, trim_flow_rate(&looks->all, now_ns), price->poll_ns);
    return trim_max(POLL_GAP_LEAST_NS, trim_min(later(0, gap_ns), POLL_GAP_MOST_NS));
}

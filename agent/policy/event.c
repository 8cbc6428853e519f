#include "event.h"

#include <math.h>

#include "quantity.h"

/* Half of what events free is free so soon after them. */
#define SOON_NS (100 * TRIM_NS_PER_MS)
/* One that has freed nothing in so long proves half as much as one that never has. */
#define PROVES_NS (3.0 * (double)TRIM_NS_PER_S)
/* What such an event is still taken for. */
#define DOUBTED_PART 0.25

/* One that never frees anything is taken for this: it costs a look in a while. */
#define USUAL_LEAST_BYTES 65536.0

/* What is still to come after a release, of that, until it has been learned: it may have been in
 * the midst of being freed. */
#define REST_PART 0.25

/* Looks after an event take no more than this part of one core. */
#define COST_PART 20

void trim_event_init(struct trim_event *event)
{
    *event = (struct trim_event){.usual_bytes = -1, .rest_part = REST_PART};
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

void trim_event_expect(struct trim_event *event, uint64_t since_ns, uint64_t ready_ns,
                       double guess_bytes)
{
    if (event->pending_bytes > 0) {
        if (!event->looked) {
            return; /* Pauses that follow one another do not put the look off. */
        }
        learn(event, since_ns);
    }
    event->times++;
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

uint64_t trim_event_due_ns(const struct trim_event *event, const struct trim_price *price,
                           uint64_t now_ns)
{
    if (event->pending_bytes <= 0) {
        return TRIM_NEVER;
    }
    double since_s = (double)(event->looked_ns - event->since_ns + SOON_NS) / (double)TRIM_NS_PER_S;
    double gap_ns =
        trim_price_gap_ns(price, now_ns, event->pending_bytes / since_s, price->look_ns);
    gap_ns = fmax(gap_ns, price->look_ns * COST_PART);
    return trim_max(event->looked_ns + (uint64_t)gap_ns, event->ready_ns);
}

/* It falls with the time since. How much such events free does not count, for that is what is to be
 * learned. */
double trim_event_likelihood(const struct trim_event *event, uint64_t now_ns)
{
    if (event->pending_bytes <= 0 || event->ready_ns > now_ns) {
        return 0;
    }
    return 1 / (double)(trim_excess(now_ns, event->happened_ns) + SOON_NS);
}

void trim_event_looked(struct trim_event *event, uint64_t now_ns)
{
    if (event->pending_bytes <= 0 || event->ready_ns > now_ns) {
        return;
    }
    event->looked = true;
    event->looked_ns = now_ns;
    if (now_ns - event->happened_ns >= TRIM_EVENT_NS) {
        learn(event, now_ns);
    }
}

/* It frees less than was thought. One that has happened since is not to blame. */
void trim_event_in_use(struct trim_event *event)
{
    if (event->looked) {
        double usual = event->usual_bytes < 0 ? event->pending_bytes : event->usual_bytes;
        event->usual_bytes = usual / 2;
        event->pending_bytes = 0;
    }
}

/* What such events usually free may not all have come yet. */
void trim_event_found(struct trim_event *event, uint64_t now_ns, double bytes)
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

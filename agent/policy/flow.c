#include "flow.h"

#include <math.h>

#include "quantity.h"

/* The rate is a mean over about so long. */
#define MEMORY_S 60.0
/* What it begins with in bytes a second, for so many seconds, and what it never falls below. */
#define RATE_START (0.5 * (double)TRIM_MIB)
#define START_S 45.0
#define RATE_LEAST (0.01 * (double)TRIM_MIB)

/* A lump that is so many times as late as the last one may not come any more. */
#define LATE_TIMES 3.0

static double seconds_since(const struct trim_flow *flow, uint64_t now_ns)
{
    return (double)trim_excess(now_ns, flow->at_ns) / (double)TRIM_NS_PER_S;
}

void trim_flow_init(struct trim_flow *flow, uint64_t now_ns)
{
    *flow =
        (struct trim_flow){.rate = RATE_START, .lump_bytes = RATE_START * START_S, .at_ns = now_ns};
}

void trim_flow_take(struct trim_flow *flow, uint64_t now_ns, double bytes)
{
    double all_s = MEMORY_S + seconds_since(flow, now_ns);
    flow->rate = (flow->rate * MEMORY_S + bytes) / all_s;
    /* A small part of a lump that comes after it makes it no smaller. */
    flow->lump_bytes += (bytes - flow->lump_bytes) / 2 * fmin(bytes / flow->lump_bytes, 1);
    flow->last_bytes = bytes;
    flow->at_ns = now_ns;
}

void trim_flow_take_back(struct trim_flow *flow, double bytes)
{
    double back = fmin(bytes, flow->last_bytes);
    flow->last_bytes -= back;
    flow->rate = fmax(flow->rate - back / MEMORY_S, RATE_LEAST);
}

double trim_flow_rate(const struct trim_flow *flow, uint64_t now_ns)
{
    /* In intervals of the lumps. */
    double late = fmax(seconds_since(flow, now_ns) * flow->rate / flow->lump_bytes, 1);
    return fmax(flow->rate / (late * fmax(late / LATE_TIMES, 1)), RATE_LEAST);
}

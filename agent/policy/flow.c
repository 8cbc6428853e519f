#include "flow.h"

#include <math.h>

#include "quantity.h"

/* The rate is a mean over about so long. */
#define MEMORY_S 60.0
/* What it begins with, half a minute long, and never falls below, in bytes a second. */
#define RATE_START (0.5 * (double)TRIM_MIB)
#define START_S 45.0
#define RATE_LEAST (0.01 * (double)TRIM_MIB)

static double seconds_since(const struct trim_flow *flow, uint64_t now_ns)
{
    return (double)trim_excess(now_ns, flow->at_ns) / (double)TRIM_NS_PER_S;
}

void trim_flow_init(struct trim_flow *flow, uint64_t now_ns)
{
    *flow = (struct trim_flow){RATE_START, RATE_START * START_S, now_ns};
}

void trim_flow_take(struct trim_flow *flow, uint64_t now_ns, double bytes)
{
    double all_s = MEMORY_S + seconds_since(flow, now_ns);
    flow->rate = (flow->rate * MEMORY_S + bytes) / all_s;
    flow->lump_bytes = (flow->lump_bytes + bytes) / 2;
    flow->at_ns = now_ns;
}

void trim_flow_take_back(struct trim_flow *flow, double bytes)
{
    flow->rate = fmax(flow->rate - bytes / MEMORY_S, RATE_LEAST);
}

double trim_flow_rate(const struct trim_flow *flow, uint64_t now_ns)
{
    double seconds = seconds_since(flow, now_ns);
    double falling = seconds > 0 ? flow->lump_bytes / seconds : flow->rate;
    return fmax(fmin(flow->rate, falling), RATE_LEAST);
}

#include "cpu_throttle.h"

#include <string.h>

#include "flat_keyed.h"
#include "quantity.h"

int trim_parse_cpu_stat(const char *text, size_t length, struct trim_cpu_stat *stat)
{
    struct trim_cpu_stat parsed = {0};
    uint64_t us = 0;
    if (trim_flat_keyed_find(text, length, "nr_throttled", &parsed.throttled_periods) != 0) {
        return -1;
    }
    if (trim_flat_keyed_find(text, length, "throttled_usec", &us) == 0) {
        if (us > UINT64_MAX / TRIM_NS_PER_US) {
            return -1;
        }
        parsed.throttled_ns = us * TRIM_NS_PER_US;
    } else if (trim_flat_keyed_find(text, length, "throttled_time", &parsed.throttled_ns) != 0) {
        return -1;
    }
    *stat = parsed;
    return 0;
}

void trim_throttle_init(struct trim_throttle_judge *judge)
{
    memset(judge, 0, sizeof *judge);
}

void trim_throttle_take(struct trim_throttle_judge *judge, const struct trim_cpu_stat *stat,
                        uint64_t now_ns)
{
    bool follows = judge->readings > 0 &&
                   stat->throttled_periods >= judge->last.throttled_periods &&
                   stat->throttled_ns >= judge->last.throttled_ns;
    if (!follows) {
        trim_throttle_init(judge);
        judge->readings = 1;
    } else {
        judge->readings = 2;
        judge->before_ns = judge->last_ns;
        judge->grew = stat->throttled_periods > judge->last.throttled_periods;
    }
    judge->last = *stat;
    judge->last_ns = now_ns;
}

enum trim_throttling trim_throttle_now(const struct trim_throttle_judge *judge, uint64_t within_ns)
{
    if (judge->readings < 2) {
        return TRIM_THROTTLING_UNCLEAR;
    }
    if (!judge->grew) {
        return TRIM_THROTTLING_NONE;
    }
    /* A growth in a long time between readings may be of now, or long past. */
    return judge->last_ns - judge->before_ns <= within_ns ? TRIM_THROTTLING_NOW
                                                          : TRIM_THROTTLING_UNCLEAR;
}

void trim_cpu_throttle_open(struct trim_cpu_throttle *throttle, const char *root)
{
    (void)trim_cgroup_open(&throttle->cgroup, root, "cpu");
    throttle->known = false;
    memset(&throttle->stat, 0, sizeof throttle->stat);
    trim_throttle_init(&throttle->judge);
}

/* Adds the figures of one level; the sum stays what it is where there are none. */
static bool add_level(const struct trim_cgroup *cgroup, size_t level, struct trim_cpu_stat *sum)
{
    char text[1024];
    struct trim_cpu_stat stat;
    long length = trim_cgroup_read(cgroup, level, "cpu.stat", text, sizeof text);
    if (length < 0 || trim_parse_cpu_stat(text, (size_t)length, &stat) != 0) {
        return false;
    }
    /* Unsigned sums that wrapped would only begin anew. */
    sum->throttled_periods += stat.throttled_periods;
    sum->throttled_ns += stat.throttled_ns;
    return true;
}

int trim_cpu_throttle_read(struct trim_cpu_throttle *throttle, uint64_t now_ns)
{
    if (trim_cgroup_refresh(&throttle->cgroup)) {
        trim_throttle_init(&throttle->judge);
    }
    struct trim_cpu_stat sum = {0};
    size_t level = throttle->cgroup.length;
    throttle->known = false;
    do {
        throttle->known |= add_level(&throttle->cgroup, level, &sum);
    } while (trim_cgroup_parent(&throttle->cgroup, &level));
    throttle->stat = sum;
    if (!throttle->known) {
        trim_throttle_init(&throttle->judge);
        return -1;
    }
    trim_throttle_take(&throttle->judge, &sum, now_ns);
    return 0;
}

#include "signs.h"

#include <math.h>

#include "quantity.h"

/* Intervals shorter than this tell no rate: the kernel counts CPU in ticks of 4 ms. */
#define INTERVAL_LEAST_NS (40 * TRIM_NS_PER_MS)

/* The smallest page: what a minor fault brings in at least. */
#define FAULT_BYTES 4096

/* Page faults at this rate, and so many of them, are something being loaded. Requests that are
 * served fault less: 2 MiB a second in the benchmark's reloads. */
#define LOADING_BYTES (8 * TRIM_MIB)
#define LOADING_BYTES_PER_S (8 * TRIM_MIB)

/* A burst has ended after so many intervals without: what loads waits for its file now and then. */
#define CALM_INTERVALS 2

/* A process that uses this part of one core works, and one that uses less than that part is at
 * rest: an idle JVM takes about 1 ms a second. */
#define WORK_PART 50
#define REST_PART 100

/* Its share of a core may grow so fast from one rest to the next. */
#define IDLE_GROWTH 1.5
#define IDLE_STEP 1e-4
/* What it has used beyond so many times that, and beyond this, is work. */
#define IDLE_TIMES 1.25
#define WORKED_NS (5.0 * (double)TRIM_NS_PER_MS)

/* An interval stands out in which it has used so many times what it did in the last ten seconds. */
#define BLIP_TIMES 2
#define USUAL_OVER_NS (10.0 * (double)TRIM_NS_PER_S)

/* Freeing the 800 blocks of a PyTorch model took about so long. */
#define MOVED_CPU_NS TRIM_NS_PER_MS
#define MOVED_BYTES TRIM_MIB

/* An idle JVM takes this in a quarter of a second. */
#define STILL_CPU_NS (200 * TRIM_NS_PER_US)
#define STILL_BYTES (256 * TRIM_KIB)

static uint64_t faulted_bytes(const struct trim_vitals *from, const struct trim_vitals *to)
{
    uint64_t by_faults = trim_excess(to->minor_faults, from->minor_faults) * FAULT_BYTES;
    /* RSS tells of huge pages, which come in one fault. */
    return trim_max(by_faults, trim_excess(to->rss_bytes, from->rss_bytes));
}

static bool watch_loading(struct trim_signs *signs, const struct trim_vitals *now)
{
    uint64_t bytes = faulted_bytes(&signs->last, now);
    /* A process at rest is seldom looked at, and what it has done was done just now. */
    uint64_t interval_ns = trim_min(now->at_ns - signs->last.at_ns, TRIM_NS_PER_S);
    double seconds = (double)interval_ns / (double)TRIM_NS_PER_S;
    bool fast = (double)bytes >= (double)LOADING_BYTES_PER_S * seconds;
    if (signs->loading) {
        signs->loaded_bytes += bytes;
        signs->calm = fast ? 0 : signs->calm + 1;
        signs->loading = signs->calm < CALM_INTERVALS;
        return !signs->loading;
    }
    if (fast && bytes >= LOADING_BYTES) {
        signs->loading = true;
        signs->calm = 0;
        signs->loading_since_ns = now->at_ns;
        signs->loaded_bytes = bytes;
    }
    return false;
}

/* Takes in what an interval's work was. Returns whether it was much more than usual. */
static bool stands_out(struct trim_signs *signs, double used_ns, double interval_ns)
{
    double share = used_ns / interval_ns;
    double usual = signs->usual_share > 0 ? signs->usual_share : share;
    signs->usual_share = usual + (share - usual) * fmin(interval_ns / USUAL_OVER_NS, 1);
    return used_ns >= usual * interval_ns * BLIP_TIMES + WORKED_NS;
}

enum trim_sign trim_signs_take(struct trim_signs *signs, const struct trim_vitals *now)
{
    if (!signs->seen) {
        signs->seen = true;
        signs->last = *now;
        return TRIM_SIGN_NONE;
    }
    uint64_t interval_ns = now->at_ns - signs->last.at_ns;
    if (interval_ns < INTERVAL_LEAST_NS) {
        return TRIM_SIGN_NONE;
    }
    bool loaded = watch_loading(signs, now);
    bool worked = signs->working;
    uint64_t counted_ns = trim_min(interval_ns, TRIM_NS_PER_S);
    uint64_t least_ns = counted_ns / (worked ? REST_PART : WORK_PART);
    uint64_t used_ns = trim_excess(now->cpu_ns, signs->last.cpu_ns);
    signs->working = used_ns >= least_ns;
    if (!worked && interval_ns >= TRIM_NS_PER_S) {
        /* The least counts: some work may be in it. */
        double share = (double)used_ns / (double)interval_ns;
        signs->idle_share = fmin(share, signs->idle_share * IDLE_GROWTH + IDLE_STEP);
    }
    bool stood_out = signs->stands_out;
    signs->stands_out = worked && stands_out(signs, (double)used_ns, (double)interval_ns);
    signs->last = *now;
    if (loaded) {
        return TRIM_SIGN_LOADED;
    }
    if (stood_out && !signs->stands_out && !signs->loading) {
        return TRIM_SIGN_BLIP;
    }
    bool much = trim_signs_worked(signs, now->at_ns, now->cpu_ns);
    return worked && !signs->working && much ? TRIM_SIGN_RESTED : TRIM_SIGN_NONE;
}

uint64_t trim_signs_fresh_until_ns(const struct trim_signs *signs)
{
    return signs->seen ? signs->last.at_ns + INTERVAL_LEAST_NS : 0;
}

void trim_signs_mark(struct trim_signs *signs, const struct trim_vitals *now)
{
    signs->marked = true;
    signs->mark = *now;
}

static bool moved(const struct trim_signs *signs, uint64_t least_cpu_ns, uint64_t least_bytes)
{
    const struct trim_vitals *from = &signs->mark;
    const struct trim_vitals *to = &signs->last;
    return !signs->marked || to->at_ns < from->at_ns ||
           trim_excess(to->cpu_ns, from->cpu_ns) >= least_cpu_ns ||
           faulted_bytes(from, to) >= least_bytes ||
           trim_distance(to->rss_bytes, from->rss_bytes) >= least_bytes;
}

bool trim_signs_moved(const struct trim_signs *signs)
{
    return moved(signs, MOVED_CPU_NS, MOVED_BYTES);
}

bool trim_signs_worked(const struct trim_signs *signs, uint64_t now_ns, uint64_t cpu_ns)
{
    double since_ns = (double)trim_excess(now_ns, signs->mark.at_ns);
    double used_ns = (double)trim_excess(cpu_ns, signs->mark.cpu_ns);
    return used_ns >= WORKED_NS + since_ns * signs->idle_share * IDLE_TIMES;
}

bool trim_signs_still(const struct trim_signs *signs)
{
    return !moved(signs, STILL_CPU_NS, STILL_BYTES);
}

bool trim_signs_loading(const struct trim_signs *signs, uint64_t now_ns, uint64_t most_ns)
{
    return signs->loading && now_ns - signs->loading_since_ns < most_ns;
}

#include "counted.h"

#include <string.h>

#include "clock.h"
#include "process_memory.h"
#include "quantity.h"

#define PROC "/proc/self"

/* A pause between two parts is as long as the part before took, and no longer than this; parts that
 * took less than a pause itself costs have none. */
#define PAUSE_MAX_NS (2 * TRIM_NS_PER_MS)
#define PAUSE_LEAST_NS (50 * TRIM_NS_PER_US)

/* At file scope, because the allocator's functions have no context of their own. */
static struct {
    const struct trim_counted *counted;
    uint64_t size_bytes; /* The most that the allocator has had from the system, as far as seen. */
    bool released;       /* There was a release. After it: */
    uint64_t resident_after_bytes;
    uint64_t size_after_bytes;
} own;

static uint64_t resident_of(const struct trim_count *count)
{
    return count->in_use_bytes + count->held_bytes + count->free_bytes;
}

static int read_count(struct trim_count *count)
{
    memset(count, 0, sizeof *count);
    if (own.counted->read(count) != 0) {
        return -1;
    }
    own.size_bytes = trim_max(own.size_bytes, resident_of(count) + count->given_bytes);
    return 0;
}

static void describe(const struct trim_count *count, struct trim_estimate *estimate)
{
    uint64_t free_bytes = count->held_bytes + count->free_bytes + count->given_bytes;
    uint64_t rss_bytes = 0;
    bool rss_known = trim_process_rss(PROC, &rss_bytes) == 0;
    *estimate = (struct trim_estimate){
        .expected_bytes = rss_known ? trim_min(count->free_bytes, rss_bytes) : count->free_bytes,
        .resident_bytes = resident_of(count),
        .resident_assumed = true,
        .arenas = count->arenas,
        .free_bytes = free_bytes,
        .whole_bytes = count->free_bytes + count->given_bytes,
        .figures = {.source = count->source,
                    .arena = count->in_use_bytes + free_bytes,
                    .uordblks = count->in_use_bytes,
                    .fordblks = free_bytes},
    };
    memcpy(estimate->figures.named, count->named, sizeof count->named);
}

static int counted_estimate(uint64_t enough_bytes, struct trim_estimate *estimate)
{
    (void)enough_bytes;
    uint64_t began_ns = trim_clock_thread_cpu_ns();
    struct trim_count count;
    if (read_count(&count) != 0) {
        return -1;
    }
    describe(&count, estimate);
    estimate->cpu_ns = trim_clock_thread_cpu_ns() - began_ns;
    estimate->walk_cpu_ns = estimate->cpu_ns;
    return 0;
}

/* What has grown since the release without new addresses from the system lies where it had given
 * memory back. */
static int counted_refaulted(uint64_t *refaulted_bytes, uint64_t *refilled_bytes)
{
    struct trim_count count;
    if (!own.released || read_count(&count) != 0) {
        return -1;
    }
    uint64_t grown = trim_excess(resident_of(&count), own.resident_after_bytes);
    *refaulted_bytes = trim_excess(grown, trim_excess(own.size_bytes, own.size_after_bytes));
    *refilled_bytes = 0;
    return 0;
}

static int counted_trim(const struct trim_cancel *cancel, bool hurry, struct trim_release *release)
{
    *release = (struct trim_release){.trimmed = true, .call = own.counted->call};
    bool more = true;
    for (uint64_t part = 0; more && !trim_cancel_requested(cancel); part++) {
        uint64_t began_ns = trim_clock_now_ns();
        more = own.counted->release_part(part);
        uint64_t took_ns = trim_clock_now_ns() - began_ns;
        release->trim_ns = trim_max(release->trim_ns, took_ns);
        /* Whoever waits for a lock of the allocator's shall have it now. */
        if (more && !hurry && took_ns > PAUSE_LEAST_NS) {
            trim_clock_sleep_ns(trim_min(took_ns, PAUSE_MAX_NS));
        }
    }
    return 0;
}

static int counted_learn(uint64_t resident_before, struct trim_estimate *after,
                         uint64_t *released_bytes)
{
    if (counted_estimate(0, after) != 0) {
        return -1;
    }
    own.released = true;
    own.resident_after_bytes = after->resident_bytes;
    own.size_after_bytes = own.size_bytes;
    *released_bytes = trim_excess(resident_before, after->resident_bytes);
    return 0;
}

const struct trim_allocator *trim_counted_allocator(const struct trim_counted *counted)
{
    static struct trim_allocator allocator = {
        .name = "counted",
        .estimate = counted_estimate,
        .trim = counted_trim,
        .learn = counted_learn,
    };
    memset(&own, 0, sizeof own);
    own.counted = counted;
    allocator.refaulted = counted->bound_only ? NULL : counted_refaulted;
    return &allocator;
}

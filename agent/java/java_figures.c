#include "java_figures.h"

#include <pthread.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "memory_limit.h"
#include "metrics.h"
#include "process_memory.h"
#include "quantity.h"
#include "report_ring.h"
#include "report_text.h"
#include "signals.h"
#include "text.h"
#include "worker.h"

/* A console that asks for all attributes makes one reading of the limit do. */
#define LIMIT_AGE_NS TRIM_NS_PER_S

static const char *const heap_parts[TRIM_JAVA_HEAP_PARTS] = {
    "heap/in_use",        "heap/free_resident", "heap/free_pinned",
    "heap/free_released", "heap/top",           "heap/mapped"};
static const char *const works[TRIM_JAVA_WORKS] = {"cpu/release", "cpu/estimate", "cpu/other"};

/* Threads of the application ask for the limit, unlike the worker, which has one of its own. */
static struct {
    pthread_mutex_t lock;
    uint64_t read_ns; /* 0: never. */
    struct trim_memory_limit limit;
} own = {.lock = PTHREAD_MUTEX_INITIALIZER};

static uint64_t limit_bytes(void)
{
    uint64_t now_ns = trim_clock_now_ns();
    (void)pthread_mutex_lock(&own.lock);
    if (own.read_ns == 0) {
        trim_memory_limit_open(&own.limit, "");
    } else if (now_ns - own.read_ns > LIMIT_AGE_NS) {
        (void)trim_memory_limit_refresh(&own.limit);
    } else {
        now_ns = own.read_ns;
    }
    own.read_ns = now_ns;
    uint64_t bytes = own.limit.limit_bytes;
    (void)pthread_mutex_unlock(&own.lock);
    return bytes;
}

const char *trim_java_way(const struct trim_report *report)
{
    return report->dry ? "dry-run" : trim_release_name(&report->release);
}

static int64_t known(bool is_known, uint64_t value)
{
    return is_known ? (int64_t)value : -1;
}

void trim_java_trim_figures(int64_t figures[TRIM_JAVA_TRIM_FIGURES],
                            const struct trim_report *report)
{
    const int64_t all[TRIM_JAVA_TRIM_FIGURES] = {
        (int64_t)report->number,
        (int64_t)report->began_ns,
        (int64_t)report->took_ns,
        known(report->memory_known, report->before.rss_bytes),
        known(report->memory_known,
              report->dry ? report->before.rss_bytes : report->after.rss_bytes),
        (int64_t)report->released_bytes,
        known(report->expected_known, report->expected_bytes),
        (int64_t)trim_longest_wait_ns(&report->release),
    };
    memcpy(figures, all, sizeof all);
}

static void add_plain(const struct trim_vm_counters *counters, int64_t *figures,
                      const struct trim_totals *totals)
{
    struct trim_signals signals;
    trim_signals_read(counters, &signals);
    uint64_t trims = trim_totals_trims(totals);
    uint64_t at = trims == 0 ? 0 : trim_totals_place(trims);
    const struct trim_report *last = &totals->last[at];
    uint64_t resident = 0;
    bool resident_known = trim_process_rss("/proc/self", &resident) == 0;
    uint64_t limit = limit_bytes();
    uint64_t last_age_ns = trim_excess(trim_clock_now_ns(), totals->last_at_ns[at]);
    const int64_t all[TRIM_JAVA_PLAIN] = {
        (int64_t)trims,
        (int64_t)totals->released_bytes,
        (int64_t)totals->trim_ns,
        (int64_t)totals->longest_trim_ns,
        (int64_t)totals->refaulted_bytes,
        known(totals->has_estimate, totals->estimate.expected_bytes),
        known(resident_known, resident),
        known(limit != 0, limit),
        (int64_t)signals.old_pauses,
        (int64_t)totals->reload_bursts,
        (int64_t)trim_log_lost(),
        (int64_t)trim_report_ring_lost(),
        known(trims != 0, last_age_ns),
        known(trims != 0, last->took_ns),
        known(trims != 0, last->released_bytes),
        known(trims != 0 && last->expected_known, last->expected_bytes),
        known(trims != 0, trim_longest_wait_ns(&last->release)),
        (int64_t)totals->longest_wait_ns,
    };
    memcpy(figures, all, sizeof all);
}

static void add_heap(int64_t *figures, const struct trim_totals *totals)
{
    struct trim_heap_parts parts;
    trim_heap_parts_of(&parts, &totals->walk);
    const uint64_t all[TRIM_JAVA_HEAP_PARTS] = {parts.in_use,      parts.free_resident,
                                                parts.free_pinned, parts.free_released,
                                                parts.top,         parts.mapped};
    for (size_t i = 0; i < TRIM_JAVA_HEAP_PARTS; i++) {
        figures[i] = known(totals->has_walk, all[i]);
    }
}

void trim_java_figures(const struct trim_vm_counters *counters, int64_t figures[TRIM_JAVA_FIGURES])
{
    struct trim_totals totals;
    if (!trim_worker_read_totals(&totals)) {
        memset(&totals, 0, sizeof totals);
    }
    add_plain(counters, figures, &totals);
    figures += TRIM_JAVA_PLAIN;
    add_heap(figures, &totals);
    figures += TRIM_JAVA_HEAP_PARTS;
    uint64_t known_ns = totals.trim_cpu_ns + totals.estimate_cpu_ns;
    *figures++ = (int64_t)totals.trim_cpu_ns;
    *figures++ = (int64_t)totals.estimate_cpu_ns;
    *figures++ = (int64_t)trim_excess(totals.worker_cpu_ns, known_ns);
    for (int way = 0; way < TRIM_WAYS; way++) {
        *figures++ = (int64_t)totals.ways[way];
    }
    for (int reason = 0; reason < TRIM_REASON_COUNT; reason++) {
        *figures++ = (int64_t)totals.trims[reason];
    }
    for (int skip = TRIM_SKIP_NONE + 1; skip < TRIM_SKIP_COUNT; skip++) {
        *figures++ = (int64_t)totals.skips[skip];
    }
}

const char *trim_java_figure_name(size_t index, char *buffer, size_t capacity)
{
    struct trim_text name;
    trim_text_init(&name, buffer, capacity);
    if (index < TRIM_JAVA_PLAIN) {
        return NULL;
    }
    index -= TRIM_JAVA_PLAIN;
    if (index < TRIM_JAVA_HEAP_PARTS) {
        return heap_parts[index];
    }
    index -= TRIM_JAVA_HEAP_PARTS;
    if (index < TRIM_JAVA_WORKS) {
        return works[index];
    }
    index -= TRIM_JAVA_WORKS;
    if (index < TRIM_WAYS) {
        trim_text_add(&name, "ways/%s", trim_way_name((int)index));
        return buffer;
    }
    index -= TRIM_WAYS;
    if (index < TRIM_REASON_COUNT) {
        trim_text_add(&name, "trims/%s", trim_reason_name((enum trim_reason)index));
    } else {
        index = index - TRIM_REASON_COUNT + TRIM_SKIP_NONE + 1;
        trim_text_add(&name, "skips/%s", trim_skip_name((enum trim_skip)index));
    }
    return buffer;
}

/* The page of metrics, in Prometheus's classic text format. */
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "metrics.h"
#include "metrics_bounds.h"
#include "quantity.h"
#include "report_text.h"

#define US TRIM_NS_PER_US
#define MS TRIM_NS_PER_MS
#define S TRIM_NS_PER_S

const uint64_t trim_duration_bounds[] = {1 * MS,    5 * MS / 2, 5 * MS,   10 * MS,  25 * MS,
                                         50 * MS,   100 * MS,   250 * MS, 500 * MS, 1 * S,
                                         5 * S / 2, 5 * S,      10 * S,   0};

const uint64_t trim_wait_bounds[] = {10 * US, 50 * US,    100 * US, 250 * US, 500 * US,
                                     1 * MS,  5 * MS / 2, 5 * MS,   10 * MS,  25 * MS,
                                     50 * MS, 100 * MS,   250 * MS, 1 * S,    0};

/* The page at hand, and whose it is. */
struct page {
    struct trim_text *text;
    const char *jvm;
};

const char *trim_way_name(int way)
{
    const struct trim_release release = {.borrowed = way != TRIM_WAY_TRIM,
                                         .trimmed = way != TRIM_WAY_BORROW};
    return way == TRIM_WAY_DRY ? "dry-run" : trim_release_name(&release);
}

static void begin(const struct page *page, const char *name, const char *type, const char *help)
{
    trim_text_add(page->text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Quotes and backslashes are written with a backslash. All else is printable ASCII already, or is
 * made so: a page that is not UTF-8 is refused as a whole. */
static void add_label_value(struct trim_text *text, const char *value)
{
    for (; *value != '\0'; value++) {
        bool plain = *value >= ' ' && *value <= '~';
        trim_text_add(text, "%s%c", *value == '"' || *value == '\\' ? "\\" : "",
                      plain ? *value : '_');
    }
}

/* Appends NAME{jvm="..."; the labels may go on. */
static void begin_sample(const struct page *page, const char *name, const char *suffix)
{
    trim_text_add(page->text, "%s%s{jvm=\"", name, suffix);
    add_label_value(page->text, page->jvm);
    trim_text_add(page->text, "\"");
}

static void add_label(const struct page *page, const char *name, const char *value)
{
    trim_text_add(page->text, ",%s=\"", name);
    add_label_value(page->text, value);
    trim_text_add(page->text, "\"");
}

static void end_with_count(const struct page *page, uint64_t value)
{
    trim_text_add(page->text, "} %" PRIu64 "\n", value);
}

/* Seconds with as many digits as they have. A formatted double could allocate. */
static void add_seconds(struct trim_text *text, uint64_t ns)
{
    uint64_t fraction = ns % TRIM_NS_PER_S;
    int digits = 9;
    while (digits > 0 && fraction % 10 == 0) {
        fraction /= 10;
        digits--;
    }
    trim_text_add(text, "%" PRIu64, ns / TRIM_NS_PER_S);
    if (digits > 0) {
        trim_text_add(text, ".%0*" PRIu64, digits, fraction);
    }
}

static void end_with_seconds(const struct page *page, uint64_t ns)
{
    trim_text_add(page->text, "} ");
    add_seconds(page->text, ns);
    trim_text_add(page->text, "\n");
}

static void add_count(const struct page *page, const char *name, const char *type, const char *help,
                      uint64_t value)
{
    begin(page, name, type, help);
    begin_sample(page, name, "");
    end_with_count(page, value);
}

/* One sample of a metric with one label. */
static void add_labelled(const struct page *page, const char *name, const char *label,
                         const char *value, uint64_t count)
{
    begin_sample(page, name, "");
    add_label(page, label, value);
    end_with_count(page, count);
}

static void add_trims(const struct page *page, const struct trim_metrics *metrics,
                      const struct trim_totals *totals)
{
    static const char name[] = "trimagent_trims_total";
    begin(page, name, "counter",
          "Trims, by what made the agent look and by how memory was released.");
    for (int reason = 0; reason < TRIM_REASON_COUNT; reason++) {
        for (int way = 0; way < TRIM_WAYS; way++) {
            /* A dry run has that way and no other, but may have begun or ended meanwhile. */
            if ((way == TRIM_WAY_DRY) == totals->dry || totals->ways[way] != 0) {
                begin_sample(page, name, "");
                add_label(page, "reason", trim_reason_name((enum trim_reason)reason));
                add_label(page, "way", trim_way_name(way));
                end_with_count(page, metrics->trims[reason][way]);
            }
        }
    }
}

static void add_skips(const struct page *page, const struct trim_totals *totals)
{
    static const char name[] = "trimagent_skips_total";
    begin(page, name, "counter", "Looks that led to no trim, or were put off, by why.");
    for (int skip = TRIM_SKIP_NONE + 1; skip < TRIM_SKIP_COUNT; skip++) {
        add_labelled(page, name, "reason", trim_skip_name((enum trim_skip)skip),
                     totals->skips[skip]);
    }
}

static void add_histogram(const struct page *page, const char *name, const char *help,
                          const struct trim_histogram *histogram, const uint64_t *bounds)
{
    uint64_t count = 0;
    int bucket = 0;
    begin(page, name, "histogram", help);
    for (; bounds[bucket] != 0; bucket++) {
        count += histogram->counts[bucket];
        begin_sample(page, name, "_bucket");
        trim_text_add(page->text, ",le=\"");
        add_seconds(page->text, bounds[bucket]);
        trim_text_add(page->text, "\"");
        end_with_count(page, count);
    }
    count += histogram->counts[bucket];
    begin_sample(page, name, "_bucket");
    add_label(page, "le", "+Inf");
    end_with_count(page, count);
    begin_sample(page, name, "_sum");
    end_with_seconds(page, histogram->sum_ns);
    begin_sample(page, name, "_count");
    end_with_count(page, count);
}

static void add_heap(const struct page *page, const struct trim_metrics *metrics)
{
    static const char name[] = "trimagent_c_heap_bytes";
    if (!metrics->heap_known) {
        return;
    }
    struct trim_heap_parts parts;
    trim_heap_parts_of(&parts, &metrics->heap);
    begin(page, name, "gauge",
          "What malloc has from the system, by state, at the last look at it.");
    add_labelled(page, name, "state", "in_use", parts.in_use);
    add_labelled(page, name, "state", "free_resident", parts.free_resident);
    add_labelled(page, name, "state", "free_pinned", parts.free_pinned);
    add_labelled(page, name, "state", "free_released", parts.free_released);
    add_labelled(page, name, "state", "top", parts.top);
    add_labelled(page, name, "state", "mapped", parts.mapped);
}

/* One of them is 1. */
static void add_verdict(const struct page *page, enum trim_heap_verdict verdict)
{
    static const char name[] = "trimagent_verdict";
    begin(page, name, "gauge", "Leak or retention: 1 for the verdict, 0 for the others.");
    for (int other = 0; other < TRIM_HEAP_VERDICT_COUNT; other++) {
        const char *word = trim_heap_verdict_name((enum trim_heap_verdict)other);
        add_labelled(page, name, "verdict", word, other == (int)verdict ? 1 : 0);
    }
}

static void add_cpu(const struct page *page, const struct trim_snapshot *snapshot)
{
    static const char name[] = "trimagent_cpu_seconds_total";
    const struct trim_totals *totals = snapshot->totals;
    const struct {
        const char *work;
        uint64_t ns;
    } works[] = {
        {"release", totals->trim_cpu_ns},
        {"estimate", totals->estimate_cpu_ns},
        {"other",
         trim_excess(snapshot->worker_cpu_ns, totals->trim_cpu_ns + totals->estimate_cpu_ns)},
    };
    begin(page, name, "counter", "CPU time of the agent's own thread.");
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        begin_sample(page, name, "");
        add_label(page, "work", works[i].work);
        end_with_seconds(page, works[i].ns);
    }
}

static void add_process(const struct page *page, const struct trim_snapshot *snapshot)
{
    if (snapshot->resident_known) {
        add_count(page, "trimagent_resident_bytes", "gauge",
                  "Resident memory of the whole process.", snapshot->resident_bytes);
    }
    if (snapshot->limit_bytes != 0) {
        add_count(
            page, "trimagent_memory_limit_bytes", "gauge",
            "The memory limit: the lowest of the process's cgroups, or else the host's memory.",
            snapshot->limit_bytes);
    }
}

static void add_build(const struct page *page, const struct trim_snapshot *snapshot)
{
    static const char name[] = "trimagent_build_info";
    begin(page, name, "gauge", "Always 1: the agent's version, and who malloc belongs to.");
    begin_sample(page, name, "");
    add_label(page, "version", TRIM_VERSION);
    add_label(page, "allocator", snapshot->allocator);
    end_with_count(page, 1);
}

void trim_metrics_add(struct trim_text *text, const struct trim_metrics *metrics,
                      const struct trim_snapshot *snapshot)
{
    const struct page page = {.text = text, .jvm = metrics->name};
    const struct trim_totals *totals = snapshot->totals;
    add_build(&page, snapshot);
    add_process(&page, snapshot);
    add_heap(&page, metrics);
    add_verdict(&page, totals->heap.verdict);
    add_trims(&page, metrics, totals);
    add_skips(&page, totals);
    add_count(&page, "trimagent_released_bytes_total", "counter",
              "What trims have given back to the system.", totals->released_bytes);
    add_count(&page, "trimagent_refaulted_bytes_total", "counter",
              "What the application has taken again of what trims had given back, as far as seen.",
              totals->refaulted_bytes);
    add_histogram(&page, "trimagent_trim_duration_seconds", "How long trims took.",
                  &metrics->durations, trim_duration_bounds);
    add_histogram(&page, "trimagent_longest_wait_seconds",
                  "The longest that a thread may have waited for malloc because of a trim.",
                  &metrics->waits, trim_wait_bounds);
    add_cpu(&page, snapshot);
    add_count(&page, "trimagent_old_gcs_total", "counter", "Old (full) collections seen.",
              snapshot->signals.old_pauses);
    add_count(&page, "trimagent_reload_bursts_total", "counter",
              "Bursts of class loading and unloading that have ended.", totals->reload_bursts);
    add_count(&page, "trimagent_lost_log_lines_total", "counter",
              "Lines of the agent's log that could not be written.", snapshot->lost_log_lines);
}

#include "metrics.h"

#include "metrics_bounds.h"
#include "quantity.h"

static void take_value(struct trim_histogram *histogram, const uint64_t *bounds, uint64_t value_ns)
{
    int bucket = 0;
    while (bounds[bucket] != 0 && value_ns > bounds[bucket]) {
        bucket++;
    }
    histogram->counts[bucket]++;
    histogram->sum_ns += value_ns;
}

int trim_way_of(const struct trim_report *report)
{
    if (report->dry) {
        return TRIM_WAY_DRY;
    }
    if (!report->release.borrowed) {
        return TRIM_WAY_TRIM;
    }
    return report->release.trimmed ? TRIM_WAY_BOTH : TRIM_WAY_BORROW;
}

uint64_t trim_longest_wait_ns(const struct trim_release *release)
{
    uint64_t borrowed_ns = release->borrowed ? release->borrow.longest_call_ns : 0;
    return trim_max(borrowed_ns, release->trimmed ? release->trim_ns : 0);
}

void trim_metrics_take(struct trim_metrics *metrics, const struct trim_report *report)
{
    metrics->trims[report->reason][trim_way_of(report)]++;
    if (!report->dry) {
        take_value(&metrics->durations, trim_duration_bounds, report->took_ns);
        take_value(&metrics->waits, trim_wait_bounds, trim_longest_wait_ns(&report->release));
    }
}

void trim_metrics_take_estimate(struct trim_metrics *metrics, const struct trim_estimate *estimate)
{
    if (!estimate->bound_only && trim_heap_is_told(&estimate->figures)) {
        metrics->heap_known = true;
        metrics->heap = *estimate;
    }
}

void trim_heap_parts_of(struct trim_heap_parts *parts, const struct trim_estimate *estimate)
{
    const struct trim_heap_figures *figures = &estimate->figures;
    uint64_t tops = trim_min(figures->keepcost + estimate->tops_bytes, figures->fordblks);
    uint64_t in_bins = figures->fordblks - tops;
    uint64_t pinned = trim_min(trim_excess(figures->fordblks, estimate->whole_bytes), in_bins);
    uint64_t whole = in_bins - pinned;
    uint64_t tops_expected = figures->keepcost + estimate->expected_tops_bytes;
    uint64_t resident = trim_min(trim_excess(estimate->expected_bytes, tops_expected), whole);
    *parts = (struct trim_heap_parts){
        .in_use = figures->uordblks,
        .free_resident = resident,
        .free_pinned = pinned,
        .free_released = whole - resident,
        .top = tops,
        .mapped = figures->hblkhd,
    };
}

/* What an application may call: include/trimagent.h. */
#include "trimagent.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "clock.h"
#include "quantity.h"
#include "report_text.h"
#include "worker.h"

#define EXPORTED __attribute__((visibility("default")))

/* What the log can name: nothing that could pass for another line. */
static bool is_reason(const char *reason)
{
    size_t length = reason == NULL ? 0 : strnlen(reason, TRIMAGENT_REASON_MAX + 1);
    for (size_t i = 0; i < length; i++) {
        if (reason[i] < ' ' || reason[i] > '~') {
            return false;
        }
    }
    return length > 0 && length <= TRIMAGENT_REASON_MAX;
}

EXPORTED int trimagent_request(const char *reason)
{
    return is_reason(reason) ? trim_worker_request(reason) : EINVAL;
}

EXPORTED int trimagent_read(struct trimagent_snapshot *snapshot)
{
    size_t size = snapshot->size;
    if (size < offsetof(struct trimagent_snapshot, released_bytes)) {
        return EINVAL;
    }
    struct trim_totals totals;
    if (!trim_worker_read_totals(&totals)) {
        return ESRCH;
    }
    uint64_t now_ns = trim_clock_now_ns();
    uint64_t releases = trim_totals_trims(&totals);
    uint64_t last = releases == 0 ? 0 : trim_totals_place(releases);
    const struct trim_estimate *estimate = &totals.estimate;
    struct trimagent_snapshot known = {
        .size = size,
        .releases = releases,
        .released_bytes = totals.released_bytes,
        .release_ns = totals.trim_ns,
        .longest_ns = totals.longest_trim_ns,
        .cpu_ns = totals.trim_cpu_ns + totals.estimate_cpu_ns,
        .last_bytes = releases == 0 ? 0 : totals.last[last].released_bytes,
        .last_age_ns = releases == 0 ? UINT64_MAX : trim_excess(now_ns, totals.last_at_ns[last]),
        .estimate_age_ns =
            totals.has_estimate ? trim_excess(now_ns, totals.estimate_at_ns) : UINT64_MAX,
        .expected_bytes = estimate->expected_bytes,
        .resident_bytes = estimate->resident_bytes,
        .free_bytes = estimate->free_bytes,
        .whole_pages_bytes = estimate->whole_bytes,
    };
    memset(snapshot, 0, size);
    memcpy(snapshot, &known, trim_min(size, sizeof known));
    return 0;
}

EXPORTED const char *trimagent_version(void)
{
    return TRIM_VERSION;
}

#include "metering.h"

#include <errno.h>
#include <inttypes.h>

#include "error_text.h"
#include "log.h"
#include "options.h"
#include "quantity.h"

/* Collectors are asked each 10 s or less often. */
#define GAP_NS (10 * TRIM_NS_PER_S)

static void take_failure(struct trim_metering *metering, int error)
{
    char why[TRIM_ERROR_TEXT_MAX];
    metering->failed++;
    metering->error = error;
    if (!metering->told) {
        metering->told = true;
        trim_log(TRIM_LOG_WARNING,
                 "metrics cannot be written to '%s' (%s): status counts how often",
                 metering->file.path, trim_error_text(why, error));
    }
}

void trim_metering_init(struct trim_metering *metering, const struct trim_options *options,
                        uint64_t now_ns)
{
    if (options->metrics_target[0] == '\0') {
        return;
    }
    int error = trim_metrics_file_name(&metering->file, options->metrics_target);
    if (error != 0) {
        take_failure(metering, error);
        return;
    }
    trim_metrics_file_stem(&metering->file, metering->metrics.name, sizeof metering->metrics.name);
    metering->on = true;
    metering->check_ns = options->check_ns;
    metering->first_ns = now_ns + GAP_NS;
    metering->next_ns = metering->first_ns;
    metering->wake_ns = metering->first_ns;
}

static uint64_t wake_after(const struct trim_metering *metering, uint64_t now_ns)
{
    return metering->check_ns == 0 ? TRIM_NEVER : now_ns + trim_max(metering->check_ns, GAP_NS);
}

void trim_metering_configure(struct trim_metering *metering, const struct trim_options *options,
                             uint64_t now_ns)
{
    if (metering->check_ns != options->check_ns) {
        metering->check_ns = options->check_ns;
        metering->wake_ns = wake_after(metering, now_ns);
    }
}

void trim_metering_take(struct trim_metering *metering, const struct trim_report *report)
{
    trim_metrics_take(&metering->metrics, report);
    metering->due = true;
}

bool trim_metering_due(const struct trim_metering *metering, uint64_t now_ns)
{
    return metering->on && now_ns >= (metering->due ? metering->first_ns : metering->next_ns);
}

void trim_metering_write(struct trim_metering *metering, const struct trim_snapshot *snapshot,
                         uint64_t now_ns)
{
    /* Static for its size; only the worker makes pages. */
    static char buffer[TRIM_METRICS_PAGE_MAX];
    struct trim_text page;
    trim_text_init(&page, buffer, sizeof buffer);
    if (snapshot->totals->has_walk) {
        trim_metrics_take_estimate(&metering->metrics, &snapshot->totals->walk);
    }
    trim_metrics_add(&page, &metering->metrics, snapshot);
    int error =
        page.cut ? EOVERFLOW : trim_metrics_file_write(&metering->file, buffer, page.length);
    if (error == 0) {
        metering->written++;
    } else if (error != ECANCELED) {
        take_failure(metering, error);
    }
    metering->due = false;
    metering->next_ns = now_ns + GAP_NS;
    metering->wake_ns = wake_after(metering, now_ns);
}

void trim_metering_add_status(struct trim_text *text, struct trim_fields *fields,
                              const struct trim_metering *metering)
{
    char why[TRIM_ERROR_TEXT_MAX];
    if (!metering->on) {
        return;
    }
    trim_text_add(text, "\n  metrics: '%s', written %" PRIu64 ", failed %" PRIu64,
                  metering->file.path, metering->written, metering->failed);
    trim_fields_add(fields, "metrics_written %" PRIu64 " metrics_failed %" PRIu64,
                    metering->written, metering->failed);
    if (metering->failed != 0) {
        trim_text_add(text, " (%s)", trim_error_text(why, metering->error));
    }
}

void trim_metering_end(struct trim_metering *metering)
{
    trim_metrics_file_end(&metering->file);
}

#include "serve.h"

#include "answer.h"
#include "clock.h"
#include "log.h"
#include "report_fields.h"
#include "report_text.h"
#include "signals.h"
#include "trimmer.h"

/* The room of a status block: a dozen lines and the last trims' lines. */
#define STATUS_MAX 8192

/* Static for their size; only the worker uses them. */
static char block[STATUS_MAX];
static char values[TRIM_LOG_FIELDS_MAX];
static struct trim_totals totals;

static struct trim_status status_of(struct trim_cycle *cycle)
{
    struct trim_status status = {
        .unloaded_classes = trim_vm_counters_unloaded(cycle->config->counters),
        .options = &cycle->config->options,
        .allocator = cycle->config->allocator_description,
        .lost_log_lines = trim_log_lost(),
        .now_ns = trim_clock_now_ns(),
    };
    trim_signals_read(cycle->config->counters, &status.signals);
    trim_cycle_read_totals(cycle, &totals);
    return status;
}

void trim_serve_status(struct trim_cycle *cycle)
{
    /* Who asks so early, or asks a process at rest, wants a verdict too. */
    struct trim_estimate estimate;
    if (!cycle->totals.has_estimate) {
        (void)trim_trimmer_estimate(cycle, 0, &estimate);
    }
    struct trim_status status = status_of(cycle);
    struct trim_text text;
    struct trim_fields fields;
    trim_text_init(&text, block, sizeof block);
    trim_fields_init(&fields, trim_log_fields_form(), values, sizeof values);
    trim_totals_add_figures(&fields, &totals, &status);
    if (totals.has_estimate) {
        trim_estimate_add_figures(&fields, &totals.estimate);
    }
    trim_totals_add_status(&text, &totals, &status);
    trim_surroundings_add_status(&text, &fields, &cycle->surroundings);
    trim_metering_add_status(&text, &fields, &cycle->metering);
    trim_status_add_fields(&fields, &totals, &status);
    trim_answer_tell(&(struct trim_log_event){"status", block, &fields});
}

void trim_serve_figures(struct trim_cycle *cycle)
{
    struct trim_estimate estimate = {0};
    bool fresh = trim_trimmer_estimate(cycle, 0, &estimate) == 0;
    struct trim_status status = status_of(cycle);
    struct trim_fields figures;
    trim_fields_init(&figures, TRIM_FIELDS_LINES, block, sizeof block);
    trim_totals_add_figures(&figures, &totals, &status);
    if (fresh) {
        trim_estimate_add_figures(&figures, &estimate);
    }
    trim_answer_keep(block);
}

void trim_serve_set(struct trim_cycle *cycle, struct trim_options *in_force,
                    const struct trim_options *options)
{
    struct trim_text text;
    struct trim_fields fields;
    trim_text_init(&text, block, sizeof block);
    trim_fields_init(&fields, trim_log_fields_form(), values, sizeof values);
    struct trim_options taken = *options;
    if (cycle->config->allocator->choose != NULL) {
        cycle->config->allocator->choose((enum trim_mode)taken.mode);
    } else {
        taken.mode = TRIM_MODE_AUTO;
    }
    trim_options_add_changes(&text, &fields, in_force, &taken);
    if (taken.mode != options->mode) {
        trim_text_add(&text, "%sset mode: does nothing, because malloc belongs to %s",
                      text.length > 0 ? "\n" : "", cycle->config->allocator_description);
    }
    *in_force = taken;
    trim_log_set_level((enum trim_log_level)taken.log_level);
    trim_cycle_configure(cycle);
    const char *said = text.length > 0 ? block : "set: nothing has changed";
    trim_answer_tell(&(struct trim_log_event){"set", said, &fields});
}

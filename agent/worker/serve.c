#include "serve.h"

#include "answer.h"
#include "clock.h"
#include "log.h"
#include "report_text.h"
#include "signals.h"
#include "trimmer.h"

/* The room of a status block: a dozen lines and the last trims' lines. */
#define STATUS_MAX 8192

/* Static for their size; only the worker uses them. */
static char block[STATUS_MAX];
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
    trim_text_init(&text, block, sizeof block);
    trim_totals_add_status(&text, &totals, &status);
    trim_surroundings_add_status(&text, &cycle->surroundings);
    trim_metering_add_status(&text, &cycle->metering);
    trim_answer_say(block);
}

void trim_serve_figures(struct trim_cycle *cycle)
{
    struct trim_estimate estimate = {0};
    bool fresh = trim_trimmer_estimate(cycle, 0, &estimate) == 0;
    struct trim_status status = status_of(cycle);
    struct trim_text text;
    trim_text_init(&text, block, sizeof block);
    trim_totals_add_figures(&text, &totals, &status);
    if (fresh) {
        trim_estimate_add_figures(&text, &estimate);
    }
    trim_answer_keep(block);
}

void trim_serve_set(struct trim_cycle *cycle, struct trim_options *in_force,
                    const struct trim_options *options)
{
    struct trim_text text;
    trim_text_init(&text, block, sizeof block);
    trim_options_add_changes(&text, in_force, options);
    *in_force = *options;
    trim_log_set_level((enum trim_log_level)options->log_level);
    if (cycle->config->allocator->choose != NULL) {
        cycle->config->allocator->choose((enum trim_mode)options->mode);
    }
    trim_cycle_configure(cycle);
    trim_answer_say(text.length > 0 ? block : "set: nothing has changed");
}

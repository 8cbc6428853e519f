#include "tune.h"

#include <stdio.h>

#include "answer.h"
#include "cpu_count.h"
#include "log.h"
#include "text.h"

#define MESSAGE_MAX 1024

/* Options that only glibc's malloc has something to do with. */
static void refuse_all(struct trim_worker_config *config)
{
    struct trim_options *options = &config->options;
    char names[MESSAGE_MAX];
    struct trim_text given;
    trim_text_init(&given, names, sizeof names);
    trim_text_add(&given, "%s%s%s%s", options->mode != TRIM_MODE_AUTO ? ", mode" : "",
                  options->trim_threshold_bytes != 0 ? ", trim-threshold" : "",
                  options->mmap_threshold_bytes != 0 ? ", mmap-threshold" : "",
                  options->arena_max != 0 ? ", arena-max" : "");
    if (given.length > 0) {
        trim_answer_warn("options for glibc's malloc only: %s; malloc belongs to %s", names + 2,
                         config->allocator_description);
    }
    options->mode = TRIM_MODE_AUTO;
    options->trim_threshold_bytes = 0;
    options->mmap_threshold_bytes = 0;
    options->arena_max = 0;
}

void trim_tune(struct trim_worker_config *config, bool live)
{
    if (config->allocator->tune == NULL) {
        refuse_all(config);
        return;
    }
    struct trim_options *options = &config->options;
    struct trim_tuning tuning = {.trim_threshold_bytes = options->trim_threshold_bytes,
                                 .mmap_threshold_bytes = options->mmap_threshold_bytes};
    if (options->arena_max == TRIM_COUNT_AUTO) {
        tuning.arena_max_along = trim_cpu_count(config->root) * TRIM_ARENAS_FOR_CPU;
    } else {
        tuning.arena_max = options->arena_max;
    }
    if (tuning.trim_threshold_bytes == 0 && tuning.mmap_threshold_bytes == 0 &&
        options->arena_max == 0) {
        return;
    }
    char failed[MESSAGE_MAX];
    char overridden[MESSAGE_MAX];
    struct trim_text failures;
    struct trim_text overrides;
    trim_text_init(&failures, failed, sizeof failed);
    trim_text_init(&overrides, overridden, sizeof overridden);
    struct trim_tuning_notes notes = {.failures = &failures, .overrides = &overrides};
    if (options->dry_run != 0) {
        trim_text_add(&failures, "this is a dry run");
        tuning = (struct trim_tuning){0};
    } else {
        config->allocator->tune(&tuning, live, &notes);
    }
    if (overrides.length > 0) {
        char line[MESSAGE_MAX + 32];
        (void)snprintf(line, sizeof line, "malloc's parameters: %s", overridden);
        trim_log_start(TRIM_LOG_INFO, line);
    }
    if (failures.length > 0) {
        trim_answer_warn("malloc's parameters not set: %s", failed);
    }
    options->trim_threshold_bytes = tuning.trim_threshold_bytes;
    options->mmap_threshold_bytes = tuning.mmap_threshold_bytes;
    options->arena_max = tuning.arena_max;
}

/* The texts of options: what a value may be, and what it is. */
#include <inttypes.h>
#include <string.h>

#include "option_value.h"
#include "quantity.h"
#include "reason.h"

static void add_words(struct trim_text *text, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        const char *joined_by = words[i + 1] != NULL ? ", " : " or ";
        trim_text_add(text, "%s%s", i == 0 ? "" : joined_by, words[i]);
    }
}

static void add_reasons(struct trim_text *text, uint64_t set, const char *joined_by)
{
    const char *separator = "";
    for (int reason = TRIM_REASON_DEMAND - 1; reason >= 0; reason--) {
        if ((set & (UINT64_C(1) << reason)) != 0) {
            trim_text_add(text, "%s%s", separator, trim_reason_name((enum trim_reason)reason));
            separator = joined_by;
        }
    }
}

void trim_option_add_allowed(struct trim_text *text, const struct trim_option *option)
{
    char min[TRIM_QUANTITY_TEXT_MAX];
    char max[TRIM_QUANTITY_TEXT_MAX];
    const char *or_off = trim_option_may_be_off(option) ? ", or off" : "";
    switch (option->type) {
    case TRIM_OPTION_BYTES:
    case TRIM_OPTION_BYTES_OR_OFF:
        trim_text_add(text, "a size from %s to %s%s", trim_format_bytes_exact(min, option->min),
                      trim_format_bytes_exact(max, option->max), or_off);
        break;
    case TRIM_OPTION_THRESHOLD:
        trim_text_add(text, "auto, a size from %s to %s, or a share from 1%% to 100%%",
                      trim_format_bytes_exact(min, option->min),
                      trim_format_bytes_exact(max, option->max));
        break;
    case TRIM_OPTION_PERCENT_OR_OFF:
        trim_text_add(text, "a share from 1%% to 100%%%s", or_off);
        break;
    case TRIM_OPTION_COUNT_AUTO_OR_OFF:
        trim_text_add(text, "auto, a number from %" PRIu64 " to %" PRIu64 "%s", option->min,
                      option->max, or_off);
        break;
    case TRIM_OPTION_DURATION:
    case TRIM_OPTION_DURATION_OR_OFF:
        trim_text_add(text, "a time from %s to %s%s", trim_format_duration(min, option->min),
                      trim_format_duration(max, option->max), or_off);
        break;
    case TRIM_OPTION_BURST:
        trim_text_add(
            text, "COUNT/TIME, a count from %" PRIu64 " to %" PRIu64 " and a time from %s to %s",
            option->min, option->max, trim_format_duration(min, TRIM_BURST_WINDOW_MIN_NS),
            trim_format_duration(max, TRIM_BURST_WINDOW_MAX_NS));
        break;
    case TRIM_OPTION_REASONS:
        trim_text_add(text, "one or more of ");
        add_reasons(text, UINT64_MAX, ", ");
        trim_text_add(text, ", joined by +");
        break;
    case TRIM_OPTION_LEVEL:
    case TRIM_OPTION_FORMAT:
    case TRIM_OPTION_MODE:
        add_words(text, trim_option_words(option));
        break;
    case TRIM_OPTION_TARGET:
        trim_text_add(text,
                      "off, stderr, stdout or a path shorter than %d bytes, printable, with a "
                      "slash or a dot in it, such as ./none, and no %% but in %%p and %%%%",
                      TRIM_LOG_TARGET_MAX);
        break;
    case TRIM_OPTION_METRICS:
        trim_text_add(text,
                      "off or a path shorter than %d bytes, printable, that ends in .prom and has "
                      "no %% but in %%p and %%%%",
                      TRIM_LOG_TARGET_MAX);
        break;
    case TRIM_OPTION_FLAG:
        trim_text_add(text, "true or false; the bare name means true");
        break;
    }
}

void trim_option_add_value(struct trim_text *text, const struct trim_option *option,
                           const struct trim_options *options)
{
    const uint64_t *fields = trim_option_numbers(options, option);
    const char *path = (const char *)options + option->offset;
    char quantity[TRIM_QUANTITY_TEXT_MAX];
    if (trim_option_may_be_off(option) && *fields == 0) {
        trim_text_add(text, "off");
        return;
    }
    switch (option->type) {
    case TRIM_OPTION_BYTES:
    case TRIM_OPTION_BYTES_OR_OFF:
        trim_text_add(text, "%s", trim_format_bytes_exact(quantity, *fields));
        break;
    case TRIM_OPTION_THRESHOLD:
        if (fields[1] != 0) {
            trim_text_add(text, "%" PRIu64 "%%", fields[1]);
        } else if (fields[0] == 0) {
            trim_text_add(text, "auto");
        } else {
            trim_text_add(text, "%s", trim_format_bytes_exact(quantity, *fields));
        }
        break;
    case TRIM_OPTION_PERCENT_OR_OFF:
        trim_text_add(text, "%" PRIu64 "%%", *fields);
        break;
    case TRIM_OPTION_COUNT_AUTO_OR_OFF:
        if (*fields == TRIM_COUNT_AUTO) {
            trim_text_add(text, "auto");
        } else {
            trim_text_add(text, "%" PRIu64, *fields);
        }
        break;
    case TRIM_OPTION_DURATION:
    case TRIM_OPTION_DURATION_OR_OFF:
        trim_text_add(text, "%s", trim_format_duration(quantity, *fields));
        break;
    case TRIM_OPTION_BURST:
        trim_text_add(text, "%" PRIu64 "/%s", fields[0], trim_format_duration(quantity, fields[1]));
        break;
    case TRIM_OPTION_REASONS:
        add_reasons(text, *fields, "+");
        break;
    case TRIM_OPTION_LEVEL:
    case TRIM_OPTION_FORMAT:
    case TRIM_OPTION_MODE:
        trim_text_add(text, "%s", trim_option_words(option)[*fields]);
        break;
    case TRIM_OPTION_TARGET:
        trim_text_add(text, "%s", path);
        break;
    case TRIM_OPTION_METRICS:
        trim_text_add(text, "%s", path[0] != '\0' ? path : "off");
        break;
    case TRIM_OPTION_FLAG:
        trim_text_add(text, "%s", *fields != 0 ? "true" : "false");
        break;
    }
}

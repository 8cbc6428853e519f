#include "log_options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

#include "clock.h"
#include "error_text.h"
#include "log.h"
#include "quantity.h"

/* What is said of the start waits for so long, or until something else is said: short-lived JVMs
 * are silent. */
#define QUIET_NS (10 * TRIM_NS_PER_S)

/* A program with more rights than whoever started it writes no file for that one. */
static bool refuse_files(struct trim_options *options)
{
    bool stream = strcmp(options->log_target, "off") == 0 ||
                  strcmp(options->log_target, "stdout") == 0 ||
                  strcmp(options->log_target, "stderr") == 0;
    if (getauxval(AT_SECURE) == 0 || (stream && options->metrics_target[0] == '\0')) {
        return false;
    }
    if (!stream) {
        (void)snprintf(options->log_target, sizeof options->log_target, "stderr");
    }
    options->metrics_target[0] = '\0';
    return true;
}

void trim_log_options_open(struct trim_options *options, bool live)
{
    bool refused = refuse_files(options);
    int failed = trim_log_open(options->log_target, (enum trim_log_level)options->log_level);
    int error = errno;
    if (!live) {
        trim_log_hold(trim_clock_now_ns() + QUIET_NS);
    }
    if (refused) {
        trim_log(
            TRIM_LOG_WARNING,
            "options 'log' and 'metrics': no files in a program with more rights than its caller");
    }
    if (failed != 0) {
        char buffer[TRIM_ERROR_TEXT_MAX];
        const char *why = error == ELOOP     ? "it is a symbolic link"
                          : error == ENOTSUP ? "it is a device"
                                             : trim_error_text(buffer, error);
        trim_log(TRIM_LOG_WARNING, "option 'log': cannot open '%s' (%s), logging to stderr",
                 options->log_target, why);
        (void)snprintf(options->log_target, sizeof options->log_target, "stderr");
    }
}

#include "start.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "answer.h"
#include "clock.h"
#include "error_text.h"
#include "java_name.h"
#include "log.h"
#include "quantity.h"
#include "text.h"

/* What is said of the start waits for so long, or until something else is said: short-lived JVMs
 * are silent. */
#define QUIET_NS (10 * TRIM_NS_PER_S)

#define MESSAGE_MAX 1024
#define HELP_MAX 8192

/* Has lines written as the options say. */
static void use_format(const struct trim_options *options, JavaVM *vm)
{
    char name[TRIM_LOG_COMMAND_MAX];
    struct trim_text command;
    trim_text_init(&command, name, sizeof name);
    if (options->format == TRIM_LOG_JSON) {
        trim_add_java_name(&command, vm);
    }
    trim_log_use_format((enum trim_log_format)options->format, name);
}

void trim_start_refuse(const struct trim_options *options, JavaVM *vm, const char *event,
                       const char *why)
{
    trim_answer_keep(why);
    if (options->format == TRIM_LOG_JSON) {
        use_format(options, vm);
        (void)trim_log_open("stderr", TRIM_LOG_INFO);
        trim_log_tell(TRIM_LOG_ERROR, &(struct trim_log_event){event, why, NULL});
        return;
    }
    char buffer[MESSAGE_MAX];
    struct trim_text message;
    trim_text_init(&message, buffer, sizeof buffer - 1);
    trim_text_add(&message, "trimagent: %s", why);
    buffer[message.length++] = '\n';
    trim_log_plain(buffer, message.length);
}

int trim_start_options(struct trim_options *options, JavaVM *vm, const char *text, char *ignored,
                       size_t capacity)
{
    struct trim_text complaints;
    trim_text_init(&complaints, ignored, capacity);
    options->format = TRIM_LOG_PLAIN;
    if (trim_options_parse(options, text, &complaints) == 0) {
        use_format(options, vm);
        return 0;
    }
    trim_start_refuse(options, vm, "bad_option", ignored);
    return -1;
}

void trim_start_help(void)
{
    static char buffer[HELP_MAX];
    struct trim_text help;
    trim_text_init(&help, buffer, sizeof buffer);
    trim_options_add_help(&help);
    ssize_t written = write(STDOUT_FILENO, help.data, help.length);
    (void)written; /* Where even this cannot be said, nothing can. */
    exit(EXIT_SUCCESS);
}

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

void trim_start_log(struct trim_options *options, bool live)
{
    bool refused = refuse_files(options);
    int failed = trim_log_open(options->log_target, (enum trim_log_level)options->log_level);
    int error = errno;
    if (!live) {
        trim_log_hold(trim_clock_now_ns() + QUIET_NS);
    }
    if (refused) {
        trim_answer_warn(
            "options 'log' and 'metrics': no files in a program with more rights than its caller");
    }
    if (failed != 0) {
        char buffer[TRIM_ERROR_TEXT_MAX];
        const char *why = error == ELOOP     ? "it is a symbolic link"
                          : error == ENOTSUP ? "it is a device"
                                             : trim_error_text(buffer, error);
        trim_answer_warn("option 'log': cannot open '%s' (%s), logging to stderr",
                         options->log_target, why);
        (void)snprintf(options->log_target, sizeof options->log_target, "stderr");
    }
}

#include "commands.h"

#include <errno.h>
#include <string.h>

#include "answer.h"
#include "quantity.h"
#include "text.h"
#include "worker.h"

/* How long a command waits for its answer. Only the thread that attaches waits. */
#define TIMEOUT_NS (60 * TRIM_NS_PER_S)

#define MESSAGE_MAX 1024

/* trimctl finds it in the library's file. */
__attribute__((used)) static const char version[] = "trimagent-version " TRIM_VERSION;

static const char set_prefix[] = "set,";

static bool is_set(const char *text)
{
    return strncmp(text, set_prefix, sizeof set_prefix - 1) == 0;
}

/* The command without arguments of this name; NONE where it is unknown. */
static enum trim_command find(const char *text)
{
    static const struct {
        const char *name;
        enum trim_command command;
    } commands[] = {{"trim", TRIM_COMMAND_TRIM},
                    {"status", TRIM_COMMAND_STATUS},
                    {"figures", TRIM_COMMAND_FIGURES}};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(text, commands[i].name) == 0) {
            return commands[i].command;
        }
    }
    return TRIM_COMMAND_NONE;
}

bool trim_commands_known(const char *text)
{
    return find(text) != TRIM_COMMAND_NONE;
}

/* Scripts attach again and again, to make sure that the agent is there. */
static bool be_there(void)
{
    if (!trim_worker_alive()) {
        trim_answer_refuse(TRIM_LOG_ERROR, "the agent is inert");
        return false;
    }
    trim_answer_say("the agent is loaded already");
    return true;
}

static bool refuse(const char *text)
{
    char buffer[MESSAGE_MAX];
    struct trim_text found;
    trim_text_init(&found, buffer, sizeof buffer);
    trim_text_add_quoted(&found, text, strlen(text));
    trim_answer_refuse(TRIM_LOG_ERROR,
                       "command '%s': unknown, allowed: trim, status, figures, set,NAME=VALUE",
                       buffer);
    return false;
}

bool trim_commands_obey(const char *text, struct trim_options *options)
{
    if (text[0] == '\0') {
        return be_there();
    }
    enum trim_command command = is_set(text) ? TRIM_COMMAND_SET : find(text);
    int error = 0;
    if (command == TRIM_COMMAND_NONE) {
        return refuse(text);
    }
    if (command == TRIM_COMMAND_SET) {
        char buffer[MESSAGE_MAX];
        struct trim_text message;
        trim_text_init(&message, buffer, sizeof buffer);
        if (trim_options_change(options, text + sizeof set_prefix - 1, &message) != 0) {
            trim_answer_refuse(TRIM_LOG_ERROR, "set: %s", buffer);
            return false;
        }
        error = trim_worker_set(options, TIMEOUT_NS);
    } else {
        error = trim_worker_command(command, TIMEOUT_NS);
    }
    /* What set would change is no name. */
    const char *name = command == TRIM_COMMAND_SET ? "set" : text;
    if (error == ESRCH) {
        trim_answer_refuse(TRIM_LOG_ERROR, "command '%s': the agent is inert", name);
    } else if (error == ETIMEDOUT) {
        trim_answer_refuse(TRIM_LOG_ERROR,
                           "command '%s': not done after a minute; it will be done later", name);
    }
    return error == 0;
}

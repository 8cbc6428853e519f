#include "java_command.h"

#include <string.h>

/* The java launcher's options that take the next argument for their value. */
static bool takes_value(const char *option)
{
    static const char *const options[] = {"-cp",
                                          "-classpath",
                                          "--class-path",
                                          "-p",
                                          "--module-path",
                                          "--add-modules",
                                          "--add-exports",
                                          "--add-opens",
                                          "--add-reads",
                                          "--patch-module",
                                          "--limit-modules",
                                          "--upgrade-module-path",
                                          "--source",
                                          "--enable-native-access"};
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (strcmp(option, options[i]) == 0) {
            return true;
        }
    }
    return false;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* The argument behind this one; NULL: there is none. */
static const char *next(const char *argument, const char *end)
{
    const char *behind = argument + strnlen(argument, (size_t)(end - argument)) + 1;
    return behind < end ? behind : NULL;
}

static void add(struct trim_text *text, const char *name)
{
    trim_text_add_quoted(text, name, strlen(name));
}

void ctl_add_java_command(struct trim_text *text, const char *arguments, size_t length)
{
    if (length == 0 || arguments[length - 1] != '\0') {
        trim_text_add(text, "?");
        return;
    }
    const char *end = arguments + length;
    const char *launcher = base_name(arguments);
    if (strcmp(launcher, "java") != 0) {
        add(text, launcher);
        return;
    }
    const char *argument = next(arguments, end);
    while (argument != NULL && (argument[0] == '-' || argument[0] == '@')) {
        const char *value = next(argument, end);
        if (strcmp(argument, "-jar") == 0 && value != NULL) {
            add(text, base_name(value));
            return;
        }
        bool module = strcmp(argument, "-m") == 0 || strcmp(argument, "--module") == 0;
        if (module && value != NULL) {
            add(text, value);
            return;
        }
        argument = takes_value(argument) && value != NULL ? next(value, end) : value;
    }
    add(text, argument != NULL ? argument : launcher);
}

bool ctl_attach_disabled(const char *texts, size_t length)
{
    static const char flag[] = "DisableAttachMechanism";
    const size_t flag_length = sizeof flag - 1;
    bool disabled = false;
    /* "-XX:" and the sign stand before it. */
    for (size_t at = 5; at + flag_length <= length; at++) {
        if (memcmp(texts + at, flag, flag_length) == 0 && memcmp(texts + at - 5, "-XX:", 4) == 0) {
            disabled = texts[at - 1] == '+';
        }
    }
    return disabled;
}

bool ctl_has_agent_flag(const char *texts, size_t length)
{
    static const char *const flags[] = {"-agentpath:", "-agentlib:"};
    for (const char *text = texts; text < texts + length; text += strlen(text) + 1) {
        /* JAVA_TOOL_OPTIONS has its flags behind its name. */
        for (int i = 0; i < 2; i++) {
            const char *flag = strstr(text, flags[i]);
            if (flag != NULL && strstr(flag, "trimagent") != NULL) {
                return true;
            }
        }
    }
    return false;
}

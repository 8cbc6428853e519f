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

/* Takes one option of the VM in. */
static void take_option(const char *option, size_t length, bool *disabled)
{
    static const char flag[] = "DisableAttachMechanism";
    const size_t prefix = sizeof "-XX:+" - 1;
    if (length == prefix + sizeof flag - 1 && memcmp(option, "-XX:", prefix - 1) == 0 &&
        memcmp(option + prefix, flag, sizeof flag - 1) == 0) {
        *disabled = option[prefix - 1] == '+';
    }
}

/* The options in a variable that a JVM reads; NULL: it is another one. */
static const char *options_in(const char *variable)
{
    static const char *const names[] = {
        "JAVA_TOOL_OPTIONS=", "JDK_JAVA_OPTIONS=", "_JAVA_OPTIONS="};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strncmp(variable, names[i], strlen(names[i])) == 0) {
            return variable + strlen(names[i]);
        }
    }
    return NULL;
}

bool ctl_attach_disabled(const char *texts, size_t length)
{
    static const char blanks[] = " \t\n";
    bool disabled = false;
    bool program = false; /* Whether what comes now is the program's. */
    if (length == 0 || texts[length - 1] != '\0') {
        return false;
    }
    const char *end = texts + length;
    for (const char *text = texts; text != NULL; text = next(text, end)) {
        const char *word = options_in(text);
        while (word != NULL && *(word += strspn(word, blanks)) != '\0') {
            size_t word_length = strcspn(word, blanks);
            take_option(word, word_length, &disabled);
            word += word_length;
        }
        if (text == texts) {
            continue; /* The launcher. */
        }
        program = program || (text[0] != '-' && text[0] != '@') || strcmp(text, "-jar") == 0;
        if (!program) {
            take_option(text, strlen(text), &disabled);
            const char *value = takes_value(text) ? next(text, end) : NULL;
            text = value != NULL ? value : text;
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

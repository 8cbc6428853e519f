#include "arguments.h"

#include <limits.h>
#include <string.h>

#include "quantity.h"

#define TIMEOUT_NS (5 * TRIM_NS_PER_S)
#define TIMEOUT_MOST_S 3600

static const struct {
    const char *name;
    enum ctl_command command;
} commands[] = {{"status", CTL_STATUS},
                {"trim", CTL_TRIM},
                {"set", CTL_SET},
                {"start", CTL_START},
                {"diagnose", CTL_DIAGNOSE}};

const char *ctl_command_name(enum ctl_command command)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (commands[i].command == command) {
            return commands[i].name;
        }
    }
    return "list";
}

static int wrong(struct trim_text *message, const char *what, const char *word)
{
    trim_text_add(message, "%s '", what);
    trim_text_add_quoted(message, word, strlen(word));
    trim_text_add(message, "'");
    return -1;
}

/* Reads --NAME VALUE and --NAME=VALUE. Returns the value, NULL where this is another option; *at is
 * the last word taken. */
static const char *value_of(const char *name, int count, char *const *words, int *at)
{
    const char *word = words[*at];
    size_t length = strlen(name);
    if (strncmp(word, name, length) == 0 && word[length] == '=') {
        return word + length + 1;
    }
    if (strcmp(word, name) == 0 && *at + 1 < count && words[*at + 1] != NULL) {
        (*at)++;
        return words[*at];
    }
    return NULL;
}

static int parse_option(struct ctl_arguments *arguments, int count, char *const *words, int *at,
                        struct trim_text *message)
{
    const char *word = words[*at];
    const char *value = NULL;
    if (strcmp(word, "--json") == 0) {
        arguments->json = true;
    } else if (strcmp(word, "--load") == 0) {
        arguments->load = true;
    } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        arguments->command = CTL_HELP;
    } else if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        arguments->command = CTL_VERSION;
    } else if ((value = value_of("--library", count, words, at)) != NULL) {
        arguments->library = value;
    } else if ((value = value_of("--timeout", count, words, at)) != NULL) {
        uint64_t seconds = 0;
        if (trim_parse_count(value, strlen(value), &seconds) != TRIM_PARSE_OK || seconds < 1 ||
            seconds > TIMEOUT_MOST_S) {
            return wrong(message, "--timeout takes 1 to 3600 seconds, not", value);
        }
        arguments->timeout_ns = seconds * TRIM_NS_PER_S;
    } else {
        return wrong(message, "unknown option", word);
    }
    return 0;
}

static int parse_command(struct ctl_arguments *arguments, const char *word,
                         struct trim_text *message)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(word, commands[i].name) == 0) {
            arguments->command = commands[i].command;
            return 0;
        }
    }
    return wrong(message, "unknown command", word);
}

static int add_options(struct ctl_arguments *arguments, struct trim_text *options, const char *word,
                       struct trim_text *message)
{
    bool takes = arguments->command == CTL_SET || arguments->command == CTL_START;
    if (!takes) {
        return wrong(message, "one word too many:", word);
    }
    trim_text_add(options, "%s%s", options->length > 0 ? "," : "", word);
    return options->cut ? wrong(message, "too long:", word) : 0;
}

static int parse_pid(struct ctl_arguments *arguments, const char *word, struct trim_text *message)
{
    uint64_t pid = 0;
    if (trim_parse_count(word, strlen(word), &pid) != TRIM_PARSE_OK || pid < 1 || pid > INT_MAX) {
        return wrong(message, "not a process id:", word);
    }
    arguments->pid = (pid_t)pid;
    return 0;
}

int ctl_arguments_parse(struct ctl_arguments *arguments, int count, char *const *words,
                        struct trim_text *message)
{
    *arguments = (struct ctl_arguments){.timeout_ns = TIMEOUT_NS};
    struct trim_text options;
    trim_text_init(&options, arguments->options, sizeof arguments->options);
    int plain = 0;
    int result = 0;
    for (int at = 1; at < count && result == 0; at++) {
        const char *word = words[at];
        if (word[0] == '-' && word[1] != '\0') {
            result = parse_option(arguments, count, words, &at, message);
            if (arguments->command == CTL_HELP || arguments->command == CTL_VERSION) {
                return result;
            }
            continue;
        }
        plain++;
        if (plain == 1) {
            result = parse_pid(arguments, word, message);
        } else if (plain == 2) {
            result = parse_command(arguments, word, message);
        } else {
            result = add_options(arguments, &options, word, message);
        }
    }
    if (result == 0 && plain == 1) {
        trim_text_add(message, "a command is missing: status, trim, set, start or diagnose");
        return -1;
    }
    if (result == 0 && arguments->command == CTL_SET && options.length == 0) {
        trim_text_add(message, "set takes at least one NAME=VALUE");
        return -1;
    }
    return result;
}

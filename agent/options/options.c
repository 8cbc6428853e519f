#include "options.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "option_value.h"

void trim_options_default(struct trim_options *options)
{
    memset(options, 0, sizeof *options);
    for (size_t i = 0; i < trim_option_count; i++) {
        const struct trim_option *option = &trim_option_table[i];
        int result =
            trim_option_set(options, option, option->default_text, strlen(option->default_text));
        assert(result == 0);
        (void)result;
    }
}

static uint64_t bit_of(const struct trim_option *option)
{
    return UINT64_C(1) << (option - trim_option_table);
}

static const struct trim_option *find(const char *name, size_t length)
{
    for (size_t i = 0; i < trim_option_count; i++) {
        const struct trim_option *option = &trim_option_table[i];
        if (strlen(option->name) == length && memcmp(option->name, name, length) == 0) {
            return option;
        }
    }
    return NULL;
}

static void add_unknown(struct trim_text *message, const char *name, size_t length)
{
    trim_text_add(message, "option '");
    trim_text_add_quoted(message, name, length);
    trim_text_add(message, length == 0 ? "': empty, allowed: " : "': unknown, allowed: ");
    for (size_t i = 0; i < trim_option_count; i++) {
        trim_text_add(message, "%s%s", i == 0 ? "" : ", ", trim_option_table[i].name);
    }
}

static void add_bad_value(struct trim_text *message, const struct trim_option *option,
                          const char *value, size_t length)
{
    trim_text_add(message, "option '%s': found '", option->name);
    trim_text_add_quoted(message, value, length);
    trim_text_add(message, "', allowed: ");
    trim_option_add_allowed(message, option);
}

/* Reads one name=value item. seen is the set of options that were given before, by their row. */
static int parse_item(struct trim_options *options, const char *item, size_t length, uint64_t *seen,
                      struct trim_text *message)
{
    size_t name_length = 0;
    while (name_length < length && item[name_length] != '=' && item[name_length] != ':') {
        name_length++;
    }
    const struct trim_option *option = find(item, name_length);
    if (option == NULL) {
        add_unknown(message, item, name_length);
        return -1;
    }
    if ((*seen & bit_of(option)) != 0) {
        trim_text_add(message, "option '%s': found '", option->name);
        trim_text_add_quoted(message, item, length);
        trim_text_add(message, "' after an earlier one, allowed: once");
        return -1;
    }
    *seen |= bit_of(option);

    const char *value = item + name_length;
    size_t value_length = length - name_length;
    if (value_length > 0) {
        value++;
        value_length--;
    } else if (option->type == TRIM_OPTION_FLAG) {
        value = "true";
        value_length = strlen(value);
    }
    if (trim_option_set(options, option, value, value_length) != 0) {
        add_bad_value(message, option, value, value_length);
        return -1;
    }
    return 0;
}

static const struct trim_option *option_at(size_t offset)
{
    size_t i = 0;
    while (trim_option_table[i].offset != offset) {
        i++;
    }
    return &trim_option_table[i];
}

/*
 * Some options bound one another. A larger one that was not given is raised in silence, because
 * whoever gave the smaller one has said what is wanted.
 */
static int check_pair(struct trim_options *options, size_t larger, size_t smaller, uint64_t seen,
                      struct trim_text *message)
{
    const struct trim_option *high = option_at(larger);
    const struct trim_option *low = option_at(smaller);
    if (*trim_option_numbers(options, high) >= *trim_option_numbers(options, low)) {
        return 0;
    }
    if ((seen & bit_of(high)) == 0) {
        return trim_option_copy_number(options, high, low);
    }
    trim_text_add(message, "option '%s': found '", high->name);
    trim_option_add_value(message, high, options);
    trim_text_add(message, "', allowed: at least %s, which is ", low->name);
    trim_option_add_value(message, low, options);
    return -1;
}

/* Takes in that message tells of a bad option now; first is its length with the first one alone. */
static void complain(struct trim_text *message, size_t *first)
{
    if (*first == 0) {
        *first = message->length;
    }
    trim_text_add(message, "; ignored\n");
}

/* Cuts message down to so many bytes. */
static void shorten(struct trim_text *message, size_t length)
{
    message->length = length;
    message->data[length] = '\0';
}

/* Reads the options that text names into *options. A bad one leaves its default, and a line in
 * message. Returns the length of message with the first such line alone; 0: there is none. */
static size_t parse_items(struct trim_options *options, const char *text, uint64_t *seen,
                          struct trim_text *message)
{
    size_t first = 0;
    const char *item = text == NULL ? "" : text;
    bool more = *item != '\0';
    while (more) {
        size_t length = strcspn(item, ",");
        if (parse_item(options, item, length, seen, message) != 0) {
            complain(message, &first);
        }
        more = item[length] == ',';
        item += length + (more ? 1 : 0);
    }
    size_t high = offsetof(struct trim_options, max_wait_ns);
    size_t low = offsetof(struct trim_options, settle_ns);
    if (check_pair(options, high, low, *seen, message) != 0) {
        complain(message, &first);
        (void)check_pair(options, high, low, 0, message);
    }
    return first;
}

int trim_options_parse(struct trim_options *options, const char *text, struct trim_text *message)
{
    struct trim_options parsed;
    trim_options_default(&parsed);
    uint64_t seen = 0;
    size_t first = parse_items(&parsed, text, &seen, message);
    if (first != 0 && parsed.strict != 0) {
        shorten(message, first);
        options->format = parsed.format == TRIM_LOG_JSON ? TRIM_LOG_JSON : options->format;
        return -1;
    }
    if (first != 0) {
        shorten(message, message->length - 1);
    }
    *options = parsed;
    return 0;
}

int trim_options_change(struct trim_options *options, const char *text, struct trim_text *message)
{
    struct trim_options changed = *options;
    uint64_t seen = 0;
    size_t first = parse_items(&changed, text, &seen, message);
    if (first != 0) {
        shorten(message, first);
        return -1;
    }
    for (size_t i = 0; i < trim_option_count; i++) {
        const struct trim_option *option = &trim_option_table[i];
        if ((seen & bit_of(option)) != 0 && !trim_option_may_change(option)) {
            trim_text_add(message, "option '%s': it is applied only when the agent starts",
                          option->name);
            return -1;
        }
    }
    *options = changed;
    return 0;
}

void trim_options_add_changes(struct trim_text *text, struct trim_fields *fields,
                              const struct trim_options *before, const struct trim_options *after)
{
    trim_fields_begin_array(fields, "changes");
    for (size_t i = 0; i < trim_option_count; i++) {
        const struct trim_option *option = &trim_option_table[i];
        char old[TRIM_LOG_TARGET_MAX];
        char new[TRIM_LOG_TARGET_MAX];
        struct trim_text old_text;
        struct trim_text new_text;
        trim_text_init(&old_text, old, sizeof old);
        trim_text_init(&new_text, new, sizeof new);
        trim_option_add_value(&old_text, option, before);
        trim_option_add_value(&new_text, option, after);
        if (strcmp(old, new) != 0) {
            trim_text_add(text, "%sset %s: %s -> %s", text->length == 0 ? "" : "\n", option->name,
                          old, new);
            trim_fields_begin_object(fields, "");
            trim_fields_add(fields, "option %s before %s after %s }", option->name, old, new);
        }
    }
    trim_fields_add(fields, "]");
}

void trim_options_add_echo(struct trim_text *text, const struct trim_options *options)
{
    bool first = true;
    for (size_t i = 0; i < trim_option_count; i++) {
        const struct trim_option *option = &trim_option_table[i];
        if (option->offset == offsetof(struct trim_options, help)) {
            continue; /* It never was in force where an echo can be read. */
        }
        trim_text_add(text, "%s%s=", first ? "" : ",", option->name);
        trim_option_add_value(text, option, options);
        first = false;
    }
}

void trim_options_add_fields(struct trim_fields *fields, const struct trim_options *options)
{
    char buffer[TRIM_OPTIONS_ECHO_MAX];
    struct trim_text echo;
    trim_text_init(&echo, buffer, sizeof buffer);
    trim_options_add_echo(&echo, options);
    trim_fields_add(fields, "options %s", buffer);
}

void trim_options_add_changed(struct trim_text *text, const struct trim_options *options)
{
    struct trim_options defaults;
    trim_options_default(&defaults);
    const char *separator = "";
    for (size_t i = 0; i < trim_option_count; i++) {
        const struct trim_option *option = &trim_option_table[i];
        char buffers[2][TRIM_LOG_TARGET_MAX];
        struct trim_text now;
        struct trim_text before;
        trim_text_init(&now, buffers[0], sizeof buffers[0]);
        trim_text_init(&before, buffers[1], sizeof buffers[1]);
        trim_option_add_value(&now, option, options);
        trim_option_add_value(&before, option, &defaults);
        if (strcmp(now.data, before.data) != 0) {
            trim_text_add(text, "%s%s=%s", separator, option->name, now.data);
            separator = ",";
        }
    }
    trim_text_add(text, "%s", separator[0] == '\0' ? "default options" : "");
}

void trim_options_add_help(struct trim_text *text)
{
    trim_text_add(text, "trimagent gives freed native memory back to the system when that pays.\n\n"
                        "  java -agentpath:/path/libtrimagent.so[=option=value,...] ...\n\n");
    for (size_t i = 0; i < trim_option_count; i++) {
        const struct trim_option *option = &trim_option_table[i];
        trim_text_add(text, "%s=%s\n    %s\n    Allowed: ", option->name, option->default_text,
                      option->effect);
        trim_option_add_allowed(text, option);
        trim_text_add(text, ".\n");
    }
    trim_text_add(
        text, "\nThe values shown are the defaults. name:value is read as name=value.\n"
              "Commands for a running agent: trimctl PID status, trim, or set NAME=VALUE.\n"
              "Without trimctl: jcmd PID JVMTI.agent_load /path/libtrimagent.so status, trim, or\n"
              "set,NAME:VALUE,... and the answer is in the log.\n"
              "TRIMAGENT_ENABLED=false in the environment switches the agent off.\n");
}

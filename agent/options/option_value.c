#include "option_value.h"

#include <inttypes.h>
#include <string.h>

#include "quantity.h"
#include "reason.h"

static bool equals(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

static uint64_t *numbers(struct trim_options *options, const struct trim_option *option)
{
    return (uint64_t *)(void *)((char *)options + option->offset);
}

int trim_option_copy_number(struct trim_options *options, const struct trim_option *option,
                            const struct trim_option *from)
{
    *numbers(options, option) = *trim_option_numbers(options, from);
    return 0;
}

static bool in_range(const struct trim_option *option, uint64_t value)
{
    return value >= option->min && value <= option->max;
}

static int set_burst(uint64_t *fields, const struct trim_option *option, const char *text,
                     size_t length)
{
    const char *slash = memchr(text, '/', length);
    if (slash == NULL) {
        return -1;
    }
    size_t count_length = (size_t)(slash - text);
    uint64_t classes = 0;
    uint64_t window_ns = 0;
    if (trim_parse_count(text, count_length, &classes) != TRIM_PARSE_OK ||
        trim_parse_duration(slash + 1, length - count_length - 1, &window_ns) != TRIM_PARSE_OK ||
        !in_range(option, classes) || window_ns < TRIM_BURST_WINDOW_MIN_NS ||
        window_ns > TRIM_BURST_WINDOW_MAX_NS) {
        return -1;
    }
    fields[0] = classes;
    fields[1] = window_ns;
    return 0;
}

static int set_reasons(uint64_t *field, const char *text, size_t length)
{
    uint64_t set = 0;
    size_t at = 0;
    while (at <= length) {
        const char *plus = memchr(text + at, '+', length - at);
        size_t end = plus == NULL ? length : (size_t)(plus - text);
        uint64_t bit = 0;
        for (int reason = 0; reason < TRIM_REASON_DEMAND; reason++) {
            if (equals(text + at, end - at, trim_reason_name((enum trim_reason)reason))) {
                bit = UINT64_C(1) << reason;
            }
        }
        if (bit == 0 || (set & bit) != 0) {
            return -1;
        }
        set |= bit;
        at = end + 1;
    }
    *field = set;
    return 0;
}

static int set_word(uint64_t *field, const char *const *words, const char *text, size_t length)
{
    for (uint64_t i = 0; words[i] != NULL; i++) {
        if (equals(text, length, words[i])) {
            *field = i;
            return 0;
        }
    }
    return -1;
}

/* A word that is no path on the face of it is a typing error, or what another program calls it. */
static bool is_word(const char *text, size_t length)
{
    return memchr(text, '/', length) == NULL && memchr(text, '.', length) == NULL &&
           memchr(text, '%', length) == NULL && !equals(text, length, "off") &&
           !equals(text, length, "stderr") && !equals(text, length, "stdout");
}

static int set_path(char *field, const char *text, size_t length)
{
    if (length >= TRIM_LOG_TARGET_MAX) {
        return -1;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < ' ' || c == 0x7f) {
            return -1; /* It would break the lines that show the path. */
        }
        /* A typing error should not become a file's name. */
        if (text[i] == '%' && (++i == length || (text[i] != 'p' && text[i] != '%'))) {
            return -1;
        }
    }
    memcpy(field, text, length);
    field[length] = '\0';
    return 0;
}

static int set_target(char *field, const char *text, size_t length)
{
    return is_word(text, length) ? -1 : set_path(field, text, length);
}

/* Collectors read no file that ends otherwise. */
static int set_metrics(char *field, const char *text, size_t length)
{
    static const char ending[] = ".prom";
    const size_t ending_length = sizeof ending - 1;
    if (equals(text, length, "off")) {
        field[0] = '\0';
        return 0;
    }
    bool named = length > ending_length && text[length - ending_length - 1] != '/';
    return named && equals(text + length - ending_length, ending_length, ending)
               ? set_path(field, text, length)
               : -1;
}

typedef enum trim_parse_result (*number_parser)(const char *text, size_t length, uint64_t *value);

static int set_number(uint64_t *field, const struct trim_option *option, number_parser parse,
                      const char *text, size_t length)
{
    if (trim_option_may_be_off(option) && equals(text, length, "off")) {
        *field = 0;
        return 0;
    }
    if (option->type == TRIM_OPTION_COUNT_AUTO_OR_OFF && equals(text, length, "auto")) {
        *field = TRIM_COUNT_AUTO;
        return 0;
    }
    uint64_t value = 0;
    if (parse(text, length, &value) != TRIM_PARSE_OK || !in_range(option, value)) {
        return -1;
    }
    *field = value;
    return 0;
}

/* 1% to 100%. The plain number is refused: it may be meant as a size. */
static enum trim_parse_result parse_percent(const char *text, size_t length, uint64_t *percent)
{
    if (length < 2 || text[length - 1] != '%') {
        return TRIM_PARSE_MALFORMED;
    }
    enum trim_parse_result result = trim_parse_count(text, length - 1, percent);
    return result == TRIM_PARSE_OK && (*percent < 1 || *percent > 100) ? TRIM_PARSE_MALFORMED
                                                                       : result;
}

static int set_threshold(uint64_t *fields, const struct trim_option *option, const char *text,
                         size_t length)
{
    uint64_t percent = 0;
    if (parse_percent(text, length, &percent) == TRIM_PARSE_OK) {
        fields[0] = 0;
        fields[1] = percent;
        return 0;
    }
    if (equals(text, length, "auto")) {
        fields[0] = 0;
    } else if (set_number(fields, option, trim_parse_bytes, text, length) != 0) {
        return -1;
    }
    fields[1] = 0;
    return 0;
}

int trim_option_set(struct trim_options *options, const struct trim_option *option,
                    const char *text, size_t length)
{
    uint64_t *field = numbers(options, option);
    switch (option->type) {
    case TRIM_OPTION_BYTES:
    case TRIM_OPTION_BYTES_OR_OFF:
        return set_number(field, option, trim_parse_bytes, text, length);
    case TRIM_OPTION_THRESHOLD:
        return set_threshold(field, option, text, length);
    case TRIM_OPTION_PERCENT_OR_OFF:
        return set_number(field, option, parse_percent, text, length);
    case TRIM_OPTION_COUNT_AUTO_OR_OFF:
        return set_number(field, option, trim_parse_count, text, length);
    case TRIM_OPTION_DURATION:
    case TRIM_OPTION_DURATION_OR_OFF:
        return set_number(field, option, trim_parse_duration, text, length);
    case TRIM_OPTION_BURST:
        return set_burst(field, option, text, length);
    case TRIM_OPTION_REASONS:
        return set_reasons(field, text, length);
    case TRIM_OPTION_LEVEL:
    case TRIM_OPTION_FORMAT:
    case TRIM_OPTION_MODE:
        return set_word(field, trim_option_words(option), text, length);
    case TRIM_OPTION_TARGET:
        return set_target((char *)options + option->offset, text, length);
    case TRIM_OPTION_METRICS:
        return set_metrics((char *)options + option->offset, text, length);
    case TRIM_OPTION_FLAG:
        if (equals(text, length, "true") || equals(text, length, "false")) {
            *field = text[0] == 't';
            return 0;
        }
        return -1;
    }
    return -1;
}

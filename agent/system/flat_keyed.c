#include "flat_keyed.h"

#include <string.h>

#include "quantity.h"

int trim_parse_single_value(const char *text, size_t length, uint64_t *value)
{
    if (length == 0 || text[length - 1] != '\n') {
        return -1;
    }
    uint64_t parsed = 0;
    length--;
    if (length == 3 && memcmp(text, "max", 3) == 0) {
        *value = UINT64_MAX;
        return 0;
    }
    switch (trim_parse_count(text, length, &parsed)) {
    case TRIM_PARSE_OK:
        *value = parsed;
        return 0;
    case TRIM_PARSE_OVERFLOW:
        *value = UINT64_MAX;
        return 0;
    case TRIM_PARSE_MALFORMED:
        break;
    }
    return -1;
}

const char *trim_next_whole_line(const char *text, size_t length, size_t *at, size_t *line_length)
{
    const char *line = text + *at;
    const char *newline = *at < length ? memchr(line, '\n', length - *at) : NULL;
    if (newline == NULL) {
        return NULL;
    }
    *line_length = (size_t)(newline - line);
    *at += *line_length + 1;
    return line;
}

int trim_flat_keyed_find(const char *text, size_t length, const char *key, uint64_t *value)
{
    size_t key_length = strlen(key);
    size_t at = 0;
    size_t line_length = 0;
    const char *line = NULL;
    while ((line = trim_next_whole_line(text, length, &at, &line_length)) != NULL) {
        if (line_length > key_length && line[key_length] == ' ' &&
            memcmp(line, key, key_length) == 0) {
            return trim_parse_count(line + key_length + 1, line_length - key_length - 1, value) ==
                           TRIM_PARSE_OK
                       ? 0
                       : -1;
        }
    }
    return -1;
}

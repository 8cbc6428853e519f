#include "trimagent/flat_keyed.h"

#include <string.h>

#include "trimagent/quantity.h"

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

int trim_flat_keyed_find(const char *text, size_t length, const char *key, uint64_t *value)
{
    size_t key_length = strlen(key);
    size_t line = 0;
    while (line < length) {
        const char *newline = memchr(text + line, '\n', length - line);
        if (newline == NULL) {
            return -1; /* A last line without an end may have been cut. */
        }
        size_t line_length = (size_t)(newline - (text + line));
        if (line_length > key_length && text[line + key_length] == ' ' &&
            memcmp(text + line, key, key_length) == 0) {
            return trim_parse_count(text + line + key_length + 1, line_length - key_length - 1,
                                    value) == TRIM_PARSE_OK
                       ? 0
                       : -1;
        }
        line += line_length + 1;
    }
    return -1;
}

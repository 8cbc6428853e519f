#include "json.h"

#include <stdbool.h>
#include <string.h>

void ctl_json_string(FILE *out, const char *text, size_t length)
{
    (void)fputc('"', out);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\') {
            (void)fprintf(out, "\\%c", c);
        } else if (c >= ' ' && c <= '~') {
            (void)fputc(c, out);
        } else {
            (void)fprintf(out, "\\u%04x", c);
        }
    }
    (void)fputc('"', out);
}

void ctl_json_lines(FILE *out, const char *text)
{
    const char *separator = "";
    (void)fputc('[', out);
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        (void)fputs(separator, out);
        ctl_json_string(out, text, length);
        separator = ", ";
        text += length + (text[length] == '\n' ? 1 : 0);
    }
    (void)fputc(']', out);
}

void ctl_json_member(FILE *out, const char *name, size_t name_length, const char *value,
                     size_t value_length)
{
    ctl_json_string(out, name, name_length);
    (void)fputs(": ", out);
    bool number = value_length > 0 && strspn(value, "0123456789") >= value_length &&
                  (value_length == 1 || value[0] != '0');
    if (number) {
        (void)fwrite(value, 1, value_length, out);
    } else {
        ctl_json_string(out, value, value_length);
    }
}

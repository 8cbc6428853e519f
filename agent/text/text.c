#include "text.h"

#include <stdarg.h>
#include <stdio.h>

void trim_text_init(struct trim_text *text, char *data, size_t capacity)
{
    text->data = data;
    text->capacity = capacity;
    text->length = 0;
    text->cut = false;
    data[0] = '\0';
}

void trim_text_add(struct trim_text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t room = text->capacity - text->length;
    int wanted = vsnprintf(text->data + text->length, room, format, arguments);
    va_end(arguments);
    if (wanted < 0) {
        text->data[text->length] = '\0';
        text->cut = true;
    } else if ((size_t)wanted >= room) {
        text->length = text->capacity - 1;
        text->cut = true;
    } else {
        text->length += (size_t)wanted;
    }
}

void trim_text_clean(char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < ' ' || c == 0x7f) {
            text[i] = '?';
        }
    }
}

void trim_text_add_quoted(struct trim_text *text, const char *foreign, size_t length)
{
    size_t shown = length < TRIM_TEXT_QUOTED_MAX ? length : TRIM_TEXT_QUOTED_MAX;
    for (size_t i = 0; i < shown; i++) {
        char c = foreign[i];
        trim_text_add(text, "%c", c >= ' ' && c <= '~' ? c : '?');
    }
    if (shown < length) {
        trim_text_add(text, "...");
    }
}

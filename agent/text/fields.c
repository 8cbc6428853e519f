#include "fields.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The longest that one letter can become: \u001f. */
#define LETTER_MAX 6

/* What stands for bytes that are no letter. */
static const char replacement[] = "\xEF\xBF\xBD";

void trim_fields_init(struct trim_fields *fields, enum trim_fields_form form, char *data,
                      size_t capacity)
{
    memset(fields, 0, sizeof *fields);
    fields->form = form;
    if (form != TRIM_FIELDS_OFF) {
        trim_text_init(&fields->text, data, capacity);
    }
}

/* What may still be written when what is open has its ends. */
static size_t room(const struct trim_fields *fields)
{
    size_t taken = fields->text.length + fields->depth + 1;
    return taken < fields->text.capacity ? fields->text.capacity - taken : 0;
}

/* Takes back what does not fit, down to so many bytes. */
static void keep_or_take_back(struct trim_fields *fields, size_t length)
{
    struct trim_text *text = &fields->text;
    if (text->cut || text->length + fields->depth + 1 > text->capacity) {
        text->length = length;
        text->data[length] = '\0';
        text->cut = false;
        fields->cut = true;
    }
}

static bool is_open(const struct trim_fields *fields)
{
    return fields->form != TRIM_FIELDS_OFF && !fields->cut;
}

static void add_name(struct trim_fields *fields, const char *name, size_t length)
{
    struct trim_text *text = &fields->text;
    const char *last = text->length == 0 ? "{" : text->data + text->length - 1;
    bool first = *last == '{' || *last == '[';
    if (fields->form == TRIM_FIELDS_LINES) {
        trim_text_add(text, "%s%.*s ", text->length == 0 ? "" : "\n", (int)length, name);
    } else if (length == 0) {
        trim_text_add(text, "%s", first ? "" : ",");
    } else {
        trim_text_add(text, "%s\"%.*s\":", first ? "" : ",", (int)length, name);
    }
}

/* Appends a field the value of which is written as it is. */
static void add_plain(struct trim_fields *fields, const char *name, size_t length,
                      const char *value)
{
    if (is_open(fields)) {
        size_t before = fields->text.length;
        add_name(fields, name, length);
        trim_text_add(&fields->text, "%s", value);
        keep_or_take_back(fields, before);
    }
}

static void add_number(struct trim_fields *fields, const char *name, size_t length, uint64_t value,
                       bool has_sign)
{
    char digits[24];
    bool negative = has_sign && value > INT64_MAX;
    (void)snprintf(digits, sizeof digits, "%s%" PRIu64, negative ? "-" : "",
                   negative ? -value : value);
    add_plain(fields, name, length, digits);
}

void trim_fields_add_number(struct trim_fields *fields, const char *name, uint64_t value)
{
    char snake[32];
    size_t length = 0;
    for (; length < sizeof snake && name[length] != '\0'; length++) {
        snake[length] = (char)(name[length] == '-' ? '_' : name[length]);
    }
    if (fields->form != TRIM_FIELDS_OFF) {
        add_number(fields, snake, length, value, false);
    }
}

static void add_flag(struct trim_fields *fields, const char *name, size_t length, bool value)
{
    bool lines = fields->form == TRIM_FIELDS_LINES;
    add_plain(fields, name, length, value ? (lines ? "1" : "true") : (lines ? "0" : "false"));
}

/* The length of the letter that begins here, by RFC 3629: no longer than needed, no surrogate and
 * nothing above U+10FFFF. 0: none does. */
static size_t letter_length(const unsigned char *at, size_t left)
{
    unsigned char first = at[0];
    if (first < 0x80) {
        return 1;
    }
    size_t length = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (length == 0 || length > left) {
        return 0;
    }
    unsigned char least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    for (size_t i = 1; i < length; i++) {
        if (at[i] < least || at[i] > most) {
            return 0;
        }
        least = 0x80;
        most = 0xbf;
    }
    return length;
}

/* Appends a letter as it stands in a JSON string. */
static void add_letter(struct trim_text *text, const char *at, size_t length)
{
    unsigned char c = (unsigned char)*at;
    if (length == 0) {
        trim_text_add(text, "%s", replacement);
    } else if (c == '"' || c == '\\') {
        trim_text_add(text, "\\%c", c);
    } else if (c < ' ' || c == 0x7f) {
        trim_text_add(text, "\\u%04x", c);
    } else {
        trim_text_add(text, "%.*s", (int)length, at);
    }
}

static void add_string(struct trim_fields *fields, const char *value, size_t length)
{
    struct trim_text *text = &fields->text;
    trim_text_add(text, "\"");
    size_t at = 0;
    while (at < length && room(fields) >= LETTER_MAX + 1) {
        size_t letter = letter_length((const unsigned char *)value + at, length - at);
        add_letter(text, value + at, letter);
        at += letter == 0 ? 1 : letter;
    }
    trim_text_add(text, "\"");
    fields->cut = at < length;
}

/* Appends a text; one that does not fit as a whole only where it may be cut. */
static void add_text(struct trim_fields *fields, const char *name, size_t name_length,
                     const char *value, size_t length, bool may_be_cut)
{
    if (!is_open(fields)) {
        return;
    }
    size_t before = fields->text.length;
    add_name(fields, name, name_length);
    if (fields->form == TRIM_FIELDS_LINES) {
        trim_text_add(&fields->text, "%.*s", (int)length, value);
    } else {
        add_string(fields, value, length);
    }
    fields->text.cut = fields->text.cut || (fields->cut && !may_be_cut);
    keep_or_take_back(fields, before);
}

void trim_fields_add_text(struct trim_fields *fields, const char *name, const char *value,
                          size_t length)
{
    add_text(fields, name, strlen(name), value, length, true);
}

static void begin(struct trim_fields *fields, const char *name, size_t length, const char *mark,
                  char end)
{
    if (fields->form == TRIM_FIELDS_OFF) {
        return;
    }
    if (is_open(fields) && fields->depth < TRIM_FIELDS_DEPTH) {
        fields->ends[fields->depth++] = end;
        add_plain(fields, name, length, mark);
        if (!fields->cut) {
            return;
        }
        fields->depth--;
    }
    fields->cut = true;
    fields->unwritten++;
}

void trim_fields_begin_object(struct trim_fields *fields, const char *name)
{
    begin(fields, name, strlen(name), "{", '}');
}

void trim_fields_begin_array(struct trim_fields *fields, const char *name)
{
    begin(fields, name, strlen(name), "[", ']');
}

static void end(struct trim_fields *fields)
{
    if (fields->unwritten > 0) {
        fields->unwritten--;
    } else if (fields->depth > 0) {
        fields->depth--;
        trim_text_add(&fields->text, "%c", fields->ends[fields->depth]);
    }
}

void trim_fields_add(struct trim_fields *fields, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    while (fields->form != TRIM_FIELDS_OFF && *format != '\0') {
        const char *name = format;
        size_t length = strcspn(format, " ");
        /* An end stands alone; behind a name and a blank is what the value is. */
        const char *value = *name == '}' || *name == ']' ? name : name + length + 1;
        bool has_sign = strncmp(value, "%" PRId64, sizeof PRId64) == 0;
        if (value == name) {
            end(fields);
        } else if (*value == '{') {
            begin(fields, name, length, "{", '}');
        } else if (value[1] == 's') {
            const char *text = va_arg(values, const char *);
            add_text(fields, name, length, text, strlen(text), false);
        } else if (value[1] == 'd') {
            add_flag(fields, name, length, va_arg(values, int) != 0);
        } else {
            add_number(fields, name, length, va_arg(values, uint64_t), has_sign);
        }
        format = value + strcspn(value, " ");
        format += *format == ' ' ? 1 : 0;
    }
    va_end(values);
}

void trim_fields_add_all(struct trim_fields *fields, const struct trim_fields *others)
{
    if (others->text.length != 0) {
        add_plain(fields, "", 0, others->text.data);
    }
}

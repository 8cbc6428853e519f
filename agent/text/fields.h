/*
 * Names and values for programs, built up one by one in the caller's memory: as members of a JSON
 * object, or as lines.
 *
 * What does not fit is left out as a whole, with all that follows, and what was begun is ended: a
 * JSON text is valid wherever it stops. Foreign texts become valid UTF-8 whatever they hold. All
 * functions may be called on any thread; fields belong to one thread at a time. None allocates.
 */
#ifndef TRIMAGENT_FIELDS_H
#define TRIMAGENT_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

enum trim_fields_form {
    TRIM_FIELDS_OFF = 0, /* Nothing is written: nobody reads them. */
    TRIM_FIELDS_LINES,   /* "name value", a line each, flags as 0 and 1; nothing is nested. */
    TRIM_FIELDS_JSON     /* "name":value, with commas between them and no braces around them. */
};

/* So many objects and arrays can be open at once. */
#define TRIM_FIELDS_DEPTH 4

struct trim_fields {
    struct trim_text text;
    enum trim_fields_form form;
    size_t depth; /* Of objects and arrays that are open, */
    char ends[TRIM_FIELDS_DEPTH];
    size_t unwritten; /* and of further ones that did not fit. */
    bool cut;         /* Something did not fit. Nothing is added any more. */
};

/* Starts without fields, in data, which has room for capacity bytes and must outlive them; OFF
 * needs none. */
void trim_fields_init(struct trim_fields *fields, enum trim_fields_form form, char *data,
                      size_t capacity);

/*
 * Appends fields: names and what printf would be given for their values, with one blank between
 * them, such as "number %" PRIu64 " reason %s". PRIu64 and PRId64 are numbers, %s is a text, and %d
 * a flag. "name {" begins an object, "}" ends what was begun last.
 */
void trim_fields_add(struct trim_fields *fields, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends a text of so many bytes, which alone is cut where it does not fit, between two letters.
 */
void trim_fields_add_text(struct trim_fields *fields, const char *name, const char *value,
                          size_t length);

/* Appends a number of a name that is not known beforehand; a hyphen in it becomes an underscore. */
void trim_fields_add_number(struct trim_fields *fields, const char *name, uint64_t value);

/* Begin an object, which trim_fields_add ends with "}", or an array, which it ends with "]". Those
 * in an array have the name "". */
void trim_fields_begin_object(struct trim_fields *fields, const char *name);
void trim_fields_begin_array(struct trim_fields *fields, const char *name);

/* Appends the fields of others, which are in the same form and complete. */
void trim_fields_add_all(struct trim_fields *fields, const struct trim_fields *others);

#ifdef __cplusplus
}
#endif

#endif

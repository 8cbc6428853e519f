/* JSON, as far as trimctl prints it. */
#ifndef TRIMCTL_JSON_H
#define TRIMCTL_JSON_H

#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Prints text as a string, quotes included. Bytes that are not printable ASCII are escaped one by
 * one, so that the output is valid whatever a name holds. */
void ctl_json_string(FILE *out, const char *text, size_t length);

/* Prints the lines of text as an array of strings. */
void ctl_json_lines(FILE *out, const char *text);

/* Prints "name": and the value: a number where it is one, a string otherwise. */
void ctl_json_member(FILE *out, const char *name, size_t name_length, const char *value,
                     size_t value_length);

#ifdef __cplusplus
}
#endif

#endif

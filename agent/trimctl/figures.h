/* The figures that the agent answers with: a name and a value on each line. Pure. */
#ifndef TRIMCTL_FIGURES_H
#define TRIMCTL_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Finds a value, which runs up to the end of its line. Returns its length, 0 where it is missing.
 */
size_t ctl_figures_find(const char *figures, const char *name, const char **value);

/* Finds a number. Returns whether there is one; *number is untouched otherwise. */
bool ctl_figures_number(const char *figures, const char *name, uint64_t *number);

/* Prints all of them as members of an object: "name": value, with commas between them. */
void ctl_figures_print_json(FILE *out, const char *figures);

#ifdef __cplusplus
}
#endif

#endif

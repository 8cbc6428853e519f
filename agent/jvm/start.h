/* The first steps of a start: the options, and the log that they name. */
#ifndef TRIMAGENT_START_H
#define TRIMAGENT_START_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"

/*
 * Reads the options. What was ignored of them is written to `ignored`, a line each. Returns 0; -1
 * on an error, which is told on stderr, whatever log the options name, and to the one who attaches.
 */
int trim_start_options(struct trim_options *options, const char *text, char *ignored,
                       size_t capacity);

/* Prints the help to stdout and ends the process. */
void trim_start_help(void) __attribute__((noreturn));

/* Opens the log. live: the JVM is running already, so that nothing of the start is kept back. */
void trim_start_log(struct trim_options *options, bool live);

#endif

/* The first steps of a start: the options, and the log that they name. */
#ifndef TRIMAGENT_START_H
#define TRIMAGENT_START_H

#include <jvmti.h>
#include <stdbool.h>
#include <stddef.h>

#include "options.h"

/*
 * Reads the options. What was ignored of them is written to `ignored`, a line each. Returns 0; -1
 * on an error, which is told on stderr, whatever log the options name, and to the one who attaches.
 */
int trim_start_options(struct trim_options *options, JavaVM *vm, const char *text, char *ignored,
                       size_t capacity);

/*
 * Tells on stderr, whatever log the options name, why the agent is not started, and the one who
 * attaches. Whoever reads stderr may go on doing so: it is told in the options' form, with this
 * name of the event.
 */
void trim_start_refuse(const struct trim_options *options, JavaVM *vm, const char *event,
                       const char *why);

/* Prints the help to stdout and ends the process. */
void trim_start_help(void) __attribute__((noreturn));

/* Opens the log. live: the JVM is running already, so that nothing of the start is kept back. */
void trim_start_log(struct trim_options *options, bool live);

#endif

/*
 * TRIMAGENT_ENABLED in the environment: false switches the agent off, without a change of the
 * options that load it.
 */
#ifndef TRIMAGENT_ENABLED_H
#define TRIMAGENT_ENABLED_H

#include <stdbool.h>

/* Whether the environment lets the agent start. On the thread that loads it. */
bool trim_enabled(void);

/* Logs what of the variable was not understood, and counts as true. */
void trim_enabled_warn(void);

#endif

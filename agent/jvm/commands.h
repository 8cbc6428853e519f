/*
 * The commands of late attach to an agent that is loaded: trim, status, figures, and
 * set,NAME=VALUE,... They are carried out by the worker; what is said of them is the answer
 * (answer.h).
 *
 * On the thread that attaches.
 */
#ifndef TRIMAGENT_COMMANDS_H
#define TRIMAGENT_COMMANDS_H

#include <stdbool.h>

#include "options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether text is a command that a JVM without the agent can be given as well: it then starts the
 * agent with its defaults. */
bool trim_commands_known(const char *text);

/* Carries a command out, and waits for its end, for a minute at most. set changes *options, which
 * are those in force. Returns whether it was carried out. */
bool trim_commands_obey(const char *text, struct trim_options *options);

#ifdef __cplusplus
}
#endif

#endif

/* What the command line of a JVM says. Pure. */
#ifndef TRIMCTL_JAVA_COMMAND_H
#define TRIMCTL_JAVA_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Appends what runs there: the main class, the module or the name of the jar; for another launcher
 * than java its own name. arguments is /proc/PID/cmdline, each argument with a NUL.
 */
void ctl_add_java_command(struct trim_text *text, const char *arguments, size_t length);

/* Whether the JVM was told by this text, arguments or environment with NULs between them, not to
 * let anybody attach: by an option in front of its program, or by a variable that JVMs read. The
 * last word on it counts. */
bool ctl_attach_disabled(const char *texts, size_t length);

/* Whether it was told to load the agent when it starts. texts are as above. */
bool ctl_has_agent_flag(const char *texts, size_t length);

#ifdef __cplusplus
}
#endif

#endif

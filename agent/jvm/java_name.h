/*
 * What a JVM runs, by a short name: for lines of the log that are read far from it.
 */
#ifndef TRIMAGENT_JAVA_NAME_H
#define TRIMAGENT_JAVA_NAME_H

#include <jvmti.h>

#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Appends the main class, the module with its class or the jar's name, as the launcher has told the
 * JVM; where no launcher has, the name of the process. On the thread that loads the agent. */
void trim_add_java_name(struct trim_text *text, JavaVM *vm);

/* Pure: the same by the property sun.java.command, which ends with the program's own arguments:
 * these may be secret, and are left out. */
void trim_add_command_name(struct trim_text *text, const char *command);

#ifdef __cplusplus
}
#endif

#endif

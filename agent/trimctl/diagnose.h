/* Looks at a JVM's memory, from outside and through the agent where it is there, and says what to
 * make of it. */
#ifndef TRIMCTL_DIAGNOSE_H
#define TRIMCTL_DIAGNOSE_H

#include "arguments.h"
#include "exit_code.h"
#include "jvm.h"

/* Prints the diagnosis. What goes wrong is appended to message. A JVM that cannot be attached to is
 * diagnosed from outside. */
enum ctl_exit ctl_diagnose_jvm(const struct ctl_arguments *arguments, struct ctl_jvm *jvm,
                               struct trim_text *message);

#endif

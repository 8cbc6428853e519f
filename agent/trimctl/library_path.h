/* Where the agent's library is that is to be loaded. */
#ifndef TRIMCTL_LIBRARY_PATH_H
#define TRIMCTL_LIBRARY_PATH_H

#include <limits.h>

#include "jvm.h"

/*
 * Finds the library that was installed with this program: beside it, or in ../lib and what lies
 * below. wanted is what the caller has named instead, NULL: nothing. Writes an absolute path that
 * the JVM sees. Returns 0, or -1 with what is missing appended to message.
 */
int ctl_library_find(char path[PATH_MAX], const struct ctl_jvm *jvm, const char *wanted,
                     struct trim_text *message);

#endif

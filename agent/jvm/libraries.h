/*
 * Libraries that the agent uses if they are there, and does not load.
 */
#ifndef TRIMAGENT_LIBRARIES_H
#define TRIMAGENT_LIBRARIES_H

#include <stdbool.h>

/*
 * Whether the functions of libpthread and libdl can be called. Always true from glibc 2.34 on,
 * where libc has them itself. Before, `java` or libjvm has loaded both for everybody; only a program
 * that keeps libjvm's libraries to itself (dlopen with RTLD_LOCAL) and threads out of its own has
 * not. Nothing of the agent but options and the log works without. Any thread.
 */
bool trim_libraries_loaded(void);

#endif

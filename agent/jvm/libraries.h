/*
 * Libraries that the agent uses if they are there, and does not load.
 */
#ifndef TRIMAGENT_LIBRARIES_H
#define TRIMAGENT_LIBRARIES_H

#include <stdbool.h>

/*
 * Whether the functions of libpthread and libdl can be called. Always true from glibc 2.34 on,
 * where libc has them itself. Before, the java launcher has loaded both for everybody; a program
 * without threads of its own that keeps libjvm's libraries to itself (dlopen with RTLD_LOCAL) has
 * not: seen on 2.31. Without them nothing of the agent works but options and the log. Any thread.
 */
bool trim_libraries_loaded(void);

#endif

/*
 * HotSpot's attach protocol, version 1, which every JDK from 8 to 26 speaks (attachListener.hpp,
 * attachListener_posix.cpp): the client writes the version, a command and three arguments, each
 * with a NUL; the JVM answers with a number, a newline and text, and closes. Pure.
 */
#ifndef TRIMCTL_ATTACH_FRAME_H
#define TRIMCTL_ATTACH_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The longest argument and command that HotSpot takes, without the NUL. */
#define CTL_ARGUMENT_MAX 1024
#define CTL_COMMAND_MAX 16
#define CTL_ARGUMENTS 3

/* The version's, the command's and the arguments' room, with their NULs. */
#define CTL_FRAME_MAX (2 + CTL_COMMAND_MAX + 1 + CTL_ARGUMENTS * (CTL_ARGUMENT_MAX + 1))

struct ctl_operation {
    const char *command;                  /* "jcmd", "load". */
    const char *arguments[CTL_ARGUMENTS]; /* NULL is empty. */
};

/* Writes the request. Returns its length, 0 where a part is too long. */
size_t ctl_frame_write(char frame[CTL_FRAME_MAX], const struct ctl_operation *operation);

/* Takes the number off the JVM's answer. Returns 0 and the text behind it, or -1 where there is no
 * number. */
int ctl_frame_read(const char *answer, size_t length, long *result, const char **text);

/*
 * What became of "load": text is the answer without its number. Returns 0 and what the agent has
 * returned, 0 for success, which is "return code: N" from JDK 9 on, and N before; or -1 where the
 * library was not loaded: the text says why then.
 */
int ctl_frame_loaded(const char *text, long *returned);

/* Appends why the library was not loaded, by the same text; JDK 8's is empty. */
void ctl_frame_add_refusal(struct trim_text *said, const char *text);

/* Makes question marks of what would steer a terminal: the JVM may be a stranger's, in a container,
 * and who asks be root. */
void ctl_frame_clean(char *text);

#ifdef __cplusplus
}
#endif

#endif

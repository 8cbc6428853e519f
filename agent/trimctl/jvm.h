/*
 * A process that may be a JVM, seen from outside: by /proc alone. Nothing is sent to it, and
 * nothing of it waits.
 */
#ifndef TRIMCTL_JVM_H
#define TRIMCTL_JVM_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "proc_status.h"
#include "text.h"

#define CTL_PROC_MAX 32
#define CTL_VERSION_MAX 32

struct ctl_jvm {
    pid_t pid;
    char proc[CTL_PROC_MAX]; /* /proc/PID. */
    struct ctl_status status;
    bool as_user;           /* Its user can look at it, while root may not: see ctl_jvm_look. */
    bool hotspot;           /* libjvm.so is mapped. */
    char library[PATH_MAX]; /* The agent's, as the JVM sees it; "": it is not loaded. */
    bool replaced;          /* The library's path leads to another file by now, or to none. */
    char version[CTL_VERSION_MAX]; /* Of the agent; "": unknown. */
    bool working;                  /* The agent's thread is there. */
    const char *foreign_malloc;    /* jemalloc and the like, or musl's; NULL: none is known. */
};

/*
 * Looks at a process. Returns 0, and hotspot tells whether it is a JVM; or -1 with errno: ENOENT or
 * ESRCH where there is none, EACCES or EPERM where the system does not let it be looked at.
 *
 * Root without CAP_SYS_PTRACE, as in most containers, may not look at another user's process, but
 * may be that user meanwhile: as_user tells that it had to.
 */
int ctl_jvm_look(struct ctl_jvm *jvm, pid_t pid);

/* Appends what runs there. */
void ctl_jvm_add_command(struct trim_text *text, const struct ctl_jvm *jvm);

/* Whether its arguments or its environment say that nobody may attach. */
bool ctl_jvm_attach_disabled(const struct ctl_jvm *jvm);

/* Whether they say that the agent is to be loaded at its start. */
bool ctl_jvm_has_flag(const struct ctl_jvm *jvm);

/* Appends the name of its user, or the number where this system knows no name. */
void ctl_jvm_add_user(struct trim_text *text, const struct ctl_jvm *jvm);

#endif

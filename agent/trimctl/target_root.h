/* Files as another process sees them, whose root may be a container's. */
#ifndef TRIMCTL_TARGET_ROOT_H
#define TRIMCTL_TARGET_ROOT_H

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Opens a path, absolute, as the process of directory proc sees it, by O_PATH. Symbolic links on
 * the way lead within its root only: a container must not send its host's root to the host's files.
 * Before Linux 5.6 ".." is EXDEV. Returns a descriptor, or -1 with errno.
 */
int ctl_open_in_root(const char *proc, const char *path);

/* Opens a plain file to read it, in the same way. Anything else is EPERM and is not opened at all:
 * a container may have put a device there, and a watchdog starts when it is opened. */
int ctl_read_in_root(const char *proc, const char *path);

#ifdef __cplusplus
}
#endif

#endif

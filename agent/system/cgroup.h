/*
 * Where this process's cgroup for a controller is in the file system: cgroup v1, v2 and hybrid
 * systems, in and out of cgroup namespaces, nested, and not visible at all.
 *
 * The directory is found through /proc/self/cgroup and /proc/self/mountinfo and remembered. Nothing
 * of it is certain: /sys/fs/cgroup may be missing, show the container's own cgroup as its root, or
 * show an ancestor only. A cgroup belongs to one thread at a time. No function allocates; the
 * search takes some 20 KiB of stack.
 */
#ifndef TRIMAGENT_CGROUP_H
#define TRIMAGENT_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Room for a directory with its NUL. Those of Kubernetes take some 300 bytes, which nesting
 * doubles; one that does not fit counts as not visible. */
#define TRIM_CGROUP_PATH_MAX 1024

enum trim_cgroup_version { TRIM_CGROUP_NONE = 0, TRIM_CGROUP_V1, TRIM_CGROUP_V2 };

struct trim_cgroup {
    const char *root;       /* Prefix of all paths: "" but in tests. */
    const char *controller; /* "memory", "cpu"; NULL: the cgroup of v2, whatever its controllers. */
    uint64_t signature;     /* Of /proc/self/cgroup when it was searched. */
    enum trim_cgroup_version version; /* NONE: no cgroup is visible. */
    bool own;      /* directory is the process's own cgroup, otherwise an ancestor of it. */
    size_t top;    /* Length of the root's and the mount point's part of directory. */
    size_t length; /* Of directory. */
    char directory[TRIM_CGROUP_PATH_MAX];
};

/*
 * Searches the cgroup. The two texts must outlive it. Where the controller belongs to v1, which
 * /proc/self/cgroup tells, only v1's mounts are looked at. Of several mounts the one that shows the
 * most of the tree is taken. Returns 0, or -1 where nothing is visible; the version is NONE then.
 */
int trim_cgroup_open(struct trim_cgroup *cgroup, const char *root, const char *controller);

/*
 * Searches again where /proc/self/cgroup has changed, which happens when the process is moved, or
 * where the directory is gone. Otherwise it costs one read and one look for the directory; where
 * nothing was visible, the read. Returns whether the directory is another one now.
 */
bool trim_cgroup_refresh(struct trim_cgroup *cgroup);

/*
 * Climbs: *level is the length of the part of directory that names a cgroup, at first
 * cgroup->length; it becomes the parent's. Returns false at the top of what is visible. No tree is
 * deeper than TRIM_CGROUP_PATH_MAX / 2 levels.
 */
bool trim_cgroup_parent(const struct trim_cgroup *cgroup, size_t *level);

/*
 * Reads a file of the cgroup at level into buffer, which gets a NUL. Returns the length, or -1 with
 * errno. A file that is too large is cut.
 */
long trim_cgroup_read(const struct trim_cgroup *cgroup, size_t level, const char *name,
                      char *buffer, size_t capacity);

/* Appends "cgroup v1" or "cgroup v2". */
void trim_cgroup_add_version(struct trim_text *text, enum trim_cgroup_version version);

/* Appends the path of the cgroup at level, and of a file in it unless name is NULL. */
void trim_cgroup_add_path(struct trim_text *text, const struct trim_cgroup *cgroup, size_t level,
                          const char *name);

#ifdef __cplusplus
}
#endif

#endif

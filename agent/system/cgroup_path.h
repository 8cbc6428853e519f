/*
 * The texts that tell where a process's cgroups are: the lines of /proc/PID/cgroup and of
 * /proc/PID/mountinfo, and what a mount of a cgroup file system shows of a cgroup.
 *
 * Formats: cgroups(7), cgroup_namespaces(7), proc_pid_mountinfo(5). All functions are pure and may
 * be called on any thread. What they return points into the text they were given.
 */
#ifndef TRIMAGENT_CGROUP_PATH_H
#define TRIMAGENT_CGROUP_PATH_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A piece of a text, without a NUL. */
struct trim_span {
    const char *data;
    size_t length;
};

/* "4:memory:/a/b": one hierarchy. */
struct trim_cgroup_line {
    bool unified;                 /* It is the hierarchy of cgroup v2, "0::/a/b". */
    struct trim_span controllers; /* Joined by commas; empty for v2. */
    struct trim_span path;        /* Begins with a slash. In a cgroup namespace it is relative to
                                     the namespace's root and may begin with "/..". */
};

/* Reads a line of /proc/PID/cgroup, without its newline. Returns 0, or -1 with the output
 * untouched. */
int trim_parse_cgroup_line(const char *line, size_t length, struct trim_cgroup_line *parsed);

/* One mount. root and mount_point have blanks and backslashes escaped as in \040. */
struct trim_mount_line {
    struct trim_span root;          /* The directory of the file system that is mounted. */
    struct trim_span mount_point;   /* Relative to the process's root directory. */
    struct trim_span type;          /* Such as cgroup or cgroup2. */
    struct trim_span super_options; /* With the controllers of cgroup v1 among them. */
};

/* Reads a line of mountinfo, without its newline. Returns 0, or -1 with the output untouched. */
int trim_parse_mount_line(const char *line, size_t length, struct trim_mount_line *parsed);

/* Whether word is one of the words of list that are joined by commas. */
bool trim_list_has(struct trim_span list, const char *word);

/* Whether the piece is this text. */
bool trim_span_is(struct trim_span span, const char *text);

/*
 * Writes a path of mountinfo with its escapes undone, and a NUL. Returns the length, or -1 where it
 * does not fit or holds a NUL.
 */
long trim_unescape_path(struct trim_span path, char *unescaped, size_t capacity);

/* What a mount shows of a cgroup. */
enum trim_cgroup_view {
    TRIM_CGROUP_OUTSIDE = 0, /* Nothing: it shows another part of the tree. */
    TRIM_CGROUP_ABOVE, /* An ancestor, and the cgroup below it, but the names on the way there are
                          hidden by the cgroup namespace. */
    TRIM_CGROUP_INSIDE /* The cgroup, at the path *below the mount point. */
};

/*
 * Tells what a mount of the directory root shows of the cgroup path; both begin with a slash and
 * are relative to the same cgroup namespace, as the kernel shows them to one reader. With
 * TRIM_CGROUP_INSIDE *below is the rest of path: empty, or beginning with a slash and free of
 * "..", so that it can be appended to the mount point. Otherwise *below is untouched.
 */
enum trim_cgroup_view trim_cgroup_view(struct trim_span root, struct trim_span path,
                                       struct trim_span *below);

#ifdef __cplusplus
}
#endif

#endif

/* What /proc/PID/status says of a process that may be a JVM. */
#ifndef TRIMCTL_PROC_STATUS_H
#define TRIMCTL_PROC_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ctl_status {
    char state;      /* As in ps: R, S, D, T, Z ... */
    uid_t uid;       /* Effective. */
    gid_t gid;       /* Effective. */
    pid_t inner_pid; /* As the process itself sees it: in its own PID namespace. */
    uint64_t threads;
    uint64_t rss_bytes;
    uint64_t swap_bytes;
    bool catches_quit; /* SIGQUIT has a handler. Who has none dies of it. */
};

/*
 * Pure: reads the text. Returns 0, or -1 where a line is missing or malformed that every process
 * has, with *status untouched. Kernel threads and zombies have no memory, and 0 bytes. Before Linux
 * 4.1 there is no NSpid, and inner_pid is pid.
 */
int ctl_parse_status(struct ctl_status *status, pid_t pid, const char *text, size_t length);

#ifdef __cplusplus
}
#endif

#endif

#include "list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json.h"
#include "jvm.h"
#include "process_memory.h"
#include "quantity.h"

#define WORD_MAX 160

/* To look at a process takes a millisecond. */
#define STUCK_MS 3000

/* What the list says of the agent. */
static const char *agent_of(const struct ctl_jvm *jvm)
{
    if (jvm->library[0] == '\0') {
        return "no";
    }
    if (!jvm->working) {
        return "inert";
    }
    return jvm->version[0] != '\0' ? jvm->version : "yes";
}

static void print_row(const struct ctl_jvm *jvm, bool json, bool first)
{
    char user[WORD_MAX];
    char command[WORD_MAX];
    char rss[TRIM_QUANTITY_TEXT_MAX];
    struct trim_text text;
    trim_text_init(&text, user, sizeof user);
    ctl_jvm_add_user(&text, jvm);
    trim_text_init(&text, command, sizeof command);
    ctl_jvm_add_command(&text, jvm);
    if (!json) {
        printf("%8d  %-12s %8s  %-8s  %s\n", (int)jvm->pid, user,
               trim_format_bytes(rss, jvm->status.rss_bytes), agent_of(jvm), command);
        return;
    }
    printf("%s\n  {\"pid\": %d, \"user\": ", first ? "" : ",", (int)jvm->pid);
    ctl_json_string(stdout, user, strlen(user));
    printf(", \"rss_bytes\": %" PRIu64 ", \"agent\": ", jvm->status.rss_bytes);
    ctl_json_string(stdout, agent_of(jvm), strlen(agent_of(jvm)));
    printf(", \"command\": ");
    ctl_json_string(stdout, command, strlen(command));
    printf("}");
}

/* Whether a process that cannot be looked at is called java. */
static bool may_be_java(const struct ctl_jvm *jvm)
{
    char name[32];
    return trim_read_small_file(jvm->proc, "comm", name, sizeof name) > 0 &&
           strcmp(name, "java\n") == 0;
}

static int compare(const void *left, const void *right)
{
    pid_t a = *(const pid_t *)left;
    pid_t b = *(const pid_t *)right;
    return (a > b) - (a < b);
}

/* Returns how many processes there are, and their numbers in order in *pids, which is the caller's
 * to free; -1 where /proc cannot be read. */
static long find_processes(pid_t **pids)
{
    DIR *proc = opendir("/proc");
    size_t count = 0;
    size_t room = 0;
    *pids = NULL;
    const struct dirent *entry = NULL;
    while (proc != NULL && (entry = readdir(proc)) != NULL) {
        long pid = strtol(entry->d_name, NULL, 10);
        if (pid <= 0) {
            continue;
        }
        if (count == room) {
            room = room == 0 ? 1024 : room * 2;
            pid_t *larger = realloc(*pids, room * sizeof **pids);
            if (larger == NULL) {
                (void)closedir(proc);
                return -1;
            }
            *pids = larger;
        }
        (*pids)[count++] = (pid_t)pid;
    }
    if (proc == NULL) {
        return -1;
    }
    (void)closedir(proc);
    if (count > 0) {
        qsort(*pids, count, sizeof **pids, compare);
    }
    return (long)count;
}

/* What the child tells its parent, before it looks at a process and in the end. */
struct progress {
    long next;       /* The process that it looks at now; their number: it is done. */
    bool printed;    /* Whether any row was. */
    unsigned hidden; /* How many JVMs only root can see. */
};

static void tell(int pipe, const struct progress *progress)
{
    (void)fflush(stdout);
    ssize_t written = write(pipe, progress, sizeof *progress);
    (void)written; /* Nobody is there any more to hear it. */
}

/* Looks at the processes from progress->next on. */
static void look_on(const pid_t *pids, long count, bool json, struct progress *progress, int pipe)
{
    for (; progress->next < count; progress->next++) {
        struct ctl_jvm jvm;
        tell(pipe, progress);
        if (ctl_jvm_look(&jvm, pids[progress->next]) != 0) {
            progress->hidden += (errno == EACCES || errno == EPERM) && may_be_java(&jvm) ? 1 : 0;
        } else if (jvm.hotspot) {
            print_row(&jvm, json, !progress->printed);
            progress->printed = true;
        }
    }
    tell(pipe, progress);
}

/* Takes in what the child tells until it is done. Returns false where it is stuck. */
static bool hear(int pipe, long count, struct progress *progress)
{
    while (progress->next < count) {
        struct pollfd ready = {.fd = pipe, .events = POLLIN};
        if (poll(&ready, 1, STUCK_MS) != 1 ||
            read(pipe, progress, sizeof *progress) != (ssize_t)sizeof *progress) {
            return false;
        }
    }
    return true;
}

/* Looks on in a child: a process that is stuck in the kernel with its memory's lock held, or whose
 * files lie on a file system that hangs, stops whoever looks at it, and only death ends that.
 * Returns false where none can be had. */
static bool look_in_child(const pid_t *pids, long count, bool json, struct progress *progress)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return false;
    }
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        look_on(pids, count, json, progress, ends[1]);
        _exit(0);
    }
    (void)close(ends[1]);
    bool done = child > 0 && hear(ends[0], count, progress);
    (void)close(ends[0]);
    if (child > 0 && !done) {
        (void)kill(child,
                   SIGKILL); /* It may outlive even that for a while, and is not waited for. */
        (void)fprintf(stderr, "trimctl: process %d cannot be looked at: it hangs\n",
                      (int)pids[progress->next]);
        progress->next++;
    } else if (child > 0) {
        (void)waitpid(child, NULL, 0);
    }
    return child > 0;
}

enum ctl_exit ctl_list(bool json)
{
    pid_t *pids = NULL;
    long count = find_processes(&pids);
    if (count < 0) {
        (void)fprintf(stderr, "trimctl: cannot read /proc: %s\n", strerror(errno));
        free(pids);
        return CTL_FAILED;
    }
    if (json) {
        printf("[");
    } else {
        printf("%8s  %-12s %8s  %-8s  %s\n", "PID", "USER", "RSS", "AGENT", "COMMAND");
    }
    struct progress progress = {0};
    bool possible = true;
    while (possible && progress.next < count) {
        possible = look_in_child(pids, count, json, &progress);
    }
    free(pids);
    if (json) {
        printf("%s]\n", progress.printed ? "\n" : "");
    }
    if (progress.hidden > 0) {
        (void)fprintf(stderr, "trimctl: %u more belong to other users; only %s can see them\n",
                      progress.hidden,
                      geteuid() == 0 ? "they and root with CAP_SYS_PTRACE" : "root");
    }
    if (!possible) {
        (void)fprintf(stderr, "trimctl: cannot start a process: %s\n", strerror(errno));
        return CTL_FAILED;
    }
    return CTL_DONE;
}

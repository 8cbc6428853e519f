#include "list.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "jvm.h"
#include "process_memory.h"
#include "quantity.h"

#define WORD_MAX 160

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

enum ctl_exit ctl_list(bool json)
{
    pid_t *pids = NULL;
    long count = find_processes(&pids);
    if (count < 0) {
        (void)fprintf(stderr, "trimctl: cannot read /proc: %s\n", strerror(errno));
        free(pids);
        return CTL_FAILED;
    }
    unsigned hidden = 0;
    bool first = true;
    if (json) {
        printf("[");
    } else {
        printf("%8s  %-12s %8s  %-8s  %s\n", "PID", "USER", "RSS", "AGENT", "COMMAND");
    }
    for (long i = 0; i < count; i++) {
        struct ctl_jvm jvm;
        if (ctl_jvm_look(&jvm, pids[i]) != 0) {
            hidden += (errno == EACCES || errno == EPERM) && may_be_java(&jvm) ? 1 : 0;
        } else if (jvm.hotspot) {
            print_row(&jvm, json, first);
            first = false;
        }
    }
    free(pids);
    if (json) {
        printf("%s]\n", first ? "" : "\n");
    }
    if (hidden > 0) {
        (void)fprintf(stderr, "trimctl: %u more belong to other users; only root can see them\n",
                      hidden);
    }
    return CTL_DONE;
}

#include "proc_status.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "flat_keyed.h"
#include "process_memory.h"

/* The fields of a line are separated by blanks; more than Uid's four nobody needs. */
#define FIELDS_MAX 32

/* Finds "NAME:" and copies what follows into value. Returns false where there is no such line. */
static bool find(const char *text, size_t length, const char *name, char *value, size_t capacity)
{
    size_t name_length = strlen(name);
    size_t next = 0;
    size_t line_length = 0;
    const char *line = NULL;
    while ((line = trim_next_whole_line(text, length, &next, &line_length)) != NULL) {
        if (line_length < name_length || memcmp(line, name, name_length) != 0) {
            continue;
        }
        size_t value_length = line_length - name_length;
        if (value_length >= capacity) {
            return false;
        }
        memcpy(value, line + name_length, value_length);
        value[value_length] = '\0';
        return true;
    }
    return false;
}

/* Reads the numbers of a line. Returns how many there are, 0 where anything else stands there. */
static size_t find_numbers(const char *text, size_t length, const char *name, int base,
                           uint64_t numbers[FIELDS_MAX])
{
    char value[256];
    if (!find(text, length, name, value, sizeof value)) {
        return 0;
    }
    size_t count = 0;
    char *at = value;
    at += strspn(at, " \t");
    while (*at != '\0' && count < FIELDS_MAX) {
        char *end = NULL;
        numbers[count] = strtoull(at, &end, base);
        if (end == at) {
            return 0;
        }
        count++;
        at = end + strspn(end, " \t");
    }
    return count;
}

int ctl_parse_status(struct ctl_status *status, pid_t pid, const char *text, size_t length)
{
    struct ctl_status parsed = {.inner_pid = pid};
    uint64_t numbers[FIELDS_MAX];
    char state[64];
    if (!find(text, length, "State:", state, sizeof state)) {
        return -1;
    }
    parsed.state = state[strspn(state, " \t")];
    /* Real, effective, saved, of the file system. */
    if (find_numbers(text, length, "Uid:", 10, numbers) != 4) {
        return -1;
    }
    parsed.uid = (uid_t)numbers[1];
    if (find_numbers(text, length, "Gid:", 10, numbers) != 4) {
        return -1;
    }
    parsed.gid = (gid_t)numbers[1];
    if (find_numbers(text, length, "SigCgt:", 16, numbers) != 1) {
        return -1;
    }
    parsed.catches_quit = (numbers[0] >> (SIGQUIT - 1) & 1) != 0;
    /* From the reader's namespace to the innermost, which is the process's own. */
    size_t levels = find_numbers(text, length, "NSpid:", 10, numbers);
    if (levels > 0) {
        parsed.inner_pid = (pid_t)numbers[levels - 1];
    }
    if (find_numbers(text, length, "Threads:", 10, numbers) == 1) {
        parsed.threads = numbers[0];
    }
    (void)trim_find_kib_line(text, length, "VmRSS:", &parsed.rss_bytes);
    (void)trim_find_kib_line(text, length, "VmSwap:", &parsed.swap_bytes);
    *status = parsed;
    return 0;
}

#include "jvm.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "identity.h"
#include "java_command.h"
#include "line_reader.h"
#include "mapped_file.h"
#include "process_memory.h"
#include "target_root.h"

/* The list of groups in status may be long. */
#define STATUS_MAX 65536
/* Arguments and environment may be megabytes; flags stand in front. */
#define ARGUMENTS_MAX 131072

/* The agent's library is far smaller, even unstripped. */
#define LIBRARY_MAX ((size_t)8 << 20)

static char buffer[ARGUMENTS_MAX];

/* Takes in what one mapped file tells. */
static void take_file(struct ctl_jvm *jvm, const char *path, size_t length)
{
    enum ctl_mapped_file file = ctl_mapped_file_of(path, length);
    switch (file) {
    case CTL_FILE_JVM:
        jvm->hotspot = true;
        break;
    case CTL_FILE_AGENT:
        if (jvm->library[0] == '\0' && length < sizeof jvm->library) {
            memcpy(jvm->library, path, length);
            jvm->library[length] = '\0';
        }
        break;
    default:
        if (jvm->foreign_malloc == NULL) {
            jvm->foreign_malloc = ctl_mapped_malloc(file);
        }
        break;
    }
}

static int look_at_maps(struct ctl_jvm *jvm)
{
    struct trim_line_reader reader;
    if (trim_lines_open(&reader, jvm->proc, "/maps") != 0) {
        return -1;
    }
    const char *line = NULL;
    size_t length = 0;
    while ((line = trim_lines_next(&reader, &length)) != NULL) {
        const char *path = memchr(line, '/', length);
        if (path != NULL) {
            take_file(jvm, path, length - (size_t)(path - line));
        }
    }
    trim_lines_close(&reader);
    return reader.failed ? -1 : 0;
}

/* The kernel's mark behind the path of a file that is gone, or has made room for another one. */
static void strip_mark(struct ctl_jvm *jvm)
{
    static const char mark[] = " (deleted)";
    size_t length = strlen(jvm->library);
    size_t mark_length = sizeof mark - 1;
    jvm->replaced = length > mark_length && strcmp(jvm->library + length - mark_length, mark) == 0;
    if (jvm->replaced) {
        jvm->library[length - mark_length] = '\0';
    }
}

/* Paths in maps begin at our own root where the JVM's lies within it. */
static void strip_root(struct ctl_jvm *jvm)
{
    char link[CTL_PROC_MAX + 8];
    char root[PATH_MAX];
    (void)snprintf(link, sizeof link, "%s/root", jvm->proc);
    ssize_t length = readlink(link, root, sizeof root - 1);
    if (length > 1 && strncmp(jvm->library, root, (size_t)length) == 0 &&
        jvm->library[length] == '/') {
        memmove(jvm->library, jvm->library + length, strlen(jvm->library + length) + 1);
    }
}

/* Reads the version that stands in the library. */
static void find_version(struct ctl_jvm *jvm)
{
    static const char label[] = "trimagent-version ";
    int fd = ctl_read_in_root(jvm->proc, jvm->library);
    char *data = fd < 0 ? NULL : calloc(1, LIBRARY_MAX);
    size_t length = 0;
    ssize_t got = 0;
    while (data != NULL && (got = read(fd, data + length, LIBRARY_MAX - length)) > 0) {
        length += (size_t)got;
    }
    const char *at = data == NULL ? NULL : memmem(data, length, label, sizeof label - 1);
    if (at != NULL) {
        struct trim_text version;
        trim_text_init(&version, jvm->version, sizeof jvm->version);
        at += sizeof label - 1;
        size_t left = length - (size_t)(at - data);
        trim_text_add_quoted(&version, at, strnlen(at, left));
    }
    free(data);
    if (fd >= 0) {
        (void)close(fd);
    }
}

static bool has_worker(const struct ctl_jvm *jvm)
{
    char path[CTL_PROC_MAX + 300];
    (void)snprintf(path, sizeof path, "%s/task", jvm->proc);
    DIR *tasks = opendir(path);
    bool found = false;
    const struct dirent *entry = NULL;
    while (tasks != NULL && !found && (entry = readdir(tasks)) != NULL) {
        char name[32];
        (void)snprintf(path, sizeof path, "%s/task/%s", jvm->proc, entry->d_name);
        found = entry->d_name[0] != '.' &&
                trim_read_small_file(path, "comm", name, sizeof name) > 0 &&
                strcmp(name, "trimagent\n") == 0;
    }
    if (tasks != NULL) {
        (void)closedir(tasks);
    }
    return found;
}

/* Looks at what the system shows to some only. Returns 0, or -1 with errno. */
static int look_inside(struct ctl_jvm *jvm)
{
    if (look_at_maps(jvm) != 0) {
        return -1;
    }
    if (jvm->library[0] != '\0') {
        strip_mark(jvm);
        strip_root(jvm);
        if (!jvm->replaced) {
            find_version(jvm);
        }
        jvm->working = has_worker(jvm);
    }
    return 0;
}

/* The same as its user. */
static int look_as_user(struct ctl_jvm *jvm)
{
    int error = errno;
    if (ctl_identity_take(jvm->status.uid, jvm->status.gid) != 0) {
        errno = error;
        return -1;
    }
    int result = look_inside(jvm);
    error = errno;
    ctl_identity_return();
    errno = error;
    jvm->as_user = result == 0;
    return result;
}

int ctl_jvm_look(struct ctl_jvm *jvm, pid_t pid)
{
    memset(jvm, 0, sizeof *jvm);
    jvm->pid = pid;
    (void)snprintf(jvm->proc, sizeof jvm->proc, "/proc/%d", (int)pid);
    long length = trim_read_small_file(jvm->proc, "status", buffer, STATUS_MAX);
    if (length < 0) {
        return -1;
    }
    if (ctl_parse_status(&jvm->status, pid, buffer, (size_t)length) != 0) {
        errno = ENOENT;
        return -1;
    }
    if (look_inside(jvm) == 0) {
        return 0;
    }
    bool forbidden = errno == EACCES || errno == EPERM;
    return forbidden && geteuid() == 0 && jvm->status.uid != 0 ? look_as_user(jvm) : -1;
}

void ctl_jvm_add_command(struct trim_text *text, const struct ctl_jvm *jvm)
{
    long length = trim_read_small_file(jvm->proc, "cmdline", buffer, sizeof buffer);
    ctl_add_java_command(text, buffer, length < 0 ? 0 : (size_t)length);
}

/* Whether its environment or its arguments say so. */
static bool is_told(const struct ctl_jvm *jvm, bool (*say)(const char *texts, size_t length))
{
    static const char *const files[] = {"environ", "cmdline"};
    bool told = false;
    for (int i = 0; i < 2; i++) {
        long length = trim_read_small_file(jvm->proc, files[i], buffer, sizeof buffer);
        told = told || (length > 0 && say(buffer, (size_t)length));
    }
    return told;
}

bool ctl_jvm_attach_disabled(const struct ctl_jvm *jvm)
{
    return is_told(jvm, ctl_attach_disabled);
}

bool ctl_jvm_has_flag(const struct ctl_jvm *jvm)
{
    return is_told(jvm, ctl_has_agent_flag);
}

void ctl_jvm_add_user(struct trim_text *text, const struct ctl_jvm *jvm)
{
    /* getpwuid would need the libraries of nsswitch, which a static program has not. */
    struct trim_line_reader reader;
    bool found = false;
    if (trim_lines_open(&reader, "", "/etc/passwd") == 0) {
        const char *line = NULL;
        size_t length = 0;
        while (!found && (line = trim_lines_next(&reader, &length)) != NULL) {
            const char *name_end = memchr(line, ':', length);
            const char *uid = name_end == NULL ? NULL
                                               : memchr(name_end + 1, ':',
                                                        length - (size_t)(name_end + 1 - line));
            if (uid != NULL && strtoull(uid + 1, NULL, 10) == jvm->status.uid) {
                trim_text_add_quoted(text, line, (size_t)(name_end - line));
                found = true;
            }
        }
        trim_lines_close(&reader);
    }
    if (!found) {
        trim_text_add(text, "%u", (unsigned)jvm->status.uid);
    }
}

#include "library_path.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target_root.h"

#ifndef TRIM_MULTIARCH
#define TRIM_MULTIARCH "lib"
#endif

#define NAME "libtrimagent.so"

/* Finds it on this side. */
static bool find_beside(char path[PATH_MAX])
{
    static const char *const places[] = {"/" NAME, "/../lib/" NAME,
                                         "/../lib/" TRIM_MULTIARCH "/" NAME, "/../lib64/" NAME};
    char own[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    if (length <= 0) {
        return false;
    }
    own[length] = '\0';
    *strrchr(own, '/') = '\0';
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char joined[2 * PATH_MAX];
        (void)snprintf(joined, sizeof joined, "%s%s", own, places[i]);
        if (realpath(joined, path) != NULL) {
            return true;
        }
    }
    return false;
}

int ctl_library_find(char path[PATH_MAX], const struct ctl_jvm *jvm, const char *wanted,
                     struct trim_text *message)
{
    if (wanted != NULL) {
        if (wanted[0] != '/' || strlen(wanted) >= PATH_MAX) {
            trim_text_add(message, "--library takes an absolute path, as the JVM sees it");
            return -1;
        }
        (void)snprintf(path, PATH_MAX, "%s", wanted);
    } else if (!find_beside(path)) {
        trim_text_add(message, NAME " is not installed with trimctl: name it with --library");
        return -1;
    }
    int fd = ctl_open_in_root(jvm->proc, path);
    if (fd < 0) {
        trim_text_add(message,
                      "JVM %d has no file %s: copy it into its container, and name it with "
                      "--library as the JVM sees it",
                      (int)jvm->pid, path);
        return -1;
    }
    (void)close(fd);
    return 0;
}

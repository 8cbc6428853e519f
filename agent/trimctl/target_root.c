#include "target_root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int ctl_open_in_root(const char *proc, const char *path, int flags)
{
    char root_path[PATH_MAX];
    (void)snprintf(root_path, sizeof root_path, "%s/root", proc);
    int root = open(root_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        return -1;
    }
    struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    /* By the kernel's name: glibc 2.31's headers have no other. */
    int fd = (int)syscall(__NR_openat2, root, path, &how, sizeof how);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
        /* The slash in front would lead to our own root. */
        fd = openat(root, path + 1, flags | O_CLOEXEC | O_NOFOLLOW);
    }
    int error = errno;
    (void)close(root);
    errno = error;
    return fd;
}

int ctl_read_in_root(const char *proc, const char *path)
{
    int place = ctl_open_in_root(proc, path, O_PATH);
    if (place < 0) {
        return -1;
    }
    struct stat file;
    int fd = -1;
    if (fstat(place, &file) == 0) {
        char name[64];
        (void)snprintf(name, sizeof name, "/proc/self/fd/%d", place);
        errno = EPERM;
        fd = S_ISREG(file.st_mode) ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    }
    int error = errno;
    (void)close(place);
    errno = error;
    return fd;
}

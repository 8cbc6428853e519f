#include "target_root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As many as the kernel follows. */
#define LINKS_MAX 40

/* Puts what a link leads to in front of the rest of the way. Returns 0, or -1 with errno. */
static int follow(int link, char rest[PATH_MAX])
{
    char way[2 * PATH_MAX];
    ssize_t length = readlinkat(link, "", way, PATH_MAX);
    if (length < 0) {
        return -1;
    }
    int whole = snprintf(way + length, sizeof way - (size_t)length, "/%s", rest);
    if (length + whole >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(rest, way, (size_t)(length + whole) + 1);
    return 0;
}

/* Opens the next name on the way, which is then gone from it. Returns its O_PATH descriptor. */
static int step(int directory, char rest[PATH_MAX])
{
    char *name = rest + strspn(rest, "/");
    size_t length = strcspn(name, "/");
    char *behind = name + length + strspn(name + length, "/");
    name[length] = '\0';
    if (strcmp(name, "..") == 0) {
        errno = EXDEV; /* It might leave the root. */
        return -1;
    }
    int fd = openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    memmove(rest, behind, strlen(behind) + 1);
    return fd;
}

/* Walks the way by hand, as openat2 does, but without "..". Returns an O_PATH descriptor. */
static int walk(int root, const char *path)
{
    char rest[PATH_MAX];
    int links = 0;
    int at = fcntl(root, F_DUPFD_CLOEXEC, 0);
    (void)snprintf(rest, sizeof rest, "%s", path);
    while (at >= 0 && rest[strspn(rest, "/")] != '\0') {
        struct stat file;
        int next = step(at, rest);
        int base = at;
        bool linked = next >= 0 && fstat(next, &file) == 0 && S_ISLNK(file.st_mode);
        if (linked) {
            errno = ELOOP;
            int followed = ++links > LINKS_MAX ? -1 : follow(next, rest);
            int error = errno;
            (void)close(next);
            errno = error;
            next = followed != 0 ? -1 : fcntl(rest[0] == '/' ? root : at, F_DUPFD_CLOEXEC, 0);
        }
        int error = errno;
        (void)close(base);
        errno = error;
        at = next;
    }
    return at;
}

int ctl_open_in_root(const char *proc, const char *path)
{
    char root_path[PATH_MAX];
    (void)snprintf(root_path, sizeof root_path, "%s/root", proc);
    int root = open(root_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        return -1;
    }
    struct open_how how = {.flags = O_PATH | O_CLOEXEC,
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    /* By the kernel's name: glibc 2.31's headers have no other. */
    int fd = (int)syscall(__NR_openat2, root, path, &how, sizeof how);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
        fd = walk(root, path);
    }
    int error = errno;
    (void)close(root);
    errno = error;
    return fd;
}

int ctl_read_in_root(const char *proc, const char *path)
{
    int place = ctl_open_in_root(proc, path);
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

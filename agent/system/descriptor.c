#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int above_standard(int fd)
{
    if (fd < 0 || fd > STDERR_FILENO) {
        return fd;
    }
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int error = errno;
    (void)close(fd);
    errno = error;
    return moved;
}

/* Which file a number stands for. The C library's fstat is a symbol of 2.33. Returns 0 or -1. */
static int identify(int fd, struct trim_descriptor *found)
{
    struct stat file;
    if (syscall(SYS_fstat, fd, &file) != 0) {
        return -1;
    }
    *found = (struct trim_descriptor){
        .fd = fd, .device = (uint64_t)file.st_dev, .inode = (uint64_t)file.st_ino};
    return 0;
}

int trim_descriptor_keep(struct trim_descriptor *kept, int fd)
{
    kept->fd = -1;
    int moved = above_standard(fd);
    if (moved < 0) {
        return -1;
    }
    if (identify(moved, kept) != 0) {
        int error = errno;
        (void)close(moved);
        errno = error;
        return -1;
    }
    return 0;
}

bool trim_descriptor_is_ours(const struct trim_descriptor *kept)
{
    struct trim_descriptor now;
    return kept->fd >= 0 && identify(kept->fd, &now) == 0 && now.device == kept->device &&
           now.inode == kept->inode;
}

void trim_descriptor_close(struct trim_descriptor *kept)
{
    if (trim_descriptor_is_ours(kept)) {
        (void)close(kept->fd);
    }
    kept->fd = -1;
}

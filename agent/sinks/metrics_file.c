#include "metrics_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "descriptor.h"
#include "log.h"
#include "text.h"

enum { RESTING = 0, WRITING, ENDED };

/* A page is written in milliseconds. */
#define WRITES_NO_LONGER_S 60

/* What the option makes sure of. */
#define ENDING ".prom"

int trim_metrics_file_name(struct trim_metrics_file *file, const char *target)
{
    struct trim_text path;
    trim_text_init(&path, file->path, sizeof file->path);
    if (trim_log_add_path(&path, target, (uint64_t)getpid()) != 0) {
        return EINVAL;
    }
    /* Its own name ends otherwise, so that no collector reads it. The number keeps JVMs apart that
     * were given the same path, as by JAVA_TOOL_OPTIONS. */
    struct trim_text temporary;
    trim_text_init(&temporary, file->temporary, sizeof file->temporary);
    trim_text_add(&temporary, "%.*s.%" PRIu64 ".tmp", (int)(path.length - (sizeof ENDING - 1)),
                  file->path, (uint64_t)getpid());
    return path.cut || temporary.cut ? ENAMETOOLONG : 0;
}

void trim_metrics_file_stem(const struct trim_metrics_file *file, char *name, size_t capacity)
{
    const char *slash = strrchr(file->path, '/');
    const char *begin = slash != NULL ? slash + 1 : file->path;
    size_t length = strlen(begin) - (sizeof ENDING - 1);
    (void)snprintf(name, capacity, "%.*s", (int)length, begin);
}

/* The C library's lstat is a symbol of 2.33. */
static bool look(const char *name, struct stat *there)
{
    return syscall(SYS_newfstatat, AT_FDCWD, name, there, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool is_made(const struct stat *there, const struct trim_metrics_made *made)
{
    return there->st_ino != 0 &&
           (uint64_t)there->st_dev == __atomic_load_n(&made->device, __ATOMIC_SEQ_CST) &&
           (uint64_t)there->st_ino == __atomic_load_n(&made->inode, __ATOMIC_SEQ_CST);
}

/* What is in the way, and is of no use: no file of ours, or one that a killed process has left.
 * Another container's process may have our number and write just now. */
static bool is_left_over(const char *name)
{
    struct stat there;
    struct timespec now;
    return look(name, &there) && clock_gettime(CLOCK_REALTIME, &now) == 0 &&
           (!S_ISREG(there.st_mode) || there.st_mtime < now.tv_sec - WRITES_NO_LONGER_S);
}

static int create(const char *name)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    int fd = open(name, flags, 0644);
    if (fd < 0 && errno == EEXIST) {
        if (is_left_over(name) && unlink(name) == 0) {
            fd = open(name, flags, 0644);
        } else {
            errno = EBUSY;
        }
    }
    return fd;
}

/* Returns 0, or an error number. */
static int fill(const struct trim_descriptor *kept, const char *page, size_t length)
{
    if (fchmod(kept->fd, 0644) != 0) {
        return errno;
    }
    /* Native code may have closed it meanwhile, and the number be another file's. */
    if (!trim_descriptor_is_ours(kept)) {
        return EBADF;
    }
    ssize_t written = write(kept->fd, page, length);
    if (written < 0) {
        return errno;
    }
    return (size_t)written == length ? 0 : ENOSPC;
}

static int write_and_rename(struct trim_metrics_file *file, const char *page, size_t length)
{
    struct trim_descriptor kept;
    if (trim_descriptor_keep(&kept, create(file->temporary)) != 0) {
        return errno;
    }
    /* Before it has the file's name, so that whoever ends it knows it. */
    struct trim_metrics_made *made = &file->made[1 - file->last];
    __atomic_store_n(&made->device, kept.device, __ATOMIC_SEQ_CST);
    __atomic_store_n(&made->inode, kept.inode, __ATOMIC_SEQ_CST);
    int error = fill(&kept, page, length);
    trim_descriptor_close(&kept);
    struct stat there;
    if (look(file->temporary, &there) && !is_made(&there, made)) {
        return EBUSY; /* Somebody took it for left over. */
    }
    if (error == 0 && rename(file->temporary, file->path) != 0) {
        error = errno;
    }
    if (error != 0) {
        (void)unlink(file->temporary);
        return error;
    }
    file->last = 1 - file->last;
    return 0;
}

/* Another process may have been given the same path and have written last: its file stays. */
static void remove_ours(const struct trim_metrics_file *file)
{
    const char *names[] = {file->temporary, file->path};
    for (int i = 0; i < 2; i++) {
        struct stat there;
        if (look(names[i], &there) &&
            (is_made(&there, &file->made[0]) || is_made(&there, &file->made[1]))) {
            (void)unlink(names[i]);
        }
    }
}

/* Returns whether the state was the former, and is the latter now. */
static bool change(struct trim_metrics_file *file, int from, int into)
{
    return __atomic_compare_exchange_n(&file->state, &from, into, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

int trim_metrics_file_write(struct trim_metrics_file *file, const char *page, size_t length)
{
    if (!change(file, RESTING, WRITING)) {
        return ECANCELED;
    }
    int error = write_and_rename(file, page, length);
    if (!change(file, WRITING, RESTING)) {
        remove_ours(file);
        return ECANCELED;
    }
    return error;
}

void trim_metrics_file_end(struct trim_metrics_file *file)
{
    if (__atomic_exchange_n(&file->state, ENDED, __ATOMIC_SEQ_CST) != ENDED) {
        remove_ours(file);
    }
}

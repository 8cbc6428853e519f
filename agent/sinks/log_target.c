#include "log_target.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "error_text.h"

/* With a process id in it. */
#define PATH_NAME_MAX (TRIM_LOG_TARGET_MAX + 32)

/* Who reads where a line goes has done so long before as many are opened after it. */
#define OPENINGS 256

static const struct trim_descriptor standard_error = {.fd = STDERR_FILENO};
static struct trim_descriptor openings[OPENINGS];
static _Atomic unsigned opened;
static _Atomic(const struct trim_descriptor *) current = &standard_error;

/* Guards the log's name, what is open of it, and what is to be told of that. */
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

static bool lost;           /* Its number had become another file's, which was not told yet. */
static int refusal;         /* Why the new file was not opened, which was not told yet. */
static bool refused;        /* Whether there is such a file, */
static ino_t refused_inode; /* and which. 0: there is none of the name. */

/* Written when the log is opened. */
static char name[TRIM_LOG_TARGET_MAX] = "stderr";

int trim_log_add_path(struct trim_text *path, const char *target, uint64_t pid)
{
    for (const char *at = target; *at != '\0'; at++) {
        if (*at != '%') {
            trim_text_add(path, "%c", *at);
        } else if (at[1] == 'p') {
            trim_text_add(path, "%" PRIu64, pid);
            at++;
        } else if (at[1] == '%') {
            trim_text_add(path, "%%");
            at++;
        } else {
            return -1;
        }
    }
    return 0;
}

/* The C library's stat and its kin are symbols of 2.33. */
static bool look(int directory, const char *path, int flags, struct stat *found)
{
    return syscall(SYS_newfstatat, directory, path, found, flags) == 0;
}

/* A device that takes text: null, full, kmsg and terminals. Others act when they are opened, as
 * watchdogs do, or are disks. Numbers beyond the old twenty bits are none of these; the C library's
 * own macros call functions that musl has not. */
static bool takes_text(const struct stat *device)
{
    uint64_t both = (uint64_t)device->st_rdev;
    uint64_t kind = both >> 8;
    uint64_t number = both & 0xff;
    return S_ISCHR(device->st_mode) &&
           ((kind == 1 && (number == 3 || number == 7 || number == 11)) || kind == 4 || kind == 5 ||
            (kind >= 136 && kind <= 143));
}

/*
 * Whether an open file may be another user's trap: it is not ours, and lies in a directory like
 * /tmp where everybody may make files. The kernel refuses these as well where fs.protected_regular
 * and protected_fifos are set. Of a hard link nobody knows what else it is.
 */
static bool is_trap(int fd, const char *path)
{
    char place[PATH_NAME_MAX];
    const char *slash = strrchr(path, '/');
    int length = slash == NULL ? 0 : (int)(slash - path) + 1;
    (void)snprintf(place, sizeof place, "%.*s", length, path);
    struct stat file;
    struct stat directory;
    return look(fd, "", AT_EMPTY_PATH, &file) &&
           look(AT_FDCWD, length == 0 ? "." : place, 0, &directory) &&
           (directory.st_mode & S_ISVTX) != 0 && (directory.st_mode & S_IWOTH) != 0 &&
           ((file.st_uid != geteuid() && file.st_uid != directory.st_uid) || file.st_nlink > 1);
}

/* Returns 0, or -1 with errno. */
static int resolve(char path_name[PATH_NAME_MAX], const char *target)
{
    struct trim_text path;
    trim_text_init(&path, path_name, PATH_NAME_MAX);
    if (trim_log_add_path(&path, target, (uint64_t)getpid()) != 0 || path.cut) {
        errno = EINVAL;
        return -1;
    }
    return 0;
}

static int open_file(struct trim_descriptor *kept, const char *target)
{
    char path_name[PATH_NAME_MAX];
    if (resolve(path_name, target) != 0) {
        return -1;
    }
    struct stat there;
    if (look(AT_FDCWD, path_name, AT_SYMLINK_NOFOLLOW, &there) &&
        (S_ISBLK(there.st_mode) || (S_ISCHR(there.st_mode) && !takes_text(&there)))) {
        errno = ENOTSUP;
        return -1;
    }
    /* O_NONBLOCK, so that a FIFO without a reader is refused instead of holding up the JVM's start.
     */
    int fd =
        open(path_name,
             O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0640);
    if (fd >= 0 && is_trap(fd, path_name)) {
        (void)close(fd);
        errno = EPERM;
        return -1;
    }
    return trim_descriptor_keep(kept, fd);
}

/* A standard stream, unless it is closed: what is opened next may get its number. */
static void take_stream(struct trim_descriptor *kept, int fd)
{
    *kept = (struct trim_descriptor){.fd = fcntl(fd, F_GETFL) < 0 ? -1 : fd};
}

/* The devices' names are symbolic links, which are not followed, but everybody knows what they
 * mean.
 */
static bool is_stream(const char *target, const char *stream, char number)
{
    static const char *const places[] = {"/dev/", "/proc/self/fd/", "/dev/fd/"};
    for (int i = 0; i < 3; i++) {
        size_t length = strlen(places[i]);
        const char *rest = target + length;
        if (strncmp(target, places[i], length) == 0 &&
            (i == 0 ? strcmp(rest, stream) == 0 : rest[0] == number && rest[1] == '\0')) {
            return true;
        }
    }
    return strcmp(target, stream) == 0;
}

static struct trim_descriptor *next_opening(void)
{
    return &openings[atomic_fetch_add(&opened, 1) % OPENINGS];
}

/* Returns 0, or -1 with errno where stderr stands in. */
static int open_target(const char *target)
{
    struct trim_descriptor *kept = next_opening();
    int error = 0;
    if (is_stream(target, "stderr", '2')) {
        take_stream(kept, STDERR_FILENO);
    } else if (is_stream(target, "stdout", '1')) {
        take_stream(kept, STDOUT_FILENO);
    } else if (open_file(kept, target) != 0) {
        error = errno;
        take_stream(kept, STDERR_FILENO);
    }
    atomic_store(&current, kept);
    errno = error;
    return error == 0 ? 0 : -1;
}

int trim_log_target_open(const char *target)
{
    (void)pthread_mutex_lock(&opening);
    int result = open_target(target);
    int error = errno;
    (void)snprintf(name, sizeof name, "%s", result == 0 ? target : "stderr");
    (void)pthread_mutex_unlock(&opening);
    errno = error;
    return result;
}

const struct trim_descriptor *trim_log_target(void)
{
    return atomic_load(&current);
}

bool trim_log_target_is_ours(const struct trim_descriptor *target)
{
    return target->fd <= STDERR_FILENO || trim_descriptor_is_ours(target);
}

int trim_log_target_take(const struct trim_descriptor *target)
{
    if (target->fd < 0 || target->fd > STDERR_FILENO) {
        return target->fd;
    }
    if (lseek(target->fd, 0, SEEK_CUR) >= 0 || errno != ESPIPE) {
        return target->fd;
    }
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", target->fd);
    int own = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    return own >= 0 ? own : target->fd;
}

void trim_log_target_give(const struct trim_descriptor *target, int fd)
{
    if (fd != target->fd) {
        (void)close(fd);
    }
}

/* Whether the log's name stands for another file by now, or for none, as after a rotation: then
 * its inode is *inode, or 0. */
static bool is_moved(const struct trim_descriptor *kept, ino_t *inode)
{
    char path_name[PATH_NAME_MAX];
    struct stat file;
    struct stat there;
    *inode = 0;
    if (kept->fd <= STDERR_FILENO || !look(kept->fd, "", AT_EMPTY_PATH, &file) ||
        !S_ISREG(file.st_mode) || resolve(path_name, name) != 0) {
        return false;
    }
    if (!look(AT_FDCWD, path_name, AT_SYMLINK_NOFOLLOW, &there)) {
        return errno == ENOENT;
    }
    *inode = there.st_ino;
    return S_ISREG(there.st_mode) && (there.st_dev != file.st_dev || there.st_ino != file.st_ino);
}

/* Puts the file that the name stands for behind the number of the old one, in one step: to close
 * the old one would free a number that another thread is about to write to. */
static void follow(const struct trim_descriptor *old, ino_t inode)
{
    struct trim_descriptor file;
    /* Lines go on into the old file where there can be no new one. */
    if (open_file(&file, name) != 0) {
        refusal = refused && inode == refused_inode ? refusal : errno;
        refused = true;
        refused_inode = inode;
        return;
    }
    refused = false;
    if (dup3(file.fd, old->fd, O_CLOEXEC) == old->fd) {
        struct trim_descriptor *kept = next_opening();
        *kept = file;
        kept->fd = old->fd;
        atomic_store(&current, kept);
    }
    trim_descriptor_close(&file);
}

void trim_log_target_refresh(void)
{
    (void)pthread_mutex_lock(&opening);
    const struct trim_descriptor *target = atomic_load(&current);
    ino_t inode = 0;
    if (!trim_log_target_is_ours(target)) {
        (void)open_target(name);
        lost = true;
    } else if (is_moved(target, &inode)) {
        follow(target, inode);
    }
    (void)pthread_mutex_unlock(&opening);
}

bool trim_log_target_news(struct trim_log_event *event, char buffer[TRIM_LOG_NEWS_MAX])
{
    char why[TRIM_ERROR_TEXT_MAX];
    struct trim_text text;
    trim_text_init(&text, buffer, TRIM_LOG_NEWS_MAX);
    *event = (struct trim_log_event){.text = buffer};
    (void)pthread_mutex_lock(&opening);
    if (lost) {
        lost = false;
        event->name = "log_opened_again";
        trim_text_add(&text, "the log was closed by other code and has been opened again");
    } else if (refusal != 0) {
        event->name = "message";
        trim_text_add(&text,
                      "option 'log': cannot open '%s' (%s), lines go on into the file that was "
                      "moved away",
                      name, trim_error_text(why, refusal));
        refusal = 0;
    }
    (void)pthread_mutex_unlock(&opening);
    return event->name != NULL;
}

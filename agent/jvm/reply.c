#include "reply.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "text.h"

static const char reply_equals[] = "reply=";

void trim_request_parse(struct trim_request *request, const char *text)
{
    struct trim_text copy;
    trim_text_init(&copy, request->text, sizeof request->text);
    trim_text_add(&copy, "%s", text);
    request->reply = NULL;
    char *comma = strrchr(request->text, ',');
    char *last = comma == NULL ? request->text : comma + 1;
    if (strncmp(last, reply_equals, sizeof reply_equals - 1) == 0) {
        request->reply = last + sizeof reply_equals - 1;
        *(comma == NULL ? last : comma) = '\0';
    }
}

static int write_whole(int fd, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, data, length);
        if (written <= 0) {
            return -1;
        }
        data += written;
        length -= (size_t)written;
    }
    return 0;
}

int trim_reply_write(const char *path, const char *answer, size_t length)
{
    /* A pipe in its place must not hold the thread up. */
    int fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    struct stat file;
    int result = -1;
    /* The C library's fstat is a symbol of 2.33. */
    if (syscall(SYS_fstat, fd, &file) == 0) {
        if (S_ISREG(file.st_mode) && file.st_size == 0 && file.st_nlink == 1 &&
            file.st_uid == geteuid()) {
            result = write_whole(fd, answer, length);
        } else {
            errno = EPERM;
        }
    }
    int error = errno;
    (void)close(fd);
    errno = error;
    return result;
}

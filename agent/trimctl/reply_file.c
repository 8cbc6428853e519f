#include "reply_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

/* For the signal handler: there is one file at a time. */
static struct ctl_reply *volatile open_reply;

static const int ending[] = {SIGHUP, SIGINT, SIGTERM};

static void end(int number)
{
    struct ctl_reply *reply = open_reply;
    if (reply != NULL) {
        (void)unlinkat(reply->directory, reply->name, 0);
    }
    (void)raise(number); /* Its handler is the default's again. */
}

static void watch_signals(void (*handler)(int))
{
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++) {
        struct sigaction before;
        struct sigaction action = {.sa_handler = handler, .sa_flags = (int)SA_RESETHAND};
        if (sigaction(ending[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
            (void)sigaction(ending[i], &action, NULL);
        }
    }
}

int ctl_reply_open(struct ctl_reply *reply, int directory)
{
    uint64_t random = 0;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random) {
        return -1;
    }
    reply->directory = directory;
    (void)snprintf(reply->name, sizeof reply->name, ".trimctl-%016" PRIx64, random);
    reply->fd =
        openat(directory, reply->name, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (reply->fd < 0) {
        return -1;
    }
    open_reply = reply;
    watch_signals(end);
    return 0;
}

void ctl_reply_read(const struct ctl_reply *reply, char *answer, size_t capacity)
{
    size_t length = 0;
    ssize_t got = 0;
    do {
        got = pread(reply->fd, answer + length, capacity - 1 - length, (off_t)length);
        length += got > 0 ? (size_t)got : 0;
    } while (got > 0 && length < capacity - 1);
    answer[length] = '\0';
}

void ctl_reply_close(struct ctl_reply *reply)
{
    watch_signals(SIG_DFL);
    open_reply = NULL;
    /* The name may be removed by its user and by root; this is either. */
    (void)unlinkat(reply->directory, reply->name, 0);
    (void)close(reply->fd);
}

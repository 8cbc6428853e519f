#include "attach_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "quantity.h"

/* No answer that anybody asks for here is longer. */
#define ANSWER_MAX (8 * TRIM_MIB)
#define PIECE 65536

int ctl_socket_connect(pid_t pid, pid_t inner_pid)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, ".java_pid%d", (int)inner_pid);
    struct stat file;
    if (lstat(address.sun_path, &file) != 0) {
        return -1;
    }
    if (!S_ISSOCK(file.st_mode)) {
        errno = EPERM; /* A link might lead to anybody's socket. */
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -1;
    }
    struct ucred peer;
    socklen_t peer_length = sizeof peer;
    int result = connect(fd, (const struct sockaddr *)&address, sizeof address);
    if (result == 0 && getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_length) == 0 &&
        peer.pid != pid) {
        errno = EPERM;
        result = -1;
    }
    if (result != 0) {
        int error = errno;
        (void)close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static int wait_for(int fd, short events, uint64_t deadline_ns)
{
    uint64_t left_ns = trim_excess(deadline_ns, trim_clock_now_ns());
    struct pollfd ready = {.fd = fd, .events = events};
    int got = poll(&ready, 1, (int)(trim_min(left_ns, 3600 * TRIM_NS_PER_S) / TRIM_NS_PER_MS));
    if (got == 0) {
        errno = ETIMEDOUT;
    }
    return got == 1 || (got < 0 && errno == EINTR) ? 0 : -1;
}

static int send_whole(int fd, const char *data, size_t length, uint64_t deadline_ns)
{
    while (length > 0) {
        ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);
        if (sent >= 0) {
            data += sent;
            length -= (size_t)sent;
        } else if ((errno != EAGAIN && errno != EINTR) || wait_for(fd, POLLOUT, deadline_ns) != 0) {
            return -1;
        }
    }
    return 0;
}

static int receive_whole(int fd, uint64_t deadline_ns, char **answer, size_t *length)
{
    size_t room = 0;
    for (;;) {
        if (room - *length < PIECE) {
            room += (size_t)2 * PIECE;
            char *larger = room > ANSWER_MAX ? NULL : realloc(*answer, room);
            if (larger == NULL) {
                errno = EMSGSIZE;
                return -1;
            }
            *answer = larger;
        }
        ssize_t got = recv(fd, *answer + *length, PIECE - 1, 0);
        if (got == 0) {
            (*answer)[*length] = '\0';
            return 0;
        }
        if (got > 0) {
            *length += (size_t)got;
        } else if ((errno != EAGAIN && errno != EINTR) || wait_for(fd, POLLIN, deadline_ns) != 0) {
            return -1;
        }
    }
}

int ctl_socket_exchange(int fd, const char *request, size_t request_length, uint64_t deadline_ns,
                        char **answer, size_t *length)
{
    *answer = NULL;
    *length = 0;
    if (send_whole(fd, request, request_length, deadline_ns) == 0 &&
        receive_whole(fd, deadline_ns, answer, length) == 0) {
        return 0;
    }
    int error = errno;
    free(*answer);
    *answer = NULL;
    errno = error;
    return -1;
}

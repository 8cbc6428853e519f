/* The JVM's end of late attach. The current directory is the JVM's /tmp. */
#ifndef TRIMCTL_ATTACH_SOCKET_H
#define TRIMCTL_ATTACH_SOCKET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Connects to the socket of the process pid, which is inner_pid to itself. Whoever else listens
 * there is not spoken to: EPERM. Returns a descriptor that does not block, or -1 with errno: ENOENT
 * or ECONNREFUSED where nobody listens, EAGAIN where too many wait.
 */
int ctl_socket_connect(pid_t pid, pid_t inner_pid);

/*
 * Writes the request, and reads the answer to its end into *answer, which is the caller's to free
 * and has a NUL. Returns 0, or -1 with errno: ETIMEDOUT, EMSGSIZE for an answer without end.
 */
int ctl_socket_exchange(int fd, const char *request, size_t request_length, uint64_t deadline_ns,
                        char **answer, size_t *length);

#ifdef __cplusplus
}
#endif

#endif

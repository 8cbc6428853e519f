/* Has system calls of this process fail, as under a container's profile. For children only: it
 * cannot be taken back. */
#ifndef TRIMAGENT_TEST_SECCOMP_H
#define TRIMAGENT_TEST_SECCOMP_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include <cerrno>
#include <cstddef>

/* Each returns whether the machine lets it. All threads that are started later are bound by it too.
 */
inline bool Answer(long call, unsigned answer)
{
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, answer),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

inline bool Forbid(long call, int error = EPERM)
{
    return Answer(call, SECCOMP_RET_ERRNO | static_cast<unsigned>(error));
}

/* The call ends the process. */
inline bool KillAt(long call)
{
    return Answer(call, SECCOMP_RET_KILL_PROCESS);
}

#endif

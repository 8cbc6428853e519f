// Runs a command in which some system calls fail, as they do under a container's seccomp profile:
//
//   forbid NAME... -- COMMAND ARGUMENT...
//
// A name is one of the table below, which fails with EPERM, or "proc", which hides /proc behind an
// empty directory. Ends with 77 where this machine does not let it.
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace
{

constexpr int cannot = 77;

/* The same on all architectures; older headers have no name for it. */
constexpr unsigned process_madvise_number = 440;

const std::vector<std::pair<std::string, unsigned>> known_calls = {
    {"clock_nanosleep", SYS_clock_nanosleep},
    {"madvise", SYS_madvise},
    {"mincore", SYS_mincore},
    {"nanosleep", SYS_nanosleep},
    {"pipe", SYS_pipe2},
    {"process_madvise", process_madvise_number},
    {"process_vm_readv", SYS_process_vm_readv},
    {"rt_sigtimedwait", SYS_rt_sigtimedwait},
    {"tgkill", SYS_tgkill},
    {"timer_create", SYS_timer_create}};

void hide_proc()
{
    if (unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("tmpfs", "/proc", "tmpfs", 0, nullptr) != 0) {
        std::perror("forbid: cannot hide /proc");
        std::exit(cannot);
    }
}

// One comparison for each call that is to fail; everything else is allowed.
void forbid(const std::vector<unsigned> &calls)
{
    std::vector<sock_filter> filter = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    for (const unsigned call : calls) {
        filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1));
        filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
    }
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog program = {static_cast<unsigned short>(filter.size()), filter.data()};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        std::perror("forbid: cannot install the filter");
        std::exit(cannot);
    }
}

} // namespace

int main(int count, char **words)
{
    std::vector<unsigned> calls;
    int at = 1;
    for (; at < count && std::strcmp(words[at], "--") != 0; at++) {
        const std::string name = words[at];
        if (name == "proc") {
            hide_proc();
        }
        for (const auto &[known, number] : known_calls) {
            if (known == name) {
                calls.push_back(number);
            }
        }
    }
    if (at + 1 >= count) {
        std::fputs("usage: forbid NAME... -- COMMAND ARGUMENT...\n", stderr);
        return 2;
    }
    forbid(calls);
    execv(words[at + 1], words + at + 1);
    std::perror("forbid: execv");
    return cannot;
}

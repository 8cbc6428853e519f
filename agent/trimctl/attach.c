#include "attach.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attach_socket.h"
#include "clock.h"
#include "identity.h"
#include "quantity.h"
#include "target_root.h"

/* A JVM answers SIGQUIT within milliseconds. */
#define TRY_GAP_NS (10 * TRIM_NS_PER_MS)

#define NAME_MAX_BYTES 64

static enum ctl_exit fail(struct ctl_attach *attach, enum ctl_exit code, const char *what)
{
    trim_text_add(attach->message, "%s: %s", what, strerror(errno));
    return code;
}

/* Why it cannot be attached to; CTL_DONE: it may. */
static enum ctl_exit check(const struct ctl_jvm *jvm, struct trim_text *message)
{
    if (!jvm->hotspot) {
        trim_text_add(message, "process %d is not a HotSpot JVM: it has no libjvm.so",
                      (int)jvm->pid);
        return CTL_NO_JVM;
    }
    if (jvm->status.state == 'T' || jvm->status.state == 't') {
        trim_text_add(message, "JVM %d is stopped: it cannot answer before it goes on (SIGCONT)",
                      (int)jvm->pid);
        return CTL_NO_JVM;
    }
    if (ctl_jvm_attach_disabled(jvm)) {
        trim_text_add(message, "JVM %d runs with -XX:+DisableAttachMechanism: nobody may attach",
                      (int)jvm->pid);
        return CTL_REFUSED;
    }
    return CTL_DONE;
}

enum ctl_exit ctl_attach_open(struct ctl_attach *attach, const struct ctl_jvm *jvm,
                              struct trim_text *message)
{
    *attach = (struct ctl_attach){.jvm = jvm, .message = message, .directory = -1};
    enum ctl_exit code = check(jvm, message);
    if (code != CTL_DONE) {
        return code;
    }
    if (geteuid() != 0 && geteuid() != jvm->status.uid) {
        trim_text_add(message, "JVM %d is another user's: only its user or root may attach",
                      (int)jvm->pid);
        return CTL_FORBIDDEN;
    }
    /* What was looked at before may have ended, and its number may be another's. */
    attach->process = (int)syscall(SYS_pidfd_open, jvm->pid, 0);
    struct ctl_jvm again;
    if (ctl_jvm_look(&again, jvm->pid) != 0 || !again.hotspot ||
        again.status.uid != jvm->status.uid) {
        trim_text_add(message, "JVM %d has ended", (int)jvm->pid);
        code = CTL_NO_JVM;
    } else {
        attach->directory = ctl_open_in_root(jvm->proc, "/tmp");
        if (attach->directory < 0) {
            code = fail(attach, errno == EACCES || errno == EPERM ? CTL_FORBIDDEN : CTL_NO_JVM,
                        "cannot open the JVM's /tmp");
        } else if (fchdir(attach->directory) != 0) {
            code = fail(attach, CTL_FORBIDDEN, "cannot enter the JVM's /tmp");
        }
    }
    if (code != CTL_DONE) {
        ctl_attach_close(attach);
    }
    return code;
}

void ctl_attach_close(struct ctl_attach *attach)
{
    if (attach->process >= 0) {
        (void)close(attach->process);
    }
    if (attach->directory >= 0) {
        (void)close(attach->directory);
    }
}

static int send_quit(const struct ctl_attach *attach)
{
    return attach->process >= 0
               ? (int)syscall(SYS_pidfd_send_signal, attach->process, SIGQUIT, NULL, 0)
               : kill(attach->jvm->pid, SIGQUIT);
}

/* Waits for the socket, which the JVM makes upon SIGQUIT. Returns it, or -1. */
static int wait_for_socket(const struct ctl_attach *attach, uint64_t deadline_ns)
{
    int fd = -1;
    do {
        const struct timespec gap = {.tv_nsec = (long)TRY_GAP_NS};
        (void)nanosleep(&gap, NULL);
        fd = ctl_socket_connect(attach->jvm->pid, attach->jvm->status.inner_pid);
    } while (fd < 0 && (errno == ENOENT || errno == ECONNREFUSED || errno == EAGAIN) &&
             trim_clock_now_ns() < deadline_ns);
    return fd;
}

/* Has the JVM make its socket. */
static enum ctl_exit knock(struct ctl_attach *attach, uint64_t deadline_ns, int *fd)
{
    const struct ctl_jvm *jvm = attach->jvm;
    if (!jvm->status.catches_quit) {
        trim_text_add(attach->message,
                      "JVM %d does not listen to SIGQUIT: it is starting, or runs with -Xrs",
                      (int)jvm->pid);
        return CTL_NO_JVM;
    }
    char name[NAME_MAX_BYTES];
    (void)snprintf(name, sizeof name, ".attach_pid%d", (int)jvm->status.inner_pid);
    (void)unlinkat(attach->directory, name, 0); /* One that somebody has left behind. */
    int file =
        openat(attach->directory, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) {
        return fail(attach, CTL_REFUSED, "cannot write to the JVM's /tmp");
    }
    (void)close(file);
    enum ctl_exit code = CTL_DONE;
    if (send_quit(attach) != 0) {
        code = fail(attach, errno == ESRCH ? CTL_NO_JVM : CTL_FORBIDDEN, "cannot signal the JVM");
    } else {
        *fd = wait_for_socket(attach, deadline_ns);
    }
    (void)unlinkat(attach->directory, name, 0);
    return code;
}

static enum ctl_exit no_answer(struct ctl_attach *attach, uint64_t timeout_ns)
{
    trim_text_add(attach->message,
                  "JVM %d does not answer within %" PRIu64
                  " s: it hangs, is frozen, or does not let anybody attach",
                  (int)attach->jvm->pid, timeout_ns / TRIM_NS_PER_S);
    return CTL_NO_JVM;
}

static enum ctl_exit execute(struct ctl_attach *attach, const char *frame, size_t frame_length,
                             uint64_t timeout_ns, char **answer, size_t *length)
{
    uint64_t deadline_ns = trim_clock_now_ns() + timeout_ns;
    const struct ctl_jvm *jvm = attach->jvm;
    int fd = ctl_socket_connect(jvm->pid, jvm->status.inner_pid);
    if (fd < 0 && (errno == ENOENT || errno == ECONNREFUSED)) {
        enum ctl_exit code = knock(attach, deadline_ns, &fd);
        if (code != CTL_DONE) {
            return code;
        }
    } else if (fd < 0 && errno == EAGAIN) {
        fd = wait_for_socket(attach, deadline_ns);
    }
    if (fd < 0 && (errno == ENOENT || errno == ECONNREFUSED || errno == EAGAIN)) {
        return no_answer(attach, timeout_ns);
    }
    if (fd < 0) {
        return fail(attach, errno == EPERM || errno == EACCES ? CTL_FORBIDDEN : CTL_NO_JVM,
                    "cannot connect to the JVM");
    }
    int result = ctl_socket_exchange(fd, frame, frame_length, deadline_ns, answer, length);
    int error = errno;
    (void)close(fd);
    errno = error;
    if (result != 0 && errno == ETIMEDOUT) {
        return no_answer(attach, timeout_ns);
    }
    return result == 0 ? CTL_DONE : fail(attach, CTL_NO_JVM, "the JVM has hung up");
}

enum ctl_exit ctl_attach_execute(struct ctl_attach *attach, const struct ctl_operation *operation,
                                 uint64_t timeout_ns, char **answer, long *result,
                                 const char **text)
{
    char frame[CTL_FRAME_MAX];
    size_t frame_length = ctl_frame_write(frame, operation);
    if (frame_length == 0) {
        trim_text_add(attach->message, "too long: HotSpot takes %d bytes", CTL_ARGUMENT_MAX);
        return CTL_USAGE;
    }
    const struct ctl_status *status = &attach->jvm->status;
    if (ctl_identity_take(status->uid, status->gid) != 0) {
        return fail(attach, CTL_FORBIDDEN, "cannot act as the JVM's user");
    }
    size_t length = 0;
    enum ctl_exit code = execute(attach, frame, frame_length, timeout_ns, answer, &length);
    ctl_identity_return();
    if (code == CTL_DONE && ctl_frame_read(*answer, length, result, text) != 0) {
        trim_text_add(attach->message, "the JVM's answer makes no sense");
        code = CTL_NO_JVM;
    }
    return code;
}

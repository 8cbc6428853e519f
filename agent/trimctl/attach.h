/*
 * Attaches to a HotSpot JVM as jcmd does, without a JVM of one's own.
 *
 * The JVM listens on the socket /tmp/.java_pidN, where N is its number in its own PID namespace.
 * It makes that socket when it is sent SIGQUIT and finds a file /tmp/.attach_pidN of its user's. A
 * process without a handler would die of the signal, so it is only sent where libjvm.so is mapped
 * and SIGQUIT is caught, through a descriptor that cannot mean another process by then.
 */
#ifndef TRIMCTL_ATTACH_H
#define TRIMCTL_ATTACH_H

#include <stdint.h>

#include "attach_frame.h"
#include "exit_code.h"
#include "jvm.h"

struct ctl_attach {
    const struct ctl_jvm *jvm;
    int process;   /* Descriptor of the process; -1 before Linux 5.3. */
    int directory; /* Its /tmp. */
    struct trim_text *message;
};

/*
 * Makes ready to attach. What goes wrong, here and later, is appended to message. Returns CTL_DONE,
 * or why it is not possible; there is nothing to close then.
 */
enum ctl_exit ctl_attach_open(struct ctl_attach *attach, const struct ctl_jvm *jvm,
                              struct trim_text *message);

/*
 * Sends the operation and waits for the answer, at most timeout_ns all in all. On CTL_DONE *result
 * and *text are what the JVM has answered; text lies in *answer, which is the caller's to free.
 */
enum ctl_exit ctl_attach_execute(struct ctl_attach *attach, const struct ctl_operation *operation,
                                 uint64_t timeout_ns, char **answer, long *result,
                                 const char **text);

void ctl_attach_close(struct ctl_attach *attach);

#endif

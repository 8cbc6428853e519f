/* Gives the agent of a JVM a command, or loads it, and brings back what it answers. */
#ifndef TRIMCTL_AGENT_COMMAND_H
#define TRIMCTL_AGENT_COMMAND_H

#include "attach.h"

/* The agent's own limit: TRIM_ANSWER_MAX. */
#define CTL_ANSWER_MAX 16384

/*
 * Loads library, as the JVM sees it, with request: a command or options. The answer goes to answer,
 * which gets a NUL. timeout_ns is how long the JVM may take to say anything at all; a trim may take
 * a minute. Returns CTL_DONE; CTL_REFUSED where the JVM does not load the library or the agent does
 * not do it, and the answer says why; or what ctl_attach_execute does.
 */
enum ctl_exit ctl_agent_command(struct ctl_attach *attach, const char *library, const char *request,
                                uint64_t timeout_ns, char answer[CTL_ANSWER_MAX]);

#endif

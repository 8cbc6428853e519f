/*
 * The agent's part in Java: what JFR and JMX are told.
 *
 * A thread of its own attaches to the JVM as a daemon, defines a few classes (agent/java/trimagent,
 * carried in the library) with the boot loader, and hands them the reports of trims
 * (report_ring.h). It is the only thread of the agent's that uses JNI. It starts a while after the
 * JVM, so that a start is not delayed and a short-lived JVM pays nothing. A daemon does not keep
 * the JVM alive, and while it waits it is in native code, so that no safepoint waits for it.
 */
#ifndef TRIMAGENT_JAVA_PART_H
#define TRIMAGENT_JAVA_PART_H

#include <jni.h>
#include <stdbool.h>
#include <stddef.h>

#include "vm_counters.h"

/* What it needs of the rest of the agent. */
struct trim_java_config {
    JavaVM *vm;
    bool jfr;
    bool jmx;
    bool live;             /* The JVM is running already: there is no start to delay. */
    const char *allocator; /* Such as "glibc 2.36"; static. */
    const struct trim_vm_counters *counters;
    /* Carries out a command of late attach, copies its answer with a NUL and returns its length.
     * Any thread; it may wait for a minute. */
    size_t (*ask)(const char *command, char *answer, size_t capacity);
};

/* Starts the thread, once. Before the worker, on the thread that starts the agent. Where it cannot
 * be had, a line of the log says so. */
void trim_java_start(const struct trim_java_config *config);

/* Ends the thread, and waits for nothing. At the end of the VM, which otherwise waits 300 ms for
 * threads in native code. Any thread. */
void trim_java_stop(void);

#endif

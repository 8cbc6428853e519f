/*
 * JFR or JMX, as one of those that trims are told to. On the thread of the part in Java only.
 *
 * To bring either of them up would cost a JVM that does not use it 3 to 24 MiB. So the classes are
 * defined and started once something else has: a recording, or a platform MBean server.
 */
#ifndef TRIMAGENT_JAVA_TARGET_H
#define TRIMAGENT_JAVA_TARGET_H

#include <jni.h>
#include <stdbool.h>

#include "java_classes.h"
#include "report.h"

enum trim_java_state {
    TRIM_JAVA_NEW = 0, /* Nothing is known of it yet. */
    TRIM_JAVA_WAITING, /* The JVM has it, but it is not in use. */
    TRIM_JAVA_ON,      /* Trims are told to it. */
    TRIM_JAVA_OFF      /* It is not possible, which the log has said. */
};

struct trim_java_target {
    const char *option;
    const char *module;
    enum trim_java_class first;
    enum trim_java_class last;
    /* A static method that tells whether it is in use, with a signature for JNI: a boolean, or a
     * list of those who use it. */
    const char *asked_class;
    const char *asked_method;
    const char *asked_signature;
    /* The rest is zero at first. */
    enum trim_java_state state;
    jclass asked;
    jmethodID ask;
    jclass told;
    jmethodID trim;
};

/* In the order in which they are told. */
extern const struct trim_java_target trim_java_jfr;
extern const struct trim_java_target trim_java_jmx;

/* Looks whether it is in use by now, and starts it then. Leaves no exception; needs room for a
 * dozen local references. */
void trim_java_target_look(JNIEnv *env, const struct trim_java_bundle *bundle,
                           struct trim_java_target *target);

/* Tells it of a trim. The same of exceptions and references. */
void trim_java_target_tell(JNIEnv *env, const struct trim_java_target *target,
                           const struct trim_report *report);

/* Says why something is not possible, from the pending exception, which it clears. */
void trim_java_warn(JNIEnv *env, const char *what);

#endif

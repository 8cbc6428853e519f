/*
 * The classes of the part in Java, and how they get into a JVM. On the thread of that part only.
 */
#ifndef TRIMAGENT_JAVA_CLASSES_H
#define TRIMAGENT_JAVA_CLASSES_H

#include <jni.h>
#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/* In the order in which they are defined: each after those that it extends or implements. */
enum trim_java_class {
    TRIM_JAVA_AGENT = 0,
    TRIM_JAVA_CHEAP,
    TRIM_JAVA_TRIM_EVENT,
    TRIM_JAVA_RECORDER,
    TRIM_JAVA_BEAN_INTERFACE,
    TRIM_JAVA_BEAN,
    TRIM_JAVA_CLASS_COUNT
};

/* What the library carries, deflated. */
struct trim_java_bundle {
    jbyteArray bytes; /* Inflated: one class after the other. A global reference. */
};

/* Inflates the classes. Returns 0, or -1 with an exception pending. */
int trim_java_inflate(JNIEnv *env, struct trim_java_bundle *bundle);

/*
 * Finds a class of a module, which it resolves where it must: an application that is a module
 * itself may not have asked for it. Returns a local reference, or NULL with an exception pending.
 */
jclass trim_java_find(JNIEnv *env, const char *name, const char *module);

/* Defines the classes from first to last with the boot loader. Returns the last one as a local
 * reference, or NULL with an exception pending. */
jclass trim_java_define(JNIEnv *env, const struct trim_java_bundle *bundle,
                        enum trim_java_class first, enum trim_java_class last);

/* Appends what the pending exception says, and clears it. */
void trim_java_add_exception(JNIEnv *env, struct trim_text *text);

#endif

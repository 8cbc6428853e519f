/* The native methods of agent/java/trimagent/Agent.java. */
#ifndef TRIMAGENT_JAVA_NATIVES_H
#define TRIMAGENT_JAVA_NATIVES_H

#include <jni.h>

#include "java_part.h"

/* Gives them to the class. The configuration must stay where it is. Returns 0, or -1 with an
 * exception pending. */
int trim_java_register(JNIEnv *env, jclass agent, const struct trim_java_config *config);

/* A string of text, in which all but ASCII is replaced: it may be a path, and so be anything. NULL
 * with an exception pending where there is no memory. */
jstring trim_java_string(JNIEnv *env, const char *text);

#endif

/*
 * Tells the JDK's own tools from applications.
 *
 * Where JAVA_TOOL_OPTIONS names the agent, javac, jar, jcmd and the others get it too. None of them
 * needs it, and scripts read what they write.
 */
#ifndef TRIMAGENT_JDK_TOOL_H
#define TRIMAGENT_JDK_TOOL_H

#include <jvmti.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Whether this JVM was started to run a tool, by what its launcher has told it. In Agent_OnLoad; a
 * JVM that cannot be asked runs none.
 */
bool trim_jdk_tool_runs(JavaVM *vm);

/* Pure: the same by the properties jdk.module.main and sun.java.command, which may be NULL. */
bool trim_jdk_tool_named(const char *module, const char *command);

#ifdef __cplusplus
}
#endif

#endif

#include "jdk_tool.h"

#include <stddef.h>
#include <string.h>

static bool begins_with_any(const char *text, const char *const *beginnings)
{
    for (; text != NULL && *beginnings != NULL; beginnings++) {
        if (strncmp(text, *beginnings, strlen(*beginnings)) == 0) {
            return true;
        }
    }
    return false;
}

bool trim_jdk_tool_named(const char *module, const char *command)
{
    static const char *const modules[] = {"jdk.", "java.", NULL};
    static const char *const classes[] = {"sun.tools.", "com.sun.tools.", "sun.security.tools.",
                                          NULL};
    /* "java Program.java": the compiler runs it in its own process. */
    static const char *const launchers[] = {"jdk.compiler/com.sun.tools.javac.launcher.", NULL};
    return !begins_with_any(command, launchers) &&
           (begins_with_any(module, modules) || begins_with_any(command, classes));
}

/* A system property, to be deallocated, or NULL. */
static char *property(jvmtiEnv *jvmti, const char *name)
{
    char *value = NULL;
    return (*jvmti)->GetSystemProperty(jvmti, name, &value) == JVMTI_ERROR_NONE ? value : NULL;
}

bool trim_jdk_tool_runs(JavaVM *vm)
{
    jvmtiEnv *jvmti = NULL;
    if ((*vm)->GetEnv(vm, (void **)&jvmti, JVMTI_VERSION_1_2) != JNI_OK || jvmti == NULL) {
        return false;
    }
    char *module = property(jvmti, "jdk.module.main");
    char *command = property(jvmti, "sun.java.command");
    bool runs = trim_jdk_tool_named(module, command);
    (void)(*jvmti)->Deallocate(jvmti, (unsigned char *)module);
    (void)(*jvmti)->Deallocate(jvmti, (unsigned char *)command);
    (void)(*jvmti)->DisposeEnvironment(jvmti);
    return runs;
}

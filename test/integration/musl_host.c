/*
 * Loads an agent the way a JVM does, and is run by musl's loader, which takes glibc's names for its
 * own. Usage: musl_host LIBRARY OPTIONS. Exit code 0: the agent let the JVM start, and is inert.
 */
#include <dlfcn.h>
#include <errno.h>
#include <jvmti.h>
#include <stdbool.h>
#include <stdio.h>

static jint JNICALL refuse(JavaVM *vm, void **environment, jint version)
{
    (void)vm;
    (void)version;
    *environment = NULL;
    return JNI_EVERSION;
}

int main(int count, char **arguments)
{
    static struct JNIInvokeInterface_ functions = {.GetEnv = refuse};
    JavaVM vm = &functions;
    void *library = dlopen(count == 3 ? arguments[1] : "", RTLD_LAZY);
    if (library == NULL) {
        (void)fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    jint (*on_load)(JavaVM *, char *, void *) = NULL;
    int (*request)(const char *) = NULL;
    void (*on_unload)(JavaVM *) = NULL;
    *(void **)&on_load = dlsym(library, "Agent_OnLoad");
    *(void **)&request = dlsym(library, "trimagent_request");
    *(void **)&on_unload = dlsym(library, "Agent_OnUnload");
    if (on_load == NULL || request == NULL || on_unload == NULL) {
        return 2;
    }
    if (on_load(&vm, arguments[2], NULL) != JNI_OK) {
        return 1;
    }
    bool inert = request("test") == ESRCH;
    on_unload(&vm);
    return inert ? 0 : 4;
}

/* The native half of the fixture ModelSwap: what a model server's own library would do. */
#include <dlfcn.h>
#include <jni.h>
#include <stddef.h>
#include <string.h>

#include "trimagent.h"

/* As javac -h would print them. */
JNIEXPORT jint JNICALL Java_fixtures_ModelSwap_request(JNIEnv *env, jclass unused, jstring reason);
JNIEXPORT jlong JNICALL Java_fixtures_ModelSwap_releases(JNIEnv *env, jclass unused);

/* A function of the agent; NULL where it is not loaded. */
static void *find(const char *name)
{
    void *agent = dlopen("libtrimagent.so", RTLD_LAZY | RTLD_NOLOAD);
    return agent == NULL ? NULL : dlsym(agent, name);
}

JNIEXPORT jint JNICALL Java_fixtures_ModelSwap_request(JNIEnv *env, jclass unused, jstring reason)
{
    (void)unused;
    trimagent_request_fn *request = NULL;
    void *found = find("trimagent_request");
    memcpy(&request, &found, sizeof request);
    if (request == NULL) {
        return -1;
    }
    const char *text = (*env)->GetStringUTFChars(env, reason, NULL);
    int error = request(text);
    (*env)->ReleaseStringUTFChars(env, reason, text);
    return error;
}

JNIEXPORT jlong JNICALL Java_fixtures_ModelSwap_releases(JNIEnv *env, jclass unused)
{
    (void)env;
    (void)unused;
    trimagent_read_fn *read_snapshot = NULL;
    void *found = find("trimagent_read");
    memcpy(&read_snapshot, &found, sizeof read_snapshot);
    struct trimagent_snapshot snapshot = {.size = sizeof snapshot};
    return read_snapshot == NULL || read_snapshot(&snapshot) != 0 ? -1 : (jlong)snapshot.releases;
}

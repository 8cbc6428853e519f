/*
 * An agent that takes JVMTI's event for each class and does nothing but count: what the event
 * itself costs a start, below which no agent comes that hooks it.
 */
#include <jvmti.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_ullong class_loads;

static void JNICALL on_class_load(jvmtiEnv *jvmti, JNIEnv *jni, jthread thread, jclass loaded)
{
    (void)jvmti;
    (void)jni;
    (void)thread;
    (void)loaded;
    atomic_fetch_add_explicit(&class_loads, 1, memory_order_relaxed);
}

JNIEXPORT jint JNICALL Agent_OnLoad(JavaVM *vm, char *options, void *reserved)
{
    (void)options;
    (void)reserved;
    jvmtiEnv *jvmti = NULL;
    if ((*vm)->GetEnv(vm, (void **)&jvmti, JVMTI_VERSION_1_2) != JNI_OK) {
        return JNI_ERR;
    }
    const jvmtiEventCallbacks callbacks = {.ClassLoad = on_class_load};
    if ((*jvmti)->SetEventCallbacks(jvmti, &callbacks, sizeof callbacks) != JVMTI_ERROR_NONE) {
        return JNI_ERR;
    }
    jvmtiError error =
        (*jvmti)->SetEventNotificationMode(jvmti, JVMTI_ENABLE, JVMTI_EVENT_CLASS_LOAD, NULL);
    return error == JVMTI_ERROR_NONE ? JNI_OK : JNI_ERR;
}

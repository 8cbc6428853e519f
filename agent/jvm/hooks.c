#include "hooks.h"

#include <stdatomic.h>
#include <string.h>

#include "clock.h"
#include "signals.h"

/* JVMTI callbacks carry no user data, so what they need stands here. Written before the events are
 * enabled. */
static struct trim_hooks_listener to_tell;
static jvmtiEnv *installed; /* NULL: the hooks are not. */
static const struct trim_vm_counters *vm_counters;
static atomic_bool counters_found;

/* The counts at the last outermost pause. Pauses do not overlap, so the VM thread alone uses it. */
static struct trim_gc_counts last_counts;

static void JNICALL on_gc_start(jvmtiEnv *jvmti)
{
    (void)jvmti;
    trim_signals_pause_start();
}

static void JNICALL on_gc_finish(jvmtiEnv *jvmti)
{
    (void)jvmti;
    if (!trim_signals_pause_finish()) {
        return;
    }
    enum trim_pause pause = TRIM_PAUSE_UNKNOWN;
    if (atomic_load_explicit(&counters_found, memory_order_acquire)) {
        struct trim_gc_counts counts;
        trim_vm_counters_read_gc(vm_counters, &counts);
        pause = trim_gc_classify(&last_counts, &counts);
        last_counts = counts;
    }
    trim_signals_pause_end(pause, trim_clock_now_ns());
}

/* For events without which the agent still works, only later. */
static void set_event(jvmtiEnv *jvmti, jvmtiEventMode mode, jvmtiEvent event)
{
    (void)(*jvmti)->SetEventNotificationMode(jvmti, mode, event, NULL);
}

static void JNICALL on_class_load(jvmtiEnv *jvmti, JNIEnv *jni, jthread thread, jclass klass)
{
    (void)jvmti;
    (void)jni;
    (void)thread;
    (void)klass;
    trim_signals_class_load();
}

static void hear_classes(jvmtiEnv *jvmti)
{
    set_event(jvmti, JVMTI_DISABLE, JVMTI_EVENT_THREAD_START);
    set_event(jvmti, JVMTI_ENABLE, JVMTI_EVENT_CLASS_LOAD);
}

void trim_hooks_hear_classes(void)
{
    if (installed != NULL) {
        hear_classes(installed);
    }
}

/*
 * The event of each class costs a start that loads 20,000 of them 1 to 2 %, whoever listens. The
 * VM's own counters tell their number as well, so the event is left off until the worker waits for
 * classes, which it does once the start has calmed down. It then comes on with the next thread that
 * starts: the worker itself is none that the VM knows. Until one does, the worker sees new classes
 * when it looks at the process, up to two seconds later.
 */
static void JNICALL on_thread_start(jvmtiEnv *jvmti, JNIEnv *jni, jthread thread)
{
    (void)jni;
    (void)thread;
    if (trim_signals_class_loads_armed()) {
        hear_classes(jvmti);
    }
}

static void JNICALL on_vm_init(jvmtiEnv *jvmti, JNIEnv *jni, jthread thread)
{
    (void)jni;
    (void)thread;
    to_tell.vm_init();
    uint64_t loaded = 0;
    bool may_wait = to_tell.classes_can_wait && trim_vm_counters_loaded(vm_counters, &loaded);
    set_event(jvmti, JVMTI_ENABLE, may_wait ? JVMTI_EVENT_THREAD_START : JVMTI_EVENT_CLASS_LOAD);
}

static void JNICALL on_vm_death(jvmtiEnv *jvmti, JNIEnv *jni)
{
    (void)jvmti;
    (void)jni;
    to_tell.vm_death();
}

void trim_hooks_counters_found(void)
{
    /* A pause that ends between this reading and the release below is seen as a movement of the
     * next; no harm. */
    trim_vm_counters_read_gc(vm_counters, &last_counts);
    atomic_store_explicit(&counters_found, true, memory_order_release);
}

/* Tells whether a JVMTI call succeeded, and what failed where it did not. */
static bool succeeded(jvmtiEnv *jvmti, jvmtiError error, const char *call,
                      struct trim_text *message)
{
    if (error == JVMTI_ERROR_NONE) {
        return true;
    }
    char *name = NULL;
    if ((*jvmti)->GetErrorName(jvmti, error, &name) != JVMTI_ERROR_NONE) {
        name = NULL;
    }
    trim_text_add(message, "JVMTI %s failed: %s (%d)", call, name != NULL ? name : "unknown error",
                  (int)error);
    if (name != NULL) {
        (void)(*jvmti)->Deallocate(jvmti, (unsigned char *)name);
    }
    return false;
}

static bool enable_events(jvmtiEnv *jvmti, bool live, struct trim_text *message)
{
    /* VMInit has passed where the agent is attached late, and so has the start. */
    const jvmtiEvent events[] = {JVMTI_EVENT_GARBAGE_COLLECTION_START,
                                 JVMTI_EVENT_GARBAGE_COLLECTION_FINISH, JVMTI_EVENT_VM_DEATH,
                                 live ? JVMTI_EVENT_CLASS_LOAD : JVMTI_EVENT_VM_INIT};
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        if (!succeeded(jvmti,
                       (*jvmti)->SetEventNotificationMode(jvmti, JVMTI_ENABLE, events[i], NULL),
                       "SetEventNotificationMode", message)) {
            return false;
        }
    }
    return true;
}

int trim_hooks_install(JavaVM *vm, bool live, const struct trim_hooks_listener *listener,
                       const struct trim_vm_counters *counters, struct trim_text *message)
{
    jvmtiEnv *jvmti = NULL;
    jint result = (*vm)->GetEnv(vm, (void **)&jvmti, JVMTI_VERSION_1_2);
    if (result != JNI_OK || jvmti == NULL) {
        trim_text_add(message, "JNI GetEnv failed: no JVMTI 1.2 in this JVM (%d)", (int)result);
        return -1;
    }
    to_tell = *listener;
    vm_counters = counters;

    jvmtiCapabilities capabilities;
    memset(&capabilities, 0, sizeof capabilities);
    capabilities.can_generate_garbage_collection_events = 1;

    jvmtiEventCallbacks callbacks;
    memset(&callbacks, 0, sizeof callbacks);
    callbacks.GarbageCollectionStart = on_gc_start;
    callbacks.GarbageCollectionFinish = on_gc_finish;
    callbacks.ClassLoad = on_class_load;
    callbacks.ThreadStart = on_thread_start;
    callbacks.VMInit = on_vm_init;
    callbacks.VMDeath = on_vm_death;

    if (succeeded(jvmti, (*jvmti)->AddCapabilities(jvmti, &capabilities), "AddCapabilities",
                  message) &&
        succeeded(jvmti, (*jvmti)->SetEventCallbacks(jvmti, &callbacks, (jint)sizeof callbacks),
                  "SetEventCallbacks", message) &&
        enable_events(jvmti, live, message)) {
        installed = jvmti;
        return 0;
    }
    (void)(*jvmti)->DisposeEnvironment(jvmti);
    return -1;
}

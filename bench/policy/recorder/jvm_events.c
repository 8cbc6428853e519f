/*
 * The way in for a JVM: -agentpath:librecorder.so=FILE. Counts what the agent would see of old
 * pauses and classes. The library must be preloaded too: an agent alone comes too late to stand in
 * front of malloc.
 */
#include <jvmti.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "gc_classifier.h"
#include "jvm/hotspot.h"
#include "recording.h"
#include "vm_counters.h"

static char path[PATH_MAX];
static const void *function_of_vm;
static struct trim_vm_counters counters;
static atomic_bool started;
/* G1 nests pairs of events. The VM's thread alone posts them. */
static int depth;
static struct trim_gc_counts last_counts;
static _Atomic uint64_t old_pauses;
static _Atomic uint64_t class_loads;

static struct recorder_counts read_counts(void)
{
    return (struct recorder_counts){
        .old_pauses = atomic_load_explicit(&old_pauses, memory_order_relaxed),
        .class_changes = atomic_load_explicit(&class_loads, memory_order_relaxed) +
                         trim_vm_counters_unloaded(&counters),
    };
}

static void JNICALL on_gc_start(jvmtiEnv *jvmti)
{
    (void)jvmti;
    depth++;
}

static void JNICALL on_gc_finish(jvmtiEnv *jvmti)
{
    (void)jvmti;
    if (--depth > 0 || !atomic_load_explicit(&started, memory_order_acquire)) {
        return;
    }
    struct trim_gc_counts counts;
    trim_vm_counters_read_gc(&counters, &counts);
    enum trim_pause pause = trim_gc_classify(&last_counts, &counts);
    last_counts = counts;
    if (pause == TRIM_PAUSE_OLD || pause == TRIM_PAUSE_UNKNOWN) {
        (void)atomic_fetch_add_explicit(&old_pauses, 1, memory_order_relaxed);
    }
}

static void JNICALL on_class_load(jvmtiEnv *jvmti, JNIEnv *jni, jthread thread, jclass loaded)
{
    (void)jvmti;
    (void)jni;
    (void)thread;
    (void)loaded;
    (void)atomic_fetch_add_explicit(&class_loads, 1, memory_order_relaxed);
}

static void JNICALL on_vm_init(jvmtiEnv *jvmti, JNIEnv *jni, jthread thread)
{
    (void)jvmti;
    (void)jni;
    (void)thread;
    /* The VM's counters do not exist before. */
    trim_hotspot_find_counters(function_of_vm, &counters);
    trim_vm_counters_read_gc(&counters, &last_counts);
    atomic_store_explicit(&started, true, memory_order_release);
    recorder_begin(path, read_counts);
}

static void JNICALL on_vm_death(jvmtiEnv *jvmti, JNIEnv *jni)
{
    (void)jvmti;
    (void)jni;
    recorder_end();
}

static bool listen(jvmtiEnv *jvmti)
{
    static const jvmtiEvent events[] = {
        JVMTI_EVENT_GARBAGE_COLLECTION_START, JVMTI_EVENT_GARBAGE_COLLECTION_FINISH,
        JVMTI_EVENT_CLASS_LOAD, JVMTI_EVENT_VM_INIT, JVMTI_EVENT_VM_DEATH};
    const jvmtiCapabilities capabilities = {.can_generate_garbage_collection_events = 1};
    const jvmtiEventCallbacks callbacks = {.GarbageCollectionStart = on_gc_start,
                                           .GarbageCollectionFinish = on_gc_finish,
                                           .ClassLoad = on_class_load,
                                           .VMInit = on_vm_init,
                                           .VMDeath = on_vm_death};
    if ((*jvmti)->AddCapabilities(jvmti, &capabilities) != JVMTI_ERROR_NONE ||
        (*jvmti)->SetEventCallbacks(jvmti, &callbacks, sizeof callbacks) != JVMTI_ERROR_NONE) {
        return false;
    }
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        if ((*jvmti)->SetEventNotificationMode(jvmti, JVMTI_ENABLE, events[i], NULL) !=
            JVMTI_ERROR_NONE) {
            return false;
        }
    }
    return true;
}

JNIEXPORT jint JNICALL Agent_OnLoad(JavaVM *vm, char *options, void *reserved)
{
    (void)reserved;
    if (options == NULL || strlen(options) >= sizeof path) {
        (void)fprintf(stderr, "recorder: the agent's option must name the trace's file\n");
        return JNI_ERR;
    }
    strcpy(path, options);
    void *function = NULL;
    memcpy(&function, &(*vm)->GetEnv, sizeof function);
    function_of_vm = function;
    jvmtiEnv *jvmti = NULL;
    if ((*vm)->GetEnv(vm, (void **)&jvmti, JVMTI_VERSION_1_2) != JNI_OK || !listen(jvmti)) {
        return JNI_ERR;
    }
    return JNI_OK;
}

/*
 * The JVMTI side: capabilities, callbacks and events.
 *
 * The callbacks only turn events into signals. GarbageCollectionStart and -Finish run on the VM
 * thread while the world is stopped, where JVMTI allows little but raw monitors; ClassLoad runs on
 * any Java thread. So none of them allocates, locks, logs or uses JNI. ThreadStart does one thing,
 * once: it switches ClassLoad on.
 */
#ifndef TRIMAGENT_HOOKS_H
#define TRIMAGENT_HOOKS_H

#include <jvmti.h>
#include <stdbool.h>

#include "text.h"
#include "vm_counters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What hooks call when the VM's life changes. Neither runs at a safepoint. */
struct trim_hooks_listener {
    void (*vm_init)(
        void); /* The VM is initialised: counters can be found. Not called on late attach. */
    void (*vm_death)(void); /* The VM is about to end. */
    bool classes_can_wait;  /* No class load must be told of: the worker looks at the process of
                               itself, or nobody wants to know. */
};

/*
 * Gets a JVMTI environment, asks for can_generate_garbage_collection_events and enables the events.
 * To be called in Agent_OnLoad or, with live true, in Agent_OnAttach. The counters are read in GC
 * callbacks: they may be filled in later, but before trim_hooks_counters_found. Returns 0; on
 * failure -1, with message naming the JVMTI call and its error.
 */
int trim_hooks_install(JavaVM *vm, bool live, const struct trim_hooks_listener *listener,
                       const struct trim_vm_counters *counters, struct trim_text *message);

/* Switches ClassLoad on where it has been left off. Any thread that the VM knows, once the VM is
 * initialised; nothing happens unless the hooks are installed. */
void trim_hooks_hear_classes(void);

/* Publishes the counters to the GC callbacks, which treat every pause as unknown before. */
void trim_hooks_counters_found(void);

#ifdef __cplusplus
}
#endif

#endif

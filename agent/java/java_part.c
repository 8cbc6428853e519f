#include "java_part.h"

#include <pthread.h>

#include "clock.h"
#include "error_text.h"
#include "java_classes.h"
#include "java_natives.h"
#include "java_target.h"
#include "log.h"
#include "quantity.h"
#include "report_ring.h"
#include "thread.h"
#include "wake.h"

/* A JVM that ends sooner pays nothing. */
#define DELAY_NS TRIM_NS_PER_S

/* How long after the last nudge to look once more: what loads classes may not be done yet. */
#define AFTER_NS TRIM_NS_PER_S

/* What JVMs give threads of Java. */
#define STACK_BYTES TRIM_MIB

/* References of one look or one report, with some to spare. */
#define LOCAL_REFERENCES 32

static struct trim_java_config in_force;

/* Of the thread. */
static struct {
    struct trim_java_bundle bundle;
    struct trim_java_target targets[2];
    size_t count;
    struct trim_report report; /* Here for its size. */
} part;

/* Returns false where nothing can be done. */
static bool prepare(JNIEnv *env)
{
    static const char no_class[] =
        "options 'jfr' and 'jmx' have no effect: no class can be defined";
    if (in_force.jfr) {
        part.targets[part.count++] = trim_java_jfr;
    }
    if (in_force.jmx) {
        part.targets[part.count++] = trim_java_jmx;
    }
    if ((*env)->PushLocalFrame(env, LOCAL_REFERENCES) != 0) {
        trim_java_warn(env, no_class);
        return false;
    }
    jclass agent = trim_java_inflate(env, &part.bundle) != 0
                       ? NULL
                       : trim_java_define(env, &part.bundle, TRIM_JAVA_AGENT, TRIM_JAVA_AGENT);
    bool done = agent != NULL && trim_java_register(env, agent, &in_force) == 0;
    if (!done) {
        trim_java_warn(env, no_class);
    }
    (void)(*env)->PopLocalFrame(env, NULL);
    return done;
}

/* Whether any of them is in this state. */
static bool any(enum trim_java_state state)
{
    bool found = false;
    for (size_t i = 0; i < part.count; i++) {
        found = found || part.targets[i].state == state;
    }
    return found;
}

/* Starts what is in use by now, and tells of a report where there is one. */
static void turn(JNIEnv *env, const struct trim_report *report)
{
    if ((*env)->PushLocalFrame(env, LOCAL_REFERENCES) != 0) {
        (*env)->ExceptionClear(env);
        return;
    }
    for (size_t i = 0; i < part.count; i++) {
        trim_java_target_look(env, &part.bundle, &part.targets[i]);
        if (report != NULL) {
            trim_java_target_tell(env, &part.targets[i], report);
        }
    }
    (void)(*env)->PopLocalFrame(env, NULL);
}

static void want_nudges(bool wanted)
{
    bool before = trim_report_ring_wants_nudges();
    trim_report_ring_want_nudges(wanted);
    if (wanted && !before) {
        /* So that the worker waits for class loads from now on. */
        trim_wake();
    }
}

static void attached(JNIEnv *env)
{
    enum trim_ring_news news = TRIM_RING_NUDGE;
    if (!prepare(env)) {
        return;
    }
    while (news != TRIM_RING_CLOSED) {
        turn(env, news == TRIM_RING_REPORT ? &part.report : NULL);
        bool waiting = any(TRIM_JAVA_WAITING);
        if (!waiting && !any(TRIM_JAVA_ON)) {
            return;
        }
        want_nudges(waiting);
        bool again = waiting && news == TRIM_RING_NUDGE;
        news = trim_report_ring_take(&part.report, again ? AFTER_NS : TRIM_NEVER);
    }
}

static void *run(void *unused)
{
    (void)unused;
    trim_thread_name("trimagent-java");
    if (!in_force.live) {
        trim_clock_sleep_ns(DELAY_NS);
    }
    JavaVMAttachArgs arguments = {.version = JNI_VERSION_1_4, .name = "trimagent-java"};
    JNIEnv *env = NULL;
    if (!trim_report_ring_is_open()) {
        return NULL; /* The VM is ending. */
    }
    if ((*in_force.vm)->AttachCurrentThreadAsDaemon(in_force.vm, (void **)&env, &arguments) ==
        JNI_OK) {
        attached(env);
        (void)(*in_force.vm)->DetachCurrentThread(in_force.vm);
    } else if (trim_report_ring_is_open()) {
        trim_log(TRIM_LOG_WARNING,
                 "options 'jfr' and 'jmx' have no effect: the JVM takes no more threads");
    }
    trim_report_ring_close();
    return NULL;
}

void trim_java_stop(void)
{
    trim_report_ring_close();
}

void trim_java_start(const struct trim_java_config *config)
{
    pthread_t thread;
    in_force = *config;
    if (!in_force.jfr && !in_force.jmx) {
        return;
    }
    trim_report_ring_open();
    int error = trim_thread_start_roomy(&thread, STACK_BYTES, run, NULL);
    if (error == 0) {
        (void)pthread_detach(thread);
        return;
    }
    char why[TRIM_ERROR_TEXT_MAX];
    trim_report_ring_close();
    trim_log(TRIM_LOG_WARNING,
             "options 'jfr' and 'jmx' have no effect: no thread can be started (%s)",
             trim_error_text(why, error));
}

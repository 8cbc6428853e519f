#include "java_target.h"

#include <inttypes.h>
#include <stddef.h>

#include "java_figures.h"
#include "java_natives.h"
#include "log.h"
#include "text.h"

#define MESSAGE_MAX 512

const struct trim_java_target trim_java_jfr = {
    .option = "jfr",
    .module = "jdk.jfr",
    .first = TRIM_JAVA_CHEAP,
    .last = TRIM_JAVA_RECORDER,
    .asked_class = "jdk/jfr/FlightRecorder",
    .asked_method = "isInitialized",
    .asked_signature = "()Z",
};

const struct trim_java_target trim_java_jmx = {
    .option = "jmx",
    .module = "java.management",
    .first = TRIM_JAVA_BEAN_INTERFACE,
    .last = TRIM_JAVA_BEAN,
    .asked_class = "javax/management/MBeanServerFactory",
    .asked_method = "findMBeanServer",
    .asked_signature = "(Ljava/lang/String;)Ljava/util/ArrayList;",
};

void trim_java_warn(JNIEnv *env, const char *what)
{
    char buffer[MESSAGE_MAX];
    struct trim_text why;
    trim_text_init(&why, buffer, sizeof buffer);
    trim_java_add_exception(env, &why);
    trim_log(TRIM_LOG_WARNING, "%s (%s)", what, buffer);
}

/* From the pending exception. */
static void give_up(JNIEnv *env, struct trim_java_target *target)
{
    char buffer[MESSAGE_MAX];
    struct trim_text what;
    trim_text_init(&what, buffer, sizeof buffer);
    trim_text_add(&what, "option '%s' has no effect: it needs the module %s", target->option,
                  target->module);
    trim_java_warn(env, buffer);
    target->state = TRIM_JAVA_OFF;
}

/* Finds whom to ask. */
static void find(JNIEnv *env, struct trim_java_target *target)
{
    jclass asked = trim_java_find(env, target->asked_class, target->module);
    target->ask = asked == NULL ? NULL
                                : (*env)->GetStaticMethodID(env, asked, target->asked_method,
                                                            target->asked_signature);
    if (target->ask == NULL) {
        give_up(env, target);
        return;
    }
    target->asked = (*env)->NewGlobalRef(env, asked);
    target->state = TRIM_JAVA_WAITING;
}

/* May leave an exception. */
static bool is_in_use(JNIEnv *env, const struct trim_java_target *target)
{
    if (target->first == TRIM_JAVA_CHEAP) {
        return (*env)->CallStaticBooleanMethod(env, target->asked, target->ask) != JNI_FALSE;
    }
    jobject list = (*env)->CallStaticObjectMethod(env, target->asked, target->ask, NULL);
    jclass lists = (*env)->ExceptionCheck(env) ? NULL : (*env)->GetObjectClass(env, list);
    jmethodID is_empty = lists == NULL ? NULL : (*env)->GetMethodID(env, lists, "isEmpty", "()Z");
    return is_empty != NULL && (*env)->CallBooleanMethod(env, list, is_empty) == JNI_FALSE;
}

static void start(JNIEnv *env, const struct trim_java_bundle *bundle,
                  struct trim_java_target *target)
{
    jclass started = trim_java_define(env, bundle, target->first, target->last);
    jmethodID begin =
        started == NULL ? NULL : (*env)->GetStaticMethodID(env, started, "start", "()V");
    if (begin != NULL) {
        target->trim = (*env)->GetStaticMethodID(
            env, started, "trim", "(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;[J)V");
    }
    if (target->trim != NULL) {
        (*env)->CallStaticVoidMethod(env, started, begin);
    }
    if ((*env)->ExceptionCheck(env)) {
        give_up(env, target);
        return;
    }
    target->told = (*env)->NewGlobalRef(env, started);
    target->state = TRIM_JAVA_ON;
    trim_log(TRIM_LOG_DEBUG, "%s is on", target->option);
}

void trim_java_target_look(JNIEnv *env, const struct trim_java_bundle *bundle,
                           struct trim_java_target *target)
{
    if (target->state == TRIM_JAVA_NEW) {
        find(env, target);
    }
    if (target->state != TRIM_JAVA_WAITING) {
        return;
    }
    bool in_use = is_in_use(env, target);
    if ((*env)->ExceptionCheck(env)) {
        give_up(env, target);
    } else if (in_use) {
        start(env, bundle, target);
    }
}

/* May leave an exception. */
static void call(JNIEnv *env, const struct trim_java_target *target,
                 const struct trim_report *report)
{
    int64_t figures[TRIM_JAVA_TRIM_FIGURES];
    trim_java_trim_figures(figures, report);
    jstring reason = trim_java_string(env, trim_reason_name(report->reason));
    jstring way = reason == NULL ? NULL : trim_java_string(env, trim_java_way(report));
    jstring asked_by = way == NULL ? NULL : trim_java_string(env, report->asked_by);
    jlongArray array = asked_by == NULL ? NULL : (*env)->NewLongArray(env, TRIM_JAVA_TRIM_FIGURES);
    if (array != NULL) {
        (*env)->SetLongArrayRegion(env, array, 0, TRIM_JAVA_TRIM_FIGURES, (const jlong *)figures);
        (*env)->CallStaticVoidMethod(env, target->told, target->trim, reason, way, asked_by, array);
    }
}

void trim_java_target_tell(JNIEnv *env, const struct trim_java_target *target,
                           const struct trim_report *report)
{
    static bool told_failure;
    if (target->state != TRIM_JAVA_ON) {
        return;
    }
    call(env, target, report);
    if (!(*env)->ExceptionCheck(env)) {
        trim_log(TRIM_LOG_DEBUG, "trim #%" PRIu64 " told to %s", report->number, target->option);
    } else if (told_failure) {
        (*env)->ExceptionClear(env);
    } else {
        told_failure = true;
        trim_java_warn(env, "a trim could not be told to JFR or JMX; this is said only once");
    }
}

#include "java_natives.h"

#include <string.h>

#include "answer.h"
#include "java_figures.h"
#include "report_text.h"
#include "text.h"
#include "worker.h"

#define COMMAND_MAX 64
#define NAME_MAX_BYTES 64

static const struct trim_java_config *in_force;

jstring trim_java_string(JNIEnv *env, const char *text)
{
    char ascii[TRIM_ANSWER_MAX];
    size_t length = strnlen(text, sizeof ascii - 1);
    for (size_t i = 0; i < length; i++) {
        ascii[i] = text[i];
        if ((unsigned char)text[i] >= 0x80) {
            ascii[i] = '?';
        }
    }
    ascii[length] = '\0';
    return (*env)->NewStringUTF(env, ascii);
}

static jlongArray JNICALL read_figures(JNIEnv *env, jclass unused)
{
    (void)unused;
    int64_t figures[TRIM_JAVA_FIGURES];
    trim_java_figures(in_force->counters, figures);
    jlongArray array = (*env)->NewLongArray(env, TRIM_JAVA_FIGURES);
    if (array != NULL) {
        (*env)->SetLongArrayRegion(env, array, 0, TRIM_JAVA_FIGURES, (const jlong *)figures);
    }
    return array;
}

static jobjectArray JNICALL names(JNIEnv *env, jclass unused)
{
    (void)unused;
    jclass string = (*env)->FindClass(env, "java/lang/String");
    jobjectArray array =
        string == NULL ? NULL : (*env)->NewObjectArray(env, TRIM_JAVA_FIGURES, string, NULL);
    for (jsize i = 0; array != NULL && i < TRIM_JAVA_FIGURES; i++) {
        char buffer[NAME_MAX_BYTES];
        const char *name = trim_java_figure_name((size_t)i, buffer, sizeof buffer);
        jstring text = name == NULL ? NULL : (*env)->NewStringUTF(env, name);
        if ((*env)->ExceptionCheck(env)) {
            return NULL;
        }
        (*env)->SetObjectArrayElement(env, array, i, text);
        (*env)->DeleteLocalRef(env, text);
    }
    return array;
}

/* As Agent.java numbers them. */
enum { WORD_VERSION = 0, WORD_ALLOCATOR, WORD_LAST_REASON, WORD_LAST_WAY, WORD_VERDICT };

static jstring JNICALL word(JNIEnv *env, jclass unused, jint which)
{
    (void)unused;
    struct trim_totals totals;
    bool alive = trim_worker_read_totals(&totals);
    uint64_t trims = alive ? trim_totals_trims(&totals) : 0;
    const struct trim_report *last = trims == 0 ? NULL : &totals.last[trim_totals_place(trims)];
    const char *text = "";
    switch (which) {
    case WORD_VERSION:
        text = TRIM_VERSION;
        break;
    case WORD_ALLOCATOR:
        text = in_force->allocator;
        break;
    case WORD_LAST_REASON:
        text = last == NULL ? "" : trim_reason_name(last->reason);
        break;
    case WORD_LAST_WAY:
        text = last == NULL ? "" : trim_java_way(last);
        break;
    case WORD_VERDICT:
        text = trim_heap_verdict_name(alive ? totals.heap.verdict : TRIM_HEAP_UNKNOWN);
        break;
    default:
        break;
    }
    return trim_java_string(env, text);
}

static jstring JNICALL ask(JNIEnv *env, jclass unused, jstring command)
{
    (void)unused;
    char text[COMMAND_MAX] = "";
    char answer[TRIM_ANSWER_MAX];
    jsize length = (*env)->GetStringLength(env, command);
    if (length < COMMAND_MAX / 3) {
        (*env)->GetStringUTFRegion(env, command, 0, length, text);
    }
    (void)in_force->ask(text, answer, sizeof answer);
    return trim_java_string(env, answer);
}

int trim_java_register(JNIEnv *env, jclass agent, const struct trim_java_config *config)
{
    in_force = config;
    const JNINativeMethod natives[] = {
        {"read", "()[J", (void *)read_figures},
        {"names", "()[Ljava/lang/String;", (void *)names},
        {"word", "(I)Ljava/lang/String;", (void *)word},
        {"ask", "(Ljava/lang/String;)Ljava/lang/String;", (void *)ask},
    };
    return (*env)->RegisterNatives(env, agent, natives, sizeof natives / sizeof natives[0]) == 0
               ? 0
               : -1;
}

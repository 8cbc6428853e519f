#include "java_classes.h"

#include <stdint.h>

/* Made by bundle.cmake: the sizes of the classes, in order. */
#include "java_class_sizes.h"

/* gzip's header, where no name is kept, and the sums behind the data. */
#define GZIP_HEADER 10
#define GZIP_END 8

#define EXCEPTION_MAX 256

__asm__(".pushsection .rodata\n"
        "trim_java_bundle: .incbin \"" TRIM_JAVA_BUNDLE "\"\n"
        "trim_java_bundle_end: .byte 0\n"
        ".popsection\n");
extern const unsigned char trim_java_bundle[] __attribute__((visibility("hidden")));
extern const unsigned char trim_java_bundle_end[] __attribute__((visibility("hidden")));

static const uint16_t sizes[] = {TRIM_JAVA_CLASS_SIZES};
_Static_assert(sizeof sizes / sizeof sizes[0] == TRIM_JAVA_CLASS_COUNT, "a size for each class");

static jsize offset_of(enum trim_java_class which)
{
    jsize offset = 0;
    for (int i = 0; i < (int)which; i++) {
        offset += sizes[i];
    }
    return offset;
}

int trim_java_inflate(JNIEnv *env, struct trim_java_bundle *bundle)
{
    // cppcheck-suppress comparePointers; The assembler lays both around the same bytes.
    jsize deflated = (jsize)(trim_java_bundle_end - trim_java_bundle) - GZIP_HEADER - GZIP_END;
    jclass inflaters = (*env)->FindClass(env, "java/util/zip/Inflater");
    jbyteArray input = inflaters == NULL ? NULL : (*env)->NewByteArray(env, deflated);
    jbyteArray output =
        input == NULL ? NULL : (*env)->NewByteArray(env, offset_of(TRIM_JAVA_CLASS_COUNT));
    bundle->bytes = output == NULL ? NULL : (*env)->NewGlobalRef(env, output);
    if (bundle->bytes == NULL) {
        return -1;
    }
    (*env)->SetByteArrayRegion(env, input, 0, deflated,
                               (const jbyte *)trim_java_bundle + GZIP_HEADER);
    jmethodID create = (*env)->GetMethodID(env, inflaters, "<init>", "(Z)V");
    jmethodID set = (*env)->GetMethodID(env, inflaters, "setInput", "([B)V");
    jmethodID inflate = (*env)->GetMethodID(env, inflaters, "inflate", "([B)I");
    jmethodID end = (*env)->GetMethodID(env, inflaters, "end", "()V");
    jobject inflater = (*env)->ExceptionCheck(env)
                           ? NULL
                           : (*env)->NewObject(env, inflaters, create, (jboolean)JNI_TRUE);
    if (inflater == NULL) {
        return -1;
    }
    (*env)->CallVoidMethod(env, inflater, set, input);
    if (!(*env)->ExceptionCheck(env)) {
        (void)(*env)->CallIntMethod(env, inflater, inflate, bundle->bytes);
    }
    if (!(*env)->ExceptionCheck(env)) {
        (*env)->CallVoidMethod(env, inflater, end);
    }
    return (*env)->ExceptionCheck(env) ? -1 : 0;
}

static jclass define_one(JNIEnv *env, const struct trim_java_bundle *bundle,
                         enum trim_java_class which)
{
    jbyte *bytes = which < TRIM_JAVA_CLASS_COUNT
                       ? (*env)->GetByteArrayElements(env, bundle->bytes, NULL)
                       : NULL;
    if (bytes == NULL) {
        return NULL;
    }
    jclass defined = (*env)->DefineClass(env, NULL, NULL, bytes + offset_of(which), sizes[which]);
    (*env)->ReleaseByteArrayElements(env, bundle->bytes, bytes, JNI_ABORT);
    return defined;
}

/* The JDK does the same for the agents that it has itself. Leaves no exception. */
static void resolve_module(JNIEnv *env, const char *module)
{
    jclass modules = (*env)->FindClass(env, "jdk/internal/module/Modules");
    jmethodID load = modules == NULL
                         ? NULL
                         : (*env)->GetStaticMethodID(env, modules, "loadModule",
                                                     "(Ljava/lang/String;)Ljava/lang/Module;");
    jstring name = load == NULL ? NULL : (*env)->NewStringUTF(env, module);
    if (name != NULL) {
        (void)(*env)->CallStaticObjectMethod(env, modules, load, name);
    }
    (*env)->ExceptionClear(env);
}

jclass trim_java_find(JNIEnv *env, const char *name, const char *module)
{
    jclass found = (*env)->FindClass(env, name);
    if (found == NULL) {
        (*env)->ExceptionClear(env);
        resolve_module(env, module);
        found = (*env)->FindClass(env, name);
    }
    return found;
}

jclass trim_java_define(JNIEnv *env, const struct trim_java_bundle *bundle,
                        enum trim_java_class first, enum trim_java_class last)
{
    jclass defined = define_one(env, bundle, first);
    for (int next = (int)first + 1; defined != NULL && next <= (int)last; next++) {
        defined = define_one(env, bundle, (enum trim_java_class)next);
    }
    return defined;
}

void trim_java_add_exception(JNIEnv *env, struct trim_text *text)
{
    char buffer[EXCEPTION_MAX] = "unknown";
    jthrowable thrown = (*env)->ExceptionOccurred(env);
    (*env)->ExceptionClear(env);
    jclass object = thrown == NULL ? NULL : (*env)->GetObjectClass(env, thrown);
    jmethodID describe = object == NULL
                             ? NULL
                             : (*env)->GetMethodID(env, object, "toString", "()Ljava/lang/String;");
    jstring said = describe == NULL ? NULL : (*env)->CallObjectMethod(env, thrown, describe);
    if (said != NULL && !(*env)->ExceptionCheck(env)) {
        jsize length = (*env)->GetStringLength(env, said);
        /* A character takes three bytes at most. */
        jsize most = EXCEPTION_MAX / 3 - 1;
        (*env)->GetStringUTFRegion(env, said, 0, length < most ? length : most, buffer);
    }
    (*env)->ExceptionClear(env);
    /* Its message may be the application's, and must not pass for a line of its own. */
    for (char *at = buffer; *at != '\0'; at++) {
        trim_text_add(text, "%c", *at >= ' ' && *at <= '~' ? *at : '?');
    }
}

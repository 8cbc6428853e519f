/* The methods of bench.Native. */
#include <jni.h>

#include <stdlib.h>

#include "blocks.h"
#include "busy.h"
#include "churn.h"
#include "heaps.h"
#include "pool.h"
#include "tops.h"
#include "victims.h"

#define REQUEST_BLOCKS 8
#define REQUEST_SMALLEST 2048
#define REQUEST_LARGEST 32768

static jdoubleArray to_array(JNIEnv *env, const double *values, jsize count)
{
    jdoubleArray array = (*env)->NewDoubleArray(env, count);
    if (array != NULL) {
        (*env)->SetDoubleArrayRegion(env, array, 0, count, values);
    }
    return array;
}

JNIEXPORT void JNICALL Java_bench_Native_publishLive(JNIEnv *env, jclass type, jstring path)
{
    (void)type;
    const char *chars = (*env)->GetStringUTFChars(env, path, NULL);
    if (chars != NULL) {
        bench_blocks_publish(chars);
        (*env)->ReleaseStringUTFChars(env, path, chars);
    }
}

JNIEXPORT void JNICALL Java_bench_Native_countLive(JNIEnv *env, jclass type, jlong change)
{
    (void)env;
    (void)type;
    bench_blocks_count(change);
}

JNIEXPORT jint JNICALL Java_bench_Native_startThreads(JNIEnv *env, jclass type, jint threads)
{
    (void)env;
    (void)type;
    bench_pool_start((unsigned)threads);
    return (jint)bench_pool_arenas();
}

JNIEXPORT void JNICALL Java_bench_Native_renewThreads(JNIEnv *env, jclass type)
{
    (void)env;
    (void)type;
    bench_pool_renew();
}

JNIEXPORT void JNICALL Java_bench_Native_load(JNIEnv *env, jclass type, jint generation,
                                              jlong bytes, jint smallest, jint largest)
{
    (void)env;
    (void)type;
    struct bench_load load = {.generation = (unsigned)generation,
                              .bytes = (uint64_t)bytes,
                              .smallest = (size_t)smallest,
                              .largest = (size_t)largest};
    bench_blocks_load(&load);
}

JNIEXPORT void JNICALL Java_bench_Native_release(JNIEnv *env, jclass type, jint generation,
                                                 jint keep_one_in)
{
    (void)env;
    (void)type;
    bench_blocks_release((unsigned)generation, (unsigned)keep_one_in);
}

static jdoubleArray churn_array(JNIEnv *env, const struct bench_churn_result *result)
{
    const double values[] = {(double)result->operations,       (double)result->wall_ns,
                             (double)result->cpu_ns,           (double)result->median_burst_ns,
                             (double)result->longest_burst_ns, (double)result->burst_cpu_ns};
    return to_array(env, values, sizeof values / sizeof *values);
}

JNIEXPORT jdoubleArray JNICALL Java_bench_Native_steady(JNIEnv *env, jclass type, jlong ms)
{
    (void)type;
    struct bench_churn_result result;
    bench_churn_steady((uint64_t)ms * 1000000U, &result);
    return churn_array(env, &result);
}

JNIEXPORT jdoubleArray JNICALL Java_bench_Native_bursts(JNIEnv *env, jclass type, jlong ms,
                                                        jlong bytes)
{
    (void)type;
    struct bench_churn_result result;
    bench_churn_bursts((uint64_t)ms * 1000000U, (uint64_t)bytes, &result);
    return churn_array(env, &result);
}

JNIEXPORT jdoubleArray JNICALL Java_bench_Native_tops(JNIEnv *env, jclass type, jlong ms,
                                                      jlong bytes)
{
    (void)type;
    struct bench_churn_result result;
    bench_tops_run((uint64_t)ms * 1000000U, (uint64_t)bytes, &result);
    return churn_array(env, &result);
}

JNIEXPORT jlong JNICALL Java_bench_Native_topsBytes(JNIEnv *env, jclass type)
{
    (void)env;
    (void)type;
    return (jlong)bench_tops_bytes();
}

JNIEXPORT jlong JNICALL Java_bench_Native_heapsResident(JNIEnv *env, jclass type)
{
    (void)env;
    (void)type;
    return (jlong)bench_heaps_resident();
}

JNIEXPORT void JNICALL Java_bench_Native_startBusy(JNIEnv *env, jclass type, jint threads)
{
    (void)env;
    (void)type;
    bench_busy_start((unsigned)threads);
}

JNIEXPORT void JNICALL Java_bench_Native_stopBusy(JNIEnv *env, jclass type, jstring path)
{
    (void)type;
    const char *chars = (*env)->GetStringUTFChars(env, path, NULL);
    if (chars != NULL) {
        bench_busy_stop(chars);
        (*env)->ReleaseStringUTFChars(env, path, chars);
    }
}

JNIEXPORT void JNICALL Java_bench_Native_startVictims(JNIEnv *env, jclass type, jint victims)
{
    (void)env;
    (void)type;
    bench_victims_start((unsigned)victims);
}

JNIEXPORT jdoubleArray JNICALL Java_bench_Native_stopVictims(JNIEnv *env, jclass type)
{
    (void)type;
    struct bench_victims_result result;
    bench_victims_stop(&result);
    const double values[] = {result.victims,
                             result.sharing,
                             (double)result.pairs,
                             (double)result.p50_ns,
                             (double)result.p999_ns,
                             (double)result.max_ns,
                             (double)result.max_unqueued_ns,
                             (double)result.blocked_ns,
                             (double)result.calm_max_unqueued_ns,
                             (double)result.calm_blocked_ns};
    return to_array(env, values, sizeof values / sizeof *values);
}

/* What a request does natively: takes some blocks of a few pages, fills them, gives them back. */
JNIEXPORT void JNICALL Java_bench_Native_request(JNIEnv *env, jclass type, jlong seed)
{
    (void)env;
    (void)type;
    struct bench_random random = {.state = (uint64_t)seed | 1U};
    char *blocks[REQUEST_BLOCKS];
    for (int i = 0; i < REQUEST_BLOCKS; i++) {
        blocks[i] = bench_allocate(bench_random_size(&random, REQUEST_SMALLEST, REQUEST_LARGEST));
    }
    for (int i = 0; i < REQUEST_BLOCKS; i++) {
        free(blocks[i]);
    }
}

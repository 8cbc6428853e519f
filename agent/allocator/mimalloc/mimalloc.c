/*
 * mimalloc: each thread has heaps of its own, which no other thread can have given back. What is
 * free as a whole goes to a store that all threads share, and a collection of any thread gives that
 * back at once: with 2.x these are segments of 32 MiB and large blocks, from 3.0 on pages of 64 KiB
 * and more. So of a gigabyte in blocks of up to 64 KiB, nearly all of it freed, 2.0.9 gave back
 * nothing, and 3.0 to 3.6 a quarter to four fifths. By itself mimalloc purges about a second after
 * memory was freed, but only while threads allocate, and on their time.
 *
 * How much is free mimalloc does not tell, in builds for production. What is expected is an upper
 * bound, by RSS: what the process has grown by since the last release, and by and by what that one
 * has left, since an application frees what it had in use. A release that has found little makes
 * the policy wait longer.
 *
 * Facts are of mimalloc.h, 2.0.9 to 3.6.0.
 */
#include "mimalloc.h"

#include <stddef.h>

#include "allocator.h"
#include "clock.h"
#include "counted.h"
#include "process_memory.h"
#include "quantity.h"

static struct {
    void (*thread_init)(void);
    void (*collect)(bool force);
    void (*process_info)(size_t *elapsed_ms, size_t *user_ms, size_t *system_ms, size_t *rss,
                         size_t *peak_rss, size_t *commit, size_t *peak_commit, size_t *faults);
    uint64_t left_bytes;  /* RSS after the last release, */
    uint64_t left_at_ns;  /* and when that was, */
    uint64_t left_cpu_ns; /* by the process's CPU clock as well. */
} own;

/* What an application has in use it frees while it works: a process at rest, of a fiftieth of a
 * core at most, is taken for that much slower. */
#define WORK_TIMES 50

static void note_left(void)
{
    own.left_bytes = UINT64_MAX; /* The next look takes what is there then. */
    own.left_at_ns = trim_clock_now_ns();
    own.left_cpu_ns = trim_clock_process_cpu_ns();
}

static uint64_t age_ns(void)
{
    uint64_t worked_ns = trim_excess(trim_clock_process_cpu_ns(), own.left_cpu_ns);
    return trim_min(trim_excess(trim_clock_now_ns(), own.left_at_ns), worked_ns * WORK_TIMES);
}

uint64_t trim_mimalloc_bound(uint64_t rss_bytes, uint64_t left_bytes, uint64_t age_ns)
{
    uint64_t left = trim_min(left_bytes, rss_bytes);
    uint64_t age = trim_min(age_ns, TRIM_MIMALLOC_FREE_AFTER_NS);
    /* In milliseconds, so that the product fits. */
    uint64_t passed = age / TRIM_NS_PER_MS;
    return rss_bytes - left + left * passed / (TRIM_MIMALLOC_FREE_AFTER_NS / TRIM_NS_PER_MS);
}

static uint64_t committed_bytes(void)
{
    size_t unused = 0;
    size_t commit = 0;
    own.process_info(&unused, &unused, &unused, &unused, &unused, &commit, &unused, &unused);
    return commit;
}

static int mimalloc_read(struct trim_count *count)
{
    uint64_t rss = 0;
    if (trim_process_rss("/proc/self", &rss) != 0) {
        return -1;
    }
    own.left_bytes = trim_min(own.left_bytes, rss);
    uint64_t bound = trim_mimalloc_bound(rss, own.left_bytes, age_ns());
    uint64_t committed = own.process_info != NULL ? committed_bytes() : rss;
    *count = (struct trim_count){
        .source = TRIM_FIGURES_MIMALLOC,
        .in_use_bytes = rss - bound,
        .free_bytes = trim_min(bound, committed),
        .named = {{own.process_info != NULL ? "committed" : NULL, committed}},
    };
    return 0;
}

static bool mimalloc_release_part(uint64_t part)
{
    (void)part;
    /* A thread that has not called malloc yet has no heap, and mi_collect does nothing on it. */
    own.thread_init();
    own.collect(true);
    note_left();
    return false;
}

/* 209 is 2.0.9, 3208 is 3.2.8, and 30403 is 3.4.3. */
static void add_version(struct trim_text *description, int version)
{
    int major_part = version < 1000 ? 100 : version < 10000 ? 1000 : 10000;
    int minor_part = version < 1000 ? 10 : 100;
    trim_text_add(description, "mimalloc %d.%d.%d", version / major_part,
                  version % major_part / minor_part, version % minor_part);
}

const struct trim_allocator *trim_allocator_mimalloc(trim_find_function find,
                                                     struct trim_text *description)
{
    static const struct trim_counted counted = {
        .read = mimalloc_read,
        .release_part = mimalloc_release_part,
        .bound_only = true,
        .call = "mi_collect",
    };
    int (*version)(void) = NULL;
    *(void **)&version = find("mi_version");
    *(void **)&own.thread_init = find("mi_thread_init");
    *(void **)&own.collect = find("mi_collect");
    *(void **)&own.process_info = find("mi_process_info");
    if (version == NULL || own.thread_init == NULL || own.collect == NULL) {
        return NULL;
    }
    note_left();
    own.left_bytes = 0; /* Nobody has given anything back yet. */
    add_version(description, version());
    return trim_counted_allocator(&counted);
}

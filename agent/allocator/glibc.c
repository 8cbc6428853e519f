/* glibc's malloc: malloc_trim, and the estimate of what it would release. */
#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "glibc_environment.h"
#include "glibc_release.h"
#include "trimagent/allocator.h"
#include "trimagent/arena_scan.h"
#include "trimagent/clock.h"
#include "trimagent/estimate.h"
#include "trimagent/glibc_tuning.h"
#include "trimagent/malloc_info.h"
#include "trimagent/quantity.h"

/* What mallinfo2 returns, declared here because old headers lack it. */
struct mallinfo2_result {
    size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};

/* The C library's functions and the stream that malloc_info prints to. Set once before the worker
 * starts. */
static int (*malloc_trim_function)(size_t pad);
static int (*malloc_info_function)(int options, FILE *stream);
static struct mallinfo2_result (*mallinfo2_function)(void);
static int (*mallopt_function)(int parameter, int value);
static FILE *stream;

/* The worker's own state. */
static struct trim_malloc_info_parser parser;
static struct trim_estimate_learned learned;
static struct trim_estimate_result last_prediction;
static struct trim_estimate_input after_trim;
static struct trim_release last_release;

/* How memory is released, and glibc's limit of arenas. */
static enum trim_mode mode;
static uint64_t arena_limit;
static uint64_t new_arena_bytes;
static const char *refusal;

static ssize_t feed_parser(void *cookie, const char *piece, size_t length)
{
    (void)cookie;
    trim_malloc_info_feed(&parser, piece, length);
    return (ssize_t)length;
}

static int read_malloc_info(struct trim_malloc_info *info)
{
    trim_malloc_info_begin(&parser, (uint64_t)sysconf(_SC_PAGESIZE));
    if (malloc_info_function(0, stream) != 0) {
        clearerr(stream);
        return -1;
    }
    return trim_malloc_info_end(&parser, info);
}

static void scan_arenas(struct trim_estimate_input *input)
{
    struct trim_arena_scan scan;
    if (trim_arena_scan_run("/proc/self", &scan) != 0 || scan.blind) {
        input->resident_known = false;
        return;
    }
    input->resident_known = true;
    input->resident_bytes = scan.resident_bytes;
    input->seen_bytes = scan.main_bytes + scan.other_bytes;
}

/* Whether a release would come to the tops: their arenas must be within reach. */
static bool tops_are_reached(void)
{
    return mode != TRIM_MODE_TRIM && refusal == NULL &&
           trim_glibc_reaches(parser.info.system_bytes, parser.arena_count, arena_limit,
                              new_arena_bytes);
}

/*
 * Takes malloc_info after a scan, and looks at the tops that it tells of. Where the arenas have
 * grown meanwhile, so that they seem not to have been found, they are scanned again.
 */
static int walk_after_scan(struct trim_estimate_input *input)
{
    if (read_malloc_info(&input->info) != 0) {
        return -1;
    }
    if (input->resident_known && input->info.system_bytes > input->seen_bytes) {
        scan_arenas(input);
    }
    if (input->resident_known) {
        struct trim_tops tops;
        trim_arena_scan_tops(parser.arenas, parser.arena_count, &tops);
        input->dry_tops_bytes = tops.dry_bytes;
        input->wet_tops_bytes = tops.wet_bytes;
        input->tops_count = tops_are_reached();
    }
    return 0;
}

/* mallinfo2's words for what malloc_info has printed. */
static void figures_from_info(const struct trim_malloc_info *info,
                              struct trim_heap_figures *figures)
{
    uint64_t free_bytes = info->fast_bytes + info->rest_bytes;
    *figures = (struct trim_heap_figures){
        .source = TRIM_FIGURES_MALLOC_INFO,
        .arena = info->system_bytes,
        .ordblks = info->rest_count,
        .smblks = info->fast_count,
        .hblks = info->mmap_count,
        .hblkhd = info->mmap_bytes,
        .fsmblks = info->fast_bytes,
        .uordblks = trim_excess(info->system_bytes, free_bytes),
        .fordblks = free_bytes,
        .keepcost = info->main_top_bytes,
    };
}

static void describe(const struct trim_estimate_input *input,
                     const struct trim_estimate_result *result, struct trim_estimate *estimate)
{
    *estimate = (struct trim_estimate){
        .expected_bytes = result->expected_bytes,
        .resident_bytes = input->resident_bytes,
        .resident_assumed = result->resident_assumed,
        .arenas = input->info.arenas,
        .free_chunks = input->info.fast_count + input->info.rest_count,
        .tops_bytes = input->info.other_top_bytes,
        .wet_tops_bytes = input->wet_tops_bytes,
    };
    figures_from_info(&input->info, &estimate->figures);
}

static int glibc_estimate(uint64_t enough_bytes, struct trim_estimate *estimate)
{
    uint64_t began_ns = trim_clock_thread_cpu_ns();
    struct trim_estimate_input input = {0};
    scan_arenas(&input);
    if (input.resident_known && input.resident_bytes < enough_bytes && input.resident_bytes > 0) {
        *estimate = (struct trim_estimate){
            .expected_bytes = input.resident_bytes,
            .resident_bytes = input.resident_bytes,
            .bound_only = true,
            .cpu_ns = trim_clock_thread_cpu_ns() - began_ns,
        };
        return 0;
    }
    uint64_t walk_began_ns = trim_clock_thread_cpu_ns();
    if (walk_after_scan(&input) != 0) {
        return -1;
    }
    uint64_t walk_ended_ns = trim_clock_thread_cpu_ns();
    trim_estimate_predict(&learned, &input, &last_prediction);
    describe(&input, &last_prediction, estimate);
    estimate->walk_cpu_ns = walk_ended_ns - walk_began_ns;
    estimate->cpu_ns = trim_clock_thread_cpu_ns() - began_ns;
    return 0;
}

static int glibc_refaulted(uint64_t *refaulted_bytes)
{
    struct trim_estimate_input input = {0};
    scan_arenas(&input);
    if (!input.resident_known || !after_trim.resident_known) {
        return -1;
    }
    uint64_t resident = trim_excess(input.resident_bytes, after_trim.resident_bytes);
    uint64_t fresh = trim_excess(input.seen_bytes, after_trim.seen_bytes);
    *refaulted_bytes = trim_excess(resident, fresh);
    return 0;
}

static int glibc_figures(struct trim_heap_figures *figures)
{
    if (mallinfo2_function == NULL) {
        return -1;
    }
    struct mallinfo2_result info = mallinfo2_function();
    *figures = (struct trim_heap_figures){
        .source = TRIM_FIGURES_MALLINFO2,
        .arena = info.arena,
        .ordblks = info.ordblks,
        .smblks = info.smblks,
        .hblks = info.hblks,
        .hblkhd = info.hblkhd,
        .fsmblks = info.fsmblks,
        .uordblks = info.uordblks,
        .fordblks = info.fordblks,
        .keepcost = info.keepcost,
    };
    return 0;
}

static void glibc_choose(enum trim_mode chosen)
{
    mode = chosen;
}

static int glibc_trim(const struct trim_cancel *cancel, struct trim_release *release)
{
    const struct trim_glibc_order order = {
        .mode = mode,
        .cancel = cancel,
        .figures = parser.arenas,
        .count = parser.arena_count,
        .system_bytes = parser.info.system_bytes,
        .arena_limit = arena_limit,
        .new_arena_bytes = new_arena_bytes,
        .refusal = refusal,
        .malloc_trim = malloc_trim_function,
    };
    trim_glibc_release(&order, release);
    last_release = *release;
    return 0;
}

static int glibc_learn(uint64_t resident_before, struct trim_estimate *after,
                       uint64_t *released_bytes)
{
    uint64_t began_ns = trim_clock_thread_cpu_ns();
    struct trim_estimate_input input = {0};
    scan_arenas(&input);
    if (walk_after_scan(&input) != 0) {
        return -1;
    }
    after_trim = input;
    uint64_t released = trim_excess(resident_before, input.resident_bytes);
    uint64_t from_tops = last_release.borrow.top_dropped_bytes;
    trim_estimate_learn(&learned, &last_prediction, &input, trim_excess(released, from_tops),
                        last_release.borrow.gave_way ? last_release.left_bytes : 0);
    struct trim_estimate_result now;
    trim_estimate_predict(&learned, &input, &now);
    describe(&input, &now, after);
    after->cpu_ns = trim_clock_thread_cpu_ns() - began_ns;
    *released_bytes = released;
    return 0;
}

static const char *variable(const char *name)
{
    return getenv(name);
}

static void glibc_tune(struct trim_tuning *tuning, bool running, struct trim_tuning_notes *notes)
{
    const struct trim_glibc_world world = {.mallopt = mallopt_function, .variable = variable};
    trim_glibc_tune(&world, running, tuning, notes);
    arena_limit = trim_glibc_arena_limit(tuning->arena_max, variable);
    new_arena_bytes = trim_glibc_new_arena_bytes(tuning->trim_threshold_bytes, variable);
}

static const struct trim_allocator glibc = {
    .name = "glibc",
    .estimate = glibc_estimate,
    .refaulted = glibc_refaulted,
    .figures = glibc_figures,
    .choose = glibc_choose,
    .trim = glibc_trim,
    .learn = glibc_learn,
    .tune = glibc_tune,
};

/*
 * The stream allocates when it is made, here, and never again. It has no buffer, so that nothing is
 * left for exit() to flush while the worker may still be printing to it.
 */
static FILE *open_stream(void)
{
    FILE *made = fopencookie(NULL, "w", (cookie_io_functions_t){.write = feed_parser});
    if (made != NULL && setvbuf(made, NULL, _IONBF, 0) != 0) {
        (void)fclose(made);
        made = NULL;
    }
    return made;
}

const struct trim_allocator *trim_allocator_glibc(void)
{
    *(void **)&malloc_trim_function = dlsym(RTLD_DEFAULT, "malloc_trim");
    *(void **)&malloc_info_function = dlsym(RTLD_DEFAULT, "malloc_info");
    *(void **)&mallinfo2_function = dlsym(RTLD_DEFAULT, "mallinfo2");
    *(void **)&mallopt_function = dlsym(RTLD_DEFAULT, "mallopt");
    if (malloc_trim_function == NULL || malloc_info_function == NULL) {
        return NULL;
    }
    if (stream == NULL) {
        stream = open_stream();
        trim_estimate_learned_init(&learned);
        arena_limit = trim_glibc_arena_limit(0, variable);
        new_arena_bytes = trim_glibc_new_arena_bytes(0, variable);
        refusal = trim_glibc_refusal(variable);
    }
    /* Without the scan's pipe the arenas cannot be looked at, which estimates take into account. */
    (void)trim_arena_scan_open();
    return stream != NULL ? &glibc : NULL;
}

/* glibc's malloc: malloc_trim, and the estimate of what it would release. */
#include <dlfcn.h>

#include "allocator.h"
#include "arena_scan.h"
#include "clock.h"
#include "estimate.h"
#include "glibc_environment.h"
#include "glibc_figures.h"
#include "glibc_info.h"
#include "glibc_pieces.h"
#include "glibc_release.h"
#include "glibc_sample.h"
#include "glibc_tuning.h"
#include "glibc_world.h"
#include "huge_pages.h"
#include "malloc_info.h"
#include "process_memory.h"
#include "quantity.h"
#include "residency.h"

#define PROC "/proc/self"

/* What a release leaves is little below this part of what it has dropped. */
#define LEFT_PART 8

/* The C library's functions. Set once before the worker starts. */
static int (*malloc_trim_function)(size_t pad);
static int (*mallopt_function)(int parameter, int value);

static bool prepared;

/* The worker's own state. */
static struct trim_estimate_learned learned;
static struct trim_estimate_result last_prediction;
static struct trim_estimate_input after_trim;
static bool collapsed_known;
static uint64_t collapsed_after_trim; /* By the kernel, until then. */
static struct trim_residency residency;
static struct trim_rss_drop last_drop;
static struct trim_release last_release;

static struct trim_glibc_releaser releaser;
static struct trim_free_sample sample;

/* How memory is released. */
static enum trim_mode mode;
static const char *refusal;

static void scan_arenas(struct trim_estimate_input *input)
{
    struct trim_arena_scan scan;
    struct trim_residency seen = {.at_ns = trim_clock_now_ns()};
    bool rss_known = trim_process_rss(PROC, &seen.rss_bytes) == 0;
    if (!rss_known || !trim_residency_serves(&residency, seen.at_ns, seen.rss_bytes)) {
        seen.known = trim_arena_scan_run(PROC, &scan) == 0 && !scan.blind;
        seen.resident_bytes = seen.known ? scan.resident_bytes : 0;
        seen.seen_bytes = seen.known ? scan.main_bytes + scan.other_bytes : 0;
        seen.locked_bytes = seen.known ? scan.locked_bytes : 0;
        seen.locked_resident_bytes = seen.known ? scan.locked_resident_bytes : 0;
        residency = seen;
    }
    input->resident_known = residency.known;
    input->resident_bytes = residency.resident_bytes;
    input->seen_bytes = residency.seen_bytes;
    input->locked_bytes = residency.locked_bytes;
}

/* Whether the worker may enter arenas, for which borrowing stands. */
static bool arenas_are_open(void)
{
    return mode != TRIM_MODE_TRIM && refusal == NULL &&
           trim_glibc_release_refusal(&releaser, malloc_trim_function) == NULL;
}

/*
 * Takes malloc_info after a scan, and looks at the tops that it tells of. Where the arenas have
 * grown meanwhile, so that they seem not to have been found, they are scanned again.
 */
static int walk_after_scan(struct trim_estimate_input *input)
{
    if (trim_glibc_info_read(&input->info) != 0) {
        return -1;
    }
    if (input->resident_known && input->info.system_bytes > input->seen_bytes) {
        residency.known = false;
        scan_arenas(input);
    }
    if (input->resident_known) {
        const struct trim_malloc_info_parser *info = trim_glibc_info_last();
        struct trim_tops tops;
        trim_arena_scan_tops(info->arenas, info->arena_count, &tops);
        input->dry_tops_bytes = tops.dry_bytes;
        input->wet_tops_bytes = tops.wet_bytes;
        /* Borrowing alone comes to them. */
        input->tops_count = arenas_are_open();
    }
    return 0;
}

static void describe(const struct trim_estimate_input *input,
                     const struct trim_estimate_result *result, struct trim_estimate *estimate)
{
    *estimate = (struct trim_estimate){
        .expected_bytes = result->expected_bytes,
        .resident_bytes = input->resident_bytes,
        .locked_bytes = residency.locked_resident_bytes,
        .expected_tops_bytes = input->tops_count ? input->wet_tops_bytes : 0,
        .resident_assumed = result->resident_assumed,
        .arenas = input->info.arenas,
        .free_chunks = input->info.fast_count + input->info.rest_count,
        .free_bytes = result->free_bytes,
        .whole_bytes = result->whole_bytes,
        .tops_bytes = input->info.other_top_bytes,
        .wet_tops_bytes = input->wet_tops_bytes,
    };
    trim_glibc_figures_from(&input->info, &estimate->figures);
}

static int glibc_estimate(uint64_t enough_bytes, struct trim_estimate *estimate)
{
    uint64_t began_ns = trim_clock_thread_cpu_ns();
    struct trim_estimate_input input = {0};
    scan_arenas(&input);
    if (input.resident_known && input.resident_bytes < enough_bytes && input.seen_bytes > 0) {
        *estimate = (struct trim_estimate){
            .expected_bytes = input.resident_bytes,
            .resident_bytes = input.resident_bytes,
            .locked_bytes = residency.locked_resident_bytes,
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

static int glibc_refaulted(uint64_t *refaulted_bytes, uint64_t *refilled_bytes)
{
    struct trim_estimate_input input = {0};
    scan_arenas(&input);
    if (!input.resident_known || !after_trim.resident_known) {
        return -1;
    }
    uint64_t resident = trim_excess(input.resident_bytes, after_trim.resident_bytes);
    uint64_t fresh = trim_excess(input.seen_bytes, after_trim.seen_bytes);
    *refaulted_bytes = trim_excess(resident, fresh);
    uint64_t collapsed = 0;
    bool told = collapsed_known && trim_huge_pages_collapsed("", &collapsed) == 0;
    *refilled_bytes =
        told ? trim_min(trim_excess(collapsed, collapsed_after_trim), *refaulted_bytes) : 0;
    return 0;
}

static int glibc_lay_sample(void)
{
    /* A part of a huge page cannot be given back without breaking it up, and the kernel may bring
     * it back itself. */
    if (!arenas_are_open() || trim_huge_pages_always("")) {
        return -1;
    }
    return trim_glibc_sample_lay(&sample, &releaser.door, trim_glibc_info_last());
}

static uint32_t glibc_read_sample(void)
{
    return trim_free_sample_back_permille(&sample, trim_glibc_resident);
}

static void glibc_choose(enum trim_mode chosen)
{
    mode = chosen;
}

/* Arenas and chunks as they are now. */
static int measure(void)
{
    struct trim_arena_scan scan;
    struct trim_malloc_info info;
    return trim_arena_scan_run(PROC, &scan) == 0 ? trim_glibc_info_read(&info) : -1;
}

static int glibc_trim(const struct trim_cancel *cancel, bool hurry, struct trim_release *release)
{
    /* Borrowing needs the arenas as they are now, while an estimate may use an earlier scan. */
    struct trim_arena_scan scan;
    bool seen = mode != TRIM_MODE_TRIM && trim_arena_scan_run(PROC, &scan) == 0;
    const struct trim_glibc_order order = {
        .mode = mode,
        .hurry = hurry,
        .cancel = cancel,
        .info = trim_glibc_info_last(),
        .measure = measure,
        .refusal = seen ? refusal : "the arenas cannot be looked at",
        .malloc_trim = malloc_trim_function,
    };
    last_drop.began_ns = trim_clock_now_ns();
    bool known = trim_process_rss(PROC, &last_drop.before_bytes) == 0;
    trim_glibc_release(&releaser, &order, release);
    last_drop.known = known && trim_process_rss(PROC, &last_drop.after_bytes) == 0;
    last_release = *release;
    return 0;
}

/* The arenas after a trim. The first one teaches the model, and so is looked at whatever happened.
 */
static void look_after_trim(struct trim_estimate_input *input)
{
    if (!learned.taught || last_prediction.resident_assumed ||
        !trim_residency_take_off(&residency, &last_drop, last_prediction.expected_bytes,
                                 trim_clock_now_ns())) {
        residency.known = false;
    }
    last_drop.known = false;
    scan_arenas(input);
}

/* What was left and is to be expected again; little of it is what stays for good. */
static uint64_t left_expected(void)
{
    uint64_t left = last_release.left_bytes;
    bool much =
        last_release.borrow.gave_way || left > last_release.borrow.dropped_bytes / LEFT_PART;
    return much ? left : 0;
}

static int glibc_learn(uint64_t resident_before, struct trim_estimate *after,
                       uint64_t *released_bytes)
{
    uint64_t began_ns = trim_clock_thread_cpu_ns();
    struct trim_estimate_input input = {0};
    look_after_trim(&input);
    if (walk_after_scan(&input) != 0) {
        return -1;
    }
    after_trim = input;
    collapsed_known = trim_huge_pages_collapsed("", &collapsed_after_trim) == 0;
    /* Where the scan was before the trim, the main arena was larger by its top. */
    after_trim.seen_bytes = trim_min(input.seen_bytes, input.info.system_bytes);
    uint64_t released = trim_excess(resident_before, input.resident_bytes);
    uint64_t from_tops = last_release.borrow.top_dropped_bytes;
    trim_estimate_learn(&learned, &last_prediction, &input, trim_excess(released, from_tops),
                        left_expected());
    struct trim_estimate_result now;
    trim_estimate_predict(&learned, &input, &now);
    describe(&input, &now, after);
    after->cpu_ns = trim_clock_thread_cpu_ns() - began_ns;
    *released_bytes = released;
    return 0;
}

static void glibc_tune(struct trim_tuning *tuning, bool running, struct trim_tuning_notes *notes)
{
    const struct trim_glibc_world world = trim_glibc_world_now(mallopt_function);
    trim_glibc_tune(&world, running, tuning, notes);
}

static const struct trim_allocator glibc = {
    .name = "glibc",
    .estimate = glibc_estimate,
    .refaulted = glibc_refaulted,
    .lay_sample = glibc_lay_sample,
    .read_sample = glibc_read_sample,
    .figures = trim_glibc_figures,
    .choose = glibc_choose,
    .trim = glibc_trim,
    .learn = glibc_learn,
    .tune = glibc_tune,
};

const struct trim_allocator *trim_allocator_glibc(void)
{
    *(void **)&malloc_trim_function = dlsym(RTLD_DEFAULT, "malloc_trim");
    *(void **)&mallopt_function = dlsym(RTLD_DEFAULT, "mallopt");
    trim_glibc_figures_open();
    if (malloc_trim_function == NULL || trim_glibc_info_open() != 0) {
        return NULL;
    }
    if (!prepared) {
        prepared = true;
        trim_estimate_learned_init(&learned);
        const struct trim_glibc_world world = trim_glibc_world_now(mallopt_function);
        refusal = trim_glibc_refusal(&world);
        trim_arena_scan_heaps_of(trim_glibc_heap_bytes(&world, trim_huge_page_bytes));
    }
    return &glibc;
}

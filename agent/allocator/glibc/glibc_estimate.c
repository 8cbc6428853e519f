#include "glibc_estimate.h"

#include "arena_scan.h"
#include "clock.h"
#include "glibc_figures.h"
#include "glibc_info.h"
#include "glibc_sort.h"
#include "huge_pages.h"
#include "process_memory.h"
#include "quantity.h"

/* A guess of less is not worth sorting chunks for. */
#define GUESS_LEAST_BYTES (4 * TRIM_MIB)
#define SORT_ROUNDS_MAX 2

/* What a release leaves is little below this part of what it has dropped. */
#define LEFT_PART 8

bool trim_glibc_arenas_are_open(struct trim_glibc *glibc)
{
    return glibc->mode != TRIM_MODE_TRIM && glibc->refusal == NULL &&
           trim_glibc_release_refusal(&glibc->releaser, glibc->malloc_trim) == NULL;
}

static void scan_arenas(struct trim_glibc *glibc, struct trim_estimate_input *input)
{
    struct trim_arena_scan scan;
    struct trim_residency seen = {.at_ns = trim_clock_now_ns()};
    bool rss_known = trim_process_rss(TRIM_GLIBC_PROC, &seen.rss_bytes) == 0;
    if (!rss_known || !trim_residency_serves(&glibc->residency, seen.at_ns, seen.rss_bytes)) {
        seen.known = trim_arena_scan_run(TRIM_GLIBC_PROC, &scan) == 0 && !scan.blind;
        seen.resident_bytes = seen.known ? scan.resident_bytes : 0;
        seen.seen_bytes = seen.known ? scan.main_bytes + scan.other_bytes : 0;
        seen.locked_bytes = seen.known ? scan.locked_bytes : 0;
        seen.locked_resident_bytes = seen.known ? scan.locked_resident_bytes : 0;
        glibc->residency = seen;
    }
    input->resident_known = glibc->residency.known;
    input->resident_bytes = glibc->residency.resident_bytes;
    input->seen_bytes = glibc->residency.seen_bytes;
    input->locked_bytes = glibc->residency.locked_bytes;
}

/* Takes malloc_info, after a scan. */
static int read_info(struct trim_glibc *glibc, struct trim_malloc_info *info)
{
    int result = trim_glibc_info_read(info);
    if (result == 0 && trim_glibc_arenas_are_open(glibc)) {
        trim_glibc_info_name(&glibc->releaser.door);
    }
    return result;
}

/*
 * Takes malloc_info after a scan, and looks at the tops that it tells of. Where the arenas have
 * grown meanwhile, so that they seem not to have been found, they are scanned again.
 */
static int walk_after_scan(struct trim_glibc *glibc, struct trim_estimate_input *input)
{
    if (read_info(glibc, &input->info) != 0) {
        return -1;
    }
    if (input->resident_known && input->info.system_bytes > input->seen_bytes) {
        glibc->residency.known = false;
        scan_arenas(glibc, input);
    }
    if (input->resident_known) {
        const struct trim_malloc_info_parser *info = trim_glibc_info_last();
        struct trim_tops tops;
        trim_arena_scan_tops(info->arenas, info->arena_count, &tops);
        input->dry_tops_bytes = tops.dry_bytes;
        input->wet_tops_bytes = tops.wet_bytes;
        /* Borrowing alone comes to them. */
        input->tops_count = trim_glibc_arenas_are_open(glibc);
    }
    return 0;
}

/*
 * Predicts. Where what is expected is little more than a guess, chunks are merged and sorted and
 * all is measured anew: otherwise one in seven first trims of blocks that were freed between others
 * was for nothing. Merging leaves chunks to be sorted. Once more only where twice as much is
 * guessed.
 */
static int predict(struct trim_glibc *glibc, struct trim_estimate_input *input,
                   uint64_t enough_bytes)
{
    trim_estimate_predict(&glibc->learned, input, &glibc->last_prediction);
    uint64_t least = trim_max(glibc->sorted_for_bytes * 2, GUESS_LEAST_BYTES);
    for (int round = 0; round < SORT_ROUNDS_MAX; round++) {
        uint64_t guessed = trim_estimate_guessed(&glibc->learned, &glibc->last_prediction);
        uint64_t expected = glibc->last_prediction.expected_bytes;
        if (guessed < trim_max(least, expected / 2) || expected < enough_bytes ||
            !trim_glibc_arenas_are_open(glibc) ||
            !trim_glibc_sort_some(&glibc->releaser.door, trim_glibc_info_last())) {
            break;
        }
        glibc->sorted_for_bytes = trim_max(glibc->sorted_for_bytes, guessed);
        if (walk_after_scan(glibc, input) != 0) {
            return -1;
        }
        trim_estimate_predict(&glibc->learned, input, &glibc->last_prediction);
    }
    return 0;
}

static void describe(const struct trim_glibc *glibc, const struct trim_estimate_input *input,
                     const struct trim_estimate_result *result, struct trim_estimate *estimate)
{
    *estimate = (struct trim_estimate){
        .expected_bytes = result->expected_bytes,
        .resident_bytes = input->resident_bytes,
        .locked_bytes = glibc->residency.locked_resident_bytes,
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

int trim_glibc_estimate(struct trim_glibc *glibc, uint64_t enough_bytes,
                        struct trim_estimate *estimate)
{
    uint64_t began_ns = trim_clock_thread_cpu_ns();
    struct trim_estimate_input input = {0};
    /* Where this look fails nobody shall know how much was in use. */
    glibc->last_prediction.used_bytes = 0;
    scan_arenas(glibc, &input);
    if (input.resident_known && input.resident_bytes < enough_bytes && input.seen_bytes > 0) {
        *estimate = (struct trim_estimate){
            .expected_bytes = input.resident_bytes,
            .resident_bytes = input.resident_bytes,
            .locked_bytes = glibc->residency.locked_resident_bytes,
            .bound_only = true,
            .cpu_ns = trim_clock_thread_cpu_ns() - began_ns,
        };
        return 0;
    }
    uint64_t walk_began_ns = trim_clock_thread_cpu_ns();
    if (walk_after_scan(glibc, &input) != 0 || predict(glibc, &input, enough_bytes) != 0) {
        return -1;
    }
    uint64_t walk_ended_ns = trim_clock_thread_cpu_ns();
    describe(glibc, &input, &glibc->last_prediction, estimate);
    estimate->walk_cpu_ns = walk_ended_ns - walk_began_ns;
    estimate->cpu_ns = trim_clock_thread_cpu_ns() - began_ns;
    return 0;
}

int trim_glibc_refaulted(struct trim_glibc *glibc, uint64_t *refaulted_bytes,
                         uint64_t *refilled_bytes)
{
    struct trim_estimate_input input = {0};
    scan_arenas(glibc, &input);
    if (!input.resident_known || !glibc->after_trim.resident_known) {
        return -1;
    }
    uint64_t resident = trim_excess(input.resident_bytes, glibc->after_trim.resident_bytes);
    uint64_t fresh = trim_excess(input.seen_bytes, glibc->after_trim.seen_bytes);
    *refaulted_bytes = trim_excess(resident, fresh);
    uint64_t collapsed = 0;
    bool told = glibc->collapsed_known && trim_huge_pages_collapsed("", &collapsed) == 0;
    *refilled_bytes =
        told ? trim_min(trim_excess(collapsed, glibc->collapsed_after_trim), *refaulted_bytes) : 0;
    return 0;
}

int trim_glibc_measure(struct trim_glibc *glibc)
{
    struct trim_arena_scan scan;
    struct trim_malloc_info info;
    return trim_arena_scan_run(TRIM_GLIBC_PROC, &scan) == 0 ? read_info(glibc, &info) : -1;
}

/* The arenas after a trim. The first one teaches the model, and so is looked at whatever happened.
 */
static void look_after_trim(struct trim_glibc *glibc, struct trim_estimate_input *input)
{
    if (!glibc->learned.taught || glibc->last_prediction.resident_assumed ||
        !trim_residency_take_off(&glibc->residency, &glibc->last_drop,
                                 glibc->last_prediction.expected_bytes, trim_clock_now_ns())) {
        glibc->residency.known = false;
    }
    glibc->last_drop.known = false;
    scan_arenas(glibc, input);
}

/* What was left and is to be expected again; little of it is what stays for good. */
static uint64_t left_expected(const struct trim_glibc *glibc)
{
    const struct trim_borrow_result *borrow = &glibc->last_release.borrow;
    uint64_t left = glibc->last_release.left_bytes;
    bool much = borrow->gave_way || left > borrow->dropped_bytes / LEFT_PART;
    return much ? left : 0;
}

int trim_glibc_learn(struct trim_glibc *glibc, uint64_t resident_before,
                     struct trim_estimate *after, uint64_t *released_bytes)
{
    uint64_t began_ns = trim_clock_thread_cpu_ns();
    struct trim_estimate_input input = {0};
    look_after_trim(glibc, &input);
    if (walk_after_scan(glibc, &input) != 0) {
        return -1;
    }
    glibc->after_trim = input;
    glibc->sorted_for_bytes = 0;
    glibc->collapsed_known = trim_huge_pages_collapsed("", &glibc->collapsed_after_trim) == 0;
    /* Where the scan was before the trim, the main arena was larger by its top. */
    glibc->after_trim.seen_bytes = trim_min(input.seen_bytes, input.info.system_bytes);
    uint64_t released = trim_excess(resident_before, input.resident_bytes);
    uint64_t from_tops = glibc->last_release.borrow.top_dropped_bytes;
    trim_estimate_learn(&glibc->learned, &glibc->last_prediction, &input,
                        trim_excess(released, from_tops), left_expected(glibc));
    struct trim_estimate_result now;
    trim_estimate_predict(&glibc->learned, &input, &now);
    describe(glibc, &input, &now, after);
    after->cpu_ns = trim_clock_thread_cpu_ns() - began_ns;
    *released_bytes = released;
    return 0;
}

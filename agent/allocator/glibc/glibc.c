/* glibc's malloc: malloc_trim, and the estimate of what it would release. */
#include <dlfcn.h>

#include "allocator.h"
#include "arena_scan.h"
#include "clock.h"
#include "glibc_context.h"
#include "glibc_environment.h"
#include "glibc_estimate.h"
#include "glibc_figures.h"
#include "glibc_info.h"
#include "glibc_pieces.h"
#include "glibc_sample.h"
#include "glibc_tuning.h"
#include "glibc_world.h"
#include "huge_pages.h"
#include "process_memory.h"

/* At file scope, because the allocator's functions have no context of their own. */
static struct trim_glibc own;

static int glibc_estimate(uint64_t enough_bytes, struct trim_estimate *estimate)
{
    return trim_glibc_estimate(&own, enough_bytes, estimate);
}

static int glibc_refaulted(uint64_t *refaulted_bytes, uint64_t *refilled_bytes)
{
    return trim_glibc_refaulted(&own, refaulted_bytes, refilled_bytes);
}

static int glibc_learn(uint64_t resident_before, struct trim_estimate *after,
                       uint64_t *released_bytes)
{
    return trim_glibc_learn(&own, resident_before, after, released_bytes);
}

static int glibc_lay_sample(void)
{
    /* A part of a huge page cannot be given back without breaking it up, and the kernel may bring
     * it back itself. */
    if (!trim_glibc_arenas_are_open(&own) || trim_huge_pages_always("")) {
        return -1;
    }
    return trim_glibc_sample_lay(&own.sample, &own.releaser.door, trim_glibc_info_last());
}

static uint32_t glibc_read_sample(void)
{
    return trim_free_sample_back_permille(&own.sample, trim_glibc_resident);
}

static void glibc_choose(enum trim_mode chosen)
{
    own.mode = chosen;
}

static int measure(void *context)
{
    return trim_glibc_measure(context);
}

static int glibc_trim(const struct trim_cancel *cancel, bool hurry, struct trim_release *release)
{
    /* Borrowing needs the arenas as they are now, while an estimate may use an earlier scan. */
    struct trim_arena_scan scan;
    bool seen = own.mode != TRIM_MODE_TRIM && trim_arena_scan_run(TRIM_GLIBC_PROC, &scan) == 0;
    const struct trim_glibc_order order = {
        .mode = own.mode,
        .hurry = hurry,
        .cancel = cancel,
        .info = trim_glibc_info_last(),
        .measure = measure,
        .context = &own,
        .refusal = seen ? own.refusal : "the arenas cannot be looked at",
        .huge_pages = own.huge_pages,
        .expected_bytes = own.last_prediction.expected_bytes,
        .malloc_trim = own.malloc_trim,
    };
    own.last_drop.began_ns = trim_clock_now_ns();
    bool known = trim_process_rss(TRIM_GLIBC_PROC, &own.last_drop.before_bytes) == 0;
    trim_glibc_release(&own.releaser, &order, release);
    own.last_drop.known =
        known && trim_process_rss(TRIM_GLIBC_PROC, &own.last_drop.after_bytes) == 0;
    own.last_release = *release;
    return 0;
}

static void glibc_tune(struct trim_tuning *tuning, bool running, struct trim_tuning_notes *notes)
{
    const struct trim_glibc_world world = trim_glibc_world_now(own.mallopt);
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
    *(void **)&own.malloc_trim = dlsym(RTLD_DEFAULT, "malloc_trim");
    *(void **)&own.mallopt = dlsym(RTLD_DEFAULT, "mallopt");
    trim_glibc_figures_open();
    if (own.malloc_trim == NULL || trim_glibc_info_open() != 0) {
        return NULL;
    }
    if (!own.prepared) {
        own.prepared = true;
        trim_estimate_learned_init(&own.learned);
    }
    /* The environment is read here and not later, when other threads may change it. */
    const struct trim_glibc_world world = trim_glibc_world_now(own.mallopt);
    own.refusal = trim_glibc_refusal(&world);
    own.huge_pages = trim_glibc_asks_for_huge_pages(&world);
    trim_arena_scan_heaps_of(trim_glibc_heap_bytes(&world, trim_huge_page_bytes));
    return &glibc;
}

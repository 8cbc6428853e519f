#include "glibc_release.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "trimagent/arena_scan.h"
#include "trimagent/arena_visit.h"
#include "trimagent/borrow_plan.h"
#include "trimagent/clock.h"
#include "trimagent/quantity.h"
#include "trimagent/resident_pages.h"

/* No borrowing lasts longer, in all arenas together. */
#define DEADLINE_NS (10 * TRIM_NS_PER_S)

/* The heap may grow by this part for new arenas, where those bring all others within reach. */
#define GROWTH_PART 100

/* Rests below this part of what was wanted are left. */
#define REST_PART 64

/* What one free chunk costs malloc_trim, dropped before or not, in bytes that it could drop in the
 * same time: 5 us were measured with chunks of 45 KiB on average. */
#define CHUNK_COST_BYTES (50 * TRIM_KIB)

/* glibc's chunks: words of so many bytes, flags in the low bits of the size, and the flag of those
 * that are mapped one by one. */
#define CHUNK_WORD UINT64_C(8)
#define CHUNK_FLAGS UINT64_C(7)
#define CHUNK_IS_MAPPED UINT64_C(2)

/* glibc's DEFAULT_MMAP_THRESHOLD_MAX. */
#define THRESHOLD_BYTES_MAX (32 * TRIM_MIB)

static struct trim_borrow_plan plan;

/* The order at hand: the borrowing threads run one at a time, and the worker waits for them. */
static const struct trim_glibc_order *order;
static struct trim_release *release;
static uint64_t left_bytes[TRIM_BORROW_ARENAS_MAX];
static bool reached[TRIM_BORROW_ARENAS_MAX];
static uint64_t deadline_ns;

static void *pointer_to(uint64_t address)
{
    return (void *)(uintptr_t)address; // NOLINT(performance-no-int-to-ptr): from maps.
}

static size_t usable(const void *piece)
{
    return malloc_usable_size((void *)(uintptr_t)piece); // NOLINT(performance-no-int-to-ptr)
}

static uint64_t resident(uint64_t start, uint64_t end)
{
    bool blind = false;
    uint64_t bytes = trim_resident_bytes(start, end, &blind);
    /* Where the system does not tell, everything may be. */
    return blind ? end - start : bytes;
}

static int drop(uint64_t start, uint64_t end)
{
    return madvise(pointer_to(start), end - start, MADV_DONTNEED);
}

static bool inside(uint64_t arena, uint64_t start, uint64_t end)
{
    const struct trim_arena_map *map = trim_arena_scan_map();
    uint64_t found = 0;
    if (!trim_arena_map_arena(map, start, &found) || found != arena) {
        return false;
    }
    const struct trim_arena_heap *heap = trim_arena_map_find(map, start);
    return end <= (heap != NULL ? heap->address + heap->header.size : map->main_end);
}

/* Where the arena's last heap ends now, or 0. */
static uint64_t end_now(const struct trim_borrow_arena *arena)
{
    if (arena->arena == TRIM_MAIN_ARENA) {
        return (uint64_t)(uintptr_t)sbrk(0);
    }
    const struct trim_arena_heap *heap = trim_arena_map_find(trim_arena_scan_map(), arena->end - 1);
    struct trim_heap_header now;
    if (heap == NULL || !trim_arena_scan_reread(heap->address, &now)) {
        return 0;
    }
    return heap->address + now.size;
}

static uint64_t grown(const struct trim_borrow_arena *arena)
{
    return trim_excess(end_now(arena), arena->end);
}

/* The word in front of what malloc returns: the chunk's size and flags. */
static uint64_t size_word(uint64_t address)
{
    uint64_t word = 0;
    memcpy(&word, pointer_to(address - sizeof word), sizeof word);
    return word;
}

/*
 * Behind a piece stands the next chunk's size. The one that ends where the heap ends is the top:
 * a heap that is no longer the last one ends with a chunk of no size.
 */
static uint64_t top_behind(const struct trim_borrow_arena *arena, const void *piece)
{
    /* Both as if the chunk behind were a block that malloc has returned. */
    uint64_t next = (uint64_t)(uintptr_t)piece + usable(piece) + CHUNK_WORD;
    uint64_t end = end_now(arena) + 2 * CHUNK_WORD;
    if (next >= end || !inside(arena->arena, (uint64_t)(uintptr_t)piece, next - CHUNK_WORD)) {
        return 0;
    }
    uint64_t bytes = size_word(next) & ~CHUNK_FLAGS;
    return next + bytes == end ? bytes : 0;
}

/*
 * A block that malloc has mapped on its own raises glibc's dynamic thresholds when it is freed, for
 * the rest of the process's life: larger blocks then come from the arenas, and their tops keep
 * more. Those above the thresholds' maximum do not, so it is made as large: nothing of it is
 * touched.
 */
static void give(void *piece)
{
    if ((size_word((uint64_t)(uintptr_t)piece) & CHUNK_IS_MAPPED) != 0) {
        void *larger = realloc(piece, THRESHOLD_BYTES_MAX + 1);
        piece = larger != NULL ? larger : piece;
    }
    free(piece);
}

static bool cancelled(void)
{
    return trim_cancel_requested(order->cancel);
}

/* The arena that a thread has come to is borrowed from, once. */
static bool visit(void *context, uint64_t arena)
{
    const struct trim_borrow_world *world = context;
    for (size_t i = 0; i < plan.count; i++) {
        if (plan.arenas[i].arena != arena || reached[i]) {
            continue;
        }
        struct trim_borrow_result result;
        plan.arenas[i].deadline_ns = deadline_ns;
        trim_borrow_run(world, &plan.arenas[i], &result);
        trim_borrow_add(&release->borrow, &result);
        reached[i] = true;
        left_bytes[i] = trim_excess(plan.arenas[i].wanted_bytes,
                                    result.dropped_bytes - result.top_dropped_bytes);
        release->arenas_reached++;
    }
    return release->arenas_reached < plan.count && !cancelled();
}

/*
 * Below the limit a thread that finds no arena without threads makes a new one. So those that are
 * missing are made, if the heap hardly grows by them.
 */
bool trim_glibc_reaches(uint64_t system_bytes, uint64_t arenas, uint64_t arena_limit,
                        uint64_t new_arena_bytes)
{
    uint64_t affordable = system_bytes / GROWTH_PART / new_arena_bytes;
    return trim_excess(arena_limit, arenas) <= affordable;
}

static void borrow(void)
{
    const struct trim_borrow_world world = {
        .take = malloc,
        .give = give,
        .shrink = realloc,
        .usable = usable,
        .resident = resident,
        .drop = drop,
        .inside = inside,
        .grown = grown,
        .top_behind = top_behind,
        .cancelled = cancelled,
        .now_ns = trim_clock_now_ns,
        .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE),
    };
    const struct trim_arena_visitor visitor = {
        .context = (void *)(uintptr_t)&world, // NOLINT(performance-no-int-to-ptr): drops const.
        .visit = visit,
    };
    deadline_ns = trim_clock_now_ns() + DEADLINE_NS;
    release->borrowed = true;
    release->arenas_wanted = plan.count;
    for (size_t i = 0; i < plan.count; i++) {
        reached[i] = false;
        left_bytes[i] = plan.arenas[i].wanted_bytes;
    }
    struct trim_visit_result visited;
    uint64_t missing = trim_excess(order->arena_limit, order->count);
    /* An arena may be visited twice: when it is new or has no threads, and in turn. */
    trim_arena_visit(trim_arena_scan_map(), &visitor, (order->count + missing) * 2 + 8,
                     missing * 2 + 2, &visited);
    release->threads_cpu_ns = visited.cpu_ns;
    release->thread_error = visited.error;
}

/* What is left, and the most of it that malloc_trim would drop under one lock. */
static void sum_up_rest(uint64_t *rest_bytes, uint64_t *longest_bytes)
{
    *rest_bytes = plan.other_bytes;
    *longest_bytes = plan.other_bytes;
    for (size_t i = 0; i < plan.count; i++) {
        *rest_bytes += left_bytes[i];
        uint64_t cost = left_bytes[i] + plan.arenas[i].chunks * CHUNK_COST_BYTES;
        *longest_bytes = trim_max(*longest_bytes, cost);
    }
}

static void run_malloc_trim(void)
{
    uint64_t began_ns = trim_clock_now_ns();
    /* The result is 1 also where nothing was released, so it tells nothing. */
    (void)order->malloc_trim(0);
    release->trimmed = true;
    release->trim_ns = trim_clock_now_ns() - began_ns;
}

/*
 * What borrowing has left goes by malloc_trim where that is worth it and holds no lock for long, or
 * where arenas could not be reached: memory that is needed comes before a stall, unless the user
 * has said otherwise.
 */
static void trim_rest(void)
{
    uint64_t wanted = plan.other_bytes;
    for (size_t i = 0; i < plan.count; i++) {
        wanted += plan.arenas[i].wanted_bytes;
    }
    uint64_t rest = 0;
    uint64_t longest = 0;
    sum_up_rest(&rest, &longest);
    bool unreached = release->arenas_reached < plan.count && order->mode == TRIM_MODE_AUTO;
    bool short_hold = longest <= TRIM_BORROW_FROM_BYTES;
    if (rest > wanted / REST_PART && (short_hold || unreached) && !cancelled()) {
        run_malloc_trim();
    } else {
        release->left_bytes = rest;
    }
}

/* Why nothing shall be borrowed, or NULL. */
static const char *refusal(void)
{
    bool blind = false;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t own = (uint64_t)(uintptr_t)&plan / page * page;
    (void)trim_resident_bytes(own, own + page, &blind);
    /* Without an end to the pages that seem resident, classes would be asked for until the heap
     * grows. */
    return blind ? "the system refuses mincore" : order->refusal;
}

void trim_glibc_release(const struct trim_glibc_order *ordered, struct trim_release *released)
{
    order = ordered;
    release = released;
    memset(release, 0, sizeof *release);
    plan.count = 0;
    if (order->mode == TRIM_MODE_TRIM) {
        run_malloc_trim();
        return;
    }
    release->refusal = refusal();
    if (release->refusal != NULL) {
        run_malloc_trim();
        return;
    }
    trim_borrow_make_plan(&plan, trim_arena_scan_map(), order->figures, order->count,
                          (uint64_t)sysconf(_SC_PAGESIZE), resident);
    bool reachable = trim_glibc_reaches(order->system_bytes, order->count, order->arena_limit,
                                        order->new_arena_bytes);
    if (!reachable || !trim_borrow_is_worth(&plan, order->mode)) {
        release->arenas_wanted = reachable ? 0 : plan.count;
        run_malloc_trim();
        return;
    }
    borrow();
    trim_rest();
}

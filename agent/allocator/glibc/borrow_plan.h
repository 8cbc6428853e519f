/*
 * From which arenas to borrow. Pure: figures of malloc_info and a map go in.
 */
#ifndef TRIMAGENT_BORROW_PLAN_H
#define TRIMAGENT_BORROW_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "arena_map.h"
#include "arena_scan.h"
#include "borrow.h"
#include "lock_time.h"
#include "malloc_info.h"
#include "mode.h"
#include "quantity.h"
#include "release.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Where malloc_trim holds a lock no longer than this, borrowing is not worth its CPU. That was 12
 * and 17 % more of all releases where 512 MiB in 8 arenas were released each four seconds, with 2.5
 * ms in place of this, while the longest stall of a first large release in one arena fell from 5 to
 * 2 ms: what is left of it is often released a second time.
 */
#define TRIM_BORROW_FROM_NS (10 * TRIM_NS_PER_MS)

/* Where tops, which malloc_trim does not reach, hold no more than this they are left. */
#define TRIM_BORROW_TOPS_BYTES (50 * TRIM_MIB)

/* What an arena must hold to be entered, and its top. */
#define TRIM_BORROW_VISIT_BYTES (UINT64_C(8) << 20)
#define TRIM_BORROW_TOP_BYTES TRIM_TOP_LEAST_BYTES

/* All whose figures are known. */
#define TRIM_BORROW_ARENAS_MAX TRIM_ARENA_FIGURES_MAX

struct trim_borrow_plan {
    struct trim_borrow_arena arenas[TRIM_BORROW_ARENAS_MAX];
    size_t count;
    bool merges;           /* Some arenas have much in fastbins, which merges first. */
    bool generous;         /* What is in use was not taken for resident. */
    uint64_t longest_work; /* The most that malloc_trim would do under one lock, */
    uint64_t work;         /* and in all, as trim_lock_work counts. */
    uint64_t tops_bytes;   /* Resident in tops of non-main arenas that are worth entering for, */
    uint64_t wet_bytes;    /* and in whole pages of free chunks. */
    uint64_t other_bytes;  /* Resident in whole pages of free chunks of arenas left out, */
    uint64_t other_work;   /* and the most that malloc_trim would do in one of these. */
};

/*
 * Makes the plan. resident tells the resident bytes of whole pages. Of an arena nobody knows which
 * of its resident pages are free. What is in use is taken for resident, unless much less is found
 * so than is expected: then some of it was never touched, or is swapped out.
 */
void trim_borrow_make_plan(struct trim_borrow_plan *plan, const struct trim_arena_map *map,
                           const struct trim_arena_figures *figures, size_t count,
                           uint64_t page_bytes, uint64_t (*resident)(uint64_t start, uint64_t end),
                           uint64_t expected_bytes);

/* Whether to borrow at all in this mode. */
bool trim_borrow_is_worth(const struct trim_borrow_plan *plan, const struct trim_lock_time *lock,
                          enum trim_mode mode);

#ifdef __cplusplus
}
#endif

#endif

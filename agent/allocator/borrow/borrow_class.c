#include "borrow_class.h"

#include "borrow_hold.h"

/* Chunks are alike where their mean is no more than this part of the largest below it. */
#define ALIKE_PART 8

/*
 * How many chunks of at least this size the bins of the largest surely have: with fewer, all of
 * them together could not have so many bytes.
 */
static uint64_t sure_count(const struct trim_borrow_arena *arena, uint64_t low)
{
    uint64_t small = arena->largest_count * low;
    if (arena->largest_total <= small || arena->largest_bytes <= low) {
        return 0;
    }
    uint64_t share = arena->largest_bytes - low;
    return (arena->largest_total - small + share - 1) / share;
}

/* Whether the chunks in the bins of the largest are nearly all as large, and so little of the arena
 * that it would hardly grow by one. */
static bool are_alike(const struct trim_borrow_arena *arena)
{
    uint64_t mean = arena->largest_count > 1 ? arena->largest_total / arena->largest_count : 0;
    return mean >= arena->largest_bytes - arena->largest_bytes / ALIKE_PART &&
           arena->largest_bytes <= arena->system_bytes / TRIM_BORROW_GROWTH_PART;
}

void trim_class_begin(struct trim_class *sizes, const struct trim_borrow_arena *arena, uint64_t low,
                      uint64_t high)
{
    bool largest = high + 2 * TRIM_CHUNK_WORD >= arena->largest_bytes;
    *sizes = (struct trim_class){
        .width = high - low,
        .largest = largest,
        .ends_dry = largest && !are_alike(arena),
        .sure = largest ? sure_count(arena, low) : 0,
    };
}

enum trim_class_end trim_class_note(struct trim_class *sizes, bool dry, uint64_t behind)
{
    sizes->taken++;
    sizes->dry_in_a_row = dry ? sizes->dry_in_a_row + 1 : 0;
    bool more = sizes->taken < sizes->sure;
    if (!dry || more) {
        sizes->landed = sizes->landed || (dry && sizes->ends_dry);
        return sizes->landed && !more ? TRIM_CLASS_ALL_TAKEN : TRIM_CLASS_GOES_ON;
    }
    if (sizes->ends_dry) {
        return TRIM_CLASS_DRY;
    }
    if (behind > sizes->width || sizes->dry_in_a_row == TRIM_CLASS_DRY_MAX) {
        return TRIM_CLASS_LARGER;
    }
    sizes->ends_dry = sizes->largest;
    return TRIM_CLASS_GOES_ON;
}

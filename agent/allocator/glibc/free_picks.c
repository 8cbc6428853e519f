#include "free_picks.h"

#include "quantity.h"

#define BYTES_MAX (UINT64_C(1) << 50)

/* The first distance: 1 MiB of free memory has sixteen. */
#define DISTANCE_BYTES (UINT64_C(64) << 10)

void trim_free_picks_begin(struct trim_free_picks *picks)
{
    picks->count = 0;
    picks->distance = DISTANCE_BYTES;
    picks->left = DISTANCE_BYTES / 2;
}

/* Every second one stays, at twice the distance. */
static void thin_out(struct trim_free_picks *picks)
{
    picks->count /= 2;
    for (size_t i = 0; i < picks->count; i++) {
        picks->items[i] = picks->items[2 * i];
    }
    picks->distance *= 2;
    /* The last one is gone, so that the next is half the new distance away. */
    picks->left = picks->distance / 2;
}

void trim_free_picks_pass(struct trim_free_picks *picks, uint64_t heap_number, uint64_t chunk_bytes,
                          uint64_t bytes)
{
    /* More than any machine has is broken input; the distance never overflows. */
    bytes = trim_min(bytes, BYTES_MAX);
    while (bytes >= picks->left && picks->distance < BYTES_MAX) {
        bytes -= picks->left;
        picks->items[picks->count++] =
            (struct trim_free_pick){.heap_number = heap_number, .chunk_bytes = chunk_bytes};
        picks->left = picks->distance;
        if (picks->count == TRIM_FREE_PICKS_MAX) {
            thin_out(picks);
        }
    }
    picks->left = trim_excess(picks->left, bytes);
}

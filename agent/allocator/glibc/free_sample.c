#include "free_sample.h"

#include "quantity.h"

static void add_spot(struct trim_free_sample *sample, const struct trim_borrow_world *world,
                     uint64_t arena, const void *piece)
{
    uint64_t page = world->page_bytes;
    uint64_t begin = (uint64_t)(uintptr_t)piece;
    uint64_t end = begin + world->usable(piece);
    uint64_t first = (begin + page - 1) / page;
    uint64_t pages = trim_excess(end / page, first);
    uint64_t taken = trim_min(pages, TRIM_SAMPLE_SPOT_PAGES);
    uint64_t start = (first + (pages - taken) / 2) * page;
    uint64_t stop = start + taken * page;
    bool whole = taken != 0 && world->inside(arena, begin, end) &&
                 world->resident(start, stop) == stop - start;
    /* Where the system does not tell, or tells that all is resident, it would seem in use for ever.
     */
    if (whole && world->drop(start, stop) == 0 && world->resident(start, stop) == 0) {
        sample->spots[sample->count].start = start;
        sample->spots[sample->count++].end = stop;
    }
}

void trim_free_sample_add(struct trim_free_sample *sample, const struct trim_borrow_world *world,
                          uint64_t arena, const uint64_t *chunk_bytes, size_t count)
{
    void *pieces[TRIM_FREE_PICKS_MAX];
    size_t taken = 0;
    while (taken < count && sample->count + taken < TRIM_FREE_PICKS_MAX) {
        uint64_t bytes = trim_min(chunk_bytes[taken], TRIM_SAMPLE_PIECE_BYTES);
        pieces[taken] = world->take(world->context, trim_excess(bytes, TRIM_CHUNK_WORD));
        if (pieces[taken] == NULL) {
            break;
        }
        taken++;
    }
    /* Only now, so that no two of them are the same chunk. */
    for (size_t i = 0; i < taken; i++) {
        add_spot(sample, world, arena, pieces[i]);
        world->give(pieces[i]);
    }
}

uint32_t trim_free_sample_back_permille(const struct trim_free_sample *sample,
                                        uint64_t (*resident)(uint64_t start, uint64_t end))
{
    uint64_t bytes = 0;
    uint64_t back = 0;
    for (size_t i = 0; i < sample->count; i++) {
        bytes += sample->spots[i].end - sample->spots[i].start;
        back += resident(sample->spots[i].start, sample->spots[i].end);
    }
    return bytes == 0 ? 0 : (uint32_t)(back * 1000 / bytes);
}

#include "free_sample.h"

#include "quantity.h"

/* Narrows [*start, *end) down to the middle of what is resident of it. Returns false where nothing
 * is, or only pages here and there. */
static bool find_spot(const struct trim_borrow_world *world, uint64_t *start, uint64_t *end)
{
    uint64_t page = world->page_bytes;
    uint64_t most = TRIM_SAMPLE_SPOT_PAGES * page;
    uint64_t wet = *start < *end ? world->resident(*start, *end) : 0;
    while (wet != 0 && wet<*end - *start && * end - *start> most) {
        uint64_t middle = *start + (*end - *start) / page / 2 * page;
        uint64_t first = world->resident(*start, middle);
        bool in_first = first >= wet - first;
        *start = in_first ? *start : middle;
        *end = in_first ? middle : *end;
        wet = in_first ? first : wet - first;
    }
    if (wet == 0 || wet < *end - *start) {
        return false;
    }
    uint64_t pages = (*end - *start) / page;
    uint64_t taken = trim_min(pages, TRIM_SAMPLE_SPOT_PAGES);
    *start += (pages - taken) / 2 * page;
    *end = *start + taken * page;
    return true;
}

/* Returns false where the piece is not the arena's. */
static bool add_spot(struct trim_free_sample *sample, const struct trim_borrow_world *world,
                     uint64_t arena, const void *piece)
{
    uint64_t page = world->page_bytes;
    uint64_t begin = (uint64_t)(uintptr_t)piece;
    uint64_t end = begin + world->usable(piece);
    if (!world->inside(arena, begin, end)) {
        return false;
    }
    uint64_t start = (begin + page - 1) / page * page;
    uint64_t stop = end / page * page;
    /* Where the system does not tell, or tells that all is resident, it would seem in use for ever.
     */
    bool found = find_spot(world, &start, &stop);
    const struct trim_span spot = {start, stop};
    if (found && world->drop(&spot, 1) == 0 && world->resident(start, stop) == 0) {
        sample->spots[sample->count].start = start;
        sample->spots[sample->count++].end = stop;
    }
    return true;
}

bool trim_free_sample_add(struct trim_free_sample *sample, const struct trim_borrow_world *world,
                          const struct trim_sample_order *order)
{
    void *pieces[TRIM_SAMPLE_PIECES_MAX];
    size_t taken = 0;
    uint64_t held = 0;
    bool inside = true;
    size_t spots = trim_min(sample->count + order->spots, TRIM_SAMPLE_SPOTS_MAX);
    /* From one size to the next, so that those that are wanted are spread over all; the ones
     * between come later. */
    size_t step = trim_max(order->count / trim_max(order->spots, 1), 1);
    uint64_t stands_for = order->each_bytes * step;
    for (size_t i = 0; i < TRIM_SAMPLE_PIECES_MAX && inside && sample->count < spots; i++) {
        size_t pass = i * step / order->count;
        uint64_t bytes = order->chunk_bytes[(i * step + pass) % order->count];
        bytes = trim_min(bytes, trim_min(stands_for, TRIM_SAMPLE_PIECE_BYTES));
        /* There are no more such chunks than these bytes have room for. */
        if ((pass + 1) * bytes > stands_for) {
            continue;
        }
        held += bytes;
        if (held > TRIM_SAMPLE_HELD_BYTES) {
            break;
        }
        void *piece = world->take(world->context, trim_excess(bytes, TRIM_CHUNK_WORD));
        inside = piece != NULL && add_spot(sample, world, order->arena, piece);
        if (piece != NULL) {
            pieces[taken++] = piece;
        }
    }
    /* Only now, so that no two of them are the same chunk. */
    for (size_t i = 0; i < taken; i++) {
        world->give(pieces[i]);
    }
    return inside;
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

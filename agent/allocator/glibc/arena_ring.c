#include "arena_ring.h"

/* An arena's state is 2200 bytes in glibc 2.26 to 2.43, a little less or more in others. */
#define STATE_BYTES 2400

/* More arenas than these are no ring. */
#define ARENAS_MAX 16384

static uint64_t word_at(const struct trim_arena_world *world, uint64_t address)
{
    uint64_t word = 0;
    return world->peek(address, &word, sizeof word) ? word : 0;
}

static bool is_in_library(const struct trim_arena_world *world, uint64_t address)
{
    return address % sizeof address == 0 && address >= world->data_start &&
           address < world->data_end;
}

/* The arena whose state is behind the header of a heap names itself there. */
bool trim_arena_ring_other(const struct trim_arena_world *world, uint64_t address)
{
    uint64_t heap = address / TRIM_ARENA_HEAP_BYTES * TRIM_ARENA_HEAP_BYTES;
    return heap != 0 && address % sizeof address == 0 && word_at(world, heap) == address;
}

/* Goes round by the words at this offset. The one state in the library's data, or 0 where it is no
 * ring of arenas. */
static uint64_t go_round(const struct trim_arena_world *world, uint64_t arena, uint64_t offset)
{
    uint64_t main = 0;
    uint64_t at = word_at(world, arena + offset);
    for (int steps = 0; at != arena; steps++) {
        bool in_library = is_in_library(world, at);
        if (steps == ARENAS_MAX || (in_library && main != 0) ||
            (!in_library && !trim_arena_ring_other(world, at))) {
            return 0;
        }
        main = in_library ? at : main;
        at = word_at(world, at + offset);
    }
    return main;
}

uint64_t trim_arena_ring_main(const struct trim_arena_world *world, uint64_t arena,
                              uint64_t *offset)
{
    uint64_t found = 0;
    for (uint64_t at = 0; at < STATE_BYTES; at += sizeof at) {
        uint64_t main = go_round(world, arena, at);
        if (main != 0 && found != 0 && main != found) {
            return 0;
        }
        if (main != 0) {
            found = main;
            *offset = at;
        }
    }
    return found;
}

void trim_arena_ring_name(const struct trim_arena_door *door, uint64_t arenas,
                          struct trim_arena_figures *figures, size_t count)
{
    uint64_t steps = 0;
    uint64_t at = door->main_address;
    while (at != 0 && steps < arenas && (steps == 0 || at != door->main_address)) {
        if (steps < count) {
            figures[steps].arena = steps != 0 ? at : TRIM_MAIN_ARENA;
        }
        steps++;
        at = word_at(&door->world, at + door->next_offset);
    }
    bool all = steps == arenas && at == door->main_address;
    for (size_t i = 0; i < count && !all; i++) {
        figures[i].arena = 0;
    }
}

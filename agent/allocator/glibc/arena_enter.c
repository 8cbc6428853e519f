#include "arena_enter.h"

#include "arena_ring.h"
#include "quantity.h"

/* Above the sizes that a tcache keeps by default, so that it comes from an arena, and large enough
 * for malloc to merge fastbins first. */
#define PROBE_BYTES 1072

/* What the main arena may ask of the system beyond a request: a mapped block is made as large as
 * 32 MiB when it is given back (glibc_pieces.c), and a top is padded. */
#define ROOM_BESIDE_BYTES (64 * TRIM_MIB)

/* A mapping costs two system calls, about 2 us; a request of the main arena and its return about
 * as much. */
#define REQUESTS_PER_LOOK 64

/* Arenas that are tried for a proof, since one may have nothing to serve. */
#define TRIES_MAX 8

static bool probe(const struct trim_arena_door *door, uint64_t *arena)
{
    void *block = door->world.take(PROBE_BYTES);
    bool told = block != NULL && door->world.arena_of(block, arena);
    door->world.give(block);
    return told;
}

static volatile uint64_t *word_of(const struct trim_arena_door *door)
{
    return &door->world.words[door->word];
}

static uint64_t address_of(const struct trim_arena_door *door, uint64_t arena)
{
    return arena == TRIM_MAIN_ARENA ? door->main_address : arena;
}

bool trim_arena_inside(const struct trim_arena_door *door)
{
    return door->entered == 0 || *word_of(door) == door->entered;
}

void trim_arena_leave(struct trim_arena_door *door)
{
    if (door->entered == 0) {
        return;
    }
    if (!trim_arena_inside(door)) {
        door->refusal = "malloc has attached the agent's thread to another arena";
    }
    *word_of(door) = door->own;
    door->entered = 0;
}

/* Writes an arena's address and takes a block. The thread stays there where the block came from
 * there. */
static bool step_in(struct trim_arena_door *door, uint64_t arena)
{
    door->own = *word_of(door);
    door->entered = address_of(door, arena);
    *word_of(door) = door->entered;
    uint64_t came_from = 0;
    if (probe(door, &came_from) && came_from == arena && trim_arena_inside(door)) {
        return true;
    }
    trim_arena_leave(door);
    return false;
}

static bool has_room(struct trim_arena_door *door)
{
    door->requests = 0;
    return door->world.room(door->most_bytes + ROOM_BESIDE_BYTES);
}

/* Finds the one word that holds the address. */
static bool find_word(struct trim_arena_door *door, uint64_t address)
{
    size_t found = 0;
    for (size_t word = 0; word < door->world.word_count; word++) {
        if (door->world.words[word] == address) {
            door->word = word;
            found++;
        }
    }
    return found == 1;
}

/* Whether blocks come from this arena once its address stands in the word. */
static bool proves(struct trim_arena_door *door, uint64_t arena)
{
    door->proven = step_in(door, arena);
    trim_arena_leave(door);
    return door->proven || door->refusal != NULL;
}

/* Tries some arenas, since one may have nothing to serve; the main one where there is no other. */
static void try_arenas(struct trim_arena_door *door, uint64_t own, const struct trim_arena_map *map)
{
    size_t tries = 0;
    for (size_t i = 0; i < map->heap_count && tries < TRIES_MAX; i++) {
        const struct trim_heap_header *heap = &map->heaps[i].header;
        if (heap->previous == 0 && heap->arena != own) {
            if (proves(door, heap->arena)) {
                return;
            }
            tries++;
        }
    }
    if (tries == 0 &&
        (door->main_address == 0 || !has_room(door) || proves(door, TRIM_MAIN_ARENA))) {
        return;
    }
    /* Or a tcache served it. */
    door->refusal = "malloc's blocks do not come from the arena that is asked";
}

static void prove(struct trim_arena_door *door, uint64_t own, const struct trim_arena_map *map)
{
    if (map->heap_count == 0) {
        return; /* There is the main arena alone. */
    }
    door->main_address =
        trim_arena_ring_main(&door->world, map->heaps[0].header.arena, &door->next_offset);
    if (own == TRIM_MAIN_ARENA && door->main_address == 0) {
        door->refusal = "the main arena was not found";
    } else if (!find_word(door, address_of(door, own))) {
        door->refusal = "the word that names a thread's arena was not found";
    } else {
        try_arenas(door, own, map);
    }
}

/* Whether the word that was proven still names an arena, perhaps another one by now. */
static void look_again(struct trim_arena_door *door)
{
    uint64_t own = door->word < door->world.word_count ? *word_of(door) : 0;
    if (own != door->main_address && !trim_arena_ring_other(&door->world, own)) {
        door->refusal = "the word that names a thread's arena was not found again";
    }
}

void trim_arena_open(struct trim_arena_door *door, const struct trim_arena_world *world,
                     const struct trim_arena_map *map)
{
    door->world = *world;
    uint64_t own = 0;
    if (door->refusal != NULL) {
        return;
    }
    /* The first block that a thread takes attaches it to an arena. */
    if (!probe(door, &own)) {
        door->refusal = "malloc's blocks do not tell their arena";
    } else if (door->proven) {
        look_again(door);
    } else {
        prove(door, own, map);
    }
}

bool trim_arena_enter(struct trim_arena_door *door, uint64_t arena, uint64_t most_bytes)
{
    uint64_t own = 0;
    if (door->refusal != NULL || !probe(door, &own)) {
        return false;
    }
    if (own == arena) {
        return true;
    }
    door->most_bytes = most_bytes;
    if (!door->proven ||
        (arena == TRIM_MAIN_ARENA && (door->main_address == 0 || !has_room(door)))) {
        return false;
    }
    return step_in(door, arena);
}

bool trim_arena_may_ask(struct trim_arena_door *door)
{
    if (door->entered == 0 || door->entered != door->main_address) {
        return true;
    }
    return ++door->requests < REQUESTS_PER_LOOK || has_room(door);
}

void *trim_arena_take(struct trim_arena_door *door, size_t bytes)
{
    if (!trim_arena_may_ask(door)) {
        return NULL;
    }
    void *block = door->world.take(bytes);
    if (!trim_arena_inside(door)) {
        door->world.give(block);
        return NULL;
    }
    return block;
}

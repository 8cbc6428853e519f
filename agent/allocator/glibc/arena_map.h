/*
 * What a scan has found: the heaps of the arenas, by address. Plain data and pure questions.
 */
#ifndef TRIMAGENT_ARENA_MAP_H
#define TRIMAGENT_ARENA_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* glibc's HEAP_MAX_SIZE on 64-bit systems: twice DEFAULT_MMAP_THRESHOLD_MAX of 32 MiB. */
#define TRIM_ARENA_HEAP_BYTES (UINT64_C(64) << 20)

/* More heaps than these, 256 GiB of them, are summed up but not remembered. */
#define TRIM_ARENA_HEAPS_MAX 4096

/* Stands for the main arena, whose state is in the C library. */
#define TRIM_MAIN_ARENA 0

/* The first words of a heap of a non-main arena: glibc's struct heap_info, of which only these are
 * used. */
struct trim_heap_header {
    uint64_t
        arena; /* Address of the arena's state, which stands behind the header of its first heap. */
    uint64_t previous; /* Address of the heap before, or 0. */
    uint64_t size;
    uint64_t writable_size;
};

struct trim_arena_heap {
    uint64_t address;
    uint64_t resident_bytes; /* 0 where it is locked: nothing of that can be dropped. */
    bool locked;
    struct trim_heap_header header;
};

struct trim_arena_map {
    uint64_t main_start; /* The [heap] of maps; 0, 0: there is none. */
    uint64_t main_end;
    uint64_t main_resident_bytes; /* What is locked left out. */
    bool main_locked;             /* Where it ends. */
    bool more;                    /* There were more heaps than are remembered. */
    size_t heap_count;
    struct trim_arena_heap heaps[TRIM_ARENA_HEAPS_MAX]; /* By rising address. */
};

/* The heap that the address lies in the used part of, or NULL. */
const struct trim_arena_heap *trim_arena_map_find(const struct trim_arena_map *map,
                                                  uint64_t address);

/* Finds the arena that the address belongs to; false where it is of none of the map's. */
bool trim_arena_map_arena(const struct trim_arena_map *map, uint64_t address, uint64_t *arena);

/* Whether the memory in front of this address, the end of a heap or of the main arena, is locked.
 */
bool trim_arena_map_locked(const struct trim_arena_map *map, uint64_t end);

/* Whether no other heap names this one as the one before it: the arena's top ends it. */
bool trim_arena_map_newest(const struct trim_arena_map *map, const struct trim_arena_heap *heap);

/* Bytes in all heaps of an arena, and how much of them is resident. */
uint64_t trim_arena_map_bytes(const struct trim_arena_map *map, uint64_t arena);
uint64_t trim_arena_map_resident(const struct trim_arena_map *map, uint64_t arena);

#ifdef __cplusplus
}
#endif

#endif

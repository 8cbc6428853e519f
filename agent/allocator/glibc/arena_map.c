#include "arena_map.h"

const struct trim_arena_heap *trim_arena_map_find(const struct trim_arena_map *map,
                                                  uint64_t address)
{
    size_t low = 0;
    size_t high = map->heap_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (map->heaps[middle].address <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) {
        return NULL;
    }
    const struct trim_arena_heap *heap = &map->heaps[low - 1];
    return address - heap->address < heap->header.size ? heap : NULL;
}

bool trim_arena_map_arena(const struct trim_arena_map *map, uint64_t address, uint64_t *arena)
{
    if (address >= map->main_start && address < map->main_end) {
        *arena = TRIM_MAIN_ARENA;
        return true;
    }
    const struct trim_arena_heap *heap = trim_arena_map_find(map, address);
    if (heap != NULL) {
        *arena = heap->header.arena;
    }
    return heap != NULL;
}

bool trim_arena_map_locked(const struct trim_arena_map *map, uint64_t end)
{
    const struct trim_arena_heap *heap = trim_arena_map_find(map, end - 1);
    return heap != NULL ? heap->locked : map->main_locked && end == map->main_end;
}

bool trim_arena_map_newest(const struct trim_arena_map *map, const struct trim_arena_heap *heap)
{
    for (size_t other = 0; other < map->heap_count; other++) {
        if (map->heaps[other].header.previous == heap->address) {
            return false;
        }
    }
    return true;
}

uint64_t trim_arena_map_bytes(const struct trim_arena_map *map, uint64_t arena)
{
    uint64_t bytes = arena == TRIM_MAIN_ARENA ? map->main_end - map->main_start : 0;
    for (size_t heap = 0; heap < map->heap_count; heap++) {
        bytes += map->heaps[heap].header.arena == arena ? map->heaps[heap].header.size : 0;
    }
    return bytes;
}

uint64_t trim_arena_map_resident(const struct trim_arena_map *map, uint64_t arena)
{
    uint64_t bytes = arena == TRIM_MAIN_ARENA ? map->main_resident_bytes : 0;
    for (size_t heap = 0; heap < map->heap_count; heap++) {
        bytes += map->heaps[heap].header.arena == arena ? map->heaps[heap].resident_bytes : 0;
    }
    return bytes;
}

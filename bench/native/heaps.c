#include "heaps.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>

#include "pool.h"

#define PAGE_BYTES 4096U
#define PAGES_PER_HEAP (BENCH_HEAP_BYTES / PAGE_BYTES)

/* Whether the pool has the arena whose address the first word of a heap holds. */
static bool is_of_pool(uintptr_t heap)
{
    uintptr_t arena = *(const uintptr_t *)heap; // NOLINT(performance-no-int-to-ptr)
    /* The main arena has a small number for an address, and no heaps. */
    return arena >= BENCH_HEAP_BYTES && bench_pool_has_arena(arena);
}

static uint64_t resident_between(uintptr_t from, uintptr_t to)
{
    static unsigned char pages[PAGES_PER_HEAP];
    size_t count = (to - from) / PAGE_BYTES;
    /* NOLINTNEXTLINE(performance-no-int-to-ptr) */
    if (mincore((void *)from, to - from, pages) != 0) {
        return 0;
    }
    uint64_t resident = 0;
    for (size_t i = 0; i < count; i++) {
        resident += (pages[i] & 1U) * (uint64_t)PAGE_BYTES;
    }
    return resident;
}

/* A mapping may hold several heaps, since the kernel joins neighbours that are grown to the full.
 */
static uint64_t resident_in_mapping(uintptr_t from, uintptr_t to)
{
    uint64_t resident = 0;
    uintptr_t heap = (from + BENCH_HEAP_BYTES - 1) / BENCH_HEAP_BYTES * BENCH_HEAP_BYTES;
    for (; heap < to; heap += BENCH_HEAP_BYTES) {
        if (is_of_pool(heap)) {
            uintptr_t end = heap + BENCH_HEAP_BYTES;
            resident += resident_between(heap, end < to ? end : to);
        }
    }
    return resident;
}

uint64_t bench_heaps_resident(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    if (maps == NULL) {
        return 0;
    }
    char line[512];
    uint64_t resident = 0;
    while (fgets(line, sizeof line, maps) != NULL) {
        uintptr_t from = 0;
        uintptr_t to = 0;
        char access[8];
        int inode = -1;
        int fields = sscanf(line, "%lx-%lx %4s %*s %*s %d", &from, &to, access, &inode);
        /* Heaps are private, writable and of no file. */
        if (fields == 4 && access[0] == 'r' && access[1] == 'w' && access[3] == 'p' && inode == 0) {
            resident += resident_in_mapping(from, to);
        }
    }
    (void)fclose(maps);
    return resident;
}

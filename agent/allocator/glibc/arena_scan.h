/*
 * Where glibc's arenas are, and how much of them is resident.
 *
 * The main arena is the [heap] of /proc/self/maps. Every other arena consists of heaps of up to 64
 * MiB, each at an address that is a multiple of 64 MiB and begins with a heap_info. Neighbouring
 * heaps merge into one line of maps, and one heap may be several lines side by side, so each
 * multiple within a stretch of lines is looked at. Measured on glibc 2.31, 2.36 and 2.43; 64 decoys
 * were rejected.
 *
 * Residency comes from resident_pages.h.
 *
 * The scan runs on the worker, and uses static buffers.
 */
#ifndef TRIMAGENT_ARENA_SCAN_H
#define TRIMAGENT_ARENA_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena_map.h"
#include "malloc_info.h"

#ifdef __cplusplus
extern "C" {
#endif

struct trim_arena_scan {
    uint64_t main_bytes;            /* Mapped as [heap]. */
    uint64_t other_bytes;           /* In use by the heaps of other arenas, by their own headers. */
    uint64_t heaps;                 /* Of other arenas. */
    uint64_t resident_bytes;        /* Of both, what is locked left out. */
    uint64_t locked_bytes;          /* Of both in heaps that are locked as a whole, */
    uint64_t locked_resident_bytes; /* and resident. */
    bool blind; /* The system does not let mincore look: resident_bytes means nothing. */
};

/* One line of /proc/PID/maps. */
struct trim_maps_line {
    uint64_t start;
    uint64_t end;
    bool private_rw; /* Permissions rw-p. */
    bool anonymous;  /* Inode 0 and no path, or one that names an anonymous mapping "[anon:...]". */
    bool main_heap;  /* Path "[heap]". */
};

/* Pure: reads a line without its newline. Returns 0, or -1 where it is malformed, with the output
 * untouched. */
int trim_parse_maps_line(const char *line, size_t length, struct trim_maps_line *parsed);

/* Pure: whether the words at address can be a heap's header, where heaps are of heap_max_bytes at
 * most or of the usual TRIM_ARENA_HEAP_BYTES, whichever is more. */
bool trim_heap_header_plausible(uint64_t address, const struct trim_heap_header *header,
                                uint64_t page_bytes, uint64_t heap_max_bytes);

/*
 * Heaps may also be of heap_max_bytes, a power of two, and then begin at multiples of it: four huge
 * pages with glibc.malloc.hugetlb=2 on glibc 2.35 to 2.41. Before the first scan; without it they
 * are of TRIM_ARENA_HEAP_BYTES.
 */
void trim_arena_scan_heaps_of(uint64_t heap_max_bytes);

/* Scans the arenas of this process; proc is "/proc/self" but in tests. Returns 0, or -1 where maps
 * cannot be read. */
int trim_arena_scan_run(const char *proc, struct trim_arena_scan *scan);

/* The arenas of the last scan. Worker, or a thread that it waits for. */
const struct trim_arena_map *trim_arena_scan_map(void);

/*
 * Reads a heap's header again, which may be unmapped by now. Returns false where it is, or is no
 * heap's any more. Worker, or a thread that it waits for.
 */
bool trim_arena_scan_reread(uint64_t address, struct trim_heap_header *header);

/* Of a top less than this that is resident is not worth a visit, and does not count. */
#define TRIM_TOP_LEAST_BYTES (UINT64_C(1) << 20)

/* The tops of non-main arenas: whole pages that are resident, and that are not. */
struct trim_tops {
    uint64_t wet_bytes;
    uint64_t dry_bytes;
};

/*
 * Looks at the tops of non-main arenas of the last scan. An arena that has changed its size since
 * malloc_info was taken is left out. Worker only, right after a scan.
 */
void trim_arena_scan_tops(const struct trim_arena_figures *arenas, size_t count,
                          struct trim_tops *tops);

#ifdef __cplusplus
}
#endif

#endif

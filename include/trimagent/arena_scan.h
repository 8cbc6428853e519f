/*
 * Where glibc's arenas are, and how much of them is resident.
 *
 * The main arena is the [heap] of /proc/self/maps. Every other arena consists of heaps of up to 64
 * MiB, each at an address that is a multiple of 64 MiB and begins with a heap_info. Neighbouring
 * heaps merge into one line of maps, so each multiple within a line is looked at. Measured on
 * glibc 2.31 and 2.36; 64 decoys were rejected.
 *
 * Residency comes from mincore: exact also for huge pages, 0.5-1 ms per resident GiB, no lock of
 * malloc's. What is swapped out does not count.
 *
 * The scan runs on the worker, and uses static buffers.
 */
#ifndef TRIMAGENT_ARENA_SCAN_H
#define TRIMAGENT_ARENA_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trimagent/malloc_info.h"

#ifdef __cplusplus
extern "C" {
#endif

/* glibc's HEAP_MAX_SIZE on 64-bit systems: twice DEFAULT_MMAP_THRESHOLD_MAX of 32 MiB. */
#define TRIM_ARENA_HEAP_BYTES (UINT64_C(64) << 20)

struct trim_arena_scan {
    uint64_t main_bytes;     /* Mapped as [heap]. */
    uint64_t other_bytes;    /* In use by the heaps of other arenas, by their own headers. */
    uint64_t heaps;          /* Of other arenas. */
    uint64_t resident_bytes; /* Of both. */
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

/* The first words of a heap of a non-main arena: glibc's struct heap_info, of which only these are
 * used. */
struct trim_heap_header {
    uint64_t
        arena; /* Address of the arena's state, which stands behind the header of its first heap. */
    uint64_t previous; /* Address of the heap before, or 0. */
    uint64_t size;
    uint64_t writable_size;
};

/* Pure: whether the words at address can be a heap's header. */
bool trim_heap_header_plausible(uint64_t address, const struct trim_heap_header *header,
                                uint64_t page_bytes);

/* Opens what the scan needs (a pipe: reading foreign memory through it fails where it is unmapped,
 * and needs no privilege). Any thread, once. Returns 0, or -1 with errno. */
int trim_arena_scan_open(void);

/* Scans the arenas of this process; proc is "/proc/self" but in tests. Returns 0, or -1 where maps
 * cannot be read. */
int trim_arena_scan_run(const char *proc, struct trim_arena_scan *scan);

/*
 * What is not resident of the tops of non-main arenas: the arenas of the last scan are told apart
 * by their sizes, which tops gives as malloc_info has printed them. An arena that has changed its
 * size since is left out. Worker only, right after a scan.
 */
uint64_t trim_arena_scan_dry_tops(const struct trim_arena_top *tops, size_t count);

#ifdef __cplusplus
}
#endif

#endif

/*
 * Parser of the XML that glibc's malloc_info(3) prints: 64-bit on every glibc since 2.10, and the
 * only public view of the tops of non-main arenas.
 *
 * It is fed piece by piece, as the C library prints, keeps no more than one tag, and never
 * allocates. Hostile, truncated and future input ends in complete == false or in figures that are
 * too small, never in a wild access. One thread at a time.
 */
#ifndef TRIMAGENT_MALLOC_INFO_H
#define TRIMAGENT_MALLOC_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "free_picks.h"
#include "mixed_bin.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What a free chunk keeps back of a trim on average, beside the size of a page: its header. The
 * parts of pages at its two ends make a page together. Measured against real trims: -0.7 MiB of 4
 * GiB.
 */
#define TRIM_CHUNK_HEADER 48

/* The figures of all arenas. Bytes and numbers of chunks. */
struct trim_malloc_info {
    bool complete; /* The closing tag was seen and every heap had its totals. */
    uint64_t arenas;
    uint64_t system_bytes;      /* Obtained from the system by arenas; without mmapped chunks. */
    uint64_t main_system_bytes; /* Of it, the main arena's. */
    uint64_t fast_count;
    uint64_t fast_bytes;
    uint64_t rest_count; /* Free chunks in bins, and tops. */
    uint64_t rest_bytes;
    uint64_t mmap_count;
    uint64_t mmap_bytes;
    uint64_t inner_bytes; /* Whole pages inside free chunks, estimated: what a trim can drop, were
                             it all resident. */
    uint64_t guess_bytes; /* Of these what hangs on how the sizes of mixed bins are spread. */
    uint64_t chunk_keeps; /* What a free chunk keeps back on average: a page and a header. */
    uint64_t small_count; /* Free chunks in bins too small to have a whole page inside. */
    uint64_t small_bytes;
    uint64_t main_top_bytes;
    uint64_t other_top_bytes; /* Never released by malloc_trim. */
};

#define TRIM_MALLOC_INFO_TAG_MAX 256

/* More arenas than these are only summed up. glibc makes eight for each CPU: so many for 256. */
#define TRIM_ARENA_FIGURES_MAX 2048

/* One arena. malloc_info tells no addresses: where the ring of arenas does not either
 * (arena_ring.h), its size identifies it. */
struct trim_arena_figures {
    uint64_t number; /* 0: the main arena. */
    uint64_t arena;  /* Address of its state; 0: unknown, or the main arena. */
    uint64_t system_bytes;
    uint64_t free_bytes;    /* In its bins and fastbins; the top's are not. */
    uint64_t fast_bytes;    /* Of these in fastbins. */
    uint64_t inner_bytes;   /* Whole pages inside its free chunks, estimated; the top's are not. */
    uint64_t chunks;        /* Free ones that have whole pages, at most. */
    uint64_t largest_bytes; /* Of its free chunks, the top left out. */
    uint64_t top_bytes;
};

struct trim_malloc_info_parser {
    struct trim_malloc_info info;
    char tag[TRIM_MALLOC_INFO_TAG_MAX];
    size_t tag_length;
    bool in_tag;
    bool broken;
    bool in_heap;
    /* Of the heap at hand. */
    uint64_t heap_number;
    uint64_t row_bytes;
    uint64_t heap_fast_bytes;
    uint64_t heap_rest_bytes;
    uint64_t heap_system_bytes;
    uint64_t heap_inner_bytes;
    uint64_t heap_chunks;
    uint64_t heap_largest_bytes;
    struct trim_mixed_bin heap_unsorted;
    bool heap_has_system; /* A main arena that was never used has 0 bytes, but says so. */
    struct trim_sorted_sizes sorted;
    struct trim_free_picks picks; /* Of chunks that have whole pages. */
    size_t arena_count;
    /* Last: not cleared each time. The sorted bins tell of the unsorted ones, so these wait for the
     * end. */
    struct trim_arena_figures arenas[TRIM_ARENA_FIGURES_MAX];
    struct trim_mixed_bin unsorted[TRIM_ARENA_FIGURES_MAX];
};

/* Whether the figures are of this arena, which is not the main one and has so many bytes from the
 * system. False as well where it has changed its size since they were taken. */
bool trim_arena_figures_are(const struct trim_arena_figures *figures, uint64_t arena,
                            uint64_t system_bytes);

/* Starts on a new text; page_bytes is the size of the pages that a trim drops. */
void trim_malloc_info_begin(struct trim_malloc_info_parser *parser, uint64_t page_bytes);

/* Takes in the next piece, of any length. */
void trim_malloc_info_feed(struct trim_malloc_info_parser *parser, const char *piece,
                           size_t length);

/* Ends the text. Returns 0 and fills *info, or -1 where the text was not a whole malloc_info, *info
 * untouched. */
int trim_malloc_info_end(struct trim_malloc_info_parser *parser, struct trim_malloc_info *info);

#ifdef __cplusplus
}
#endif

#endif

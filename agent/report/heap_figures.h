/*
 * What is known of the C heap. Plain figures: allocators fill them, the worker hands them on, and
 * sinks tell them.
 */
#ifndef TRIMAGENT_HEAP_FIGURES_H
#define TRIMAGENT_HEAP_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where heap figures come from. */
enum trim_figures_source {
    TRIM_FIGURES_NONE = 0,
    TRIM_FIGURES_MALLINFO2,
    TRIM_FIGURES_MALLOC_INFO, /* The same figures derived from malloc_info's XML. */
    /* Other allocators' own. */
    TRIM_FIGURES_JEMALLOC,
    TRIM_FIGURES_TCMALLOC,
    TRIM_FIGURES_MIMALLOC
};

/* A figure under the name that another allocator than glibc has for it. NULL: none. */
struct trim_named_bytes {
    const char *name;
    uint64_t bytes;
};

#define TRIM_NAMED_FIGURES_MAX 6

/* The fields of mallinfo2(3), in its words and units (bytes, or numbers of chunks). Of other
 * allocators arena, uordblks and fordblks are what they count as that. */
struct trim_heap_figures {
    enum trim_figures_source source;
    uint64_t arena;    /* Bytes obtained from the system, without mmapped chunks. */
    uint64_t ordblks;  /* Free chunks, tops included, fastbins not. */
    uint64_t smblks;   /* Free chunks in fastbins. */
    uint64_t hblks;    /* Mmapped chunks. */
    uint64_t hblkhd;   /* Bytes in them. */
    uint64_t fsmblks;  /* Bytes in fastbins. */
    uint64_t uordblks; /* Bytes in use; what threads keep in their tcache counts as used. */
    uint64_t fordblks; /* Bytes free; a trim drops their pages but hardly changes this figure. */
    uint64_t keepcost; /* Bytes in the main arena's top. */
    struct trim_named_bytes named[TRIM_NAMED_FIGURES_MAX]; /* Other allocators' own. */
};

/* Whether the figures tell what is in use and what is free: mimalloc's do not. */
static inline bool trim_heap_is_told(const struct trim_heap_figures *figures)
{
    return figures->source != TRIM_FIGURES_NONE && figures->source != TRIM_FIGURES_MIMALLOC;
}

/* What a trim would release, and what that was derived from. */
struct trim_estimate {
    uint64_t expected_bytes;
    uint64_t resident_bytes;      /* Of the arenas, what is locked in memory left out. */
    uint64_t locked_bytes;        /* Resident in arenas that are locked. */
    uint64_t expected_tops_bytes; /* Of what is expected in the tops of non-main arenas. */
    bool bound_only; /* expected_bytes is only an upper bound below what was asked for: no walk was
                        needed. */
    bool resident_assumed; /* Part of the arenas was not found, and is taken for resident. */
    uint64_t arenas;
    uint64_t free_chunks;
    uint64_t free_bytes;  /* In arenas that are not locked, resident or not, */
    uint64_t whole_bytes; /* and of these in whole pages: blocks in use hold the rest in place. */
    uint64_t tops_bytes;  /* In the tops of non-main arenas, which malloc_trim never releases. */
    uint64_t
        wet_tops_bytes;   /* Of these resident: part of what is expected, where they are borrowed.
                           */
    uint64_t cpu_ns;      /* CPU time this estimate took, */
    uint64_t walk_cpu_ns; /* and of it the walk under the arenas' locks. */
    struct trim_heap_figures figures; /* From the same walk. */
};

#ifdef __cplusplus
}
#endif

#endif

/*
 * Borrowed trimming: giving pages back without holding an arena's lock meanwhile.
 *
 * malloc_trim drops pages under the arena's lock, 50 to 330 ms per GiB. A thread that owns the
 * chunks can drop the same pages with no lock held: it takes free chunks with malloc, drops the
 * whole pages inside, and hands the chunks back with free. What others wait for is then one call
 * of malloc or free.
 *
 * malloc serves the smallest free chunk that fits. So what is asked for grows from chunk to chunk.
 * At rest what has been taken is kept until the arena is done, so that it is not served again. With
 * the largest chunk it ends, since the heap would grow for the next request.
 */
#ifndef TRIMAGENT_BORROW_H
#define TRIMAGENT_BORROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "release.h"

#ifdef __cplusplus
extern "C" {
#endif

/* glibc's SIZE_SZ on 64-bit systems: the word of a chunk that is there beside what malloc returns.
 */
#define TRIM_CHUNK_WORD UINT64_C(8)

struct trim_borrow_arena;

/* Whole pages. */
struct trim_span {
    uint64_t start;
    uint64_t end;
};

/* So many are dropped together. */
#define TRIM_SPANS_MAX 64

/* What borrowing does to the world. All run on the borrowing thread. */
struct trim_borrow_world {
    void *context;                              /* Of those who want one. */
    void *(*take)(void *context, size_t bytes); /* malloc; NULL: nothing more is to be had. */
    void (*give)(void *piece);                  /* free. */
    size_t (*usable)(const void *piece);        /* malloc_usable_size. */
    /* Resident bytes of whole pages. */
    uint64_t (*resident)(uint64_t start, uint64_t end);
    /* Drops the pages of count spans, TRIM_SPANS_MAX at most. Returns 0, or -1 where some could not
     * be dropped. */
    int (*drop)(const struct trim_span *spans, size_t count);
    /* Whether [start, end) lies in the arena as it was measured. */
    bool (*inside)(uint64_t arena, uint64_t start, uint64_t end);
    /* Bytes that the arena has grown by since it was measured. */
    uint64_t (*grown)(const struct trim_borrow_arena *arena);
    /* Heaps at the arena's end that malloc has unmapped since, because they became empty. */
    uint64_t (*heaps_gone)(const struct trim_borrow_arena *arena);
    /* Bytes of the free chunk that begins right behind the piece; 0: it is in use. */
    uint64_t (*free_behind)(const struct trim_borrow_arena *arena, const void *piece);
    /* Whether there was another free chunk of its size when the piece was taken, which comes next;
     * true as well where the piece was an exact fit that nobody had sorted. */
    bool (*has_equals)(const void *piece);
    /* Bytes of the arena's top where that begins right behind the piece; otherwise 0. */
    uint64_t (*top_behind)(const struct trim_borrow_arena *arena, const void *piece);
    /* Whether to end at once: the VM ends. */
    bool (*cancelled)(void *context);
    uint64_t (*now_ns)(void);
    void (*pause)(void *context, uint64_t ns); /* Sleeps. */
    uint64_t (*own_cpu_ns)(void);              /* CPU time of the borrowing thread so far, */
    uint64_t (*others_cpu_ns)(void);           /* and of the process's others. */
    uint64_t page_bytes;
};

struct trim_borrow_pace; /* agent/allocator/borrow_pace.h */

/* One arena, as it was measured right before. */
struct trim_borrow_arena {
    uint64_t arena;         /* Address of its state; 0: the main arena. */
    uint64_t system_bytes;  /* Of the arena. */
    uint64_t free_bytes;    /* In whole pages of free chunks. */
    uint64_t wanted_bytes;  /* Of these resident, without the top's. */
    uint64_t largest_bytes; /* Of the free chunks in its bins, as malloc_info prints it. */
    uint64_t chunks;        /* Free ones that have whole pages. */
    uint64_t end;           /* Of its last heap. */
    uint64_t top_start;     /* Its top, up to end, where that shall be taken too; otherwise 0. */
    uint64_t deadline_ns;   /* When to end at the latest; pauses put it off. */
    /* Pauses for the sake of threads at work, in all arenas together. */
    struct trim_borrow_pace *pace;
};

/*
 * Drops what it can reach of the arena that take serves from. Every piece is given
 * back before it returns. Allocates and frees; never fails: what could not be done is left.
 */
void trim_borrow_run(const struct trim_borrow_world *world, const struct trim_borrow_arena *arena,
                     struct trim_borrow_result *result);

void trim_borrow_add(struct trim_borrow_result *sum, const struct trim_borrow_result *more);

#ifdef __cplusplus
}
#endif

#endif

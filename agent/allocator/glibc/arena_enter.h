/*
 * Entering any of glibc's arenas from one's own thread.
 *
 * The arena that a thread's malloc takes memory from is one word of the thread's own, thread_arena
 * in the C library's thread-local data. While another arena's address stands there, what malloc
 * serves comes from that arena, by malloc itself and under that arena's own lock; free looks at the
 * block, not at the word. No other thread's state and no structure of glibc's is written.
 *
 * The contract: between trim_arena_enter and trim_arena_leave the calling thread calls malloc, free
 * and realloc of what it took, and asks trim_arena_inside after each malloc. trim_arena_leave puts
 * the word back, on every path. All functions: the thread that opened the door, which is the
 * worker.
 *
 * The proof, in each process, by behaviour:
 * - a block of the thread's own tells its arena (glibc_blocks.h), and exactly one word of the C
 *   library's own thread-local data, some twenty of them, holds that arena's address;
 * - with the address of another arena in that word a block comes from there;
 * - the main arena has no heap that would tell where its state is. It is the one member of the ring
 *   of all arenas that lies in the C library's own data: at one and the same offset in each state
 *   stands the address of the next.
 *
 * What does not behave like that, or ceases to, is a reason never to enter any arena again: another
 * malloc, a tcache that keeps such large blocks (glibc.malloc.tcache_max, 2.42 and later), a word
 * that malloc changes.
 *
 * Why the word cannot be changed under us, and no assertion of glibc's be met (malloc.c and arena.c
 * of 2.22 to 2.43; before 2.23 no threads are counted): malloc writes it only where it attaches the
 * thread to an arena, and since 2.23 then counts one thread less for the one named there, with an
 * assertion that it had any.
 * - An arena beside the main one that cannot serve is passed over for the main one
 *   (arena_get_retry), with no attaching. So its word stays, whatever happens.
 * - The main arena goes on to another one, and attaches the thread, where it can grow neither by
 * brk nor by mmap. So it is entered only while a mapping can be had that is larger than all that is
 *   asked of it at once (world.room), which is tried again every so many requests. If somebody
 * takes all of that meanwhile, and the free chunks too, the main arena's count goes down by the
 * thread that the process began with, which is still there; the assertion holds, the change is seen
 * and no arena is entered again.
 * - An arena that glibc 2.22 to 2.25 has marked as corrupt is left too: there it has found the heap
 *   corrupt, and was told to go on (M_CHECK_ACTION).
 * - When a thread ends, glibc counts one less for the arena in its word: its own, since it has
 * left.
 */
#ifndef TRIMAGENT_ARENA_ENTER_H
#define TRIMAGENT_ARENA_ENTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena_map.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What entering an arena touches; tests put fakes in its place. */
struct trim_arena_world {
    void *(*take)(size_t bytes); /* malloc. */
    void (*give)(void *block);   /* free. */
    /* The arena of a block of malloc's; false where it does not tell. */
    bool (*arena_of)(const void *block, uint64_t *arena);
    /* Copies memory that may be unmapped; false where it is. */
    bool (*peek)(uint64_t address, void *copy, size_t length);
    /* Whether the process may have so much more memory from the system. */
    bool (*room)(uint64_t bytes);
    /* The calling thread's own thread-local data of the C library. Volatile: compilers know malloc
     * as a function that reads nothing of ours, and would drop a store before it. */
    volatile uint64_t *words;
    size_t word_count;
    /* The C library's writable data. */
    uint64_t data_start;
    uint64_t data_end;
};

struct trim_arena_door {
    struct trim_arena_world world;
    const char *refusal; /* Why no arena will ever be entered, as a phrase after "because"; NULL. */
    bool proven;         /* The word is known, */
    size_t word;         /* and is this one of them. */
    uint64_t main_address; /* Of the main arena's state; 0: unknown. */
    uint64_t next_offset;  /* Where each state then has the address of the next. */
    uint64_t own;          /* What the word held before, while another arena is entered. */
    uint64_t entered;      /* What it holds then; 0: the thread is in its own. */
    uint64_t requests;     /* Asked of the main arena since there was seen to be room for all. */
    uint64_t most_bytes;   /* That is asked of it at once. */
};

/*
 * Comes to the door with the calling thread's own words, at the beginning of each release: a word
 * that was proven is looked at again. Otherwise the proof is tried, with the arenas of the map; it
 * stays open where there is no other arena yet, or none of them serves. *door is zero at first.
 */
void trim_arena_open(struct trim_arena_door *door, const struct trim_arena_world *world,
                     const struct trim_arena_map *map);

/*
 * Enters an arena, TRIM_MAIN_ARENA or the address of its state, to ask it for up to most_bytes at
 * once. A first request of one kilobyte has merged its fastbins. Returns false, with the thread in
 * its own arena, where this one cannot be entered now or cannot serve.
 */
bool trim_arena_enter(struct trim_arena_door *door, uint64_t arena, uint64_t most_bytes);

/* Before each request: whether it may be asked for. */
bool trim_arena_may_ask(struct trim_arena_door *door);

/* After each request: whether the thread still is where it has entered. If not, leave. */
bool trim_arena_inside(const struct trim_arena_door *door);

/* Asks the arena that was entered for a block by world.take. NULL: there is none to be had, or none
 * from there any more; then leave. */
void *trim_arena_take(struct trim_arena_door *door, size_t bytes);

/* Puts the word back. */
void trim_arena_leave(struct trim_arena_door *door);

#ifdef __cplusplus
}
#endif

#endif

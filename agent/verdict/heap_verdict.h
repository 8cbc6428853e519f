/*
 * Leak or retention? What is to be said of a process's native memory, and the figures that this
 * rests on. Plain data, and the judgement of them: the agent and trimctl judge alike.
 *
 * Pure, any thread.
 */
#ifndef TRIMAGENT_HEAP_VERDICT_H
#define TRIMAGENT_HEAP_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A verdict on the process's memory; that on a single trim is enum trim_verdict. */
enum trim_heap_verdict {
    TRIM_HEAP_UNKNOWN = 0, /* Too little has been seen. */
    TRIM_HEAP_FINE,        /* None of the following. */
    TRIM_HEAP_RETAINED,    /* Much is free, and trims give it back, or have done so. */
    TRIM_HEAP_PINNED,      /* Much is free, but in no whole page. */
    TRIM_HEAP_GROWING,     /* What is in use grows evenly: a native leak. */
    TRIM_HEAP_NOT_MALLOC,  /* What fills or grows RSS is not malloc's. */
    TRIM_HEAP_VERDICT_COUNT
};

/* How things stand at one moment. Sizes in bytes. */
struct trim_heap_state {
    bool untold;           /* The allocator never tells what is in use. */
    bool known;            /* The arenas were walked; otherwise only RSS, malloc and limit count. */
    uint64_t rss_bytes;    /* Of the process; 0: unknown. */
    uint64_t limit_bytes;  /* Of memory; 0: unknown. */
    uint64_t malloc_bytes; /* Of RSS in arenas and in blocks that malloc has mapped one by one. */
    uint64_t in_use_bytes; /* Allocated, mapped blocks included. */
    uint64_t back_bytes;   /* A trim would give back, */
    uint64_t kept_bytes;   /* and trims have given back, which is free still. */
    uint64_t pinned_bytes; /* Free, but in no whole page. */
};

/* How something has grown. The figures are those of the window that has told of growth, otherwise
 * those of all that has been seen so far, of the last window at most. */
struct trim_growth {
    bool growing;
    bool judged;         /* At least one whole window was seen. */
    uint64_t wanted_ns;  /* So long it must grow evenly; 0: growth is not looked for. */
    uint64_t seen_ns;    /* So long it was watched. */
    uint64_t window_ns;  /* The window, */
    uint64_t floors;     /* the number of its parts, of each of which the least counts, */
    uint64_t from_bytes; /* the least of the first of them */
    uint64_t to_bytes;   /* and of the last, */
    uint64_t
        hourly_bytes;    /* and the slope between all of them in an hour; 0 where there is none. */
    uint64_t old_pauses; /* Within the window. */
    uint64_t reloads;    /* The same: bursts of class loading. */
};

/* The verdict, and what it rests on. */
struct trim_judgement {
    enum trim_heap_verdict verdict;
    struct trim_heap_state state;
    struct trim_growth in_use;  /* Of what is in use, */
    struct trim_growth outside; /* and of what of RSS is not malloc's. */
};

/* Judges by the figures in *judgement, and puts the verdict there. */
void trim_heap_judge(struct trim_judgement *judgement);

/* Whether it has grown, but was not watched for long enough to say that this is for good. */
bool trim_growth_open(const struct trim_growth *growth);

/* By how much each reload has made it grow; 0 where there were too few to tell. */
uint64_t trim_growth_reload_bytes(const struct trim_growth *growth);

/* The name for log, metrics and JSON: unknown, fine, retained, pinned, growing, not_malloc. */
const char *trim_heap_verdict_name(enum trim_heap_verdict verdict);

#ifdef __cplusplus
}
#endif

#endif

/*
 * What the agent has to say. Plain figures: the worker fills them in, and each sink makes of them
 * what it writes.
 */
#ifndef TRIMAGENT_REPORT_H
#define TRIMAGENT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "heap_figures.h"
#include "heap_verdict.h"
#include "lot.h"
#include "process_memory.h"
#include "release.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Room for who asked for a trim, with the NUL. */
#define TRIM_ASKED_BY_MAX 32

/* One trim. */
struct trim_report {
    uint64_t number; /* From 1. */
    enum trim_reason reason;
    char asked_by[TRIM_ASKED_BY_MAX]; /* The application's reason of a demand, or empty. */
    bool for_operator;                /* Somebody waits for its lines as an answer. */
    bool dry;                         /* Only decided, by dry-run. */
    bool memory_known;
    struct trim_process_memory before;
    struct trim_process_memory after;
    uint64_t began_ns; /* On trim_clock_now_ns's clock. */
    uint64_t took_ns;  /* Of the trim alone, by the wall clock, */
    uint64_t cpu_ns;   /* and its CPU time, helping threads included. */
    bool expected_known;
    uint64_t expected_bytes;
    bool resident_assumed; /* The expectation takes memory for resident that could not be looked at.
                            */
    bool released_known;   /* By the arenas' residency; */
    uint64_t released_bytes; /* otherwise by RSS, where that is known. */
    uint64_t tops_bytes;     /* In the tops of non-main arenas afterwards; 0: nothing to report. */
    struct trim_release release; /* How it was carried out. */
    bool figures_dear;           /* mallinfo2 was left out for what it would have cost. */
    struct trim_heap_figures figures_before;
    struct trim_heap_figures figures_after;
    uint64_t worth_bytes;   /* What memory is worth: so much, free for a second, a second of CPU. */
    struct trim_lot earned; /* What the trim before has earned so far; number 0: there was none. */
};

/* A look that led to no trim, or was not taken. */
struct trim_skip_report {
    enum trim_reason reason;
    enum trim_skip skip;
    uint64_t expected_bytes; /* Of the skips of an estimate. */
    bool bound_only;         /* It is an upper bound. */
    uint64_t threshold_bytes;
};

/* How a trim was carried out; in a dry run not at all. */
enum { TRIM_WAY_TRIM = 0, TRIM_WAY_BORROW, TRIM_WAY_BOTH, TRIM_WAY_DRY, TRIM_WAYS };

/* The number of last trims that status shows. */
#define TRIM_STATUS_TRIMS 5

/* Everything that has happened so far, for the summary and for status. */
struct trim_totals {
    bool dry; /* Trims are only decided now; the ways tell of those so far. */
    uint64_t considered;
    uint64_t trims[TRIM_REASON_COUNT];
    uint64_t skips[TRIM_SKIP_COUNT];
    uint64_t useless;
    uint64_t regretted;
    uint64_t released_bytes;
    uint64_t trim_ns;
    uint64_t longest_trim_ns;
    uint64_t trim_cpu_ns;
    uint64_t estimates;
    uint64_t estimate_cpu_ns;
    uint64_t wake_ups;
    uint64_t
        worker_cpu_ns;   /* Of the agent's thread up to its last wake-up, with all of the above. */
    double held_byte_ns; /* Bytes that trims have kept free times how long, */
    double held_cost_ns; /* and the CPU that this has cost, faults of taking them again included. */
    uint64_t worth_bytes; /* What memory is worth: so much, free for a second, a second of CPU. */
    uint64_t refaulted_bytes; /* Of what trims have released the application has taken again, */
    uint64_t refilled_bytes;  /* and the kernel itself has brought back. */
    uint64_t reload_bursts;   /* Bursts of class loading that have ended. */
    enum trim_verdict verdict;
    bool has_estimate;
    struct trim_estimate estimate; /* The last one. */
    uint64_t estimate_at_ns;
    struct trim_judgement heap; /* Leak or retention, by the last estimate. */
    struct trim_report
        last[TRIM_STATUS_TRIMS]; /* A ring; trim number n is at trim_totals_place(n). */
    uint64_t last_at_ns[TRIM_STATUS_TRIMS];
    uint64_t ways[TRIM_WAYS]; /* Of trims. */
    uint64_t longest_wait_ns; /* The longest that a thread may have waited because of a trim. */
    bool has_walk;
    struct trim_estimate walk; /* The last one that is no mere bound: what the heap is made of. */
};

/* Where the trim of this number, which counts from 1, is among the last ones. */
static inline uint64_t trim_totals_place(uint64_t number)
{
    return (number - 1) % TRIM_STATUS_TRIMS;
}

#ifdef __cplusplus
}
#endif

#endif

/*
 * What a process had in use over time. A trace is a step function; a cursor walks along it, scaled,
 * from any point of it, and over again where the wanted time is longer than the trace.
 */
#ifndef LAB_TRACE_H
#define LAB_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lab_row {
    uint64_t at_ns;
    uint64_t in_use_bytes;
    uint64_t cpu_ns;
    uint64_t old_pauses;
    uint64_t class_changes;
};

struct lab_trace {
    char *path;
    struct lab_row *rows;
    size_t count;        /* At least 1. */
    size_t loop_from;    /* The row that follows the last one. */
    uint64_t base_bytes; /* 0: the header does not tell. */
    uint64_t look_ns;    /* 0: the header does not tell. */
};

/* What is added to a trace: each is left out where it is 0. */
struct lab_overlay {
    double leak_kib_per_hour; /* Grows for ever. */
    double cache_mib;         /* Fills up, */
    double cache_hours;       /* with this time constant. */
    double day_mib;           /* Comes and goes, */
    double day_hours;         /* in so many hours. */
    double gc_s;              /* An old pause each so many seconds. */
};

/* One process: a trace, and how it is played. */
struct lab_run {
    const struct lab_trace *trace;
    double scale;       /* Of what is in use. */
    uint64_t phase_ns;  /* Where in the trace it begins. */
    uint64_t length_ns; /* How long it is played; 0: to the trace's end. */
    struct lab_overlay overlay;
    bool until_growing; /* It ends as soon as it is taken for a leak. */
};

struct lab_cursor {
    const struct lab_trace *trace;
    double scale;
    struct lab_overlay overlay;
    size_t next;
    /* Added to the rows' own; they wrap around where that is less than 0. */
    struct lab_row shift;
};

/* Reads a trace, or returns the one that was read from the same path before. NULL: it is not a
 * trace; the reason was written to stderr. */
const struct lab_trace *lab_trace_load(const char *path);

uint64_t lab_run_length(const struct lab_run *run);

/* Begins a run: *first is the state at its time 0. */
void lab_cursor_begin(struct lab_cursor *cursor, const struct lab_run *run, struct lab_row *first);

/* Steps to the next row. Returns false where nothing will ever change again. */
bool lab_cursor_next(struct lab_cursor *cursor, struct lab_row *row);

#endif

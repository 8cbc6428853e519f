/*
 * The recording: a thread that looks each millisecond and writes a row where something has changed,
 * as bench/policy/traces/README.md describes. One a process.
 */
#ifndef TRIMAGENT_RECORDER_RECORDING_H
#define TRIMAGENT_RECORDER_RECORDING_H

#include <stdint.h>

/* What a program tells beside its memory; zero where it has no such thing. */
struct recorder_counts {
    uint64_t old_pauses;
    uint64_t class_changes;
};

/* Called on the recording's thread. */
typedef struct recorder_counts (*recorder_counts_reader)(void);

/* Begins to write to the file at path. Ends the process where that cannot be: a run without its
 * trace is of no use. */
void recorder_begin(const char *path, recorder_counts_reader reader);

/* Writes the last row and what malloc_info tells, and waits for that. Does nothing where nothing
 * was begun, or the second time. */
void recorder_end(void);

#endif

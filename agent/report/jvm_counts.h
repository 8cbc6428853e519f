/*
 * What the JVM has told of so far. Plain figures.
 */
#ifndef TRIMAGENT_JVM_COUNTS_H
#define TRIMAGENT_JVM_COUNTS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Counts since the start of the agent. */
struct trim_signals {
    uint64_t young_pauses;
    uint64_t old_pauses;   /* Unknown ones included. */
    uint64_t empty_pauses; /* Pairs in which no collection took place. */
    uint64_t last_old_ns;  /* When the last old pause ended; 0: never. */
    uint64_t class_loads;
    uint64_t
        class_events; /* JVMTI's for them: fewer, since they are on only when a start is over. */
};

#ifdef __cplusplus
}
#endif

#endif

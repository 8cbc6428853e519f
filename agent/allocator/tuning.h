/*
 * Parameters of malloc that the user wants set when the agent is loaded. Plain data.
 */
#ifndef TRIMAGENT_TUNING_H
#define TRIMAGENT_TUNING_H

#include <stdint.h>

#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* glibc's own choice on 64-bit systems up to 2.43 (NARENAS_FROM_NCORES), by the CPUs that are
 * online. */
#define TRIM_ARENAS_FOR_CPU 8

/* Before: what is wanted. After: what the agent has set. 0 is left as it was. */
struct trim_tuning {
    uint64_t trim_threshold_bytes; /* What the free end of an arena may keep. */
    uint64_t mmap_threshold_bytes; /* Blocks from this size on are mapped one by one. */
    uint64_t arena_max;            /* Most arenas; */
    uint64_t arena_max_along;      /* the same, unless the environment says otherwise. */
};

/* What there is to tell, each a list of phrases separated by "; ", or empty. */
struct trim_tuning_notes {
    struct trim_text *failures;  /* What was wanted and is not in force. */
    struct trim_text *overrides; /* What the environment had set, and who has prevailed. */
};

#ifdef __cplusplus
}
#endif

#endif

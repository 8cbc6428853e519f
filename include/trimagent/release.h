/*
 * How free memory is given back: what is asked for, and what was done. Plain data.
 */
#ifndef TRIMAGENT_RELEASE_H
#define TRIMAGENT_RELEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "trimagent/borrow.h"

#ifdef __cplusplus
extern "C" {
#endif

enum trim_mode {
    TRIM_MODE_AUTO = 0, /* Borrow where malloc_trim would hold a lock for long, or where it reaches
                           nothing. */
    TRIM_MODE_BORROW,   /* Borrow wherever there is something; malloc_trim only for short rests. */
    TRIM_MODE_TRIM      /* malloc_trim alone. */
};

/* How a release was carried out. */
struct trim_release {
    const char *refusal;              /* Why nothing will ever be borrowed, or NULL. */
    bool borrowed;                    /* Pieces were borrowed, */
    struct trim_borrow_result borrow; /* with this result, */
    uint64_t arenas_wanted;           /* from so many arenas */
    uint64_t arenas_reached;          /* of these. */
    bool trimmed;                     /* malloc_trim ran, */
    bool trimmed_first;               /* before pieces were borrowed: others were free then, */
    uint64_t trim_ns;                 /* for so long. */
    uint64_t left_bytes; /* Left alone because malloc_trim would hold a lock for long. */
};

#ifdef __cplusplus
}
#endif

#endif

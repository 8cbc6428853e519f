/*
 * What estimates and releases have found that a user should know, each said once in the log. Worker
 * only.
 */
#ifndef TRIMAGENT_FINDINGS_H
#define TRIMAGENT_FINDINGS_H

#include <stdbool.h>

#include "allocator.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zero at first. */
struct trim_findings {
    bool assumed_before; /* The last estimate took memory for resident that it could not look at. */
    bool held_before;    /* The last one found much that is held in place. */
    bool told_assumed;
    bool told_held;
    bool told_locked;
    bool told_refusal;
};

/* Takes an estimate in, and says what is new. */
void trim_findings_take(struct trim_findings *findings, const struct trim_estimate *estimate);

/* Takes a release in: says why nothing will ever be borrowed, and what happens instead. */
void trim_findings_take_release(struct trim_findings *findings, const struct trim_release *release);

#ifdef __cplusplus
}
#endif

#endif

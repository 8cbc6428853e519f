/*
 * Gathers what the verdict on the process's memory rests on, whenever an estimate has been made
 * anyway, and has it said once where memory in use grows for good. Worker only.
 */
#ifndef TRIMAGENT_JUDGE_H
#define TRIMAGENT_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "report.h"
#include "trend.h"

#ifdef __cplusplus
extern "C" {
#endif

struct trim_cycle;

/* Zero at first. */
struct trim_judge {
    struct trim_trend in_use;
    struct trim_trend outside;
    bool walked;           /* The arenas were walked before, */
    uint64_t pinned_bytes; /* and so much was pinned. */
    bool told;             /* Growth. */
};

/* Brings a verdict up to date with what trims keep given back, which changes without an estimate.
 */
void trim_judge_refresh(const struct trim_cycle *cycle, struct trim_judgement *judgement);

/* Takes in an estimate. Returns the verdict, and what it rests on. */
struct trim_judgement trim_judge_take(struct trim_cycle *cycle,
                                      const struct trim_estimate *estimate);

#ifdef __cplusplus
}
#endif

#endif

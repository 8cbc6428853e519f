/*
 * What became of one release: plain figures, which the policy fills and the log tells.
 */
#ifndef TRIMAGENT_LOT_H
#define TRIMAGENT_LOT_H

#include <stdbool.h>
#include <stdint.h>

#include "reason.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What became of a release. */
enum trim_verdict {
    TRIM_VERDICT_NONE = 0,
    TRIM_VERDICT_OPEN,      /* Most of it is free still, and it has not paid yet. */
    TRIM_VERDICT_GOOD,      /* It has paid. */
    TRIM_VERDICT_USELESS,   /* It released less than a quarter of what was expected. */
    TRIM_VERDICT_REGRETTED, /* Most of it came back before it had paid. */
    TRIM_VERDICT_REFILLED   /* The same, but most of that by the kernel's own doing, which tells
                               nothing of the application. */
};

/* One release. */
struct trim_lot {
    uint64_t number; /* From 1; 0: none. */
    enum trim_reason reason;
    double waited_ns; /* The memory had been seen free for so long before. */
    uint64_t bytes;
    double left_bytes; /* Of these free still. */
    uint64_t began_ns;
    double held_byte_ns;   /* Bytes free times how long, so far. */
    double refilled_bytes; /* Of these the kernel itself has brought back. */
    double cost_ns; /* CPU of the release, the looks that led to it, and the faults so far. */
    bool learned;   /* How long it has lain was told. */
    uint64_t time;  /* Number of the time that patience has learned of it. */
    enum trim_verdict verdict;
};

/* How long the released memory has been free since on average, in nanoseconds. */
double trim_lot_held_ns(const struct trim_lot *lot);

/* The verdict's name for status and log: none, open, good, useless, regretted. Any thread. */
const char *trim_verdict_name(enum trim_verdict verdict);

#ifdef __cplusplus
}
#endif

#endif

/*
 * What became of the releases: how much of each is free still, for how long it was, and whether
 * that was worth its CPU.
 *
 * What comes back is told by page faults and RSS, whichever is less, as long as it is little. Where
 * much may have come back an exact look is asked for, at the arenas themselves. What was released
 * last is taken back first.
 *
 * Where the kernel uses huge pages unasked it also fills what was released again by itself, without
 * a fault of the process's. That is taken off what is free, but costs the process nothing, and says
 * nothing of whether the release was right.
 *
 * A release was regretted when what came back did so before it had paid.
 *
 * Pure.
 */
#ifndef TRIMAGENT_EARNINGS_H
#define TRIMAGENT_EARNINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "lot.h"
#include "price.h"
#include "signs.h"

#ifdef __cplusplus
extern "C" {
#endif

/* So many releases are followed at once; a further one ends the oldest. */
#define TRIM_LOTS 8

struct trim_earnings {
    struct trim_lot lots[TRIM_LOTS]; /* A ring; release n is at (n - 1) % TRIM_LOTS. */
    uint64_t released;               /* Their number so far. */
    uint64_t as_of_ns;
    struct trim_vitals base;    /* When what has come back was last known, */
    double back_bytes;          /* and how much that was since the last release, */
    double refilled_bytes;      /* and of this by the kernel itself. */
    bool huge_pages;            /* The kernel uses huge pages unasked: a fault may bring much. */
    bool wants_exact;           /* Much may have come back since. */
    double held_byte_ns;        /* Of all releases so far, */
    double cost_ns;             /* and what they cost. */
    double all_refaulted_bytes; /* What the application has taken again of them, */
    double all_refilled_bytes;  /* and the kernel brought back. */
    uint64_t useless;           /* Releases so far with this verdict, */
    uint64_t regretted;         /* and with this. */
};

/* A release has ended, which released so many of the expected bytes at cost_ns of CPU; vitals are
 * those right after it. Returns its lot. */
struct trim_lot *trim_earnings_release(struct trim_earnings *earnings, enum trim_reason reason,
                                       double waited_ns, uint64_t expected_bytes, uint64_t bytes,
                                       double cost_ns, const struct trim_vitals *vitals);

/* Takes in the process's figures. */
void trim_earnings_take(struct trim_earnings *earnings, const struct trim_price *price,
                        const struct trim_vitals *vitals);

/* What an exact look tells of the time since the last release. */
struct trim_back {
    bool known;              /* Otherwise faults and RSS must serve. */
    uint64_t bytes;          /* Back, */
    uint64_t refilled_bytes; /* and of these, or more, by the kernel itself. */
};

/* Takes in what has come back by an exact look, and the process's figures at that moment. */
void trim_earnings_exact(struct trim_earnings *earnings, const struct trim_price *price,
                         const struct trim_vitals *vitals, const struct trim_back *back);

/*
 * The next release of which it has become known how long its memory lies: most of it has come back,
 * or it has paid several times over. Each is told once; NULL: none.
 */
struct trim_lot *trim_earnings_next(struct trim_earnings *earnings, const struct trim_price *price);

/* Whether there is a release of which it is not known yet how long its memory lies. */
bool trim_earnings_followed(const struct trim_earnings *earnings);

#ifdef __cplusplus
}
#endif

#endif

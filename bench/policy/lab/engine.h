/* Plays a run against a strategy. */
#ifndef LAB_ENGINE_H
#define LAB_ENGINE_H

#include "prices.h"
#include "strategy.h"
#include "trace.h"

/* What it has come to. */
struct lab_tally {
    double held_byte_ns; /* Free and resident. */
    uint64_t trims;
    uint64_t useless; /* Trims that found nothing. */
    uint64_t looks;
    uint64_t polls;
    uint64_t wakes;
    double released_bytes;
    double release_ns;   /* CPU: of releases, without the looks around them, */
    double look_ns;      /* of all looks, */
    double refault_ns;   /* of taking pages back, */
    double idle_ns;      /* of polls and wake-ups. */
    uint64_t growing_ns; /* When a leak was first told of; 0: never. */
    bool stuck;          /* The strategy did not let time pass. */
};

double lab_tally_cost_ns(const struct lab_tally *tally, const struct lab_prices *prices);

/* Returns false where the strategy refuses the options. log: where to write what happens; NULL:
 * nowhere. */
bool lab_engine_run(const struct lab_run *run, const struct lab_prices *prices,
                    const struct lab_strategy *strategy, const char *options, FILE *log,
                    struct lab_tally *tally);

#endif

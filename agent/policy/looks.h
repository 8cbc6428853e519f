/*
 * When an estimate is worth what it costs.
 *
 * A look gains what lies free until the next one. Looks follow an event (event.h) at gaps that grow
 * with the root of the time since: each is due when what may have come free since the last has cost
 * as much rent as a look.
 *
 * Beside events memory comes free at a rate that earlier looks have learned: F bytes lambda times a
 * second are worth a look each sqrt(2 * cost * worth / (lambda * F)). What comes after events that
 * were taken for much less counts there, as far as it may have come after them by chance: a cache
 * that fills is nothing but small events, and none of them tells when it is dropped.
 *
 * Pure.
 */
#ifndef TRIMAGENT_LOOKS_H
#define TRIMAGENT_LOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "flow.h"
#include "price.h"
#include "reason.h"

#ifdef __cplusplus
extern "C" {
#endif

struct trim_looks {
    uint64_t check_ns; /* The longest time between looks at a process that moves; 0: there are none
                          without an event. */
    bool unannounced;  /* Looks without an event are wanted. */
    struct trim_event events[TRIM_REASON_COUNT];
    struct trim_flow unannounced_flow; /* What comes free though no event has told of it, */
    struct trim_flow all_flow;         /* and all that does. */
    uint64_t last_ns;                  /* When the last look was taken. */
};

/* Starts at now_ns with nothing learned. */
void trim_looks_init(struct trim_looks *looks, uint64_t check_ns, bool unannounced,
                     uint64_t now_ns);

/* Goes by other options. Events of reasons that are not in the set on are over. */
void trim_looks_configure(struct trim_looks *looks, uint64_t check_ns, bool unannounced,
                          uint64_t on);

/* An event has happened at since_ns, of which nothing is free before ready_ns; where none like it
 * is known it is taken to free guess_bytes. */
void trim_looks_expect(struct trim_looks *looks, enum trim_reason reason, uint64_t since_ns,
                       uint64_t ready_ns, double guess_bytes);

/* When the next look is due, which may have passed already. */
uint64_t trim_looks_due_ns(const struct trim_looks *looks, const struct trim_price *price,
                           uint64_t now_ns);

/* The same, of the looks that follow events alone. */
uint64_t trim_looks_event_due_ns(const struct trim_looks *looks, const struct trim_price *price,
                                 uint64_t now_ns);

/* The reason of a look at now_ns: the foremost of the events that have most likely freed something
 * now, or the watermark where none is pending. */
enum trim_reason trim_looks_reason(const struct trim_looks *looks, uint64_t now_ns);

/* A look was taken at now_ns, or was not needed. What it has found, if anything, is watched or
 * released. */
void trim_looks_taken(struct trim_looks *looks, uint64_t now_ns);

/* What was found for a reason has come to this: bytes were released, or 0 where they were in use.
 */
void trim_looks_settled(struct trim_looks *looks, enum trim_reason reason, uint64_t now_ns,
                        double bytes);

/* What was released for a reason was regretted: it is not worth looking for again so soon. */
void trim_looks_regret(struct trim_looks *looks, enum trim_reason reason, double bytes);

/* The time until the process's own figures are to be read again. */
uint64_t trim_looks_poll_gap_ns(const struct trim_looks *looks, const struct trim_price *price,
                                uint64_t now_ns);

#ifdef __cplusplus
}
#endif

#endif

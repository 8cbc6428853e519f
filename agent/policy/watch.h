/*
 * Memory that was found free and is left alone for now: how much rent it has paid, and when to look
 * at it again.
 *
 * Rent adds up while it lies free. A look that finds less takes many times that part away of what
 * was paid: memory that is in use for 5 ms a second is met by one look in two hundred. What lies
 * still pays its price in time; what comes and goes never does, and the watch ends.
 *
 * Only the process's threads can take memory, and for that they need CPU. So looks come when it has
 * used some, and beside that at uneven gaps, as many as a part of what the release costs pays for.
 *
 * Pure.
 */
#ifndef TRIMAGENT_WATCH_H
#define TRIMAGENT_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "price.h"
#include "reason.h"

#ifdef __cplusplus
extern "C" {
#endif

struct trim_watch {
    bool on;
    enum trim_reason reason; /* The foremost that has told of the memory. */
    double share;            /* Of the costs, that the rent must reach: the policy's to set. */
    uint64_t began_ns;
    uint64_t last_ns;     /* When it was last looked at, */
    uint64_t last_bytes;  /* and what was found. */
    double paid_ns;       /* Rent so far. */
    double spent_ns;      /* On looks. */
    double gap_cpu_ns;    /* CPU time from the last look to the next. */
    uint64_t next_cpu_ns; /* The process's CPU time at which the next one is due. */
    uint32_t looks;       /* So far. */
};

/* Begins after a look that found bytes, in a process that has used cpu_ns. */
void trim_watch_begin(struct trim_watch *watch, uint64_t now_ns, uint64_t cpu_ns,
                      enum trim_reason reason, uint64_t bytes);

/* Takes in a further look. */
void trim_watch_look(struct trim_watch *watch, const struct trim_price *price, uint64_t now_ns,
                     uint64_t cpu_ns, uint64_t bytes);

/* So many of the bytes were released; the others have lain as long, and stay watched. */
void trim_watch_released(struct trim_watch *watch, uint64_t now_ns, uint64_t released_bytes);

/* Whether the memory has paid what releasing it costs. */
bool trim_watch_has_paid(const struct trim_watch *watch, const struct trim_price *price);

/* Whether it comes and goes: a look has met it in use, or it would have paid long ago if it had
 * lain still. */
bool trim_watch_is_vain(const struct trim_watch *watch, const struct trim_price *price,
                        uint64_t now_ns);

/* How long the memory has lain, as far as the looks tell. */
double trim_watch_lain_ns(const struct trim_watch *watch, const struct trim_price *price,
                          uint64_t now_ns);

/* When it is to be looked at next: when it will have paid if it lies still, or sooner. */
uint64_t trim_watch_due_ns(const struct trim_watch *watch, const struct trim_price *price,
                           uint64_t now_ns);

/* Before this no look follows the last one, however much CPU was used: with many processors a tick
 * of it is soon used up. */
uint64_t trim_watch_rested_ns(const struct trim_watch *watch, const struct trim_price *price,
                              uint64_t now_ns);

/* The process's CPU time at which it is to be looked at before that; UINT64_MAX: no look is worth
 * it. */
uint64_t trim_watch_due_cpu_ns(const struct trim_watch *watch, const struct trim_price *price);

#ifdef __cplusplus
}
#endif

#endif

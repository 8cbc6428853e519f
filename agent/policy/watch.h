/*
 * Memory that was found free and is left alone for now: how much rent it has paid, and when to look
 * at it again.
 *
 * Rent adds up while it lies free. What lies still pays its price in time; what comes and goes
 * never does, and the watch ends.
 *
 * Whether it lies still is told by a sample: a few pages of it are given back when the watch
 * begins, and those that are resident again later were in use meanwhile, however shortly.
 * Where no sample can be laid, looks serve: when the process has used some CPU, without which
 * nobody takes memory, and beside that at uneven gaps, as many as a part of what the release costs
 * pays for. They meet memory that is in use for 5 ms a second once in two hundred, so one that
 * finds less takes many times that part away of what was paid.
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

/* Where the sample stands. */
enum trim_sample {
    TRIM_SAMPLE_WANTED = 0,
    TRIM_SAMPLE_LAID,
    TRIM_SAMPLE_READ,   /* It has served: an estimate decides. */
    TRIM_SAMPLE_REFUSED /* None can be laid. */
};

struct trim_watch {
    bool on;
    enum trim_reason reason; /* The foremost that has told of the memory. */
    double share;            /* Of the costs, that the rent must reach: the policy's to set. */
    uint64_t began_ns;
    uint64_t last_ns;     /* When it was last looked at, */
    uint64_t last_bytes;  /* and what was found. */
    uint64_t last_cpu_ns; /* CPU time of the process at the last look that was no sample's. */
    double paid_ns;       /* Rent so far. */
    double spent_ns;      /* On looks. */
    uint32_t looks;       /* So far. */
    enum trim_sample sample;
    double back; /* The part of it that had come back when it was last read; below 1. */
};

/* Begins after a look that found bytes, in a process that has used cpu_ns. */
void trim_watch_begin(struct trim_watch *watch, uint64_t now_ns, uint64_t cpu_ns,
                      enum trim_reason reason, uint64_t bytes);

/* Takes in a further look. */
void trim_watch_look(struct trim_watch *watch, const struct trim_price *price, uint64_t now_ns,
                     uint64_t cpu_ns, uint64_t bytes);

/* A sample has been laid, or could not be. */
void trim_watch_laid(struct trim_watch *watch, bool laid);

/* Takes in what part of the sample has come back. */
void trim_watch_sampled(struct trim_watch *watch, const struct trim_price *price, uint64_t now_ns,
                        uint32_t back_permille);

/* So many of the bytes were released; the others have lain as long, and stay watched, with another
 * sample. */
void trim_watch_released(struct trim_watch *watch, uint64_t now_ns, uint64_t released_bytes);

/* Whether the memory has paid what releasing it costs; not before its sample has been read. */
bool trim_watch_has_paid(const struct trim_watch *watch, const struct trim_price *price);

/* Whether it comes and goes: it would have paid long ago if it had lain still. */
bool trim_watch_is_vain(const struct trim_watch *watch, const struct trim_price *price,
                        uint64_t now_ns);

/* How long the memory has lain, as far as the looks tell. */
double trim_watch_lain_ns(const struct trim_watch *watch, const struct trim_price *price,
                          uint64_t now_ns);

/* When its sample, or where there is none the memory itself, is to be looked at next, in a process
 * that has used cpu_ns. */
uint64_t trim_watch_due_ns(const struct trim_watch *watch, const struct trim_price *price,
                           uint64_t now_ns, uint64_t cpu_ns);

/* The process's CPU time at which it is to be looked at before that; UINT64_MAX: that is not worth
 * it, or a sample tells. */
uint64_t trim_watch_due_cpu_ns(const struct trim_watch *watch, const struct trim_price *price);

#ifdef __cplusplus
}
#endif

#endif

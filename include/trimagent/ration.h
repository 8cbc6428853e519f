/*
 * The ration of estimating: an estimate walks the free chunks under the arenas' locks and costs
 * about half a useless trim (0.2-0.7 us per free chunk; 1.5 s at 5 million), so it must not be
 * taken freely.
 *
 * A balance of time grows by a thousandth of the time that passes, up to a ceiling. An estimate is
 * allowed when the balance covers what it is predicted to cost, or is full; a dear one leaves a
 * debt that must be paid off before the next. What led to a trim that paid is given back.
 *
 * Pure.
 */
#ifndef TRIMAGENT_RATION_H
#define TRIMAGENT_RATION_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One part in this many of the time may be spent on estimates: the target of 0.1 % of one core. */
#define TRIM_RATION_SHARE 1000
/* The most that is saved up: enough for dozens of common estimates (1-5 ms) in a row. */
#define TRIM_RATION_CEILING_NS INT64_C(100000000)

struct trim_ration {
    int64_t balance_ns;
    uint64_t as_of_ns;
};

/* Starts with a full balance at now_ns. */
void trim_ration_init(struct trim_ration *ration, uint64_t now_ns);

/* The earliest time, now_ns or later, at which an estimate predicted to cost predicted_ns is
 * allowed. */
uint64_t trim_ration_ready_ns(struct trim_ration *ration, uint64_t now_ns, uint64_t predicted_ns);

/* Takes cost_ns from the balance, which may go below zero. */
void trim_ration_spend(struct trim_ration *ration, uint64_t now_ns, uint64_t cost_ns);

/* Gives cost_ns back, at most up to the ceiling. */
void trim_ration_refund(struct trim_ration *ration, uint64_t cost_ns);

#ifdef __cplusplus
}
#endif

#endif

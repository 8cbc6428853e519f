/*
 * What events of one reason free, such as old pauses, and when a look pays that follows one. As
 * many bytes may come free after it as such events have freed before, spread evenly over the
 * logarithm of the time since: mostly at once, but an old model is often closed only seconds after
 * its successor was loaded. Pure.
 */
#ifndef TRIMAGENT_EVENT_H
#define TRIMAGENT_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "price.h"

#ifdef __cplusplus
extern "C" {
#endif

/* After so long an event is over. */
#define TRIM_EVENT_NS (10 * TRIM_NS_PER_S)

/* What is known of the events of one reason. */
struct trim_event {
    double usual_bytes;   /* What such an event frees; below 0: not known yet. */
    double rest_part;     /* How much more it usually frees after the first release, of that. */
    double pending_bytes; /* What the last one may free yet; 0: it is over. */
    double found_bytes;   /* What was released since, */
    double first_bytes;   /* and the first time. */
    uint32_t times;       /* So often it has happened since something came free. */
    uint64_t happened_ns; /* When it happened last, */
    uint64_t since_ns;    /* or when memory was last released for it. */
    bool looked;          /* There was a look since it happened, */
    uint64_t looked_ns;   /* the last one at this time. */
    uint64_t ready_ns;    /* No look before. */
};

/* Starts with nothing known. */
void trim_event_init(struct trim_event *event);

/* One has happened at since_ns, of which nothing is free before ready_ns; where none like it is
 * known it is taken to free guess_bytes. One that nobody has looked for yet goes on instead. */
void trim_event_expect(struct trim_event *event, uint64_t since_ns, uint64_t ready_ns,
                       double guess_bytes);

/* When a look for it is due; TRIM_NEVER: none is pending. */
uint64_t trim_event_due_ns(const struct trim_event *event, const struct trim_price *price,
                           uint64_t now_ns);

/* How likely it is that one has freed something just now, compared with others; 0: none is pending
 * or ready. */
double trim_event_likelihood(const struct trim_event *event, uint64_t now_ns);

/* A look was taken at now_ns. */
void trim_event_looked(struct trim_event *event, uint64_t now_ns);

/* It has freed bytes, which have been released at now_ns. */
void trim_event_found(struct trim_event *event, uint64_t now_ns, double bytes);

/* What was found for it is in use. */
void trim_event_in_use(struct trim_event *event);

#ifdef __cplusplus
}
#endif

#endif

/*
 * How much memory comes free in a second, where it does so again and again. Pure.
 */
#ifndef TRIMAGENT_FLOW_H
#define TRIMAGENT_FLOW_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct trim_flow {
    double rate;       /* In bytes a second, as long as it comes as often as before: */
    double lump_bytes; /* so much at a time, */
    double last_bytes; /* the last time so much, */
    uint64_t at_ns;    /* and then. */
};

/* Starts at now_ns. A program may begin to free memory at any time, so it is taken to do so. */
void trim_flow_init(struct trim_flow *flow, uint64_t now_ns);

/* Bytes have come free at now_ns, or a little before. */
void trim_flow_take(struct trim_flow *flow, uint64_t now_ns, double bytes);

/* Of what came free last, so many bytes were in use after all. */
void trim_flow_take_back(struct trim_flow *flow, double bytes);

/* Bytes a second at now_ns: as before for as long as one lump takes to come; then it falls with the
 * time, and after three times that with its square. Never 0. */
double trim_flow_rate(const struct trim_flow *flow, uint64_t now_ns);

#ifdef __cplusplus
}
#endif

#endif

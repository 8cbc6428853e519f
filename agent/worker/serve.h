/*
 * How the worker carries out the commands of operators other than trim. What it has to say is the
 * answer (answer.h). Worker only.
 */
#ifndef TRIMAGENT_SERVE_H
#define TRIMAGENT_SERVE_H

#include "cycle.h"

/* The status block. */
void trim_serve_status(struct trim_cycle *cycle);

/* A fresh estimate where one can be had, and the totals, a name and a value on each line; kept for
 * the one who asks, and not logged. */
void trim_serve_figures(struct trim_cycle *cycle);

/* Takes options into force in place of *in_force, which are the cycle's, and tells each that has
 * changed. */
void trim_serve_set(struct trim_cycle *cycle, struct trim_options *in_force,
                    const struct trim_options *options);

#endif

/*
 * Gathers what the metrics tell, and has them written where that is due. Worker only.
 */
#ifndef TRIMAGENT_METER_H
#define TRIMAGENT_METER_H

#include "cycle.h"

/* Writes the metrics where that is due. Returns what to wait for: the next time is another reason
 * to wake. */
struct trim_cycle_wait trim_meter(struct trim_cycle *cycle, const struct trim_cycle_wait *wait);

#endif

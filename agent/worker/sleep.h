/*
 * How the worker sleeps: until a time, a CPU time of the process, or until somebody wakes it.
 * Worker only.
 */
#ifndef TRIMAGENT_SLEEP_H
#define TRIMAGENT_SLEEP_H

#include <stdbool.h>

#include "cycle.h"
#include "surroundings.h"

/* Sleeps until what the policy waits for, or a wake-up, and takes in the kernel's word of memory
 * pressure. Returns false where the system does not let it sleep. */
bool trim_sleep_until(const struct trim_cycle_wait *wait, struct trim_surroundings *surroundings);

#endif

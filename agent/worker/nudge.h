/*
 * JFR or a platform MBean server may have come up, which loads classes: the part in Java, which
 * waits for either, is nudged to look. Worker only.
 */
#ifndef TRIMAGENT_NUDGE_H
#define TRIMAGENT_NUDGE_H

#include <stdint.h>

#include "vm_counters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Nudges it where it waits. Returns the count of events of class loads that is worth a wake-up: the
 * one given or a lower one. */
uint64_t trim_nudge(const struct trim_vm_counters *counters, uint64_t arm_class_loads);

#ifdef __cplusplus
}
#endif

#endif

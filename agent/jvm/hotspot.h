/*
 * Finds the VM's counters in a HotSpot VM.
 */
#ifndef TRIMAGENT_HOTSPOT_H
#define TRIMAGENT_HOTSPOT_H

#include "vm_counters.h"

/*
 * Fills *counters with what is found: performance counters first, the heap's counts where
 * -XX:-UsePerfData leaves no others, or no source at all. function_of_vm is the address of any
 * function of libjvm, such as one of JavaVM's. To be called at VMInit or later, because the
 * performance memory does not exist before. Takes microseconds. Any thread.
 */
void trim_hotspot_find_counters(const void *function_of_vm, struct trim_vm_counters *counters);

#endif

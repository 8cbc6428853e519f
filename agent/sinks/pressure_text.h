/* What is said of memory pressure. Pure, any thread. */
#ifndef TRIMAGENT_PRESSURE_TEXT_H
#define TRIMAGENT_PRESSURE_TEXT_H

#include "pressure.h"
#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Pure: appends what is in use, such as
 *     memory pressure is told by the trigger on PATH/memory.pressure
 *     memory pressure is told by the trigger on /proc/pressure/memory (PATH/memory.pressure:
 *         Read-only file system), averages of PATH/memory.pressure
 *     memory pressure is read from the averages of /proc/pressure/memory
 *         (/proc/pressure/memory: Permission denied)
 *     memory pressure unknown (/proc/pressure/memory: No such file or directory)
 */
void trim_pressure_add(struct trim_text *text, const struct trim_pressure *pressure);

#ifdef __cplusplus
}
#endif

#endif

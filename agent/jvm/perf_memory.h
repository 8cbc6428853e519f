/*
 * The VM's performance memory: the counters that jstat reads from a file, here read in process.
 *
 * The layout is that of HotSpot's PerfDataPrologue and PerfDataEntry, version 2.0, unchanged from
 * JDK 8 to 25. All offsets and lengths are checked against the memory's capacity. Any thread.
 */
#ifndef TRIMAGENT_PERF_MEMORY_H
#define TRIMAGENT_PERF_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* The counter of this name (a Java long), or NULL where there is none. memory holds capacity bytes.
 */
const volatile int64_t *trim_perf_find_long(const void *memory, size_t capacity, const char *name);

/* The text of this name, terminated by NUL within the memory, or NULL. */
const char *trim_perf_find_text(const void *memory, size_t capacity, const char *name);

#endif

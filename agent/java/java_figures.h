/*
 * What the part in Java is told: plain numbers in an order that agent/java/trimagent/Agent.java
 * knows, and names for those that belong to a map.
 */
#ifndef TRIMAGENT_JAVA_FIGURES_H
#define TRIMAGENT_JAVA_FIGURES_H

#include <stddef.h>
#include <stdint.h>

#include "report.h"
#include "vm_counters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The figures of one trim. */
#define TRIM_JAVA_TRIM_FIGURES 8

/* Numbers without a name, the parts of the C heap, kinds of work, ways, reasons and skips. */
#define TRIM_JAVA_PLAIN 18
#define TRIM_JAVA_HEAP_PARTS 6
#define TRIM_JAVA_WORKS 3
#define TRIM_JAVA_FIGURES                                                                          \
    (TRIM_JAVA_PLAIN + TRIM_JAVA_HEAP_PARTS + TRIM_JAVA_WORKS + TRIM_WAYS + TRIM_REASON_COUNT +    \
     TRIM_SKIP_COUNT - 1)

/* One trim. What is not known is -1. Any thread. */
void trim_java_trim_figures(int64_t figures[TRIM_JAVA_TRIM_FIGURES],
                            const struct trim_report *report);

/* How things stand, as read now. What is not known is -1. Any thread; it reads a file of /proc,
 * and once in a while those of cgroups. */
void trim_java_figures(const struct trim_vm_counters *counters, int64_t figures[TRIM_JAVA_FIGURES]);

/* The name of a figure: the map's, a slash, and the key; NULL for those that are in none. */
const char *trim_java_figure_name(size_t index, char *buffer, size_t capacity);

/* How a trim was carried out, in the words of the log. */
const char *trim_java_way(const struct trim_report *report);

#ifdef __cplusplus
}
#endif

#endif

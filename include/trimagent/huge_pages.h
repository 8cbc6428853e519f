/*
 * Whether the kernel backs memory with huge pages that nobody has asked for.
 */
#ifndef TRIMAGENT_HUGE_PAGES_H
#define TRIMAGENT_HUGE_PAGES_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Whether transparent huge pages are set to "always", going by
 * /sys/kernel/mm/transparent_hugepage/enabled (Linux, Documentation/admin-guide/mm/transhuge.rst);
 * false where that cannot be read. root is in front of the path: "" but in tests. Not in callbacks.
 */
bool trim_huge_pages_always(const char *root);

#ifdef __cplusplus
}
#endif

#endif

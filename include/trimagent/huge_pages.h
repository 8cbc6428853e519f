/*
 * What the kernel says of huge pages.
 */
#ifndef TRIMAGENT_HUGE_PAGES_H
#define TRIMAGENT_HUGE_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Whether transparent huge pages are set to "always", going by
 * /sys/kernel/mm/transparent_hugepage/enabled (Linux, Documentation/admin-guide/mm/transhuge.rst);
 * false where that cannot be read. root is in front of the path: "" but in tests. Not in callbacks.
 */
bool trim_huge_pages_always(const char *root);

/* The system's default size of huge pages in bytes, by the file meminfo in proc; 0 where it has
 * none, or where that cannot be read. Not in callbacks. */
uint64_t trim_huge_page_bytes(const char *proc);

#ifdef __cplusplus
}
#endif

#endif

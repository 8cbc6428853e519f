/*
 * What the kernel says of huge pages, and keeping it from using them unasked for a moment.
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

/* The system's default size of huge pages in bytes, by /proc/meminfo; 0 where it has none, or where
 * that cannot be read. Not in callbacks. */
uint64_t trim_huge_page_bytes(void);

/*
 * Upper bound of what the kernel has added to processes so far by bringing pages together to huge
 * ones, each of 2 MiB at most: khugepaged/pages_collapsed beside that file. It is the whole
 * machine's. By default it grows by 16 MiB in 10 s at most. Returns 0, or -1 where that cannot be
 * read.
 */
int trim_huge_pages_collapsed(const char *root, uint64_t *bytes);

enum trim_hold_off {
    TRIM_HOLD_OFF_REFUSED = 0, /* The system forbids it. */
    TRIM_HOLD_OFF_NEEDLESS,    /* It is so for good. */
    TRIM_HOLD_OFF_DONE         /* To be followed by trim_huge_pages_allow. */
};

/*
 * Has the page faults of this process served by small pages, and none of its pages brought together
 * to huge ones; those that are there stay. It is a flag of the whole process (prctl(2),
 * PR_SET_THP_DISABLE; at once since Linux 4.13), two microseconds each way, and programs that are
 * started meanwhile inherit it for good: so for short. Worker only.
 */
enum trim_hold_off trim_huge_pages_hold_off(void);
void trim_huge_pages_allow(void);

#ifdef __cplusplus
}
#endif

#endif

/*
 * What the kernel says of this process's memory.
 *
 * The parsers are pure. The readers open a file of /proc each time, on the worker; where /proc is
 * missing or forbidden they fail and the agent goes on without the figure.
 */
#ifndef TRIMAGENT_PROCESS_MEMORY_H
#define TRIMAGENT_PROCESS_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct trim_process_memory {
    uint64_t rss_bytes;
    uint64_t swap_bytes; /* 0 where the kernel has no VmSwap line. */
};

/*
 * Reads the second field of /proc/PID/statm, resident pages.
 * Returns 0, or -1 on malformed or overflowing text, with the output untouched.
 */
int trim_parse_statm(const char *text, size_t length, uint64_t page_bytes, uint64_t *rss_bytes);

/*
 * Finds the line "NAME:   123 kB", as in /proc/PID/status and /proc/meminfo; name ends in its
 * colon. Returns 0, or -1 without such a well-formed line, with the output untouched.
 */
int trim_find_kib_line(const char *text, size_t length, const char *name, uint64_t *bytes);

/* Reads VmRSS and VmSwap from the text of /proc/PID/status. Returns 0, or -1 without a well-formed
 * VmRSS line. */
int trim_parse_status(const char *text, size_t length, struct trim_process_memory *memory);

/*
 * Reads a small file of directory proc ("/proc/self" but in tests) whole into buffer, which gets a
 * NUL. Returns the length, or -1 with errno. A file that is too large is cut.
 */
long trim_read_small_file(const char *proc, const char *name, char *buffer, size_t capacity);

/* RSS by statm: 5-8 us. Returns 0 or -1. */
int trim_process_rss(const char *proc, uint64_t *rss_bytes);

/* RSS and swap by status: about 20 us, for reports. Returns 0 or -1. */
int trim_process_memory_read(const char *proc, struct trim_process_memory *memory);

/* The sizes of mappings that are locked, VmLck of status: about 20 us. Returns 0, or -1 where that
 * is not told, with the output untouched. */
int trim_process_locked(const char *proc, uint64_t *locked_bytes);

/* Minor page faults of the whole process so far. */
uint64_t trim_process_minor_faults(void);

#ifdef __cplusplus
}
#endif

#endif

/*
 * The two formats that most files of a cgroup have, by the names that the kernel's documentation
 * gives them (Documentation/admin-guide/cgroup-v2.rst, "Format"). v1's files have them too.
 *
 * All functions are pure and may be called on any thread.
 */
#ifndef TRIMAGENT_FLAT_KEYED_H
#define TRIMAGENT_FLAT_KEYED_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Reads a file of a single value, "123\n" or "max\n", which is UINT64_MAX; so is a number too large
 * for 64 bits. Returns 0, or -1 where it is neither or has no newline, since it may have been cut
 * then; *value is untouched then.
 */
int trim_parse_single_value(const char *text, size_t length, uint64_t *value);

/*
 * The next line of a text, from *at on, which moves behind it; its length, without the newline,
 * goes to *line_length. Returns NULL at the end, and before a last line without a newline, since it
 * may have been cut.
 */
const char *trim_next_whole_line(const char *text, size_t length, size_t *at, size_t *line_length);

/*
 * Finds the line "KEY 123" in a flat keyed file. The first one counts. Returns 0, or -1 without
 * such a line that ends in a newline; *value is untouched then.
 */
int trim_flat_keyed_find(const char *text, size_t length, const char *key, uint64_t *value);

#ifdef __cplusplus
}
#endif

#endif

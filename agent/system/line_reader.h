/*
 * The lines of a file of /proc that may be longer than any buffer, one after the other.
 *
 * mountinfo has a line for each mount, thousands of them on some hosts, so that it cannot be read
 * whole without malloc. A reader belongs to one thread; it holds its buffer itself and is best put
 * on the stack.
 */
#ifndef TRIMAGENT_LINE_READER_H
#define TRIMAGENT_LINE_READER_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The longest line, with its newline, that is returned. The kernel's own limit for the paths and
 * options in a line of mountinfo is a page each. */
#define TRIM_LINE_MAX 8192

struct trim_line_reader {
    int fd;
    size_t start; /* Of what has not been returned yet. */
    size_t end;
    bool skipping; /* Within a line that was too long to hold. */
    bool failed;   /* Reading has failed; a file that ends has not. */
    char buffer[TRIM_LINE_MAX];
};

/* Opens root followed by path. Returns 0, or -1 with errno; there is nothing to close then. */
int trim_lines_open(struct trim_line_reader *reader, const char *root, const char *path);

/*
 * The next line, without its newline and without a NUL, valid until the next call; its length goes
 * to *length. Returns NULL at the end and where reading fails, which sets failed. Lines of
 * TRIM_LINE_MAX bytes or more are left out, and a last line without a newline too, since it may
 * have been cut.
 */
const char *trim_lines_next(struct trim_line_reader *reader, size_t *length);

/* Closes the file. */
void trim_lines_close(struct trim_line_reader *reader);

#ifdef __cplusplus
}
#endif

#endif

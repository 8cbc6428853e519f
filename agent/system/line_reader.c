#include "line_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int trim_lines_open(struct trim_line_reader *reader, const char *root, const char *path)
{
    char full[PATH_MAX];
    int length = snprintf(full, sizeof full, "%s%s", root, path);
    if (length < 0 || (size_t)length >= sizeof full) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = open(full, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    reader->fd = fd;
    reader->start = 0;
    reader->end = 0;
    reader->skipping = false;
    reader->failed = false;
    return 0;
}

/* Reads on behind what is held. Returns whether there was something to read. */
static bool read_more(struct trim_line_reader *reader)
{
    size_t held = reader->end - reader->start;
    memmove(reader->buffer, reader->buffer + reader->start, held);
    reader->start = 0;
    reader->end = held;
    if (held == sizeof reader->buffer) {
        reader->skipping = true;
        reader->end = 0;
    }
    ssize_t got =
        read(reader->fd, reader->buffer + reader->end, sizeof reader->buffer - reader->end);
    if (got <= 0) {
        reader->failed = got < 0;
        return false;
    }
    reader->end += (size_t)got;
    return true;
}

const char *trim_lines_next(struct trim_line_reader *reader, size_t *length)
{
    for (;;) {
        const char *line = reader->buffer + reader->start;
        const char *newline = memchr(line, '\n', reader->end - reader->start);
        if (newline == NULL) {
            if (!read_more(reader)) {
                return NULL;
            }
            continue;
        }
        size_t found = (size_t)(newline - line);
        reader->start += found + 1;
        if (!reader->skipping) {
            *length = found;
            return line;
        }
        reader->skipping = false;
    }
}

void trim_lines_close(struct trim_line_reader *reader)
{
    (void)close(reader->fd);
    reader->fd = -1;
}

#include "process_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "flat_keyed.h"
#include "line_reader.h"
#include "quantity.h"

/* Room for the lines of status that begin with Vm, about a dozen of 20 bytes each. */
#define FIGURES_MAX 1024

/* Skips blanks from *at and returns the length of the digits there. */
static size_t next_number(const char *text, size_t length, size_t *at)
{
    while (*at < length && (text[*at] == ' ' || text[*at] == '\t')) {
        (*at)++;
    }
    size_t digits = 0;
    while (*at + digits < length && text[*at + digits] >= '0' && text[*at + digits] <= '9') {
        digits++;
    }
    return digits;
}

int trim_parse_statm(const char *text, size_t length, uint64_t page_bytes, uint64_t *rss_bytes)
{
    size_t at = 0;
    uint64_t pages = 0;
    /* The first field is the size of the address space. */
    size_t digits = next_number(text, length, &at);
    at += digits;
    digits = next_number(text, length, &at);
    /* A number that is not followed by a blank may have been cut. */
    if (digits == 0 || at + digits >= length || text[at + digits] != ' ' ||
        trim_parse_count(text + at, digits, &pages) != TRIM_PARSE_OK) {
        return -1;
    }
    uint64_t bytes = 0;
    if (__builtin_mul_overflow(pages, page_bytes, &bytes)) {
        return -1;
    }
    *rss_bytes = bytes;
    return 0;
}

int trim_find_kib_line(const char *text, size_t length, const char *name, uint64_t *bytes)
{
    size_t name_length = strlen(name);
    size_t next = 0;
    size_t line_length = 0;
    const char *line = NULL;
    while ((line = trim_next_whole_line(text, length, &next, &line_length)) != NULL) {
        if (line_length <= name_length || memcmp(line, name, name_length) != 0) {
            continue;
        }
        size_t at = name_length;
        size_t digits = next_number(line, line_length, &at);
        uint64_t kib = 0;
        if (trim_parse_count(line + at, digits, &kib) != TRIM_PARSE_OK ||
            line_length - at - digits != 3 || memcmp(line + at + digits, " kB", 3) != 0 ||
            kib > UINT64_MAX / TRIM_KIB) {
            return -1;
        }
        *bytes = kib * TRIM_KIB;
        return 0;
    }
    return -1;
}

int trim_parse_status(const char *text, size_t length, struct trim_process_memory *memory)
{
    struct trim_process_memory parsed = {0};
    if (trim_find_kib_line(text, length, "VmRSS:", &parsed.rss_bytes) != 0) {
        return -1;
    }
    if (trim_find_kib_line(text, length, "VmSwap:", &parsed.swap_bytes) != 0) {
        parsed.swap_bytes = 0;
    }
    *memory = parsed;
    return 0;
}

long trim_read_small_file(const char *proc, const char *name, char *buffer, size_t capacity)
{
    char path[PATH_MAX];
    int path_length = snprintf(path, sizeof path, "%s/%s", proc, name);
    if (path_length < 0 || (size_t)path_length >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    size_t length = 0;
    bool failed = false;
    while (length < capacity - 1) {
        ssize_t got = read(fd, buffer + length, capacity - 1 - length);
        if (got <= 0) {
            failed = got < 0;
            break;
        }
        length += (size_t)got;
    }
    int error = errno;
    (void)close(fd);
    errno = error;
    buffer[length] = '\0';
    return failed ? -1 : (long)length;
}

int trim_process_rss(const char *proc, uint64_t *rss_bytes)
{
    char text[128];
    long length = trim_read_small_file(proc, "statm", text, sizeof text);
    long page_bytes = sysconf(_SC_PAGESIZE);
    if (length < 0 || page_bytes <= 0) {
        return -1;
    }
    return trim_parse_statm(text, (size_t)length, (uint64_t)page_bytes, rss_bytes);
}

/* Reads the figures of memory in status, one a line. Returns their length, or -1. */
static long read_figures(const char *proc, char figures[FIGURES_MAX])
{
    struct trim_line_reader reader;
    if (trim_lines_open(&reader, proc, "/status") != 0) {
        return -1;
    }
    /* The line of supplementary groups before them may be longer than any buffer. */
    size_t length = 0;
    const char *line = NULL;
    size_t line_length = 0;
    while ((line = trim_lines_next(&reader, &line_length)) != NULL) {
        if (line_length >= 2 && memcmp(line, "Vm", 2) == 0 && line_length < FIGURES_MAX - length) {
            memcpy(figures + length, line, line_length);
            length += line_length;
            figures[length++] = '\n';
        }
    }
    trim_lines_close(&reader);
    return reader.failed ? -1 : (long)length;
}

int trim_process_memory_read(const char *proc, struct trim_process_memory *memory)
{
    char figures[FIGURES_MAX];
    long length = read_figures(proc, figures);
    return length < 0 ? -1 : trim_parse_status(figures, (size_t)length, memory);
}

int trim_process_locked(const char *proc, uint64_t *locked_bytes)
{
    char figures[FIGURES_MAX];
    long length = read_figures(proc, figures);
    return length < 0 ? -1 : trim_find_kib_line(figures, (size_t)length, "VmLck:", locked_bytes);
}

uint64_t trim_process_minor_faults(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) {
        return 0;
    }
    return (uint64_t)usage.ru_minflt;
}

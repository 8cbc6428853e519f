#include "trimagent/locked_pages.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "trimagent/address.h"
#include "trimagent/line_reader.h"
#include "trimagent/process_memory.h"

/* Older headers lack it. */
#ifndef MADV_COLD
#define MADV_COLD 20
#endif

bool trim_locks_anything(const char *proc)
{
    struct trim_line_reader reader;
    if (trim_lines_open(&reader, proc, "/status") != 0) {
        return false;
    }
    uint64_t bytes = 0;
    bool found = false;
    const char *line = NULL;
    size_t length = 0;
    while (!found && (line = trim_lines_next(&reader, &length)) != NULL) {
        /* The line's newline is still behind it. */
        found = trim_find_kib_line(line, length + 1, "VmLck:", &bytes) == 0;
    }
    trim_lines_close(&reader);
    return bytes != 0;
}

bool trim_is_locked(uint64_t page)
{
    void *start = trim_pointer_to(page);
    return madvise(start, (size_t)sysconf(_SC_PAGESIZE), MADV_COLD) != 0 && errno == EINVAL &&
           /* For no page at all it is refused only where nobody knows the advice. */
           madvise(start, 0, MADV_COLD) == 0;
}

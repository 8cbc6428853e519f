#include "trimagent/huge_pages.h"

#include <stddef.h>
#include <string.h>

#include "trimagent/line_reader.h"
#include "trimagent/process_memory.h"

#define CHOSEN "[always]"

bool trim_huge_pages_always(const char *root)
{
    struct trim_line_reader reader;
    size_t length = 0;
    if (trim_lines_open(&reader, root, "/sys/kernel/mm/transparent_hugepage/enabled") != 0) {
        return false;
    }
    const char *line = trim_lines_next(&reader, &length);
    bool always = line != NULL && memmem(line, length, CHOSEN, strlen(CHOSEN)) != NULL;
    trim_lines_close(&reader);
    return always;
}

uint64_t trim_huge_page_bytes(const char *proc)
{
    char text[4096];
    uint64_t bytes = 0;
    long length = trim_read_small_file(proc, "meminfo", text, sizeof text);
    if (length > 0) {
        (void)trim_find_kib_line(text, (size_t)length, "Hugepagesize:", &bytes);
    }
    return bytes;
}

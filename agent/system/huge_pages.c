#include "huge_pages.h"

#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>

#include "line_reader.h"
#include "process_memory.h"
#include "quantity.h"

#define DIRECTORY "/sys/kernel/mm/transparent_hugepage"
#define CHOSEN "[always]"

/* The first line of a file, in the reader's buffer; NULL where there is none. */
static const char *first_line(struct trim_line_reader *reader, const char *root, const char *path,
                              size_t *length)
{
    if (trim_lines_open(reader, root, path) != 0) {
        return NULL;
    }
    const char *line = trim_lines_next(reader, length);
    trim_lines_close(reader);
    return line;
}

bool trim_huge_pages_always(const char *root)
{
    struct trim_line_reader reader;
    size_t length = 0;
    const char *line = first_line(&reader, root, DIRECTORY "/enabled", &length);
    return line != NULL && memmem(line, length, CHOSEN, strlen(CHOSEN)) != NULL;
}

uint64_t trim_huge_page_bytes(void)
{
    char text[4096];
    uint64_t bytes = 0;
    long length = trim_read_small_file("/proc", "meminfo", text, sizeof text);
    if (length > 0) {
        (void)trim_find_kib_line(text, (size_t)length, "Hugepagesize:", &bytes);
    }
    return bytes;
}

static int read_number(const char *root, const char *path, uint64_t *number)
{
    struct trim_line_reader reader;
    size_t length = 0;
    const char *line = first_line(&reader, root, path, &length);
    return line != NULL && trim_parse_count(line, length, number) == TRIM_PARSE_OK ? 0 : -1;
}

int trim_huge_pages_collapsed(const char *root, uint64_t *bytes)
{
    uint64_t page_bytes = 0;
    uint64_t pages = 0;
    if (read_number(root, DIRECTORY "/hpage_pmd_size", &page_bytes) != 0 ||
        read_number(root, DIRECTORY "/khugepaged/pages_collapsed", &pages) != 0) {
        return -1;
    }
    *bytes = pages * page_bytes;
    return 0;
}

enum trim_hold_off trim_huge_pages_hold_off(void)
{
    int flag = prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0);
    if (flag > 0) {
        return TRIM_HOLD_OFF_NEEDLESS;
    }
    bool done = flag == 0 && prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) == 0;
    return done ? TRIM_HOLD_OFF_DONE : TRIM_HOLD_OFF_REFUSED;
}

void trim_huge_pages_allow(void)
{
    (void)prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
}

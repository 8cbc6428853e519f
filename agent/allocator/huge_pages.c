#include "trimagent/huge_pages.h"

#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>

#include "trimagent/line_reader.h"

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

#include "limit.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cgroup_path.h"
#include "flat_keyed.h"
#include "line_reader.h"
#include "process_memory.h"
#include "quantity.h"

/* v1 writes a number near this where there is no limit. */
#define NO_LIMIT_BYTES (UINT64_C(1) << 60)

struct hierarchy {
    const char *mount;
    const char *limit;
    const char *usage;
};

static bool read_number(const char *directory, const char *name, uint64_t *value)
{
    char text[64];
    long length = trim_read_small_file(directory, name, text, sizeof text);
    return length > 0 && trim_parse_single_value(text, (size_t)length, value) == 0;
}

/* Takes the limit of one cgroup in. Returns whether the cgroup is visible. */
static bool take(struct ctl_limit *limit, const char *directory, const struct hierarchy *hierarchy)
{
    uint64_t usage = 0;
    uint64_t bytes = UINT64_MAX;
    if (!read_number(directory, hierarchy->usage, &usage)) {
        return false;
    }
    if (read_number(directory, hierarchy->limit, &bytes) && bytes < NO_LIMIT_BYTES &&
        (limit->limit_bytes == 0 || bytes < limit->limit_bytes)) {
        *limit = (struct ctl_limit){.limit_bytes = bytes, .usage_bytes = usage};
    }
    return true;
}

/* Looks at the cgroup and at all above it. */
static void climb(struct ctl_limit *limit, const char *root, const struct hierarchy *hierarchy,
                  struct trim_span path)
{
    char directory[PATH_MAX];
    int top = snprintf(directory, sizeof directory, "%s%s", root, hierarchy->mount);
    size_t length = (size_t)top + path.length;
    if (length >= sizeof directory || memmem(path.data, path.length, "..", 2) != NULL) {
        return;
    }
    memcpy(directory + top, path.data, path.length);
    directory[length] = '\0';
    for (char *end = directory + length; end > directory + top; end = strrchr(directory, '/')) {
        *end = '\0';
        (void)take(limit, directory, hierarchy);
    }
    directory[top] = '\0';
    (void)take(limit, directory, hierarchy);
}

void ctl_limit_read(struct ctl_limit *limit, const char *proc, const char *root)
{
    static const struct hierarchy v2 = {"/sys/fs/cgroup", "memory.max", "memory.current"};
    static const struct hierarchy v1 = {"/sys/fs/cgroup/memory", "memory.limit_in_bytes",
                                        "memory.usage_in_bytes"};
    *limit = (struct ctl_limit){0};
    struct trim_line_reader reader;
    if (trim_lines_open(&reader, proc, "/cgroup") != 0) {
        return;
    }
    const char *text = NULL;
    size_t length = 0;
    while ((text = trim_lines_next(&reader, &length)) != NULL) {
        struct trim_cgroup_line line;
        if (trim_parse_cgroup_line(text, length, &line) == 0 &&
            (line.unified || trim_list_has(line.controllers, "memory"))) {
            climb(limit, root, line.unified ? &v2 : &v1, line.path);
        }
    }
    trim_lines_close(&reader);
}

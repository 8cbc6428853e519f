#include "mappings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "line_reader.h"
#include "process_memory.h"

static bool starts_with(const char *text, size_t length, const char *prefix)
{
    size_t prefix_length = strlen(prefix);
    return length >= prefix_length && memcmp(text, prefix, prefix_length) == 0;
}

/* What the last field, the path, tells of the mapping. */
static enum ctl_mapping_kind kind_of(const char *path, size_t length, bool inode)
{
    if (starts_with(path, length, "[heap]")) {
        return CTL_MAPPING_MAIN_HEAP;
    }
    if (starts_with(path, length, "[stack]")) {
        return CTL_MAPPING_STACK;
    }
    if (starts_with(path, length, "/memfd:java_heap")) {
        return CTL_MAPPING_JAVA_HEAP;
    }
    return inode || starts_with(path, length, "[v") ? CTL_MAPPING_FILE : CTL_MAPPING_ANONYMOUS;
}

/* Reads the first line of a mapping: "START-END PERM OFFSET DEVICE INODE   PATH". */
static bool parse_head(const char *line, struct ctl_mapping *mapping)
{
    char *at = NULL;
    mapping->start = strtoull(line, &at, 16);
    if (at == line || *at != '-') {
        return false;
    }
    const char *end = at + 1;
    mapping->end = strtoull(end, &at, 16);
    if (at == end || *at != ' ' || strlen(at) < 6 || mapping->end <= mapping->start) {
        return false;
    }
    mapping->accessible = memcmp(at + 1, "---", 3) != 0;
    mapping->writable = at[2] == 'w';
    mapping->executable = at[3] == 'x';
    at += 1;
    for (int field = 0; field < 3; field++) {
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    bool inode = strtoull(at, &at, 10) != 0;
    at += strspn(at, " ");
    mapping->kind = kind_of(at, strlen(at), inode);
    return true;
}

static int add(struct ctl_mappings *mappings, const struct ctl_mapping *mapping)
{
    if (mappings->count == mappings->room) {
        size_t room = mappings->room == 0 ? 1024 : mappings->room * 2;
        struct ctl_mapping *larger = realloc(mappings->mappings, room * sizeof *mappings->mappings);
        if (larger == NULL) {
            return -1;
        }
        mappings->mappings = larger;
        mappings->room = room;
    }
    mappings->mappings[mappings->count++] = *mapping;
    return 0;
}

int ctl_mappings_take(struct ctl_mappings *mappings, const char *line, size_t length)
{
    /* Long enough for all but the ends of long paths. */
    char text[512];
    struct ctl_mapping mapping = {0};
    if (length == 0) {
        return 0;
    }
    size_t kept = length < sizeof text - 1 ? length : sizeof text - 1;
    memcpy(text, line, kept);
    text[kept] = '\0';
    bool figure = line[0] >= 'A' && line[0] <= 'Z';
    if (!figure) {
        return parse_head(text, &mapping) ? add(mappings, &mapping) : 0;
    }
    if (mappings->count > 0) {
        struct ctl_mapping *last = &mappings->mappings[mappings->count - 1];
        text[kept] = '\n';
        (void)trim_find_kib_line(text, kept + 1, "Rss:", &last->rss_bytes);
        (void)trim_find_kib_line(text, kept + 1, "Swap:", &last->swap_bytes);
    }
    return 0;
}

int ctl_mappings_read(struct ctl_mappings *mappings, const char *proc)
{
    struct trim_line_reader reader;
    memset(mappings, 0, sizeof *mappings);
    if (trim_lines_open(&reader, proc, "/smaps") != 0) {
        return -1;
    }
    const char *line = NULL;
    size_t length = 0;
    int result = 0;
    while (result == 0 && (line = trim_lines_next(&reader, &length)) != NULL) {
        result = ctl_mappings_take(mappings, line, length);
    }
    trim_lines_close(&reader);
    if (result == 0 && !reader.failed) {
        return 0;
    }
    int error = errno;
    ctl_mappings_free(mappings);
    errno = error;
    return -1;
}

void ctl_mappings_free(struct ctl_mappings *mappings)
{
    free(mappings->mappings);
    *mappings = (struct ctl_mappings){0};
}

#include "vm_memory.h"

#include <stdlib.h>
#include <string.h>

#include "quantity.h"

/* Reads "[0xSTART, 0x..., 0xEND)": a space's ends, with its top between them or without. Returns
 * what stands behind it. */
static const char *parse_range(const char *at, struct ctl_range *range)
{
    char *behind = NULL;
    range->start = strtoull(at + 1, &behind, 16);
    range->end = range->start;
    while (*behind == ',') {
        range->end = strtoull(behind + 1, &behind, 16);
    }
    return behind;
}

/* Finds "committed 448K" in the line. */
static uint64_t parse_committed(const char *line, size_t length)
{
    static const char label[] = "committed ";
    const char *at = memmem(line, length, label, sizeof label - 1);
    uint64_t bytes = 0;
    if (at != NULL) {
        at += sizeof label - 1;
        (void)trim_parse_bytes(at, strspn(at, "0123456789K"), &bytes);
    }
    return bytes;
}

static void take_ranges(struct ctl_vm_memory *memory, const char *line, size_t length)
{
    const char *end = line + length;
    const char *at = line;
    while ((at = memmem(at, (size_t)(end - at), "[0x", 3)) != NULL &&
           memory->ranges < CTL_RANGES_MAX) {
        struct ctl_range *range = &memory->heap[memory->ranges];
        at = parse_range(at, range);
        memory->ranges += range->end > range->start ? 1 : 0;
    }
}

/* Its length and the next one's beginning. */
static size_t line_length(const char *text, const char **next)
{
    size_t length = strcspn(text, "\n");
    *next = text + length + (text[length] == '\n' ? 1 : 0);
    return length;
}

uint64_t ctl_parse_metaspace(const char *text)
{
    static const char label[] = "Metaspace ";
    uint64_t bytes = 0;
    for (const char *next = NULL; *text != '\0' && bytes == 0; text = next) {
        size_t length = line_length(text, &next);
        if (strncmp(text + strspn(text, " "), label, sizeof label - 1) == 0) {
            bytes = parse_committed(text, length);
        }
    }
    return bytes;
}

void ctl_parse_heap_info(struct ctl_vm_memory *memory, const char *text)
{
    memset(memory, 0, sizeof *memory);
    memory->known = true;
    memory->metaspace_bytes = ctl_parse_metaspace(text);
    for (const char *next = NULL; *text != '\0'; text = next) {
        take_ranges(memory, text, line_length(text, &next));
    }
}

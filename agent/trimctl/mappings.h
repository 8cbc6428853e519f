/* The mappings of a process by /proc/PID/smaps, and what HotSpot and malloc use them for. Pure, but
 * for ctl_mappings_read. */
#ifndef TRIMCTL_MAPPINGS_H
#define TRIMCTL_MAPPINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ctl_mapping_kind {
    CTL_MAPPING_ANONYMOUS = 0,
    CTL_MAPPING_FILE,
    CTL_MAPPING_MAIN_HEAP, /* [heap]: malloc's main arena. */
    CTL_MAPPING_STACK,     /* [stack]: of the first thread. */
    CTL_MAPPING_JAVA_HEAP  /* ZGC's shared memory, by its name. */
};

struct ctl_mapping {
    uint64_t start;
    uint64_t end;
    uint64_t rss_bytes;
    uint64_t swap_bytes;
    bool writable;
    bool executable;
    bool accessible; /* At least one of r, w and x. */
    enum ctl_mapping_kind kind;
};

struct ctl_mappings {
    struct ctl_mapping *mappings; /* In the order of their addresses. */
    size_t count;
    size_t room;
};

/* Takes in the next line of smaps. Lines that are of no use or malformed are left out. Returns 0,
 * or -1 where no memory can be had. */
int ctl_mappings_take(struct ctl_mappings *mappings, const char *line, size_t length);

/* Reads smaps of the process of directory proc. Returns 0, or -1 with errno. */
int ctl_mappings_read(struct ctl_mappings *mappings, const char *proc);

void ctl_mappings_free(struct ctl_mappings *mappings);

#ifdef __cplusplus
}
#endif

#endif

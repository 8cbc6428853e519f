/*
 * File descriptors that the agent keeps for the life of the process.
 *
 * Native code may close them: in a sweep over all numbers, or by closing one of its own twice. The
 * number is then another file's, sooner or later. So each that is kept is looked at before it is
 * used, and is left alone where it has become another.
 */
#ifndef TRIMAGENT_DESCRIPTOR_H
#define TRIMAGENT_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct trim_descriptor {
    int fd;          /* -1: none. */
    uint64_t device; /* Which file it was opened on. */
    uint64_t inode;
};

/*
 * Keeps a descriptor, moved out of the numbers 0 to 2. In a process that was started with its
 * standard streams closed these are free, and whatever gets them would be written to as System.out
 * or stderr. Returns 0, close-on-exec where it was, or -1 with errno; -1 is passed through. On
 * failure fd is closed, and kept holds none. Any thread.
 */
int trim_descriptor_keep(struct trim_descriptor *kept, int fd);

/* Whether there is one, and its number is still that file's. A quarter of a microsecond. Any
 * thread. */
bool trim_descriptor_is_ours(const struct trim_descriptor *kept);

/* Closes it, unless its number is another file's by now. Holds none afterwards. */
void trim_descriptor_close(struct trim_descriptor *kept);

#ifdef __cplusplus
}
#endif

#endif

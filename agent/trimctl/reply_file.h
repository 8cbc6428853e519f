/* The file that the agent writes its answer to. */
#ifndef TRIMCTL_REPLY_FILE_H
#define TRIMCTL_REPLY_FILE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CTL_REPLY_NAME_MAX 32

struct ctl_reply {
    int directory;
    int fd;
    char name[CTL_REPLY_NAME_MAX];
};

/* Makes an empty file with a name that nobody can know, which only the present user may read and
 * write. A signal that ends this program removes it. Returns 0, or -1 with errno. */
int ctl_reply_open(struct ctl_reply *reply, int directory);

/* Reads what was written to it, at most capacity - 1 bytes; answer gets a NUL. */
void ctl_reply_read(const struct ctl_reply *reply, char *answer, size_t capacity);

/* Removes it. */
void ctl_reply_close(struct ctl_reply *reply);

#ifdef __cplusplus
}
#endif

#endif

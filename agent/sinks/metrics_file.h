/*
 * The file that metrics are written to, as a whole each time: a temporary file beside it that is
 * then renamed, so that whoever reads it never sees a part.
 *
 * It is made with mode 0644 whatever the mask, and no symbolic link is followed: one in its place
 * is replaced. No function allocates or waits, but for a file system that hangs.
 */
#ifndef TRIMAGENT_METRICS_FILE_H
#define TRIMAGENT_METRICS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The longest path, with its NUL: %p is a number of up to ten digits, and the temporary file's name
 * has one more. */
#define TRIM_METRICS_PATH_MAX (TRIM_LOG_TARGET_MAX + 32)

/* One process has one. Not to be copied. */
struct trim_metrics_file {
    char path[TRIM_METRICS_PATH_MAX];
    char temporary[TRIM_METRICS_PATH_MAX];
    /* The last two files that were made: the one that was written last and one that was tried
     * since. 0 and 0: none. */
    struct trim_metrics_made {
        uint64_t device;
        uint64_t inode;
    } made[2];
    int last;  /* Which of them was written last. Of the writer. */
    int state; /* Resting, being written, or ended. Not an _Atomic, which C++ does not read. */
};

/*
 * Takes the name: target as the option gives it, in which %p stands for the process id. Nothing is
 * opened. Returns 0, or an error number where the path would be too long. Before any other call.
 */
int trim_metrics_file_name(struct trim_metrics_file *file, const char *target);

/* The name of the file without its directory and without ".prom", into name of capacity bytes. */
void trim_metrics_file_stem(const struct trim_metrics_file *file, char *name, size_t capacity);

/*
 * Writes the file anew. One thread at a time. Returns 0, or an error number; what was there before
 * then stays, and no temporary file does. ECANCELED once the file has ended; EBUSY where another
 * process writes it just now, as a container with the same process id may.
 */
int trim_metrics_file_write(struct trim_metrics_file *file, const char *page, size_t length);

/*
 * Removes the file if it is one that was written here, and lets no other appear. Any thread; it
 * does not wait for one that is writing, but takes its temporary file away too, because the process
 * may end before that one does. Idempotent.
 */
void trim_metrics_file_end(struct trim_metrics_file *file);

#ifdef __cplusplus
}
#endif

#endif

/* The way in for a program that is no JVM: RECORDER_FILE names the trace. */
#include <stddef.h>
#include <stdlib.h>

#include "recording.h"

static struct recorder_counts no_counts(void)
{
    return (struct recorder_counts){0};
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("RECORDER_FILE");
    if (path != NULL) {
        recorder_begin(path, no_counts);
    }
}

__attribute__((destructor)) static void end(void)
{
    recorder_end();
}

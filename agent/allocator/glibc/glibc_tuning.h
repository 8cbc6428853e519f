/*
 * Sets the parameters of glibc's malloc through mallopt(3).
 *
 * A top is the free end of an arena. malloc_trim releases the main arena's only; free gives the
 * others' back once they exceed a threshold, which is dynamic: a freed block of 32 MiB raises it to
 * 64 MiB. Any threshold set by hand ends that. glibc 2.36 then compares the main arena's top with
 * M_TRIM_THRESHOLD, but cuts that of any other arena to M_TOP_PAD (128 KiB by default) at each free
 * that yields 64 KiB or more in one piece, whatever M_TRIM_THRESHOLD is. So both are set to one
 * value, which makes it the most that any top keeps.
 */
#ifndef TRIMAGENT_GLIBC_TUNING_H
#define TRIMAGENT_GLIBC_TUNING_H

#include <stdbool.h>
#include <stdint.h>

#include "tuning.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the tuning touches of the process; tests put fakes in its place. */
struct trim_glibc_world {
    int (*mallopt)(int parameter, int value);  /* 1 is success. NULL: there is none. */
    const char *(*variable)(const char *name); /* Of the environment; NULL where it is not set. */
    const char *files;   /* Prefix of /etc/tunables.conf, "" but in tests; NULL: it is not read. */
    uint64_t own_arenas; /* Most arenas that glibc makes by itself. */
};

/*
 * Sets what *tuning wants and leaves in it what was set. Where only a trim threshold is wanted the
 * mmap threshold is set along, unless the environment has set it, in which case that one stays.
 * arena_max_along is never more than glibc would make by itself.
 * running: the process has its arenas, so that arena_max is refused. Any thread, before any other
 * of the agent's: getenv is not safe beside setenv.
 */
void trim_glibc_tune(const struct trim_glibc_world *world, bool running, struct trim_tuning *tuning,
                     struct trim_tuning_notes *notes);

#ifdef __cplusplus
}
#endif

#endif

/*
 * Laying samples in glibc's arenas.
 */
#ifndef TRIMAGENT_GLIBC_SAMPLE_H
#define TRIMAGENT_GLIBC_SAMPLE_H

#include "arena_enter.h"
#include "free_sample.h"
#include "malloc_info.h"

/*
 * Lays a new sample in the chunks that were picked while *info was read, right after that and a
 * scan. The door is open. Worker only. Returns 0, or -1 where there are too few spots to tell
 * anything.
 */
int trim_glibc_sample_lay(struct trim_free_sample *sample, struct trim_arena_door *door,
                          const struct trim_malloc_info_parser *info);

#endif

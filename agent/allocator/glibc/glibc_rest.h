/*
 * What malloc_trim does of a release.
 */
#ifndef TRIMAGENT_GLIBC_REST_H
#define TRIMAGENT_GLIBC_REST_H

#include "glibc_release.h"

/* Calls malloc_trim, and notes how long it took. Worker only. */
void trim_glibc_run_malloc_trim(const struct trim_glibc_releaser *releaser);

/*
 * What borrowing has left goes by malloc_trim where that is worth it and holds no lock for long, or
 * where it is a good part of what was wanted, because arenas could not be entered or their chunks
 * did not come as pieces: memory that is needed comes before a stall, unless the user has said
 * otherwise, or the application needs its memory just now. Worker only.
 */
void trim_glibc_release_rest(const struct trim_glibc_releaser *releaser);

#endif

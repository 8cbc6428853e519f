/*
 * What mimalloc may have free.
 */
#ifndef TRIMAGENT_MIMALLOC_H
#define TRIMAGENT_MIMALLOC_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a release has left was in use then. It is taken for free by and by, all of it after this. */
#define TRIM_MIMALLOC_FREE_AFTER_NS 60000000000U

/*
 * The most that a release may find, by the RSS now, by the RSS that the last release has left and
 * by how long ago that was (left_bytes 0: there was none). In bytes and nanoseconds. Pure.
 */
uint64_t trim_mimalloc_bound(uint64_t rss_bytes, uint64_t left_bytes, uint64_t age_ns);

#ifdef __cplusplus
}
#endif

#endif

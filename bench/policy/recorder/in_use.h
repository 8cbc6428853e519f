/*
 * The bytes that the application holds from malloc in arenas, chunk headers included. Chunks that
 * malloc mapped on their own are left out: free gives those back by itself.
 */
#ifndef TRIMAGENT_RECORDER_IN_USE_H
#define TRIMAGENT_RECORDER_IN_USE_H

#include <stdint.h>

/* Any thread. While others allocate, a block that moves between threads may count twice or not. */
int64_t recorder_in_use_bytes(void);

#endif

/*
 * The real process's environment of glibc's malloc.
 */
#ifndef TRIMAGENT_GLIBC_WORLD_H
#define TRIMAGENT_GLIBC_WORLD_H

#include "glibc_tuning.h"

/* Fills in the world. Any thread outside callbacks. */
struct trim_glibc_world trim_glibc_world_now(int (*mallopt)(int parameter, int value));

#endif

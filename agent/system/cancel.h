/*
 * A request to end early, which one thread makes and another looks for.
 *
 * Not an atomic_bool: C++ reads <stdatomic.h> from C++23 on only, and headers are read by both.
 */
#ifndef TRIMAGENT_CANCEL_H
#define TRIMAGENT_CANCEL_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zero at first. Only the functions below touch it. */
struct trim_cancel {
    bool requested;
};

/* Any thread, a signal handler too. It cannot be taken back. */
static inline void trim_cancel_request(struct trim_cancel *cancel)
{
    __atomic_store_n(&cancel->requested, true, __ATOMIC_RELAXED);
}

/* Any thread. */
static inline bool trim_cancel_requested(const struct trim_cancel *cancel)
{
    return __atomic_load_n(&cancel->requested, __ATOMIC_RELAXED);
}

#ifdef __cplusplus
}
#endif

#endif

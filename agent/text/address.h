/* Addresses as numbers: those that /proc/self/maps and arithmetic on heaps give know no pointers.
 */
#ifndef TRIMAGENT_ADDRESS_H
#define TRIMAGENT_ADDRESS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the kernel is asked about, or asked to do, at the address. Any thread. */
static inline void *trim_pointer_to(uint64_t address)
{
    // NOLINTNEXTLINE(performance-no-int-to-ptr): see above.
    return (void *)(uintptr_t)address;
}

#ifdef __cplusplus
}
#endif

#endif

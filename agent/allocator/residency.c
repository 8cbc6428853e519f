#include "trimagent/residency.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "trimagent/quantity.h"

/* Addresses that mincore is asked for at once: one heap of the largest kind. */
#define STEP_BYTES (64 * TRIM_MIB)
#define PAGES_MAX (STEP_BYTES / 4096)

/* Static, because the worker's stack is small and it must not allocate. */
static unsigned char residency[PAGES_MAX];

/* Addresses are numbers here, because those from /proc/self/maps know no pointers. */
static void *pointer_to(uint64_t address)
{
    return (void *)(uintptr_t)address; // NOLINT(performance-no-int-to-ptr): see above.
}

uint64_t trim_resident_bytes(uint64_t start, uint64_t end, bool *blind)
{
    uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t pages = 0;
    while (start < end) {
        uint64_t step = trim_min(end - start, STEP_BYTES);
        if (mincore(pointer_to(start), step, residency) == 0) {
            for (uint64_t page = 0; page < step / page_bytes; page++) {
                pages += residency[page] & 1U;
            }
        } else if (errno != ENOMEM) {
            *blind = true;
        }
        start += step;
    }
    return pages * page_bytes;
}

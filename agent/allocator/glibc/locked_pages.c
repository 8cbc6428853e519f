#include "locked_pages.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "address.h"

/* Older headers lack it. */
#ifndef MADV_COLD
#define MADV_COLD 20
#endif

bool trim_is_locked(uint64_t page)
{
    void *start = trim_pointer_to(page);
    return madvise(start, (size_t)sysconf(_SC_PAGESIZE), MADV_COLD) != 0 && errno == EINVAL &&
           /* For no page at all it is refused only where nobody knows the advice. */
           madvise(start, 0, MADV_COLD) == 0;
}

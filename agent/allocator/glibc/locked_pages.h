/*
 * Which of this process's memory is locked (mlock, mlockall): the kernel refuses to drop any of it
 * by MADV_DONTNEED, with EINVAL.
 */
#ifndef TRIMAGENT_LOCKED_PAGES_H
#define TRIMAGENT_LOCKED_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Whether the mapping at the start of a page is locked. Asked by advice that changes nothing that a
 * program could read: MADV_COLD (Linux 5.4) makes a page one of the first to be swapped out, and is
 * refused for locked mappings just as MADV_DONTNEED is, and for those on reserved huge pages. False
 * where the kernel does not know that advice. Any thread.
 */
bool trim_is_locked(uint64_t page);

#ifdef __cplusplus
}
#endif

#endif

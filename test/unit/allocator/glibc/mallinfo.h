/*
 * malloc's own figures, whichever of its functions this glibc has.
 */
#ifndef TRIMAGENT_TEST_MALLINFO_H
#define TRIMAGENT_TEST_MALLINFO_H

#include <malloc.h>

constexpr bool kHasMallinfo2 = __GLIBC_PREREQ(2, 33);

/* Before 2.33 in ints, which is enough for heaps below 2 GiB. */
inline auto MallInfo()
{
#if __GLIBC_PREREQ(2, 33)
    return mallinfo2();
#else
    return mallinfo();
#endif
}

#endif

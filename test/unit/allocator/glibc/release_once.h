/* One release by an allocator, as the worker asks for it. */
#ifndef TRIMAGENT_TEST_RELEASE_ONCE_H
#define TRIMAGENT_TEST_RELEASE_ONCE_H

#include <gtest/gtest.h>

#include "allocator.h"

inline trim_release ReleaseOnce(const trim_allocator *allocator, bool cancelled = false)
{
    trim_cancel cancel = {};
    if (cancelled) {
        trim_cancel_request(&cancel);
    }
    trim_release release = {};
    EXPECT_EQ(allocator->trim(&cancel, false, &release), 0);
    return release;
}

#endif

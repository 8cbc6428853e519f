/* Tests on the real glibc of this machine. Nothing here holds where a sanitizer has replaced
 * malloc. */
#ifndef TRIMAGENT_TEST_GLIBC_FIXTURE_H
#define TRIMAGENT_TEST_GLIBC_FIXTURE_H

#include <gtest/gtest.h>

#include <cstdint>

#include "allocator.h"
#include "arena_scan.h"
#include "bounded_text.h"
#include "release_once.h"
#include "sanitized_malloc.h"

class GlibcTest : public testing::Test
{
protected:
    void SetUp() override
    {
        SKIP_WITHOUT_GLIBC_MALLOC();
        allocator_ = trim_allocator_glibc();
        ASSERT_NE(allocator_, nullptr);
    }

    void Tune(trim_tuning tuning) const
    {
        BoundedText failures;
        BoundedText overrides;
        trim_tuning_notes notes = {failures.get(), overrides.get()};
        allocator_->tune(&tuning, false, &notes);
        EXPECT_EQ(failures.str(), "");
    }

    trim_estimate Estimate(uint64_t enough_bytes = 0) const
    {
        trim_estimate estimate = {};
        EXPECT_EQ(allocator_->estimate(enough_bytes, &estimate), 0);
        return estimate;
    }

    /* What of the arenas is resident, looked at without their locks. */
    static uint64_t Resident()
    {
        trim_arena_scan scan = {};
        EXPECT_EQ(trim_arena_scan_run("/proc/self", &scan), 0);
        return scan.resident_bytes;
    }

    /* Releases as the worker does, and learns from it. */
    trim_release Release(uint64_t *released = nullptr) const
    {
        const trim_estimate before = Estimate();
        const trim_release release = ReleaseOnce(allocator_);
        trim_estimate after = {};
        uint64_t bytes = 0;
        EXPECT_EQ(allocator_->learn(before.resident_bytes, &after, &bytes), 0);
        if (released != nullptr) {
            *released = bytes;
        }
        return release;
    }

    const trim_allocator *allocator_ = nullptr;
};

#endif

/* What the estimate makes of tops that are released too, and of what a release has left. */
#include <gtest/gtest.h>

#include <cstdint>

#include "estimate.h"
#include "estimate_input.h"
#include "quantity.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;

/* All of the tops is resident. */
trim_estimate_input Input()
{
    trim_estimate_input input = HeapWithTops(200);
    input.wet_tops_bytes = input.info.other_top_bytes;
    return input;
}

using EstimateTops = Estimating;

TEST_F(EstimateTops, AreExpectedOnlyWhereTheyAreReleased)
{
    trim_estimate_input input = Input();
    EXPECT_EQ(Predict(input).expected_bytes, 430 * kMiB);
    input.tops_count = true;
    EXPECT_EQ(Predict(input).expected_bytes, 630 * kMiB);
    EXPECT_EQ(Predict(input).model_bytes, static_cast<int64_t>(430 * kMiB))
        << "what is learned is of the rest";
}

TEST_F(EstimateTops, AreExpectedByWhatIsResidentOfThem)
{
    trim_estimate_input input = Input();
    input.tops_count = true;
    input.wet_tops_bytes = 50 * kMiB;
    input.dry_tops_bytes = 150 * kMiB;
    input.resident_bytes = 850 * kMiB;
    EXPECT_EQ(Predict(input).expected_bytes, 480 * kMiB);
    learned_.taught = true;
    EXPECT_EQ(Predict(input).expected_bytes, 480 * kMiB);
}

TEST_F(EstimateTops, AreExpectedBesideNothingElse)
{
    trim_estimate_input input = Input();
    input.tops_count = true;
    learned_.taught = true;
    learned_.bias_bytes = 0;
    input.resident_bytes = 570 * kMiB; /* Chunks and main top were dropped. */
    EXPECT_EQ(Predict(input).expected_bytes, 200 * kMiB);
}

TEST_F(EstimateTops, NeverRaiseTheExpectationBeyondWhatIsFreeOrResident)
{
    trim_estimate_input input = Input();
    input.tops_count = true;
    input.resident_bytes = 300 * kMiB;
    EXPECT_LE(Predict(input).expected_bytes, 300 * kMiB);
    input = Input();
    input.tops_count = true;
    input.info.inner_bytes = 800 * kMiB;
    EXPECT_LE(Predict(input).expected_bytes, input.info.rest_bytes);
}

TEST_F(EstimateTops, ExpectNothingRightAfterTheyWereReleased)
{
    trim_estimate_input before_input = Input();
    before_input.tops_count = true;
    const trim_estimate_result before = Predict(before_input);
    trim_estimate_input after = before_input;
    after.wet_tops_bytes = 0;
    after.dry_tops_bytes = 200 * kMiB;
    after.resident_bytes = 370 * kMiB;
    trim_estimate_learn(&learned_, &before, &after, 430 * kMiB, 0);
    EXPECT_EQ(learned_.bias_bytes, 0);
    EXPECT_EQ(Predict(after).expected_bytes, 0U);
    EXPECT_EQ(Predict(before_input).expected_bytes, 630 * kMiB) << "resident once more";
}

TEST_F(EstimateTops, WhatAReleaseIsKnownToHaveLeftIsExpectedOfTheNext)
{
    const trim_estimate_result before = Predict(Input());
    trim_estimate_input after = Input();
    after.resident_bytes = 670 * kMiB; /* It gave way when 100 MiB were left. */
    trim_estimate_learn(&learned_, &before, &after, 330 * kMiB, 100 * kMiB);
    EXPECT_EQ(learned_.bias_bytes, 0);
    EXPECT_EQ(Predict(after).expected_bytes, 100 * kMiB);
}

TEST_F(EstimateTops, WhatAReleaseCouldNotTakeIsNotExpectedAgain)
{
    const trim_estimate_result before = Predict(Input());
    trim_estimate_input after = Input();
    after.resident_bytes = 670 * kMiB;
    trim_estimate_learn(&learned_, &before, &after, 330 * kMiB, 0);
    EXPECT_EQ(Predict(after).expected_bytes, 0U);
}

} // namespace

#include "estimate.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "estimate_input.h"
#include "quantity.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;

trim_estimate_input Input()
{
    return HeapWithTops(10);
}

/* Fast chunks that would merge with small free neighbours. */
void AddFastChunks(trim_estimate_input &input)
{
    input.info.fast_count = 1000000;
    input.info.fast_bytes = 64 * kMiB;
    input.info.small_count = 1000000;
    input.info.rest_count += 1000000;
    input.info.small_bytes = 100 * kMiB;
    input.info.rest_bytes += 100 * kMiB;
}

using Estimate = Estimating;

TEST_F(Estimate, BeginsWithNothingLearned)
{
    EXPECT_EQ(learned_.bias_bytes, 0);
    EXPECT_EQ(learned_.fast_share, uint64_t{TRIM_FAST_SHARE_START});
}

TEST_F(Estimate, OfAFullyResidentHeapIsItsWholePagesAndTheMainTop)
{
    const trim_estimate_result result = Predict(Input());
    EXPECT_EQ(result.expected_bytes, 430 * kMiB);
    EXPECT_EQ(result.model_bytes, static_cast<int64_t>(430 * kMiB));
    EXPECT_EQ(result.gain_bytes, 0U);
    EXPECT_FALSE(result.resident_assumed);
}

TEST_F(Estimate, IsZeroRightAfterATrim)
{
    trim_estimate_input input = Input();
    input.resident_bytes = 570 * kMiB;
    learned_.taught = true;
    EXPECT_EQ(Predict(input).expected_bytes, 0U);
    EXPECT_EQ(Predict(input).model_bytes, 0);
}

TEST_F(Estimate, IsNeverBelowZero)
{
    trim_estimate_input input = Input();
    input.resident_bytes = 100 * kMiB;
    learned_.taught = true;
    EXPECT_EQ(Predict(input).expected_bytes, 0U);
    EXPECT_LT(Predict(input).model_bytes, 0);
}

TEST_F(Estimate, AddsTheShareOfTheFastbinGain)
{
    trim_estimate_input input = Input();
    AddFastChunks(input);
    const trim_estimate_result result = Predict(input);
    ASSERT_GT(result.gain_bytes, 0U);
    EXPECT_LE(result.gain_bytes, 164 * kMiB);
    EXPECT_NEAR(static_cast<double>(result.expected_bytes),
                static_cast<double>(430 * kMiB + result.gain_bytes / 1000 * TRIM_FAST_SHARE_START),
                1000.0);
}

/*
 * Taken from a trim of a gigabyte of blocks of 16 bytes to 1 KiB, of which half was free: 90677
 * free chunks became 24279, and 446 MiB were released.
 */
TEST_F(Estimate, CountsTheBoundariesThatFastChunksTakeAwayWhenTheyMerge)
{
    trim_estimate_input input = {};
    input.info.complete = true;
    input.info.arenas = 8;
    input.info.system_bytes = 1092 * kMiB;
    input.info.fast_count = 133681;
    input.info.fast_bytes = 8 * kMiB;
    input.info.rest_count = 90677;
    input.info.rest_bytes = 529 * kMiB;
    input.info.inner_bytes = 392 * kMiB;
    input.info.chunk_keeps = 4144;
    input.info.small_count = 1777;
    input.info.small_bytes = kMiB;
    input.resident_known = true;
    input.resident_bytes = 1091 * kMiB;
    input.seen_bytes = 1092 * kMiB;
    EXPECT_NEAR(static_cast<double>(Predict(input).expected_bytes), 446.0 * kMiB, 10.0 * kMiB);
}

TEST_F(Estimate, LearnsWhereFastChunksLieAloneAndTakeNoBoundaryAway)
{
    trim_estimate_input before_input = Input();
    before_input.info.fast_count = 200000;
    before_input.info.fast_bytes = 12 * kMiB;
    before_input.info.rest_count = 150000;
    before_input.info.rest_bytes = 800 * kMiB;
    before_input.info.inner_bytes = 400 * kMiB;
    before_input.info.system_bytes = 2000 * kMiB;
    before_input.resident_bytes = 2000 * kMiB;
    before_input.seen_bytes = 2000 * kMiB;
    trim_estimate_input after = before_input;
    after.info.fast_count = 0;
    after.info.fast_bytes = 0;
    after.resident_bytes = 1570 * kMiB; /* Inner and main top went, and nothing of the gain. */
    const uint64_t released = 430 * kMiB;
    ASSERT_GT(Predict(before_input).expected_bytes, released + 100 * kMiB);
    for (int trim = 0; trim < 6; ++trim) {
        const trim_estimate_result before = Predict(before_input);
        trim_estimate_learn(&learned_, &before, &after, released, 0);
    }
    EXPECT_LT(Predict(before_input).expected_bytes, released + 20 * kMiB);
}

TEST_F(Estimate, MergingLeavesSomeFreeChunksHoweverManyFastOnesThereAre)
{
    trim_estimate_input input = Input();
    AddFastChunks(input);
    input.info.fast_count = UINT64_C(1) << 40;
    EXPECT_LE(Predict(input).merge_bytes, input.info.rest_bytes + input.info.fast_bytes);
    /* An eighth of them, each of which keeps a page back. */
    const uint64_t left = input.info.rest_count / 8;
    input.info.chunk_keeps = 1000;
    EXPECT_NEAR(static_cast<double>(Predict(input).merge_bytes),
                static_cast<double>(input.info.rest_bytes + input.info.fast_bytes - 440 * kMiB -
                                    left * 1000),
                2000);
    input.info.rest_count = 0;
    EXPECT_LE(Predict(input).merge_bytes, input.info.rest_bytes + input.info.fast_bytes);
}

TEST_F(Estimate, AFewFastChunksGainLittle)
{
    trim_estimate_input input = Input();
    AddFastChunks(input);
    input.info.fast_count = 10;
    input.info.fast_bytes = 640;
    EXPECT_LT(Predict(input).gain_bytes, kMiB);
    EXPECT_LT(Predict(input).merge_bytes, kMiB);
}

TEST_F(Estimate, NeverExceedsWhatIsResident)
{
    trim_estimate_input input = Input();
    AddFastChunks(input);
    input.info.inner_bytes = 990 * kMiB;
    input.info.rest_bytes = 990 * kMiB;
    input.resident_bytes = 300 * kMiB;
    EXPECT_LE(Predict(input).expected_bytes, 300 * kMiB);
}

TEST_F(Estimate, NeverExceedsTheFreeBytes)
{
    /* More resident than the allocator owns: a foreign mapping was taken for a heap. */
    trim_estimate_input input = Input();
    input.resident_bytes = 5000 * kMiB;
    input.seen_bytes = 5000 * kMiB;
    EXPECT_LE(Predict(input).expected_bytes, input.info.rest_bytes + input.info.fast_bytes);

    AddFastChunks(input);
    EXPECT_LE(Predict(input).expected_bytes, input.info.rest_bytes + input.info.fast_bytes);
}

TEST_F(Estimate, WithoutResidencyTakesEverythingForResidentAndSaysSo)
{
    trim_estimate_input input = Input();
    input.resident_known = false;
    input.resident_bytes = 0;
    input.seen_bytes = 0;
    const trim_estimate_result result = Predict(input);
    EXPECT_TRUE(result.resident_assumed);
    EXPECT_EQ(result.expected_bytes, 430 * kMiB);
}

TEST_F(Estimate, TakesArenasThatWereNotFoundForResidentAndSaysSo)
{
    trim_estimate_input input = Input();
    input.seen_bytes = 600 * kMiB;
    input.resident_bytes = 250 * kMiB;
    const trim_estimate_result result = Predict(input);
    EXPECT_TRUE(result.resident_assumed);
    EXPECT_EQ(result.model_bytes,
              static_cast<int64_t>((250 + 400) * kMiB) - static_cast<int64_t>(570 * kMiB));
}

TEST_F(Estimate, IsNotBoundedByWhatIsResidentWhereNotAllWasFound)
{
    trim_estimate_input input = Input();
    input.seen_bytes = 300 * kMiB;
    input.resident_bytes = 300 * kMiB;
    EXPECT_EQ(Predict(input).expected_bytes, 430 * kMiB);
}

TEST_F(Estimate, LearnsItsBiasFromWhatItSaysRightAfterATrim)
{
    const trim_estimate_result before = Predict(Input());
    trim_estimate_input after = Input();
    after.resident_bytes = 600 * kMiB;
    trim_estimate_learn(&learned_, &before, &after, 400 * kMiB, 0);
    EXPECT_EQ(learned_.bias_bytes, static_cast<int64_t>(30 * kMiB));
    EXPECT_EQ(Predict(after).expected_bytes, 0U);
    EXPECT_EQ(Predict(Input()).expected_bytes, 400 * kMiB);
    EXPECT_EQ(Predict(Input()).model_bytes, static_cast<int64_t>(430 * kMiB));
}

TEST_F(Estimate, LearnsANegativeBiasToo)
{
    const trim_estimate_result before = Predict(Input());
    trim_estimate_input after = Input();
    after.resident_bytes = 560 * kMiB;
    trim_estimate_learn(&learned_, &before, &after, 440 * kMiB, 0);
    EXPECT_EQ(learned_.bias_bytes, -static_cast<int64_t>(10 * kMiB));
    EXPECT_EQ(Predict(after).expected_bytes, 0U);
    /* It says 440, and so it was. */
    EXPECT_EQ(Predict(Input()).expected_bytes, 440 * kMiB);
}

TEST_F(Estimate, TakesWhatIsFreeForResidentBeforeTheFirstTrim)
{
    /* 600 MiB of what is in use was never touched: the model alone would see nothing to release. */
    trim_estimate_input input = Input();
    input.resident_bytes = 450 * kMiB;
    EXPECT_EQ(Predict(input).expected_bytes, 430 * kMiB);
    EXPECT_LT(Predict(input).model_bytes, 0);
}

TEST_F(Estimate, KnowsAfterATrimWhatIsInUseAndNotResident)
{
    trim_estimate_input sparse = Input();
    sparse.resident_bytes = 450 * kMiB;
    const trim_estimate_result before = Predict(sparse);
    trim_estimate_input after = sparse;
    after.resident_bytes = 20 * kMiB;
    trim_estimate_learn(&learned_, &before, &after, 430 * kMiB, 0);
    EXPECT_EQ(Predict(after).expected_bytes, 0U);
    EXPECT_EQ(Predict(sparse).expected_bytes, 430 * kMiB) << "freed and resident once more";
}

TEST_F(Estimate, CorrectsABiasThatTheModelFallsBelow)
{
    learned_.taught = true;
    trim_estimate_input sparse = Input();
    sparse.resident_bytes = 370 * kMiB; /* 200 MiB more were allocated and not touched. */
    EXPECT_EQ(Predict(sparse).expected_bytes, 0U);
    EXPECT_EQ(learned_.bias_bytes, -static_cast<int64_t>(200 * kMiB));
    sparse.resident_bytes += 90 * kMiB;
    EXPECT_EQ(Predict(sparse).expected_bytes, 90 * kMiB);
}

TEST_F(Estimate, LeavesOutTopsThatAreNotResident)
{
    learned_.taught = true;
    trim_estimate_input input = Input();
    input.resident_bytes = 560 * kMiB;
    input.dry_tops_bytes = 10 * kMiB;
    EXPECT_EQ(Predict(input).model_bytes, 0);
}

TEST_F(Estimate, ComesCloserToTheShareThatComesTrueWithEachTrim)
{
    trim_estimate_input before_input = Input();
    AddFastChunks(before_input);
    const uint64_t gain = Predict(before_input).gain_bytes;
    for (const uint64_t truth : {uint64_t{0}, uint64_t{300}, uint64_t{1000}}) {
        trim_estimate_learned_init(&learned_);
        const uint64_t released = 430 * kMiB + gain / 1000 * truth;
        trim_estimate_input after = Input();
        after.resident_bytes = 570 * kMiB;
        uint64_t last_error = UINT64_MAX;
        for (int trim = 0; trim < 6; ++trim) {
            const trim_estimate_result before = Predict(before_input);
            const uint64_t expected = before.expected_bytes;
            const uint64_t error = expected > released ? expected - released : released - expected;
            EXPECT_LE(error, last_error) << truth << " trim " << trim;
            last_error = error;
            trim_estimate_learn(&learned_, &before, &after, released, 0);
            EXPECT_LE(learned_.fast_share, 1000U);
        }
        EXPECT_LT(last_error, 5 * kMiB) << truth;
    }
}

/* A heap in which 100 MiB of whole pages are only guessed. */
trim_estimate_input Guessed()
{
    trim_estimate_input input = Input();
    input.info.guess_bytes = 100 * kMiB;
    return input;
}

TEST_F(Estimate, TellsWhatOfItIsGuessedOfMixedBinsAndOfMerging)
{
    const trim_estimate_result bins = Predict(Guessed());
    EXPECT_NEAR(static_cast<double>(trim_estimate_guessed(&learned_, &bins)), 100.0 * kMiB, 1000);
    trim_estimate_input input = Guessed();
    AddFastChunks(input);
    const trim_estimate_result both = Predict(input);
    const uint64_t merging = both.expected_bytes - bins.expected_bytes;
    ASSERT_GT(merging, kMiB);
    EXPECT_NEAR(static_cast<double>(trim_estimate_guessed(&learned_, &both)),
                static_cast<double>(100 * kMiB + merging), 2000);
}

TEST_F(Estimate, CountsWhatIsGuessedUntilATrimHasShownWhatIsThere)
{
    const trim_estimate_result before = Predict(Guessed());
    /* A share is a number of thousandths. */
    EXPECT_NEAR(static_cast<double>(before.expected_bytes), 430.0 * kMiB, 1000);
    trim_estimate_input after = Guessed();
    after.resident_bytes = 670 * kMiB;
    trim_estimate_learn(&learned_, &before, &after, 330 * kMiB, 0);
    EXPECT_EQ(learned_.guess_share, 0U);
    EXPECT_EQ(learned_.bias_bytes, 0) << "it hides nothing";
    EXPECT_EQ(Predict(after).expected_bytes, 0U);
    EXPECT_EQ(Predict(Guessed()).expected_bytes, 330 * kMiB);
    EXPECT_EQ(Predict(Input()).expected_bytes, 430 * kMiB) << "what is known counts as before";
}

TEST_F(Estimate, CountsWhatIsGuessedAgainOnceThatHasComeTrue)
{
    learned_.guess_share = 0;
    const trim_estimate_result before = Predict(Guessed());
    EXPECT_EQ(before.expected_bytes, 330 * kMiB);
    trim_estimate_input after = Guessed();
    after.resident_bytes = 590 * kMiB;
    trim_estimate_learn(&learned_, &before, &after, 410 * kMiB, 0);
    EXPECT_NEAR(static_cast<double>(learned_.guess_share), 800, 5);
    const uint64_t share = learned_.guess_share;
    const trim_estimate_result again = Predict(Guessed());
    trim_estimate_learn(&learned_, &again, &after, 100 * kMiB, 50 * kMiB);
    EXPECT_EQ(learned_.guess_share, share) << "a release that left something tells nothing";
}

/* Of the blocks in use the load frees 80 MiB while the trim goes on, behind it. */
trim_estimate_input FreedMeanwhile(uint64_t resident_mib)
{
    trim_estimate_input after = Input();
    after.info.rest_bytes += 80 * kMiB;
    after.info.inner_bytes += 80 * kMiB;
    after.resident_bytes = resident_mib * kMiB;
    return after;
}

TEST_F(Estimate, ExpectsWhatWasFreedDuringATrimAndIsStillThere)
{
    const trim_estimate_result before = Predict(Input());
    const trim_estimate_input after = FreedMeanwhile(570);
    trim_estimate_learn(&learned_, &before, &after, 430 * kMiB, 0);
    EXPECT_EQ(learned_.bias_bytes, 0);
    EXPECT_EQ(Predict(after).expected_bytes, 80 * kMiB);
}

TEST_F(Estimate, ExpectsNothingOfWhatWasFreedDuringATrimThatReleasedItToo)
{
    const trim_estimate_result before = Predict(Input());
    const trim_estimate_input after = FreedMeanwhile(490);
    trim_estimate_learn(&learned_, &before, &after, 510 * kMiB, 0);
    EXPECT_EQ(Predict(after).expected_bytes, 0U);
}

TEST_F(Estimate, ExpectsWhatWasFreedWhereItKnowsOfMemoryThatIsNotResident)
{
    learned_.taught = true;
    learned_.bias_bytes = -static_cast<int64_t>(300 * kMiB);
    trim_estimate_input input = Input();
    input.resident_bytes = 700 * kMiB;
    const trim_estimate_result before = Predict(input);
    const trim_estimate_input after = FreedMeanwhile(270);
    trim_estimate_learn(&learned_, &before, &after, 430 * kMiB, 0);
    EXPECT_EQ(learned_.bias_bytes, -static_cast<int64_t>(300 * kMiB));
    EXPECT_EQ(Predict(after).expected_bytes, 80 * kMiB);
}

TEST_F(Estimate, KeepsItsBiasWhereMoreWasFreedDuringATrim)
{
    learned_.taught = true;
    learned_.bias_bytes = 30 * kMiB;
    const trim_estimate_result before = Predict(Input());
    const trim_estimate_input after = FreedMeanwhile(570);
    trim_estimate_learn(&learned_, &before, &after, 400 * kMiB, 0);
    EXPECT_EQ(Predict(after).expected_bytes, 50 * kMiB);
    const trim_estimate_result again = Predict(after);
    trim_estimate_learn(&learned_, &again, &after, 0, 0);
    EXPECT_EQ(Predict(after).expected_bytes, 0U) << "a trim for nothing tells that it is an error";
}

TEST_F(Estimate, LearnsNothingOfAGuessThatDoesNotStandOut)
{
    trim_estimate_input input = Guessed();
    input.info.guess_bytes = 5 * kMiB;
    const trim_estimate_result before = Predict(input);
    trim_estimate_learn(&learned_, &before, &input, 420 * kMiB, 0);
    EXPECT_EQ(learned_.guess_share, 1000U);
}

/* All but so much of the heap is locked. */
trim_estimate_input Locked(uint64_t unlocked_mib)
{
    trim_estimate_input input = Input();
    input.locked_bytes = (1000 - unlocked_mib) * kMiB;
    input.resident_bytes = unlocked_mib * kMiB;
    return input;
}

TEST_F(Estimate, ExpectsNothingOfArenasThatAreLocked)
{
    EXPECT_LT(Predict(Locked(0)).expected_bytes, 2 * kMiB);
    EXPECT_LT(Predict(Locked(0)).free_bytes, 2 * kMiB);
    EXPECT_NEAR(static_cast<double>(Predict(Locked(500)).expected_bytes), 215.0 * kMiB, kMiB);
}

TEST_F(Estimate, ExpectsAllAgainOnceTheyAreUnlocked)
{
    const trim_estimate_input locked = Locked(0);
    const trim_estimate_result before = Predict(locked);
    trim_estimate_learn(&learned_, &before, &locked, 0, 0);
    EXPECT_LT(Predict(Locked(0)).expected_bytes, 2 * kMiB);
    EXPECT_EQ(Predict(Input()).expected_bytes, 430 * kMiB);
}

TEST_F(Estimate, ForgetsItsBiasWhenArenasAreLocked)
{
    const trim_estimate_result before = Predict(Input());
    trim_estimate_input after = Input();
    after.resident_bytes = 870 * kMiB;
    trim_estimate_learn(&learned_, &before, &after, 130 * kMiB, 0);
    ASSERT_EQ(learned_.bias_bytes, static_cast<int64_t>(300 * kMiB));
    EXPECT_NEAR(static_cast<double>(Predict(Locked(500)).expected_bytes), 215.0 * kMiB, kMiB);
}

TEST_F(Estimate, TakesWhatIsFreeForResidentAgainWhenArenasAreLocked)
{
    learned_.taught = true;
    trim_estimate_input locked = Locked(900);
    locked.resident_bytes = 750 * kMiB;
    EXPECT_NEAR(static_cast<double>(Predict(locked).expected_bytes), 0.9 * 430.0 * kMiB, 2 * kMiB);
}

TEST_F(Estimate, TellsWhatOfTheFreeMemoryIsInWholePages)
{
    trim_estimate_input input = HeapWithTops(10);
    EXPECT_EQ(Predict(input).whole_bytes, 440 * kMiB) << "tops are";
    input.resident_bytes = 570 * kMiB;
    learned_.taught = true;
    EXPECT_EQ(Predict(input).expected_bytes, 0U);
    EXPECT_EQ(Predict(input).whole_bytes, 440 * kMiB) << "also where they are not resident";
    input.info.rest_bytes = 100 * kMiB;
    EXPECT_EQ(Predict(input).whole_bytes, 100 * kMiB) << "no more than is free";
}

TEST_F(Estimate, LearnsNothingOfFastbinsWhereThereWereNone)
{
    const trim_estimate_result before = Predict(Input());
    trim_estimate_input after = Input();
    after.resident_bytes = 570 * kMiB;
    trim_estimate_learn(&learned_, &before, &after, 100 * kMiB, 0);
    EXPECT_EQ(learned_.fast_share, uint64_t{TRIM_FAST_SHARE_START});
}

TEST_F(Estimate, SurvivesFiguresOfBrokenInput)
{
    for (const uint64_t extreme : {uint64_t{0}, uint64_t{1}, uint64_t{INT64_MAX}, UINT64_MAX}) {
        trim_estimate_input input = {};
        input.info.system_bytes = input.info.inner_bytes = input.info.main_top_bytes = extreme;
        input.info.fast_bytes = input.info.fast_count = input.info.small_bytes = extreme;
        input.info.rest_bytes = input.resident_bytes = extreme;
        for (const uint64_t other : {uint64_t{0}, uint64_t{1}, UINT64_MAX}) {
            input.info.small_count = input.seen_bytes = other;
            for (const bool known : {false, true}) {
                input.resident_known = known;
                const trim_estimate_result result = Predict(input);
                if (known && !result.resident_assumed) {
                    EXPECT_LE(result.expected_bytes, input.resident_bytes);
                }
                trim_estimate_learn(&learned_, &result, &input, extreme, 0);
                EXPECT_LE(learned_.fast_share, 1000U);
            }
        }
    }
}

TEST_F(Estimate, BeginsWithSharesOfWhatIsGuessedAndNoTrim)
{
    EXPECT_FALSE(learned_.taught);
    EXPECT_EQ(learned_.guess_share, 1000U);
    EXPECT_EQ(learned_.merge_share, 1000U);
}

TEST_F(Estimate, WithoutFastChunksNothingMerges)
{
    trim_estimate_input input = Input();
    input.info.chunk_keeps = 0; /* So that merging would gain all that is free in no page. */
    EXPECT_EQ(Predict(input).merge_bytes, 0U);
    EXPECT_EQ(Predict(input).gain_bytes, 0U);
    input.info.fast_count = 1;
    input.info.fast_bytes = 64;
    EXPECT_EQ(Predict(input).merge_bytes, 10 * kMiB + 64);
}

TEST_F(Estimate, EachFastChunkTakesHalfABoundaryAway)
{
    trim_estimate_input input = Input();
    input.info.fast_count = 1000;
    input.info.fast_bytes = 64000;
    input.info.chunk_keeps = 1000;
    /* 500 of 1000 chunks are left; tops and whole pages count apart. */
    EXPECT_EQ(Predict(input).merge_bytes, 10 * kMiB + 64000 - 500 * 1000);
}

TEST_F(Estimate, EachFastChunkJoinsTwoSmallOnesUntilThereAreNoMore)
{
    trim_estimate_input input = Input();
    input.info.small_count = 11;
    input.info.small_bytes = 1001;
    input.info.fast_count = 5;
    input.info.fast_bytes = 320;
    EXPECT_EQ(Predict(input).gain_bytes, 320 + 91 * 10U);
    input.info.fast_count = 6;
    EXPECT_EQ(Predict(input).gain_bytes, 320 + 1001U);
}

TEST_F(Estimate, TakesASixteenthThatWasNotFoundForGrowth)
{
    trim_estimate_input input = Input();
    input.seen_bytes = input.info.system_bytes - input.info.system_bytes / 16;
    input.resident_bytes = 500 * kMiB;
    EXPECT_FALSE(Predict(input).resident_assumed);
    const int64_t model = Predict(input).model_bytes;
    input.seen_bytes -= 1;
    EXPECT_TRUE(Predict(input).resident_assumed);
    EXPECT_EQ(Predict(input).model_bytes,
              model + static_cast<int64_t>(input.info.system_bytes / 16) + 1);
}

TEST_F(Estimate, ForgetsItsBiasFromFiftyThousandthsOnThatAreLocked)
{
    const uint64_t part = 1000 * kMiB / 1000 + 1;
    for (const bool enough : {false, true}) {
        learned_.taught = true;
        learned_.bias_bytes = kMiB;
        learned_.locked_permille = 0;
        trim_estimate_input input = Input();
        input.locked_bytes = 50 * part - (enough ? 0 : 1);
        (void)Predict(input);
        EXPECT_EQ(learned_.taught, !enough);
        EXPECT_EQ(learned_.bias_bytes, static_cast<int64_t>(enough ? 0 : kMiB));
        EXPECT_EQ(learned_.locked_permille, enough ? 50U : 0U);
    }
}

/* A prediction of so much, of which gain_mib or guess_mib are not sure. */
trim_estimate_result Unsure(uint64_t gain_mib, uint64_t guess_mib)
{
    trim_estimate_result before = {};
    before.gain_bytes = gain_mib * kMiB;
    before.guess_bytes = guess_mib * kMiB;
    before.guessed_from = static_cast<int64_t>(330 * kMiB);
    before.used_bytes = 550 * kMiB;
    before.model_bytes = static_cast<int64_t>(430 * kMiB + before.gain_bytes / 1000 * 750);
    return before;
}

TEST_F(Estimate, AGuessStandsOutFromMoreThanASixtyFourthOfTheArenasOn)
{
    trim_estimate_result before = Unsure(0, 0);
    before.guess_bytes = 1000 * kMiB / 64;
    const trim_estimate_input after = Input();
    trim_estimate_learn(&learned_, &before, &after, 330 * kMiB, 0);
    EXPECT_EQ(learned_.guess_share, 1000U);
    before.guess_bytes += 1;
    trim_estimate_learn(&learned_, &before, &after, 330 * kMiB, 0);
    EXPECT_EQ(learned_.guess_share, 0U);
}

TEST_F(Estimate, AGuessOfAsMuchAsMergingIsLeftAsItIs)
{
    const trim_estimate_result before = Unsure(100, 100);
    const trim_estimate_input after = Input();
    trim_estimate_learn(&learned_, &before, &after, 430 * kMiB, 0);
    EXPECT_EQ(learned_.guess_share, 1000U);
    EXPECT_EQ(learned_.fast_share, 375U) << "of merging nothing came true";
}

TEST_F(Estimate, AShareIsOneOfEachBegunThousandth)
{
    const trim_estimate_result before = Unsure(0, 100);
    const trim_estimate_input after = Input();
    trim_estimate_learn(&learned_, &before, &after, 410 * kMiB, 0);
    EXPECT_EQ(learned_.guess_share, 799U);
    trim_estimate_result little = Unsure(0, 0);
    little.guess_bytes = 500;
    const trim_estimate_input none = {};
    trim_estimate_learn(&learned_, &little, &none, 330 * kMiB + 400, 0);
    EXPECT_EQ(learned_.guess_share, 400U) << "and none is divided by nothing";
}

TEST_F(Estimate, AGainStandsOutFromMoreThanAnEighthOfTheReleaseOn)
{
    trim_estimate_result before = Unsure(8, 0);
    const trim_estimate_input after = Input();
    trim_estimate_learn(&learned_, &before, &after, 64 * kMiB, 0);
    EXPECT_EQ(learned_.fast_share, uint64_t{TRIM_FAST_SHARE_START});
    learned_.bias_bytes = 0;
    trim_estimate_learn(&learned_, &before, &after, 64 * kMiB - 64, 0);
    EXPECT_EQ(learned_.fast_share, uint64_t{TRIM_FAST_SHARE_START} / 2);
}

TEST_F(Estimate, WhatComesTrueOfMergingIsToldApartFromTheBias)
{
    learned_.bias_bytes = static_cast<int64_t>(50 * kMiB);
    const trim_estimate_result before = Unsure(100, 0);
    const trim_estimate_input after = Input();
    /* 430 but for the bias, and half of what merging might add. */
    trim_estimate_learn(&learned_, &before, &after, (430 - 50 + 50) * kMiB, 0);
    EXPECT_NEAR(static_cast<double>(learned_.fast_share), (750 + 500) / 2, 1);
}

TEST_F(Estimate, WhatATrimIsKnownToHaveLeftIsNoBias)
{
    const trim_estimate_result before = Predict(Input());
    trim_estimate_input after = Input();
    after.resident_bytes = 620 * kMiB;
    trim_estimate_learn(&learned_, &before, &after, 380 * kMiB, 50 * kMiB);
    EXPECT_EQ(learned_.bias_bytes, 0);
    EXPECT_EQ(Predict(after).expected_bytes, 50 * kMiB);
}

TEST_F(Estimate, WhileHeapsAreLockedNoShareIsLearned)
{
    const trim_estimate_result before = Unsure(0, 100);
    const trim_estimate_input locked = Locked(500);
    trim_estimate_learn(&learned_, &before, &locked, 330 * kMiB, 0);
    EXPECT_EQ(learned_.guess_share, 1000U);
    EXPECT_TRUE(learned_.taught);
}

TEST_F(Estimate, WhatWasFreedInLockedHeapsIsNotThere)
{
    trim_estimate_result before = Unsure(0, 0);
    before.used_bytes = 630 * kMiB;
    trim_estimate_input after = Locked(500);
    after.resident_bytes = (285 + 60) * kMiB; /* The model says 60. */
    trim_estimate_learn(&learned_, &before, &after, 100 * kMiB, 0);
    /* 80 were freed, 40 of them where nothing is locked. */
    EXPECT_NEAR(static_cast<double>(learned_.bias_bytes), 20.0 * kMiB, kMiB);
}

} // namespace

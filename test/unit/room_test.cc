/* The room below the memory limit. */
#include "trimagent/room.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "trimagent/clock.h"
#include "trimagent/quantity.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;
constexpr uint64_t kS = TRIM_NS_PER_S;

class Room : public testing::Test
{
protected:
    void Init(uint64_t bytes, uint64_t percent, uint64_t urgent)
    {
        trim_options options;
        trim_options_default(&options);
        options.threshold_bytes = bytes;
        options.threshold_percent = percent;
        options.urgent_percent = urgent;
        trim_room_init(&room_, &options);
    }

    void Fill(uint32_t permille)
    {
        trim_room_take(&room_, 1000 * kMiB, true, permille);
    }

    uint64_t Threshold() const
    {
        return trim_room_threshold(&room_);
    }

    trim_room room_ = {};
};

TEST_F(Room, ASizeIsTheThresholdWhateverTheLimit)
{
    Init(64 * kMiB, 0, 85);
    EXPECT_EQ(Threshold(), 64 * kMiB);
    Fill(500);
    EXPECT_EQ(Threshold(), 64 * kMiB);
}

TEST_F(Room, AShareFollowsTheLimit)
{
    Init(0, 5, 0);
    EXPECT_EQ(Threshold(), uint64_t{TRIM_ROOM_THRESHOLD_UNKNOWN});
    trim_room_take(&room_, 512 * kMiB, false, 0);
    EXPECT_EQ(Threshold(), 512 * kMiB / 100 * 5);
    trim_room_take(&room_, 2048 * kMiB, false, 0);
    EXPECT_EQ(Threshold(), 2048 * kMiB / 100 * 5);
    trim_room_take(&room_, 4 * kMiB, false, 0);
    EXPECT_EQ(Threshold(), kMiB);
    trim_room_take(&room_, UINT64_MAX, false, 0);
    EXPECT_GT(Threshold(), UINT64_MAX / 100 * 4);
}

TEST_F(Room, IsUrgentFromTheShareOnAndOnlyWhereTheFillIsKnown)
{
    Init(64 * kMiB, 0, 85);
    EXPECT_FALSE(trim_room_urgent(&room_));
    Fill(849);
    EXPECT_FALSE(trim_room_urgent(&room_));
    Fill(850);
    EXPECT_TRUE(trim_room_urgent(&room_));
    trim_room_take(&room_, 1000 * kMiB, false, 990);
    EXPECT_FALSE(trim_room_urgent(&room_));
    Init(64 * kMiB, 0, 0);
    Fill(1000);
    EXPECT_FALSE(trim_room_urgent(&room_));
}

TEST_F(Room, TheThresholdFallsStepByStepAboveTheUrgentShare)
{
    Init(64 * kMiB, 0, 80);
    uint64_t last = 64 * kMiB;
    const struct {
        uint32_t permille;
        uint64_t mib;
    } steps[] = {{799, 64}, {800, 32}, {849, 32}, {850, 16},
                 {900, 8},  {950, 4},  {1000, 2}, {1100, 2}};
    for (const auto &step : steps) {
        Fill(step.permille);
        EXPECT_EQ(Threshold(), step.mib * kMiB) << step.permille;
        EXPECT_LE(Threshold(), last);
        last = Threshold();
    }
    Init(2 * kMiB, 0, 100);
    Fill(1000);
    EXPECT_EQ(Threshold(), kMiB) << "never below the least";
}

TEST_F(Room, ChecksComeCloserTogetherNearTheUrgentShare)
{
    Init(64 * kMiB, 0, 85);
    EXPECT_EQ(trim_room_check_ns(&room_), TRIM_NEVER);
    Fill(749);
    EXPECT_EQ(trim_room_check_ns(&room_), TRIM_NEVER);
    Fill(750);
    EXPECT_EQ(trim_room_check_ns(&room_), 5 * kS);
    Fill(850);
    EXPECT_EQ(trim_room_check_ns(&room_), kS);
    Init(64 * kMiB, 0, 0);
    Fill(990);
    EXPECT_EQ(trim_room_check_ns(&room_), TRIM_NEVER);
}

} // namespace

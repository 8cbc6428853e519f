/* Timelines of what is in use, and whether the trend takes them for growth. */
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <random>

#include "quantity.h"
#include "trend.h"

namespace
{

constexpr uint64_t kMinute = 60 * TRIM_NS_PER_S;
constexpr uint64_t kHour = 60 * kMinute;
constexpr double kDayHours = 24;
constexpr double kPi = 3.14159265358979;

/* A process that is looked at every so often. Levels are in MiB, times in hours. */
class Timeline
{
public:
    explicit Timeline(uint64_t wanted_ns = 24 * kHour)
    {
        trim_trend_configure(&trend_, wanted_ns);
    }

    /* Plays until the given hour or until there is growth; returns whether there is. */
    bool GrowsUntil(double end_hours, const std::function<double(double)> &level)
    {
        while (Hours() < end_hours && !trend_.growth.growing) {
            Look(level(Hours()));
        }
        return trend_.growth.growing;
    }

    void Look(double mib)
    {
        const auto pauses = static_cast<uint64_t>(Hours() / gc_hours_);
        const auto reloads = static_cast<uint64_t>(Hours() / reload_hours_);
        trim_trend_take(&trend_, now_ns_, static_cast<uint64_t>(mib * TRIM_MIB), pauses, reloads);
        now_ns_ += look_ns_;
    }

    double Hours() const
    {
        return static_cast<double>(now_ns_) / kHour;
    }
    const trim_growth &growth() const
    {
        return trend_.growth;
    }
    void CollectsEach(double hours)
    {
        gc_hours_ = hours;
    }
    void ReloadsEach(double hours)
    {
        reload_hours_ = hours;
    }

private:
    trim_trend trend_ = {};
    uint64_t now_ns_ = 0;
    uint64_t look_ns_ = 5 * kMinute;
    double gc_hours_ = 0.25;
    double reload_hours_ = 1e9;
};

/* What requests hold at a moment: up to so much, evenly. */
class Requests
{
public:
    explicit Requests(double most_mib, uint64_t seed = 1) : random_(seed), held_(0, most_mib) {}
    double operator()()
    {
        return held_(random_);
    }

private:
    std::mt19937_64 random_;
    std::uniform_real_distribution<double> held_;
};

TEST(TrimTrend, OneMibAReloadIsGrowthAndItsFiguresAreRight)
{
    Timeline line;
    Requests requests(10);
    line.ReloadsEach(0.25);
    EXPECT_TRUE(line.GrowsUntil(
        30, [&](double hours) { return 200 + std::floor(hours / 0.25) + requests(); }));
    EXPECT_GE(line.Hours(), 22.5);
    EXPECT_NEAR(static_cast<double>(line.growth().hourly_bytes), 4.0 * TRIM_MIB, 0.5 * TRIM_MIB);
    EXPECT_NEAR(static_cast<double>(trim_growth_reload_bytes(&line.growth())), TRIM_MIB,
                0.15 * TRIM_MIB);
    EXPECT_EQ(line.growth().floors, static_cast<uint64_t>(TRIM_TREND_FLOORS));
    EXPECT_GE(line.growth().old_pauses, static_cast<uint64_t>(TRIM_TREND_FLOORS));
    EXPECT_LT(line.growth().from_bytes, line.growth().to_bytes);
}

TEST(TrimTrend, ASlowLeakBelowTheNoiseIsFoundByALongerWindow)
{
    Timeline line;
    Requests requests(400);
    /* 12 MiB a day, while requests hold up to 400. */
    EXPECT_TRUE(line.GrowsUntil(60 * kDayHours, [&](double hours) {
        return 200 + hours * 0.5 + requests() * requests() / 400;
    }));
    EXPECT_GT(line.growth().window_ns, 48 * kHour);
    EXPECT_NEAR(static_cast<double>(line.growth().hourly_bytes), 0.5 * TRIM_MIB, 0.1 * TRIM_MIB);
}

TEST(TrimTrend, ACacheThatFillsUpIsNoGrowth)
{
    for (const double fills_hours : {0.2, 1.0, 3.0, 6.0, 12.0, 24.0, 36.0}) {
        Timeline line;
        Requests requests(20);
        EXPECT_FALSE(line.GrowsUntil(90 * kDayHours,
                                     [&](double hours) {
                                         return 100 + 2000 * (1 - std::exp(-hours / fills_hours)) +
                                                requests();
                                     }))
            << fills_hours << " h, taken for growth after " << line.Hours();
    }
    for (const double full_hours : {1.0, 5.0, 10.0, 16.0, 20.0}) {
        Timeline line;
        Requests requests(20);
        EXPECT_FALSE(line.GrowsUntil(30 * kDayHours,
                                     [&](double hours) {
                                         return 100 + 2000 * std::min(1.0, hours / full_hours) +
                                                requests();
                                     }))
            << full_hours << " h, taken for growth after " << line.Hours();
    }
}

TEST(TrimTrend, DaysWithNightsAreNoGrowth)
{
    for (int start = 0; start < 24; start += 3) {
        Timeline line;
        Requests requests(30);
        EXPECT_FALSE(line.GrowsUntil(60 * kDayHours,
                                     [&](double hours) {
                                         const double day =
                                             std::sin(2 * kPi * (hours + start) / kDayHours);
                                         const double week =
                                             std::sin(2 * kPi * (hours + start) / (7 * kDayHours));
                                         return 600 + 300 * day + 100 * week + requests();
                                     }))
            << "from " << start << " h, taken for growth after " << line.Hours();
    }
}

TEST(TrimTrend, WhatOnlyDeadJavaObjectsHoldIsNoGrowth)
{
    for (const double gc_hours : {1.0, 7.0, 31.0, 100.0}) {
        Timeline line;
        line.CollectsEach(gc_hours);
        EXPECT_FALSE(line.GrowsUntil(
            100 * kDayHours, [&](double hours) { return 100 + 20 * std::fmod(hours, gc_hours); }))
            << gc_hours << " h, taken for growth after " << line.Hours();
    }
}

TEST(TrimTrend, WithoutAnOldCollectionNothingIsCalledGrowth)
{
    Timeline line;
    line.CollectsEach(1e9);
    EXPECT_FALSE(line.GrowsUntil(10 * kDayHours, [](double hours) { return 100 + hours; }));
    EXPECT_FALSE(line.growth().judged);
    EXPECT_TRUE(trim_growth_open(&line.growth()));
    EXPECT_EQ(line.growth().old_pauses, 0U);
}

TEST(TrimTrend, StepsAndLeapsAreNoGrowth)
{
    for (const double stair_hours : {5.0, 12.0, 30.0, 200.0}) {
        Timeline line;
        Requests requests(5);
        EXPECT_FALSE(line.GrowsUntil(
            40 * kDayHours,
            [&](double hours) {
                /* Three steps, and then no more. */
                return 300 + 100 * std::min(3.0, std::floor(hours / stair_hours)) + requests();
            }))
            << stair_hours << " h, taken for growth after " << line.Hours();
    }
}

TEST(TrimTrend, WandersOfAllPacesAreNoGrowth)
{
    /* 300 processes of 30 days: what is in use wanders within bounds. */
    for (uint64_t seed = 1; seed <= 300; ++seed) {
        Timeline line;
        std::mt19937_64 random(seed);
        std::normal_distribution<double> step(0, std::pow(2.0, static_cast<double>(seed % 6)));
        double level = 0;
        EXPECT_FALSE(line.GrowsUntil(30 * kDayHours,
                                     [&](double) {
                                         level = std::clamp(level + step(random), -200.0, 200.0);
                                         return 400 + level;
                                     }))
            << "process " << seed << ", taken for growth after " << line.Hours();
    }
}

TEST(TrimTrend, LittleGrowthOfALargeHeapIsNone)
{
    Timeline line;
    EXPECT_FALSE(line.GrowsUntil(2 * kDayHours, [](double hours) { return 4000 + hours; }));
    Timeline smaller;
    EXPECT_TRUE(smaller.GrowsUntil(2 * kDayHours, [](double hours) { return 200 + hours; }));
}

TEST(TrimTrend, GrowthThatEndsIsNoGrowthAnyMore)
{
    Timeline line;
    ASSERT_TRUE(line.GrowsUntil(30, [](double hours) { return 200 + 10 * hours; }));
    const double mib = static_cast<double>(line.growth().to_bytes) / TRIM_MIB + 15;
    while (line.Hours() < 60) {
        line.Look(mib);
    }
    EXPECT_FALSE(line.growth().growing);
}

TEST(TrimTrend, GrowthThatIsGivenBackEndsAtOnce)
{
    Timeline line;
    ASSERT_TRUE(line.GrowsUntil(30, [](double hours) { return 200 + 10 * hours; }));
    const double began = line.Hours();
    while (line.Hours() < began + 4) {
        line.Look(210);
    }
    EXPECT_FALSE(line.growth().growing);
}

TEST(TrimTrend, ALeakThatBeginsAfterAQuietMonthIsFound)
{
    Timeline line;
    Requests requests(30);
    const double month = 30 * kDayHours;
    EXPECT_TRUE(line.GrowsUntil(month + 60, [&](double hours) {
        return 200 + std::max(0.0, hours - month) * 5 + requests();
    })) << line.growth().floors;
    EXPECT_GT(line.Hours(), month + 20);
}

TEST(TrimTrend, ShorterWindowsFindTheSameSooner)
{
    Timeline line(2 * kHour);
    EXPECT_TRUE(line.GrowsUntil(9, [](double hours) { return 100 + 20 * hours; }));
}

TEST(TrimTrend, OffLooksForNothing)
{
    Timeline line(0);
    EXPECT_FALSE(line.GrowsUntil(10 * kDayHours, [](double hours) { return 100 + hours; }));
    EXPECT_FALSE(trim_growth_open(&line.growth()));
}

TEST(TrimTrend, AnotherLengthBeginsAnewAndTheSameDoesNot)
{
    trim_trend trend = {};
    trim_trend_configure(&trend, kHour);
    trim_trend_take(&trend, 1, TRIM_MIB, 0, 0);
    trim_trend_take(&trend, kHour, TRIM_MIB, 1, 0);
    trim_trend_configure(&trend, kHour);
    EXPECT_EQ(trend.growth.floors, 1U);
    trim_trend_configure(&trend, 2 * kHour);
    EXPECT_EQ(trend.growth.floors, 0U);
    EXPECT_EQ(trend.growth.wanted_ns, 2 * kHour);
}

} // namespace

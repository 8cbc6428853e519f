/* What the worker sees of the container around it, and says of it. */
#include "surroundings.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "cgroup_tree.h"
#include "log.h"
#include "quantity.h"

namespace
{

constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kMiB = TRIM_MIB;

class Surroundings : public testing::Test
{
protected:
    Surroundings()
    {
        tree_.Unified("/pod");
        tree_.Cgroup("/sys/fs/cgroup/pod");
        tree_.Host("4096000");
        Limit("104857600");
        Usage(50 * kMiB);
        EXPECT_EQ(trim_log_open(tree_.File("log").c_str(), TRIM_LOG_INFO), 0);
        trim_options_default(&options_);
    }

    void Limit(const std::string &text) const
    {
        tree_.Put("/sys/fs/cgroup/pod/memory.max", text + "\n");
    }

    void Usage(uint64_t bytes) const
    {
        tree_.Put("/sys/fs/cgroup/pod/memory.current", std::to_string(bytes) + "\n");
        tree_.Put("/sys/fs/cgroup/pod/memory.stat", "anon 1\ninactive_file 0\n");
    }

    void Pressure(const std::string &directory, const std::string &avg10) const
    {
        tree_.Put(directory, "some avg10=" + avg10 + " avg60=0.00 avg300=0.00 total=1\n");
    }

    void Open(bool can_trim = true)
    {
        trim_surroundings_init(&surroundings_, tree_.root(), &options_, can_trim);
        EXPECT_EQ(surroundings_.pressure.kept.fd, -1);
        (void)Look();
    }

    trim_observation Look()
    {
        trim_observation observation = {};
        trim_surroundings_look(&surroundings_, &observation);
        return observation;
    }

    /* The number of lines that have been logged with this text. */
    size_t Logged(const std::string &text) const
    {
        std::ifstream file(tree_.File("log"));
        const std::string all((std::istreambuf_iterator<char>(file)), {});
        size_t count = 0;
        for (size_t at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) {
            ++count;
        }
        return count;
    }

    void Tell(uint32_t fill_permille, trim_skip skip, uint64_t now_ns)
    {
        trim_price_config config = {};
        config.worth_bytes = options_.worth_bytes;
        config.threshold_bytes = 64 * kMiB;
        config.urgent_percent = options_.urgent_percent;
        trim_price price;
        trim_price_init(&price, &config);
        trim_price_room(&price, 100 * kMiB, true, fill_permille);
        trim_decision decision = {};
        decision.skip = skip;
        decision.expected_bytes = 3 * kMiB;
        trim_surroundings_tell(&surroundings_, &price, &decision, now_ns);
    }

    CgroupTree tree_;
    trim_options options_ = {};
    trim_surroundings surroundings_ = {};
};

TEST_F(Surroundings, TellTheLimitAndItsChangeOnce)
{
    Open();
    EXPECT_EQ(Logged("memory limit 100M (cgroup v2, "), 1U);
    trim_observation observation = Look();
    EXPECT_EQ(observation.limit_bytes, 100 * kMiB);
    EXPECT_TRUE(observation.fill_known);
    EXPECT_EQ(observation.fill_permille, 500U);
    Limit("52428800");
    observation = Look();
    EXPECT_EQ(observation.limit_bytes, 50 * kMiB);
    EXPECT_EQ(observation.fill_permille, 1000U);
    (void)Look();
    EXPECT_EQ(Logged("memory limit 50M (cgroup v2, "), 1U);
}

TEST_F(Surroundings, AHostThatOthersFillIsNoReasonForHurry)
{
    Limit("max");
    Open();
    const trim_observation observation = Look();
    EXPECT_EQ(observation.limit_bytes, UINT64_C(4096000) * 1024);
    EXPECT_FALSE(observation.fill_known);
}

TEST_F(Surroundings, WithoutATriggerHighAveragesArePressure)
{
    Pressure("/sys/fs/cgroup/pod/memory.pressure", "0.00");
    options_.on |= UINT64_C(1) << TRIM_REASON_PRESSURE;
    Open();
    trim_pressure_close(&surroundings_.pressure); /* A plain file has taken the trigger, */
    surroundings_.pressure.averages = TRIM_PRESSURE_CGROUP; /* which spoilt it for reading. */
    ASSERT_EQ(surroundings_.pressure.kept.fd, -1);
    Pressure("/sys/fs/cgroup/pod/memory.pressure", "0.00");
    (void)Look();
    EXPECT_EQ(surroundings_.pressures, 0U);
    Pressure("/sys/fs/cgroup/pod/memory.pressure", "33.00");
    (void)Look();
    EXPECT_EQ(surroundings_.pressures, 1U);
}

TEST_F(Surroundings, PressureIsLeftAloneWhereNobodyAskedOrNothingCanBeTrimmed)
{
    Pressure("/sys/fs/cgroup/pod/memory.pressure", "33.00");
    Open();
    (void)Look();
    options_.on |= UINT64_C(1) << TRIM_REASON_PRESSURE;
    Open(false);
    (void)Look();
    EXPECT_EQ(surroundings_.pressures, 0U);
    EXPECT_EQ(surroundings_.pressure.kept.fd, -1);
    EXPECT_EQ(Logged("memory pressure"), 0U);
}

TEST_F(Surroundings, ShortMemoryIsToldOnceForEachTime)
{
    Open();
    Tell(500, TRIM_SKIP_BELOW_THRESHOLD, 10 * kS);
    EXPECT_EQ(Logged("memory is short"), 0U);
    Tell(850, TRIM_SKIP_NONE, 11 * kS);
    Tell(910, TRIM_SKIP_NONE, 12 * kS);
    EXPECT_EQ(Logged(": trims now begin at 16M, "), 1U);
    Tell(920, TRIM_SKIP_BELOW_THRESHOLD, 13 * kS);
    Tell(920, TRIM_SKIP_BELOW_THRESHOLD, 14 * kS);
    EXPECT_EQ(Logged("but a trim would release only 3M: what fills it is not"), 1U);
    Tell(500, TRIM_SKIP_NONE, 20 * kS);
    Tell(900, TRIM_SKIP_NONE, 79 * kS);
    EXPECT_EQ(Logged("trims now begin at"), 1U) << "it flaps";
    Tell(500, TRIM_SKIP_NONE, 80 * kS);
    Tell(900, TRIM_SKIP_BELOW_THRESHOLD, 140 * kS);
    EXPECT_EQ(Logged("trims now begin at"), 2U);
    EXPECT_EQ(Logged("but a trim would release only 3M"), 2U);
}

} // namespace

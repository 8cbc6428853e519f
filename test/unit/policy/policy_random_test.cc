/* Whatever is observed, the policy comes to rest, and waits for what is to come. */
#include <algorithm>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <random>

#include "policy.h"
#include "simulated_memory.h"

namespace
{

constexpr int kSteps = 200000;

/* Of one kind, from a wait or a trim to the next. */
constexpr int kLooksMax = 2;

/* From one wait to the next: by decision, and because somebody has asked for one. */
constexpr int kTrimsMax = 2;

/* A worker whose every figure is drawn, as absurd as it may be. */
class RandomWorker
{
public:
    explicit RandomWorker(uint64_t seed) : random_(seed)
    {
        trim_policy_config config = PolicyConfig();
        config.triggers.on = Draw(64);
        config.price.worth_bytes = One(kMiB, 8 * kGiB, 16 * 1024 * kGiB);
        config.price.threshold_bytes = One(0, kMiB, kGiB);
        config.price.threshold_percent = One(0, 0, 5);
        config.price.urgent_percent = One(0, 85, 100);
        config.settle_ns = One(10 * kMs, 100 * kMs, 60 * kS);
        config.max_wait_ns = config.settle_ns + Draw(20 * kS);
        config.check_ns = One(0, 100 * kMs, 30 * kS);
        config.cooldown_ns = One(100 * kMs, 500 * kMs, 3600 * kS);
        config.triggers.burst.settle_ns = config.settle_ns;
        config.triggers.burst.max_wait_ns = config.max_wait_ns;
        /* Machines that have run for minutes, for ten years and for a century and a half. */
        now_ns_ = One(1000 * kS, uint64_t{1} << 58, uint64_t{1} << 62);
        trim_policy_init(&policy_, &config, now_ns_, 0);
    }

    void Run()
    {
        trim_look look = TRIM_LOOK_NONE;
        std::map<trim_look, int> looks;
        int trims = 0;
        for (int step = 0; step < kSteps && !testing::Test::HasFatalFailure(); ++step) {
            const trim_observation observation = Observe(look);
            trim_decision decision = {};
            trim_policy_step(&policy_, &observation, &decision);
            look = TRIM_LOOK_NONE;
            if (decision.action == TRIM_LOOK) {
                ASSERT_NE(decision.look, TRIM_LOOK_NONE) << step;
                ASSERT_LE(++looks[decision.look], kLooksMax) << step << ": " << decision.look;
                look = decision.look;
            } else if (decision.action == TRIM_TRIM) {
                ASSERT_LT(decision.reason, TRIM_REASON_COUNT);
                ASSERT_LE(++trims, kTrimsMax) << step;
                CheckTrim(decision);
                Trim();
                looks.clear();
            } else {
                ASSERT_GT(decision.wake_ns, now_ns_) << step;
                ASSERT_GT(decision.wake_cpu_ns, observation.cpu_ns) << step;
                ASSERT_GT(decision.arm_classes, 0U) << step;
                CheckPromise(decision, observation.cpu_ns);
                looks.clear();
                trims = 0;
                Sleep(decision);
            }
            CheckMoney();
        }
    }

private:
    /* Below the bound, and mostly far below. */
    uint64_t Draw(uint64_t below)
    {
        const uint64_t value = random_() >> (random_() % 64);
        return value % below;
    }

    bool Seldom(uint64_t times)
    {
        return random_() % times == 0;
    }

    uint64_t One(uint64_t a, uint64_t b, uint64_t c)
    {
        const uint64_t choice[] = {a, b, c};
        return choice[random_() % 3];
    }

    trim_observation Observe(trim_look look)
    {
        trim_observation observation = {};
        observation.now_ns = now_ns_;
        observation.cpu_ns = cpu_ns_;
        observation.signals = signals_;
        observation.last_old_ns = now_ns_ - Draw(now_ns_);
        observation.demands = demands_;
        observation.look = look;
        observation.failed = look != TRIM_LOOK_NONE && Seldom(10);
        observation.rss_bytes = Draw(64 * kGiB);
        faults_ += Draw(1000000);
        observation.minor_faults = faults_;
        observation.limit_bytes = Seldom(3) ? 0 : Draw(64 * kGiB);
        observation.fill_known = !Seldom(3);
        observation.fill_permille = static_cast<uint32_t>(Draw(2000));
        observation.refaulted_bytes = Draw(64 * kGiB);
        observation.back_permille = static_cast<uint32_t>(Draw(2000));
        observation.expected_bytes = Draw(64 * kGiB);
        observation.bound_only = Seldom(5);
        observation.cost_ns = Draw(10 * kS);
        observation.throttled = Seldom(5);
        observation.fault_ps_per_byte = Draw(5000);
        return observation;
    }

    /* No trim but on demand comes within the cooldown or for less than is worth anything. */
    void CheckTrim(const trim_decision &decision) const
    {
        if (decision.reason != TRIM_REASON_DEMAND) {
            /* Where memory is short no cooldown is longer than a second. */
            ASSERT_GE(now_ns_, std::min(policy_.cooldown_ends_ns,
                                        policy_.last_trim_ns + uint64_t{1000000000}));
            ASSERT_GE(decision.expected_bytes, TRIM_LEAST_BYTES);
        }
    }

    /* What is watched is looked at again, whatever happens or does not, unless it would have to lie
     * for more than thirty years. */
    void CheckPromise(const trim_decision &decision, uint64_t cpu_ns) const
    {
        const bool promised = policy_.watch.on && trim_watch_due_ns(&policy_.watch, &policy_.price,
                                                                    now_ns_, cpu_ns) != TRIM_NEVER;
        ASSERT_TRUE(!promised || decision.wake_ns != TRIM_NEVER ||
                    decision.wake_cpu_ns != UINT64_MAX);
    }

    /* All money is a number: no sum has overflowed, and nothing was divided by nothing. */
    void CheckMoney() const
    {
        for (const trim_flow &flow : {policy_.looks.unannounced_flow, policy_.looks.all_flow}) {
            ASSERT_TRUE(std::isfinite(flow.rate));
            ASSERT_GE(flow.rate, 0);
            ASSERT_GT(flow.lump_bytes, 0);
        }
        ASSERT_GE(policy_.signs.usual_share, 0);
        ASSERT_TRUE(std::isfinite(policy_.watch.paid_ns));
        ASSERT_GE(policy_.watch.paid_ns, 0);
        ASSERT_TRUE(std::isfinite(policy_.earnings.held_byte_ns));
        ASSERT_TRUE(std::isfinite(policy_.price.look_ns));
        ASSERT_GT(policy_.price.look_ns, 0);
        for (const trim_event &event : policy_.looks.events) {
            ASSERT_TRUE(std::isfinite(event.pending_bytes));
            ASSERT_GE(event.pending_bytes, 0);
        }
    }

    void Trim()
    {
        trim_outcome outcome = {};
        now_ns_ += Draw(10 * kS);
        outcome.end_ns = now_ns_;
        outcome.dry = Seldom(10);
        outcome.measured = !Seldom(10);
        outcome.released_bytes = Draw(64 * kGiB);
        outcome.cpu_ns = Draw(10 * kS);
        outcome.cost_ns = Draw(10 * kS);
        outcome.seen_after = !Seldom(5);
        outcome.rss_bytes = Draw(64 * kGiB);
        outcome.minor_faults = faults_;
        trim_policy_trimmed(&policy_, &outcome);
    }

    /* Until the moment that the policy waits for, or until something happens. */
    void Sleep(const trim_decision &decision)
    {
        /* A clock that has run for centuries would overflow. */
        const bool in_time = decision.wake_ns - now_ns_ < 24 * 3600 * kS && !Seldom(3);
        now_ns_ = in_time ? decision.wake_ns : now_ns_ + Draw(100 * kS);
        cpu_ns_ += Draw(100 * kS);
        signals_.old_pauses += Seldom(5) ? Draw(5) : 0;
        signals_.class_changes += Seldom(3) ? Draw(1000) : 0;
        signals_.pressures += Seldom(10) ? 1 : 0;
        signals_.usage_bytes = Draw(64 * kGiB);
        demands_ += Seldom(50) ? 1 : 0;
    }

    std::mt19937_64 random_;
    trim_policy policy_ = {};
    uint64_t now_ns_ = 0;
    uint64_t cpu_ns_ = kS;
    uint64_t faults_ = 0;
    uint64_t demands_ = 0;
    trim_signal_counts signals_ = {};
};

class PolicyRandom : public testing::TestWithParam<uint64_t>
{
};

TEST_P(PolicyRandom, ComesToRestWhateverItSees)
{
    RandomWorker worker(GetParam());
    worker.Run();
}

INSTANTIATE_TEST_SUITE_P(Seeds, PolicyRandom, testing::Range(uint64_t{1}, uint64_t{25}));

} // namespace

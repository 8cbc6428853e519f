/*
 * Plays the worker for the policy with an invented clock: it steps at each wake-up, answers looks
 * from a simulated process, and carries out trims on it. Whatever the test, a wait must end in the
 * future and a wake-up must not turn into an endless row of looks.
 */
#ifndef TRIMAGENT_TEST_POLICY_TIMELINE_H
#define TRIMAGENT_TEST_POLICY_TIMELINE_H

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "policy.h"
#include "quantity.h"
#include "simulated_memory.h"

struct SeenTrim {
    uint64_t at_ns; /* Since the timeline's start. */
    trim_reason reason;
    uint64_t expected_bytes;
};

class PolicyTimeline
{
public:
    static constexpr uint64_t kStart = 1000000 * kS;

    explicit PolicyTimeline(const trim_policy_config &config = PolicyConfig())
    {
        trim_policy_init(&policy_, &config, kStart, 0);
        Wake();
    }

    SimulatedMemory memory;

    /* Scripts. Times count from the timeline's start, and must not lie in the past. */

    void At(uint64_t at_ns, std::function<void()> change)
    {
        Script(at_ns, [change = std::move(change)] {
            change();
            return false;
        });
    }

    void FreeAt(uint64_t at_ns, uint64_t bytes)
    {
        At(at_ns, [this, bytes] { memory.Free(bytes); });
    }

    void TakeAt(uint64_t at_ns, uint64_t bytes)
    {
        At(at_ns, [this, bytes] { memory.Take(bytes); });
    }

    /* How much CPU the process uses from then on, in thousandths of a core. */
    void WorkAt(uint64_t at_ns, uint64_t permille)
    {
        At(at_ns, [this, permille] { cpu_permille_ = permille; });
    }

    /* Memory is taken bit by bit, by a whole core at least; the work then goes on as before. */
    void LoadMemory(uint64_t from_ns, uint64_t to_ns, uint64_t bytes)
    {
        constexpr uint64_t kParts = 100;
        At(from_ns, [this] { cpu_permille_ += 1000; });
        for (uint64_t part = 1; part <= kParts; ++part) {
            TakeAt(from_ns + (to_ns - from_ns) * part / kParts, bytes / kParts);
        }
        At(to_ns, [this] { cpu_permille_ -= 1000; });
    }

    void OldPauseAt(uint64_t at_ns)
    {
        Script(at_ns, [this] {
            ++signals_.old_pauses;
            last_old_ns_ = now_ns_;
            return true;
        });
    }

    /* Classes are loaded one by one, evenly over (from, to]. */
    void LoadClasses(uint64_t from_ns, uint64_t to_ns, uint64_t count)
    {
        for (uint64_t i = 1; i <= count; ++i) {
            Script(from_ns + (to_ns - from_ns) * i / count,
                   [this] { return ++signals_.class_changes >= armed_; });
        }
    }

    void DemandAt(uint64_t at_ns)
    {
        Script(at_ns, [this] {
            ++demands_;
            return true;
        });
    }

    /* The options change, which wakes the worker. */
    void ConfigureAt(uint64_t at_ns, const trim_policy_config &config)
    {
        Script(at_ns, [this, config] {
            trim_policy_configure(&policy_, &config, now_ns_);
            return true;
        });
    }

    void PressureAt(uint64_t at_ns)
    {
        Script(at_ns, [this] {
            ++signals_.pressures;
            return true;
        });
    }

    void RunUntil(uint64_t end_ns)
    {
        end_ns += kStart;
        while (!testing::Test::HasFatalFailure()) {
            const uint64_t event_ns = events_.empty() ? TRIM_NEVER : events_.begin()->first;
            const uint64_t woken_ns = std::min(wake_ns_, CpuAlarmNs());
            const uint64_t next_ns = std::min(event_ns, woken_ns);
            if (next_ns > end_ns) {
                break;
            }
            Advance(next_ns);
            bool woken = woken_ns <= now_ns_;
            while (!events_.empty() && events_.begin()->first <= now_ns_) {
                const auto event = events_.begin()->second;
                events_.erase(events_.begin());
                woken |= event();
            }
            if (woken) {
                Wake();
            }
        }
        Advance(end_ns);
    }

    /* What has been seen. */

    const trim_policy &policy() const
    {
        return policy_;
    }
    const std::vector<SeenTrim> &trims() const
    {
        return trims_;
    }
    uint64_t wake_ups() const
    {
        return wake_ups_;
    }
    uint64_t wake_ns() const
    {
        return wake_ns_;
    }
    uint64_t wake_cpu_ns() const
    {
        return wake_cpu_ns_;
    }
    uint64_t armed() const
    {
        return armed_;
    }
    uint64_t skips(trim_skip skip) const
    {
        return policy_.skips[skip];
    }
    /* When looks of a kind were taken, since the timeline's start. */
    const std::vector<uint64_t> &LookTimes(trim_look look) const
    {
        return looks_[look];
    }
    size_t LookCount(trim_look look) const
    {
        return looks_[look].size();
    }

private:
    static constexpr uint64_t kStepsMax = 12;

    void Script(uint64_t at_ns, std::function<bool()> event)
    {
        ASSERT_GE(at_ns + kStart, now_ns_);
        events_.emplace(at_ns + kStart, std::move(event));
    }

    void Advance(uint64_t to_ns)
    {
        to_ns = std::max(to_ns, now_ns_);
        cpu_ps_ += (to_ns - now_ns_) * cpu_permille_;
        now_ns_ = to_ns;
    }

    uint64_t CpuNs() const
    {
        return cpu_ps_ / 1000;
    }

    /* When the process will have used as much CPU time as the policy waits for. */
    uint64_t CpuAlarmNs() const
    {
        if (wake_cpu_ns_ == UINT64_MAX || cpu_permille_ == 0) {
            return TRIM_NEVER;
        }
        const uint64_t left_ps = trim_excess(wake_cpu_ns_ * 1000, cpu_ps_);
        return now_ns_ + (left_ps + cpu_permille_ - 1) / cpu_permille_;
    }

    trim_observation Observe(trim_look look)
    {
        trim_observation observation = {};
        observation.now_ns = now_ns_;
        observation.cpu_ns = CpuNs();
        observation.signals = signals_;
        observation.signals.usage_bytes = memory.usage_bytes;
        observation.last_old_ns = last_old_ns_;
        observation.demands = demands_;
        observation.look = look;
        memory.Answer(&observation);
        return observation;
    }

    void Trim(const trim_decision &decision)
    {
        trims_.push_back({now_ns_ - kStart, decision.reason, decision.expected_bytes});
        trim_outcome outcome = {};
        outcome.dry = policy_.config.dry_run;
        outcome.cost_ns = kMs;
        if (!outcome.dry) {
            const uint64_t released = memory.Release();
            outcome.cpu_ns = released / kMiB * memory.release_ns_per_mib;
            Advance(now_ns_ + outcome.cpu_ns);
            outcome.gave_way = memory.gives_way;
            outcome.measured = !memory.outcome_unknown;
            outcome.released_bytes = outcome.measured ? released : 0;
            outcome.seen_after = outcome.measured && !memory.process_fails;
            outcome.rss_bytes = memory.Rss();
            outcome.minor_faults = memory.faults;
        }
        outcome.end_ns = now_ns_;
        trim_policy_trimmed(&policy_, &outcome);
    }

    void Wake()
    {
        ++wake_ups_;
        trim_look look = TRIM_LOOK_NONE;
        for (uint64_t steps = 0; steps < kStepsMax; ++steps) {
            const trim_observation observation = Observe(look);
            trim_decision decision = {};
            trim_policy_step(&policy_, &observation, &decision);
            look = TRIM_LOOK_NONE;
            EXPECT_LT(decision.skip, TRIM_SKIP_COUNT);
            switch (decision.action) {
            case TRIM_WAIT:
                EXPECT_EQ(decision.look, TRIM_LOOK_NONE) << "nobody would take it";
                ASSERT_GT(decision.wake_ns, now_ns_);
                ASSERT_GT(decision.wake_cpu_ns, CpuNs());
                wake_ns_ = decision.wake_ns;
                wake_cpu_ns_ = decision.wake_cpu_ns;
                armed_ = decision.arm_classes == UINT64_MAX
                             ? UINT64_MAX
                             : signals_.class_changes + decision.arm_classes;
                return;
            case TRIM_LOOK:
                ASSERT_NE(decision.look, TRIM_LOOK_NONE);
                look = decision.look;
                looks_[look].push_back(now_ns_ - kStart);
                break;
            case TRIM_TRIM:
                Trim(decision);
                break;
            }
        }
        FAIL() << "the policy does not come to rest";
    }

    trim_policy policy_ = {};
    std::multimap<uint64_t, std::function<bool()>> events_;
    uint64_t now_ns_ = kStart;
    uint64_t cpu_ps_ = 0; /* Used by the process so far. */
    uint64_t cpu_permille_ = 0;
    uint64_t wake_ns_ = TRIM_NEVER;
    uint64_t wake_cpu_ns_ = UINT64_MAX;
    uint64_t armed_ = UINT64_MAX;
    trim_signal_counts signals_ = {};
    uint64_t last_old_ns_ = 0;
    uint64_t demands_ = 0;
    uint64_t wake_ups_ = 0;
    std::vector<SeenTrim> trims_;
    std::array<std::vector<uint64_t>, TRIM_LOOK_ESTIMATE + 1> looks_;
};

#endif

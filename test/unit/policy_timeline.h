/*
 * Plays the worker for the policy with an invented clock: it steps at each wake-up, answers looks
 * from a scripted memory, and carries out trims on it. Whatever the test, a wait must end in the
 * future and a wake-up must not turn into an endless row of looks.
 */
#ifndef TRIMAGENT_TEST_POLICY_TIMELINE_H
#define TRIMAGENT_TEST_POLICY_TIMELINE_H

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "scripted_memory.h"
#include "trimagent/clock.h"
#include "policy.h"
#include "trimagent/quantity.h"

struct SeenTrim {
    uint64_t at_ns; /* Since the timeline's start. */
    trim_reason reason;
    uint64_t expected_bytes;
};

struct SeenLook {
    uint64_t at_ns; /* Since the timeline's start. */
    trim_look look;
};

class PolicyTimeline
{
public:
    static constexpr uint64_t kStart = 1000000 * kS;
    static constexpr uint64_t kTrimTakes = 100 * kMs;

    explicit PolicyTimeline(const trim_options &options) : options_(options)
    {
        trim_policy_init(&policy_, &options_, kStart, 0);
        Wake();
    }

    ScriptedMemory memory;

    /* Scripts. Times count from the timeline's start, and must not lie in the past. */

    void At(uint64_t at_ns, std::function<void()> change)
    {
        Script(at_ns, [this, change = std::move(change)] {
            change();
            return false;
        });
    }

    void OldPauseAt(uint64_t at_ns)
    {
        Script(at_ns, [this] {
            ++old_pauses_;
            last_old_ns_ = now_ns_;
            return true;
        });
    }

    void OldPauses(uint64_t from_ns, uint64_t to_ns, uint64_t each_ns)
    {
        for (uint64_t at_ns = from_ns; at_ns <= to_ns; at_ns += each_ns) {
            OldPauseAt(at_ns);
        }
    }

    /* Classes are loaded one by one, evenly over (from, to]. */
    void LoadClasses(uint64_t from_ns, uint64_t to_ns, uint64_t count)
    {
        for (uint64_t i = 1; i <= count; ++i) {
            Script(from_ns + (to_ns - from_ns) * i / count,
                   [this] { return ++classes_ >= armed_; });
        }
    }

    void DemandAt(uint64_t at_ns)
    {
        Script(at_ns, [this] {
            ++demands_;
            return true;
        });
    }

    void PressureAt(uint64_t at_ns)
    {
        Script(at_ns, [this] {
            ++pressures_;
            return true;
        });
    }

    /* A wake-up with nothing behind it. */
    void SpuriousWakeAt(uint64_t at_ns)
    {
        Script(at_ns, [] { return true; });
    }

    void RunUntil(uint64_t end_ns)
    {
        end_ns += kStart;
        while (!testing::Test::HasFatalFailure()) {
            const uint64_t event_ns = events_.empty() ? TRIM_NEVER : events_.begin()->first;
            const uint64_t next_ns = std::min(event_ns, wake_ns_);
            if (next_ns > end_ns) {
                break;
            }
            now_ns_ = std::max(now_ns_, next_ns);
            bool woken = wake_ns_ <= now_ns_;
            while (!events_.empty() && events_.begin()->first <= now_ns_) {
                const auto event = events_.begin()->second;
                events_.erase(events_.begin());
                woken |= event();
            }
            if (woken) {
                Wake();
            }
        }
        now_ns_ = std::max(now_ns_, end_ns);
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
    uint64_t armed() const
    {
        return armed_;
    }

    size_t LookCount(trim_look look) const
    {
        return LookTimes(look).size();
    }

    std::vector<uint64_t> LookTimes(trim_look look) const
    {
        std::vector<uint64_t> times;
        for (const SeenLook &seen : looks_) {
            if (seen.look == look) {
                times.push_back(seen.at_ns);
            }
        }
        return times;
    }

private:
    void Script(uint64_t at_ns, std::function<bool()> event)
    {
        ASSERT_GE(at_ns + kStart, now_ns_);
        events_.emplace(at_ns + kStart, std::move(event));
    }

    trim_observation Observe(trim_look look)
    {
        trim_observation observation = {};
        observation.now_ns = now_ns_;
        observation.old_pauses = old_pauses_;
        observation.last_old_ns = last_old_ns_;
        observation.class_changes = classes_;
        observation.demands = demands_;
        observation.pressures = pressures_;
        observation.usage_bytes = memory.usage_bytes;
        observation.look = look;
        switch (look) {
        case TRIM_LOOK_NONE:
            break;
        case TRIM_LOOK_PROCESS:
            observation.failed = memory.process_fails;
            observation.rss_bytes = memory.fixed_bytes + memory.resident_bytes;
            observation.minor_faults = memory.minor_faults;
            observation.limit_bytes = memory.limit_bytes;
            observation.fill_known = memory.limit_bytes != 0;
            observation.fill_permille = memory.fill_permille;
            break;
        case TRIM_LOOK_MOVEMENT:
            observation.failed = memory.process_fails;
            observation.rss_bytes = memory.fixed_bytes + memory.resident_bytes;
            break;
        case TRIM_LOOK_ROOM:
            observation.limit_bytes = memory.limit_bytes;
            observation.fill_known = memory.limit_bytes != 0;
            observation.fill_permille = memory.fill_permille;
            break;
        case TRIM_LOOK_THROTTLE:
            observation.throttled = memory.throttled;
            break;
        case TRIM_LOOK_REFAULT:
            observation.failed = memory.refault_fails;
            observation.refaulted_bytes = memory.refaulted_bytes;
            break;
        case TRIM_LOOK_ESTIMATE:
            observation.failed = memory.estimate_fails;
            observation.expected_bytes = memory.releasable_bytes;
            observation.cost_ns = memory.estimate_cost_ns;
            observation.throttled = memory.throttled;
            break;
        }
        return observation;
    }

    void Trim(const trim_decision &decision)
    {
        trims_.push_back({now_ns_ - kStart, decision.reason, decision.expected_bytes});
        trim_outcome outcome = {};
        outcome.dry = options_.dry_run != 0;
        outcome.measured = !outcome.dry && !memory.outcome_unknown;
        outcome.cost_ns = kMs;
        if (!outcome.dry) {
            const uint64_t released = memory.releasable_bytes / 100 * memory.released_percent;
            memory.resident_bytes -= released;
            memory.releasable_bytes = memory.left_bytes;
            memory.refaulted_bytes = 0;
            now_ns_ += kTrimTakes;
            outcome.released_bytes = released;
            outcome.took_ns = kTrimTakes;
            outcome.seen_after = !memory.outcome_unknown;
            outcome.rss_bytes = memory.fixed_bytes + memory.resident_bytes;
            outcome.minor_faults = memory.minor_faults;
            outcome.left_bytes = memory.left_bytes;
        }
        outcome.end_ns = now_ns_;
        trim_policy_trimmed(&policy_, &outcome);
    }

    void Wake()
    {
        ++wake_ups_;
        trim_look look = TRIM_LOOK_NONE;
        for (int steps = 0; steps < 12; ++steps) {
            const trim_observation observation = Observe(look);
            trim_decision decision = {};
            trim_policy_step(&policy_, &observation, &decision);
            look = TRIM_LOOK_NONE;
            switch (decision.action) {
            case TRIM_WAIT:
                ASSERT_GT(decision.wake_ns, now_ns_);
                wake_ns_ = decision.wake_ns;
                armed_ = decision.arm_classes == UINT64_MAX ? UINT64_MAX
                                                            : classes_ + decision.arm_classes;
                return;
            case TRIM_LOOK:
                ASSERT_NE(decision.look, TRIM_LOOK_NONE);
                look = decision.look;
                looks_.push_back({now_ns_ - kStart, look});
                break;
            case TRIM_TRIM:
                Trim(decision);
                break;
            }
        }
        FAIL() << "the policy does not come to rest";
    }

    trim_options options_;
    trim_policy policy_ = {};
    std::multimap<uint64_t, std::function<bool()>> events_;
    uint64_t now_ns_ = kStart;
    uint64_t wake_ns_ = TRIM_NEVER;
    uint64_t armed_ = UINT64_MAX;
    uint64_t old_pauses_ = 0;
    uint64_t last_old_ns_ = 0;
    uint64_t classes_ = 0;
    uint64_t demands_ = 0;
    uint64_t pressures_ = 0;
    uint64_t wake_ups_ = 0;
    std::vector<SeenTrim> trims_;
    std::vector<SeenLook> looks_;
};

#endif

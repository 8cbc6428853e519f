/* The agent's allocator, driven as the worker drives it. */
#ifndef TRIMAGENT_STRESS_AGENT_TRIM_H
#define TRIMAGENT_STRESS_AGENT_TRIM_H

#include <atomic>
#include <cstdint>

#include "allocator.h"

namespace stress
{

/* One trim, with what was estimated before and measured after it. */
struct Trim {
    trim_estimate before;
    trim_release release;
    trim_estimate after;
    /* What the process has got smaller by, in the system's own books. */
    uint64_t released_bytes;
};

/* One thread at a time. */
class AgentTrim
{
public:
    /* Finds the allocator in charge, which must be one that the agent can make trim. */
    explicit AgentTrim(trim_mode mode);

    Trim Run();
    Trim Run(const trim_cancel *cancel);

    /* Whether a trim is under way right now, and how many have begun. Any thread. */
    bool Runs() const
    {
        return runs_;
    }
    uint64_t Begun() const
    {
        return begun_;
    }

private:
    const trim_allocator *allocator_;
    std::atomic<uint64_t> begun_{0};
    std::atomic<bool> runs_{false};
};

/* Fails the test unless a trim beside which no other thread ran has left the heap as it was. */
void ExpectHeapAsBefore(const Trim &trim);

} // namespace stress

#endif

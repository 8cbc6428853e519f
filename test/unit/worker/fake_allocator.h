/*
 * An allocator for the worker: it counts calls, estimates what it is told to, and can hold a trim
 * up. Its state is the process's, so each test uses it in a child of its own.
 */
#ifndef TRIMAGENT_TEST_FAKE_ALLOCATOR_H
#define TRIMAGENT_TEST_FAKE_ALLOCATOR_H

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>

#include "allocator.h"
#include "quantity.h"

/* An event that happens once or several times, and that another thread can wait for. */
class Event
{
public:
    Event()
    {
        if (pipe(ends_) != 0) {
            ends_[0] = ends_[1] = -1;
        }
    }

    void Happen() const
    {
        const char byte = 0;
        (void)!write(ends_[1], &byte, 1);
    }

    void Await() const
    {
        char byte = 0;
        (void)!read(ends_[0], &byte, 1);
    }

private:
    int ends_[2];
};

struct FakeAllocator {
    /* Never destroyed: the worker may still be in a trim when the process ends. */
    static FakeAllocator &Get()
    {
        static auto *const fake = new FakeAllocator;
        return *fake;
    }

    std::atomic<int> estimates{0};
    std::atomic<int> samples_read{0};
    std::atomic<int> trims{0};
    std::atomic<int> learnings{0};
    std::atomic<uint64_t> expected_bytes{500 * TRIM_MIB};
    std::atomic<uint64_t> left_bytes{0}; /* What an estimate right after a trim expects. */
    std::atomic<bool> estimate_fails{false};
    std::atomic<bool> hold_estimates{false};
    std::atomic<bool> hold_trims{false};
    std::atomic<const char *> refusal{nullptr}; /* Why nothing is borrowed. */
    std::atomic<bool> trim_cancelled{false};    /* The last trim was asked to end early. */
    std::atomic<bool> trim_hurries{false};      /* The last trim was asked not to pause. */
    std::function<void()> on_trim;              /* What a trim does to the process. */
    Event estimate_entered;                     /* An estimate that is held up has begun. */
    Event estimate_allowed;                     /* Lets it end. */
    Event estimated;                            /* An estimate was taken or refused. */
    Event sample_laid;                          /* A sample was laid. */
    Event trim_entered;                         /* A trim has begun. */
    Event trim_allowed;                         /* Lets a trim end that is held up. */

    static const trim_allocator *Table()
    {
        static const trim_allocator table = {"fake",  Estimate, Refaulted, LaySample, ReadSample,
                                             Figures, nullptr,  Trim,      Learn,     nullptr};
        return &table;
    }

private:
    static int Estimate(uint64_t, trim_estimate *estimate)
    {
        FakeAllocator &fake = Get();
        ++fake.estimates;
        if (fake.hold_estimates) {
            fake.estimate_entered.Happen();
            fake.estimate_allowed.Await();
        }
        const bool fails = fake.estimate_fails;
        if (!fails) {
            *estimate = {};
            estimate->expected_bytes = fake.expected_bytes;
            estimate->resident_bytes = 1000 * TRIM_MIB;
        }
        fake.estimated.Happen();
        return fails ? -1 : 0;
    }

    static int Refaulted(uint64_t *refaulted_bytes, uint64_t *refilled_bytes)
    {
        *refaulted_bytes = *refilled_bytes = 0;
        return 0;
    }

    static int LaySample()
    {
        Get().sample_laid.Happen();
        return 0;
    }

    static uint32_t ReadSample()
    {
        ++Get().samples_read;
        return 0;
    }

    static int Figures(trim_heap_figures *figures)
    {
        *figures = {};
        figures->source = TRIM_FIGURES_MALLINFO2;
        figures->arena = 1000 * TRIM_MIB;
        return 0;
    }

    static int Trim(const trim_cancel *cancel, bool hurry, trim_release *release)
    {
        FakeAllocator &fake = Get();
        ++fake.trims;
        fake.trim_hurries = hurry;
        if (fake.on_trim) {
            fake.on_trim();
        }
        *release = {};
        release->trimmed = true;
        release->refusal = fake.refusal;
        fake.trim_entered.Happen();
        if (fake.hold_trims) {
            fake.trim_allowed.Await();
        }
        fake.trim_cancelled = trim_cancel_requested(cancel);
        return 0;
    }

    static int Learn(uint64_t, trim_estimate *after, uint64_t *released_bytes)
    {
        FakeAllocator &fake = Get();
        ++fake.learnings;
        *after = {};
        after->expected_bytes = fake.left_bytes;
        *released_bytes = fake.expected_bytes;
        return 0;
    }
};

#endif

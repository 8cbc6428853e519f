/* A worker in a child process, with an allocator and files of /proc that the test makes up. */
#ifndef TRIMAGENT_TEST_WORKER_FIXTURE_H
#define TRIMAGENT_TEST_WORKER_FIXTURE_H

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "child_process.h"
#include "clock.h"
#include "fake_allocator.h"
#include "log.h"
#include "quantity.h"
#include "scratch_directory.h"
#include "signals.h"
#include "worker.h"

/* Longer than any test may take: where the time matters the test hangs and is ended as failed. */
inline constexpr uint64_t kLong = 3600 * TRIM_NS_PER_S;

inline constexpr char kDescription[] = "fake 1.0";

class Worker : public testing::Test
{
protected:
    Worker()
    {
        WriteRssKib(4000000);
    }

    void WriteRssKib(uint64_t kib) const
    {
        const uint64_t pages = kib * 1024 / static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
        proc_.Write("statm", "2000000 " + std::to_string(pages) + " 0 0 0 0 0\n");
        proc_.Write("status",
                    "Name:\tjava\nVmRSS:\t " + std::to_string(kib) + " kB\nVmSwap:\t 0 kB\n");
    }

    /* In a child: opens everything and starts the worker. */
    void Start(const char *options, const trim_allocator *allocator = FakeAllocator::Table())
    {
        static trim_vm_counters counters = {};
        static trim_worker_config config = {};
        ASSERT_EQ(trim_log_open(proc_.File("log").c_str(), TRIM_LOG_DEBUG), 0);
        ASSERT_EQ(trim_options_parse(&config.options, options, nullptr), 0);
        config.allocator = allocator;
        config.allocator_description = kDescription;
        config.counters = &counters;
        config.proc = proc_.path().c_str();
        config.root = proc_.path().c_str(); /* Without cgroups, and without pressure. */
        ASSERT_EQ(trim_worker_start(&config), 0);
    }

    static void OldPause()
    {
        trim_signals_pause_end(TRIM_PAUSE_OLD, trim_clock_now_ns());
    }

    /* The number of log lines that have this text. */
    int Lines(const std::string &text) const
    {
        return proc_.Lines("log", text);
    }

    std::string Log() const
    {
        return proc_.Read("log");
    }

    ScratchDirectory proc_;
};

#endif

#include "metering.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <string>

#include "bounded_text.h"
#include "log.h"
#include "quantity.h"
#include "scratch_directory.h"
#include "worker_fixture.h"

namespace
{

constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kStart = 1000 * kS;

class Metering : public testing::Test
{
protected:
    void Start(const std::string &options)
    {
        ASSERT_EQ(trim_log_open(directory_.File("log").c_str(), TRIM_LOG_INFO), 0);
        trim_options parsed = {};
        ASSERT_EQ(trim_options_parse(&parsed, options.c_str(), nullptr), 0);
        trim_metering_init(&metering_, &parsed, kStart);
    }

    std::string To(const std::string &name) const
    {
        return "metrics=" + directory_.File(name);
    }

    bool Due(uint64_t now_ns) const
    {
        return trim_metering_due(&metering_, now_ns);
    }

    void Write(uint64_t now_ns)
    {
        trim_snapshot snapshot = {};
        snapshot.totals = &totals_;
        snapshot.allocator = "fake 1.0";
        trim_metering_write(&metering_, &snapshot, now_ns);
    }

    std::string Status() const
    {
        BoundedText text;
        trim_fields off = {};
        trim_metering_add_status(text.get(), &off, &metering_);
        return text.str();
    }

    ScratchDirectory directory_;
    trim_totals totals_ = {};
    trim_metering metering_ = {};
};

TEST_F(Metering, DoesNothingWhereItIsOff)
{
    Start("");
    trim_report report = {};
    trim_metering_take(&metering_, &report);
    EXPECT_FALSE(Due(kStart + 1000 * kS));
    EXPECT_EQ(Status(), "");
    trim_metering_end(&metering_);
}

TEST_F(Metering, WaitsForTenSecondsFirst)
{
    Start(To("app.prom"));
    EXPECT_FALSE(Due(kStart + 10 * kS - 1)) << "it may be a jcmd";
    trim_report report = {};
    trim_metering_take(&metering_, &report);
    EXPECT_FALSE(Due(kStart + 10 * kS - 1)) << "or another command, whatever it has released";
    EXPECT_TRUE(Due(kStart + 10 * kS));
    EXPECT_EQ(metering_.wake_ns, kStart + 10 * kS);
}

TEST_F(Metering, IsDueAfterARelease)
{
    Start(To("app.prom"));
    Write(kStart + 10 * kS);
    EXPECT_FALSE(Due(kStart + 11 * kS));
    trim_report report = {};
    trim_metering_take(&metering_, &report);
    EXPECT_TRUE(Due(kStart + 11 * kS));
    Write(kStart + 11 * kS);
    EXPECT_FALSE(Due(kStart + 11 * kS + 1)) << "once";
    trim_metering_take(&metering_, &report);
    EXPECT_TRUE(Due(kStart + 11 * kS + 1)) << "after each";
    EXPECT_NE(
        directory_.Read("app.prom").find("{jvm=\"app\",reason=\"watermark\",way=\"trim\"} 1\n"),
        std::string::npos);
}

TEST_F(Metering, WakesNoMoreOftenThanTheCheck)
{
    Start(To("app.prom") + ",check=1m");
    Write(kStart + 20 * kS);
    EXPECT_FALSE(Due(kStart + 30 * kS - 1));
    EXPECT_TRUE(Due(kStart + 30 * kS)) << "where the worker is awake anyway";
    EXPECT_EQ(metering_.wake_ns, kStart + 80 * kS);
}

TEST_F(Metering, WakesNoMoreOftenThanEachTenSeconds)
{
    Start(To("app.prom") + ",check=100ms");
    Write(kStart + 20 * kS);
    EXPECT_EQ(metering_.wake_ns, kStart + 30 * kS);
}

TEST_F(Metering, WakesOnceWhereThereAreNoChecks)
{
    Start(To("app.prom") + ",check=off");
    EXPECT_EQ(metering_.wake_ns, kStart + 10 * kS);
    Write(kStart + 10 * kS);
    EXPECT_EQ(metering_.wake_ns, TRIM_NEVER);
    EXPECT_TRUE(Due(kStart + 20 * kS)) << "where something else wakes the worker";
}

TEST_F(Metering, TakesAnotherCheckWhileItRuns)
{
    Start(To("app.prom") + ",check=off");
    Write(kStart + 10 * kS);
    trim_options options = {};
    ASSERT_EQ(trim_options_parse(&options, "check=1m", nullptr), 0);
    trim_metering_configure(&metering_, &options, kStart + 30 * kS);
    EXPECT_EQ(metering_.wake_ns, kStart + 90 * kS);
    Write(kStart + 90 * kS);
    EXPECT_EQ(metering_.wake_ns, kStart + 150 * kS);
    options.check_ns = 0;
    trim_metering_configure(&metering_, &options, kStart + 100 * kS);
    EXPECT_EQ(metering_.wake_ns, TRIM_NEVER);
}

TEST_F(Metering, StaysOffWhateverTheCheck)
{
    Start("");
    trim_options options = {};
    ASSERT_EQ(trim_options_parse(&options, "check=1m", nullptr), 0);
    trim_metering_configure(&metering_, &options, kStart);
    EXPECT_FALSE(Due(kStart + 1000 * kS));
}

TEST_F(Metering, CountsFailuresAndTellsThemOnce)
{
    Start(To("missing/app.prom"));
    Write(kStart + 10 * kS);
    Write(kStart + 20 * kS);
    EXPECT_EQ(directory_.Lines("log", "[warning][trimagent] metrics cannot be written to '" +
                                          directory_.File("missing/app.prom") +
                                          "' (No such file or directory): "),
              1);
    EXPECT_EQ(directory_.Lines("log", "metrics"), 1);
    EXPECT_EQ(Status(), "\n  metrics: '" + directory_.File("missing/app.prom") +
                            "', written 0, failed 2 (No such file or directory)");
    EXPECT_FALSE(Due(kStart + 20 * kS)) << "a failure is no reason to hurry";
}

TEST_F(Metering, TellsThatThePathIsTooLong)
{
    std::string path = directory_.path() + "/";
    while (path.size() < TRIM_LOG_TARGET_MAX - 8) {
        path += "%p";
    }
    Start("metrics=" + path + ".prom");
    EXPECT_EQ(directory_.Lines("log", "(File name too long)"), 1);
    EXPECT_FALSE(Due(kStart + 1000 * kS));
}

TEST_F(Metering, RemovesTheFileAtTheEnd)
{
    Start(To("app.prom"));
    Write(kStart);
    EXPECT_EQ(access(directory_.File("app.prom").c_str(), F_OK), 0);
    EXPECT_EQ(Status(), "\n  metrics: '" + directory_.File("app.prom") + "', written 1, failed 0");
    trim_metering_end(&metering_);
    EXPECT_EQ(access(directory_.File("app.prom").c_str(), F_OK), -1);
    Write(kStart + 10 * kS);
    EXPECT_EQ(access(directory_.File("app.prom").c_str(), F_OK), -1);
    EXPECT_EQ(directory_.Lines("log", "metrics"), 0);
}

class WorkersMetrics : public Worker
{
protected:
    /* Full GCs alone make it look: in the ten seconds to the first page the memory of this process
     * may grow, and a release for that would be one more than the tests ask for. */
    std::string Option(const char *file = "app.prom") const
    {
        return "metrics=" + proc_.File(file) + ",on=full-gc";
    }

    bool There() const
    {
        return access(proc_.File("app.prom").c_str(), F_OK) == 0;
    }
};

/* The first page comes after ten seconds. */
void WaitFor(const std::function<bool()> &condition)
{
    while (!condition()) {
        usleep(10000);
    }
}

TEST_F(WorkersMetrics, AreWrittenWhenATrimIsReportedAndGoneAtTheEnd)
{
    RunInChild([&] {
        Start((Option() + ",check=off").c_str());
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        EXPECT_FALSE(There()) << "too young";
        WaitFor([&] { return There(); });
        std::string page = proc_.Read("app.prom");
        for (const char *line :
             {"trimagent_build_info{jvm=\"app\",version=\"" TRIM_VERSION
              "\",allocator=\"fake 1.0\"} 1\n",
              "trimagent_resident_bytes{jvm=\"app\"} 4096000000\n",
              "trimagent_released_bytes_total{jvm=\"app\"} 524288000\n",
              "trimagent_trims_total{jvm=\"app\",reason=\"demand\",way=\"trim\"} 1\n",
              "trimagent_trim_duration_seconds_count{jvm=\"app\"} 1\n"}) {
            EXPECT_NE(page.find(line), std::string::npos) << line << page;
        }
        FakeAllocator::Get().on_trim = [&] {
            EXPECT_EQ(proc_.Read("app.prom"), page) << "not while the release runs";
        };
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        page = proc_.Read("app.prom");
        EXPECT_NE(page.find("trimagent_trim_duration_seconds_count{jvm=\"app\"} 2\n"),
                  std::string::npos)
            << page;
        trim_worker_stop();
        EXPECT_FALSE(There()) << "when stop returns";
    });
}

TEST_F(WorkersMetrics, AreNoObstacleWhereTheyCannotBeWritten)
{
    RunInChild([&] {
        Start((Option("missing/app.prom") + ",check=off").c_str());
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        WaitFor([&] { return Lines("metrics cannot be written") == 1; });
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_TRIM, kLong), 0);
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, kLong), 0);
        trim_worker_stop();
    });
    EXPECT_EQ(Lines("metrics cannot be written"), 1) << Log();
    EXPECT_EQ(Lines("written 0, failed 2"), 1) << Log();
    EXPECT_EQ(Lines("summary: 2 trims"), 1) << Log();
}

TEST_F(WorkersMetrics, AreWrittenWithAnAllocatorThatCannotTrimToo)
{
    RunInChild([&] {
        Start(Option().c_str(), &trim_allocator_unsupported);
        WaitFor([&] { return There(); });
        const std::string page = proc_.Read("app.prom");
        EXPECT_NE(page.find("allocator=\"fake 1.0\""), std::string::npos) << page;
        EXPECT_EQ(page.find("trimagent_c_heap_bytes"), std::string::npos) << page;
        trim_worker_stop();
        EXPECT_FALSE(There());
    });
}

} // namespace

/*
 * Everything that the agent can say, with format=json, held to docs/log.schema.json by a validator.
 * Skipped where that is not there and cannot be installed: test/log_schema.sh.
 */
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "answer.h"
#include "child_process.h"
#include "clock.h"
#include "log.h"
#include "notes.h"
#include "quantity.h"
#include "report_fields.h"
#include "sample_report.h"
#include "scratch_directory.h"

namespace
{

class JsonLog : public testing::Test
{
protected:
    void Open(trim_log_level level = TRIM_LOG_DEBUG) const
    {
        ASSERT_EQ(trim_log_open(directory_.File("log").c_str(), level), 0);
        trim_log_use_format(TRIM_LOG_JSON, "fixtures.App");
    }

    std::string Log() const
    {
        return directory_.Read("log");
    }

    int Events(const std::string &event) const
    {
        return directory_.Lines("log", "\"event\":\"" + event + "\"");
    }

    void Validate() const
    {
        const std::string script = TRIM_SOURCE_DIRECTORY "/test/log_schema.sh";
        const std::string command =
            script + " " + directory_.File("log") + " >" + directory_.File("said") + " 2>&1";
        const int status = std::system(command.c_str());
        ASSERT_TRUE(WIFEXITED(status));
        if (WEXITSTATUS(status) == 77) {
            GTEST_SKIP() << "no validator: " << directory_.Read("said");
        }
        EXPECT_EQ(WEXITSTATUS(status), 0) << directory_.Read("said");
    }

    ScratchDirectory directory_;
};

trim_memory_limit Limit(trim_limit_source source)
{
    trim_memory_limit limit = {};
    limit.source = source;
    limit.cgroup.root = "";
    limit.limit_bytes = 512 * kMiB;
    limit.high_bytes = 400 * kMiB;
    limit.fill_known = source != TRIM_LIMIT_UNKNOWN;
    limit.fill_permille = 914;
    limit.working_set_bytes = 468 * kMiB;
    return limit;
}

void TellTrims()
{
    trim_report report = SampleReport();
    trim_note_begin(report.number, report.reason);
    trim_note_trim(&report);
    report.earned = SampleLot();
    report.worth_bytes = 8 * kGiB;
    std::snprintf(report.asked_by, sizeof report.asked_by, "models \"a\\b\" {swapped}");
    trim_note_trim(&report);
    report.release.borrowed = true;
    report.for_operator = true;
    report.figures_after.source = TRIM_FIGURES_NONE;
    trim_note_trim(&report);
    report.dry = true;
    report.memory_known = report.expected_known = false;
    trim_note_trim(&report);
    for (int verdict = TRIM_VERDICT_OPEN; verdict <= TRIM_VERDICT_REFILLED; ++verdict) {
        trim_lot lot = SampleLot();
        lot.verdict = static_cast<trim_verdict>(verdict);
        trim_note_verdict(&lot, 8 * kGiB);
    }
    for (int skip = TRIM_SKIP_NONE + 1; skip < TRIM_SKIP_COUNT; ++skip) {
        for (int reason = 0; reason < TRIM_REASON_COUNT; ++reason) {
            const trim_skip_report told = {static_cast<trim_reason>(reason),
                                           static_cast<trim_skip>(skip), 5, true, 6};
            trim_note_skip(&told);
        }
    }
    const trim_totals totals = SampleTotals();
    trim_note_summary(&totals, false);
    trim_note_summary(&totals, true);
}

void TellFindings()
{
    for (const trim_limit_source source :
         {TRIM_LIMIT_UNKNOWN, TRIM_LIMIT_HOST, TRIM_LIMIT_CGROUP, TRIM_LIMIT_HIDDEN}) {
        const trim_memory_limit limit = Limit(source);
        trim_note_limit(&limit);
        trim_note_short(&limit, 4 * kMiB);
        trim_note_futile(&limit, 3 * kMiB, true);
    }
    trim_pressure pressure = {};
    pressure.cgroup.root = "";
    for (const trim_pressure_source source :
         {TRIM_PRESSURE_NONE, TRIM_PRESSURE_CGROUP, TRIM_PRESSURE_SYSTEM}) {
        pressure.trigger = pressure.averages = source;
        trim_note_pressure(&pressure);
    }
    trim_note_pressure_unread();
    trim_note_assumed();
    trim_note_pinned(660 * kMiB, 2 * kMiB);
    trim_note_locked(642 * kMiB);
    trim_note_refusal("a \"reason\"");
    trim_note_no_wake(EPERM);
    trim_note_no_alarm(ENOSYS);
    trim_note_no_sleep(EPERM);
    trim_note_cannot_trim("lib\xff.so");
    trim_judgement judgement = {};
    judgement.verdict = TRIM_HEAP_GROWING;
    trim_note_heap(&judgement);
}

void TellStarts()
{
    auto options = std::make_unique<trim_options>();
    trim_options_default(options.get());
    trim_start start = {"glibc 2.36", true, "GarbageFirst", true, false, options.get()};
    trim_note_start(&start);
    start.can_trim = start.gc_by_perf = false;
    start.gc = "";
    start.allocator = "libje\"malloc\x80.so.2 (not supported)";
    /* As long as they can be, and each letter is escaped. */
    std::memset(options->log_target, '\\', sizeof options->log_target - 1);
    std::memset(options->metrics_target, '"', sizeof options->metrics_target - 1);
    trim_note_start(&start);
}

TEST_F(JsonLog, KeepsToItsSchema)
{
    RunInChild([&] {
        Open();
        TellStarts();
        TellFindings();
        TellTrims();
        trim_log(TRIM_LOG_WARNING, "a \"path\" \x1b[31m %s", "/tmp/caf\xc3\xa9\xe2\x82");
        trim_log_text(TRIM_LOG_ERROR, "first\nsecond\n");
        trim_answer_refuse(TRIM_LOG_ERROR, "command '%s': unknown", "\\");
        trim_answer_say("said");
    });
    for (const char *event : {"start",
                              "options",
                              "cannot_trim",
                              "memory_limit",
                              "memory_pressure",
                              "memory_short",
                              "nothing_to_release",
                              "arenas_out_of_sight",
                              "pinned",
                              "locked",
                              "cannot_borrow",
                              "no_wake",
                              "no_alarm",
                              "inert",
                              "skip",
                              "trim_begin",
                              "trim",
                              "outcome",
                              "summary",
                              "refused",
                              "message"}) {
        EXPECT_GT(Events(event), 0) << event;
    }
    EXPECT_EQ(Events("trim"), 4) << "one line each, at debug level too";
    EXPECT_EQ(Events("summary"), 2);
    Validate();
}

TEST_F(JsonLog, KeepsToItsSchemaWhateverDoesNotFit)
{
    RunInChild([&] {
        Open();
        for (size_t length = 3000; length < 4096; length += 31) {
            const std::string words(length, length % 2 == 0 ? 'x' : '\x80');
            trim_log_text(TRIM_LOG_INFO, words.c_str());
        }
        trim_report report = SampleReport();
        report.earned = SampleLot();
        report.release.borrowed = true;
        std::snprintf(report.asked_by, sizeof report.asked_by, "\xf0\x9f\x98\x80 \"it\"\n");
        char values[2048];
        for (size_t capacity = 1; capacity < sizeof values; capacity += 3) {
            trim_fields fields;
            trim_fields_init(&fields, TRIM_FIELDS_JSON, values, capacity);
            trim_report_add_fields(&fields, &report);
            const trim_log_event event = {"trim", "some words", &fields};
            trim_log_tell(TRIM_LOG_INFO, &event);
        }
    });
    EXPECT_GT(directory_.Lines("log", "\"cut\":true"), 300);
    Validate();
}

TEST_F(JsonLog, ShowsAnEventAtItsLevel)
{
    RunInChild([&] {
        Open(TRIM_LOG_INFO);
        TellTrims();
        TellFindings();
    });
    EXPECT_EQ(Events("skip") + Events("trim_begin") + Events("no_alarm"), 0) << Log();
    EXPECT_EQ(Events("outcome"), 3) << "the bad ones";
    EXPECT_EQ(Events("trim"), 4);
    EXPECT_EQ(directory_.Lines("log", "\"level\":\"debug\""), 0);
}

TEST_F(JsonLog, HoldsLinesOfTheStartBack)
{
    RunInChild([&] {
        Open(TRIM_LOG_INFO);
        trim_log_hold(TRIM_NEVER - 1);
        TellStarts();
        for (int i = 0; i < 3; ++i) {
            const trim_memory_limit limit = Limit(TRIM_LIMIT_HOST);
            trim_note_limit(&limit);
        }
        trim_log(TRIM_LOG_INFO, "last");
    });
    const std::string log = Log();
    EXPECT_LT(log.find("\"event\":\"start\""), log.find("\"event\":\"cannot_trim\"")) << log;
    EXPECT_LT(log.find("\"event\":\"memory_limit\""), log.find("\"message\":\"last\"")) << log;
    EXPECT_EQ(Events("start"), 2) << log;
    EXPECT_EQ(Events("memory_limit"), 3) << log;
    Validate();
}

TEST_F(JsonLog, TellsOfLostLines)
{
    RunInChild([&] {
        Open();
        ASSERT_EQ(trim_log_open("/dev/full", TRIM_LOG_INFO), 0);
        trim_log(TRIM_LOG_INFO, "lost");
        trim_log(TRIM_LOG_INFO, "lost");
        Open();
        trim_log(TRIM_LOG_INFO, "next");
    });
    EXPECT_EQ(directory_.Lines("log", "\"lost_log_lines\":"), 1) << Log();
    EXPECT_EQ(Events("lost_lines"), 1) << Log();
    Validate();
}

} // namespace

/* Golden tests of a line in JSON, and of the fields of each kind of event. */
#include "log_line.h"

#include <gtest/gtest.h>

#include <cinttypes>
#include <string>

#include "bounded_fields.h"
#include "bounded_text.h"
#include "limit_fields.h"
#include "report_fields.h"
#include "sample_report.h"

namespace
{

std::string Object(const trim_log_event &event, const std::string &command = "fixtures.App")
{
    BoundedText text(TRIM_LOG_LINE_MAX - 2);
    const trim_log_stamp stamp = {UINT64_C(1796003043123456789), UINT64_C(35413176672298),
                                  UINT64_C(46691146), 4711, command.c_str()};
    const std::string words = event.text;
    trim_log_add_object(text.get(), &stamp, TRIM_LOG_WARNING, &event, words.data(), words.size());
    EXPECT_FALSE(text.cut());
    return text.str();
}

TEST(LogLine, InJsonIsOneObject)
{
    BoundedFields fields;
    trim_fields_add(fields.get(), "lost_log_lines %" PRIu64, UINT64_C(3));
    EXPECT_EQ(Object({"lost_lines", "3 log lines were \"lost\"", fields.get()}),
              "{\"time\":\"2026-11-30T01:44:03.123456Z\",\"uptime_ns\":46691146,"
              "\"monotonic_ns\":35413176672298,\"pid\":4711,\"command\":\"fixtures.App\","
              "\"level\":\"warning\",\"event\":\"lost_lines\","
              "\"message\":\"3 log lines were \\\"lost\\\"\",\"lost_log_lines\":3}");
    const std::string plain = Object({"message", "hello", nullptr});
    EXPECT_EQ(plain.substr(plain.find("\"event\"")),
              "\"event\":\"message\",\"message\":\"hello\"}");
}

TEST(LogLine, InJsonSaysWhatDidNotFit)
{
    const std::string ending = "\",\"cut\":true}";
    const std::string line = Object({"message", std::string(5000, 'x').c_str(), nullptr});
    EXPECT_EQ(line.substr(line.size() - ending.size()), ending);
    EXPECT_GT(line.size(), TRIM_LOG_LINE_MAX - 40U);
    BoundedFields fields(TRIM_FIELDS_JSON, 32);
    trim_fields_add(fields.get(), "a %d b %s c %d", 1, std::string(99, 'y').c_str(), 1);
    const std::string short_fields = Object({"message", "hello", fields.get()});
    EXPECT_NE(short_fields.find("\"message\":\"hello\",\"a\":true,\"cut\":true}"),
              std::string::npos)
        << short_fields;
}

TEST(LogLine, InJsonFitsWhateverItHolds)
{
    /* The most of everything: each letter of what is run is escaped, and all room for fields is
     * taken. */
    BoundedFields fields(TRIM_FIELDS_JSON, TRIM_LOG_FIELDS_MAX);
    const std::string value(TRIM_LOG_FIELDS_MAX, 'z');
    trim_fields_add_text(fields.get(), "x", value.data(), value.size());
    const std::string words(5000, '\x01');
    const std::string line =
        Object({"a_name_that_is_as_long_as_none_is", words.c_str(), fields.get()},
               std::string(TRIM_LOG_COMMAND_MAX - 1, '\x01'));
    EXPECT_NE(line.find("\"message\":\""), std::string::npos) << line;
    const std::string ending = "z\",\"cut\":true}";
    EXPECT_EQ(line.substr(line.size() - ending.size()), ending) << line;
}

TEST(EventFields, OfATrim)
{
    trim_report report = SampleReport();
    std::snprintf(report.asked_by, sizeof report.asked_by, "%s", "a \"swap\"\\");
    report.earned = SampleLot();
    report.worth_bytes = 8 * kGiB;
    report.cpu_ns = 17;
    BoundedFields fields;
    trim_report_add_fields(fields.get(), &report);
    EXPECT_EQ(
        fields.str(),
        "\"number\":7,\"reason\":\"full-gc\",\"dry_run\":false,\"asked_by\":\"a \\\"swap\\\"\\\\\","
        "\"rss_before_bytes\":6452936704,\"swap_before_bytes\":0,\"rss_after_bytes\":2157969408,"
        "\"swap_after_bytes\":0,\"expected_bytes\":4163895296,\"expected_at_most\":false,"
        "\"way\":\"trim\",\"took_ns\":443100000,\"cpu_ns\":17,\"longest_wait_ns\":441000000,"
        "\"longest_wait_at_most\":true,\"malloc_trim_ns\":441000000,\"left_bytes\":0,"
        "\"tops_bytes\":0,\"released_bytes\":4162846720,\"released_by\":\"arenas\","
        "\"mallinfo_before\":{\"source\":\"mallinfo2\",\"arena\":5368709120,\"ordblks\":12345,"
        "\"smblks\":678,\"hblks\":9,\"hblkhd\":31457280,\"fsmblks\":44032,\"uordblks\":1258291200,"
        "\"fordblks\":4110417920,\"keepcost\":131072},"
        "\"mallinfo_after\":{\"source\":\"mallinfo2\",\"arena\":5368709120,\"ordblks\":12345,"
        "\"smblks\":0,\"hblks\":9,\"hblkhd\":31457280,\"fsmblks\":0,\"uordblks\":1258291200,"
        "\"fordblks\":4110417920,\"keepcost\":4096},"
        "\"trim_before\":{\"number\":6,\"reason\":\"reload\",\"outcome\":\"good\","
        "\"released_bytes\":503316480,\"kept_free_ns\":7200000000,"
        "\"kept_free_byte_seconds\":3623878656,\"cost_ns\":210000000,\"profit_ns\":211875000,"
        "\"refilled_bytes\":0}");
}

TEST(EventFields, OfATrimThatBorrowed)
{
    trim_report report = SampleReport();
    report.release = {};
    report.release.borrowed = true;
    report.release.borrow = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, true};
    report.release.arenas_wanted = 12;
    report.release.arenas_reached = 11;
    report.release.left_bytes = 13;
    report.memory_known = report.released_known = report.expected_known = false;
    report.figures_before.source = TRIM_FIGURES_NONE;
    report.figures_after.source = TRIM_FIGURES_MALLOC_INFO;
    BoundedFields fields;
    trim_report_add_fields(fields.get(), &report);
    const std::string expected =
        "\"number\":7,\"reason\":\"full-gc\",\"dry_run\":false,\"way\":\"borrow\","
        "\"took_ns\":443100000,\"cpu_ns\":0,\"longest_wait_ns\":7,\"longest_wait_at_most\":false,"
        "\"malloc_trim_ns\":0,\"left_bytes\":13,\"tops_bytes\":0,"
        "\"borrowed\":{\"dropped_bytes\":1,\"dropped_of_tops_bytes\":2,\"pieces\":3,"
        "\"held_most_bytes\":5,\"held_longest_ns\":6,\"longest_call_ns\":7,\"paused_ns\":10,"
        "\"heaps_gone\":9,\"gave_way\":true,\"arenas_entered\":11,\"arenas_wanted\":12},"
        "\"mallinfo_after\":{\"source\":\"malloc_info\",";
    EXPECT_EQ(fields.str().substr(0, expected.size()), expected);
}

TEST(EventFields, OfADryRun)
{
    trim_report report = SampleReport();
    report.dry = true;
    BoundedFields fields;
    trim_report_add_fields(fields.get(), &report);
    EXPECT_EQ(fields.str(), "\"number\":7,\"reason\":\"full-gc\",\"dry_run\":true,"
                            "\"rss_before_bytes\":6452936704,\"swap_before_bytes\":0,"
                            "\"expected_bytes\":4163895296,\"expected_at_most\":false");
}

TEST(EventFields, OfASkip)
{
    trim_skip_report skip = {TRIM_REASON_GROWTH, TRIM_SKIP_WAITING, 5, true, 6};
    BoundedFields waiting;
    trim_skip_add_fields(waiting.get(), &skip);
    EXPECT_EQ(waiting.str(),
              "\"reason\":\"growth\",\"skip\":\"waiting\",\"put_off\":true,"
              "\"expected_bytes\":5,\"expected_at_most\":true,\"threshold_bytes\":6");
    skip.skip = TRIM_SKIP_UNCHANGED;
    BoundedFields unchanged;
    trim_skip_add_fields(unchanged.get(), &skip);
    EXPECT_EQ(unchanged.str(), "\"reason\":\"growth\",\"skip\":\"unchanged\",\"put_off\":false");
}

TEST(EventFields, OfTheTotals)
{
    trim_totals totals = SampleTotals();
    totals.worth_bytes = 8 * kGiB;
    totals.refaulted_bytes = 11;
    totals.refilled_bytes = 12;
    BoundedFields fields;
    trim_totals_add_fields(fields.get(), &totals);
    EXPECT_EQ(fields.str(),
              "\"trims_ns\":600000000,\"longest_trim_ns\":443100000,\"useless\":1,\"regretted\":2,"
              "\"refaulted_bytes\":11,\"refilled_bytes\":12,\"kept_free_byte_seconds\":9663676416,"
              "\"cost_ns\":700000000,\"profit_ns\":425000000,"
              "\"trims_by_reason\":{\"reload\":1,\"full_gc\":2},"
              "\"skips_by_reason\":{\"below_threshold\":4,\"cooldown\":1}");
}

TEST(EventFields, OfALossAreNegative)
{
    trim_lot lot = SampleLot();
    lot.held_byte_ns = 0;
    BoundedFields fields;
    trim_lot_add_fields(fields.get(), &lot, 8 * kGiB);
    EXPECT_NE(fields.str().find("\"profit_ns\":-210000000,"), std::string::npos) << fields.str();
}

TEST(EventFields, OfTheLimit)
{
    trim_memory_limit limit = {};
    BoundedFields unknown;
    trim_memory_limit_add_fields(unknown.get(), &limit);
    trim_memory_fill_add_fields(unknown.get(), &limit);
    EXPECT_EQ(unknown.str(), "\"memory_limit_source\":\"unknown\"");
    limit.source = TRIM_LIMIT_CGROUP;
    limit.limit_bytes = 1;
    limit.high_bytes = 2;
    limit.fill_known = true;
    limit.fill_permille = 3;
    limit.working_set_bytes = 4;
    limit.ceiling_bytes = 5;
    limit.usage_bytes = 6;
    BoundedFields known;
    trim_memory_limit_add_fields(known.get(), &limit);
    trim_memory_fill_add_fields(known.get(), &limit);
    EXPECT_EQ(known.str(),
              "\"memory_limit_source\":\"cgroup\",\"memory_limit_bytes\":1,"
              "\"memory_high_bytes\":2,\"memory_fill_permille\":3,\"memory_working_set_bytes\":4,"
              "\"memory_ceiling_bytes\":5,\"memory_usage_bytes\":6");
}

} // namespace

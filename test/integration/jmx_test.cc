// The agent's MBean, as the JVM's own code sees it.
#include <regex>

#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"

namespace trimagent_test
{
namespace
{

class Jmx : public testing::TestWithParam<Jdk>
{
protected:
    static Launch heap_bean(const std::string &options)
    {
        return Launch(GetParam()).with_agent(options).run("HeapBean", {freed_mib});
    }

    // What the fixture has printed of an attribute the last time; empty: nothing.
    static std::string attribute(const Jvm &jvm, const std::string &name)
    {
        const std::vector<Line> lines = jvm.lines_with("^" + name + "=");
        return lines.empty() ? "" : lines.back().text.substr(name.size() + 1);
    }

    static int64_t number(const Jvm &jvm, const std::string &name)
    {
        const std::string text = attribute(jvm, name);
        EXPECT_TRUE(std::regex_match(text, std::regex("-?[0-9]+"))) << name << "=" << text;
        return text.empty() ? 0 : std::stoll(text);
    }

    // The value of a key in what was printed of a map; -2: it has no such key.
    static int64_t number_in(const Jvm &jvm, const std::string &map, const std::string &key)
    {
        const std::string text = attribute(jvm, map);
        std::smatch found;
        return std::regex_search(text, found, std::regex("[{ ]" + key + "=(-?[0-9]+)"))
                   ? std::stoll(found[1])
                   : -2;
    }
};

TEST_P(Jmx, HasFiguresOperationsAndNotifications)
{
    Jvm jvm(heap_bean("jmx,on=full-gc,check=off"));
    ASSERT_TRUE(jvm.wait_for_line("^registered$")) << jvm.transcript();
    jvm.write_line("attributes");
    ASSERT_TRUE(jvm.wait_for_line("^attributes$")) << jvm.transcript();
    EXPECT_EQ(number(jvm, "Trims"), 0);
    EXPECT_EQ(attribute(jvm, "LastTrimReason"), "");
    EXPECT_EQ(number(jvm, "LastTrimTime"), -1);
    EXPECT_EQ(attribute(jvm, "CHeapBytes"), "{}") << "nobody has looked yet";

    jvm.write_line("trim");
    ASSERT_TRUE(jvm.wait_for_line("^trim: trim #1 demand: ")) << jvm.transcript();
    // The log's line comes by another pipe.
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "demand"))) << jvm.transcript();
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "demand")));
    ASSERT_TRUE(jvm.wait_for_line("^notified: trimagent.trim \\{.*, number=1, reason=demand, "))
        << jvm.transcript();

    jvm.write_line("attributes");
    ASSERT_TRUE(jvm.wait_for_line("^attributes$", 2)) << jvm.transcript();
    EXPECT_EQ(number(jvm, "Trims"), 1);
    EXPECT_EQ(number_in(jvm, "TrimsByReason", "demand"), 1);
    EXPECT_EQ(number_in(jvm, "TrimsByReason", "full-gc"), 0);
    EXPECT_GE(number_in(jvm, "SkipsByReason", "below-threshold"), 0);
    EXPECT_EQ(number_in(jvm, "SkipsByReason", "none"), -2);
    EXPECT_GE(number(jvm, "ReleasedBytes"), returned_bytes);
    EXPECT_EQ(number(jvm, "LastTrimReleasedBytes"), number(jvm, "ReleasedBytes"));
    EXPECT_EQ(number(jvm, "LastTrimNanos"), number(jvm, "TrimNanos"));
    EXPECT_EQ(number(jvm, "LongestTrimNanos"), number(jvm, "TrimNanos"));
    EXPECT_LE(number(jvm, "LastTrimLongestWaitNanos"), number(jvm, "LastTrimNanos"));
    EXPECT_EQ(number(jvm, "LongestWaitNanos"), number(jvm, "LastTrimLongestWaitNanos"));
    EXPECT_EQ(number_in(jvm, "TrimsByWay", "trim") + number_in(jvm, "TrimsByWay", "borrow") +
                  number_in(jvm, "TrimsByWay", "borrow\\+trim"),
              1);
    EXPECT_EQ(number_in(jvm, "TrimsByWay", "dry-run"), 0);
    EXPECT_GE(number(jvm, "LastTrimExpectedBytes"), returned_bytes);
    EXPECT_EQ(attribute(jvm, "LastTrimReason"), "demand");
    EXPECT_TRUE(std::regex_search(attribute(jvm, "LastTrimWay"), std::regex("^(trim|borrow)")));
    EXPECT_GT(number(jvm, "LastTrimTime"), int64_t{1600000000000});
    EXPECT_GE(number_in(jvm, "CHeapBytes", "free_released"), returned_bytes);
    EXPECT_GT(number_in(jvm, "CHeapBytes", "in_use"), 0);
    EXPECT_GE(number_in(jvm, "CpuNanos", "release"), 0);
    EXPECT_NEAR(static_cast<double>(number(jvm, "ResidentBytes")),
                static_cast<double>(jvm.resident_bytes()), 32 << 20);
    EXPECT_GT(number(jvm, "MemoryLimitBytes"), number(jvm, "ResidentBytes"));
    EXPECT_EQ(number(jvm, "LostReports"), 0);
    EXPECT_EQ(attribute(jvm, "Verdict"), "retained");
    EXPECT_TRUE(std::regex_search(attribute(jvm, "Allocator"), std::regex("glibc")));

    jvm.write_line("diagnose");
    EXPECT_TRUE(jvm.wait_for_line("^diagnose: status: ")) << jvm.transcript();
    EXPECT_TRUE(jvm.wait_for_line("^  considered 1: 1 trim \\(demand 1\\)")) << jvm.transcript();
    jvm.write_line("");
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Jmx, ComesWithLateAttach)
{
    Jvm jvm(Launch(GetParam()).run("HeapBean", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^freed$")) << jvm.transcript();
    EXPECT_EQ(jvm.attach("jmx,on:full-gc,check:off").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line("^registered$")) << jvm.transcript();
    EXPECT_EQ(jvm.attach("trim").exit_code, 0);
    EXPECT_TRUE(jvm.wait_for_line("^notified: ")) << jvm.transcript();
    jvm.attach("set,jmx:false");
    EXPECT_TRUE(jvm.wait_for_line("set: option 'jmx': .*when the agent starts"))
        << jvm.transcript();
    jvm.write_line("");
    EXPECT_EQ(jvm.finish(), 0);
}

INSTANTIATE_TEST_SUITE_P(Of, Jmx, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test

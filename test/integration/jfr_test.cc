// Real recordings of JDK Flight Recorder, read with the JDK's own tool.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"
#include "temporary_directory.h"

namespace trimagent_test
{
namespace
{

class Jfr : public testing::TestWithParam<Jdk>
{
protected:
    Jfr()
    {
        // The heap's event comes at the begin and at the end of each chunk, so that nobody waits.
        std::ofstream(settings_) << R"(<?xml version="1.0" encoding="UTF-8"?>
<configuration version="2.0">
  <event name="trimagent.CHeap"><setting name="period">everyChunk</setting></event>
  <event name="jdk.GarbageCollection"><setting name="enabled">true</setting></event>
</configuration>
)";
    }

    void SetUp() override
    {
        if (run({{GetParam().tool("jfr"), "version"}, {}, ""}).exit_code != 0) {
            GTEST_SKIP() << "this JDK has no tool to read recordings with";
        }
    }

    std::string jfr(const std::vector<std::string> &words) const
    {
        std::vector<std::string> command = {GetParam().tool("jfr")};
        command.insert(command.end(), words.begin(), words.end());
        command.push_back(recording_);
        return run({command, {}, ""}).transcript;
    }

    struct Event {
        std::string name;
        std::string start; // RFC 3339, which sorts as text.
        double duration_s;
        std::string text;
    };
    // Those of these kinds, in order of time.
    std::vector<Event> events(const std::string &names) const
    {
        const std::string json = jfr({"print", "--json", "--events", names});
        std::vector<Event> found;
        static const std::string mark = "\"type\": \"";
        static const std::regex start("\"startTime\": \"([^\"]*)\"");
        static const std::regex duration("\"duration\": \"PT([0-9.E-]*)S\"");
        for (size_t at = json.find(mark); at != std::string::npos;) {
            const size_t name = at + mark.size();
            at = json.find(mark, name);
            const std::string text = json.substr(name, at - name);
            std::smatch began;
            std::smatch took;
            std::regex_search(text, began, start);
            found.push_back({text.substr(0, text.find('"')), began[1],
                             std::regex_search(text, took, duration) ? std::stod(took[1]) : 0,
                             text});
        }
        std::sort(found.begin(), found.end(),
                  [](const Event &a, const Event &b) { return a.start < b.start; });
        return found;
    }

    TemporaryDirectory directory_;
    const std::string recording_ = directory_.file("recording.jfr");
    const std::string settings_ = directory_.file("settings.jfc");
};

// What the log says of how long the trim took, in seconds; to a tenth of a millisecond.
double logged_s(const std::string &line)
{
    std::smatch found;
    EXPECT_TRUE(std::regex_search(line, found, std::regex("\\) in ([0-9.]+)(ms|s)"))) << line;
    return std::stod(found[1]) * (found[2] == "s" ? 1 : 1e-3);
}

TEST_P(Jfr, ShowsTrimsBetweenTheCollectionsAroundThem)
{
    Jvm jvm(Launch(GetParam())
                .with("-XX:StartFlightRecording=settings=" + settings_ + ",filename=" + recording_)
                .with_agent(quick_options("full-gc", "jfr"))
                .run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc"))) << jvm.transcript();
    // The JVM is younger than the part in Java, so that this trim is told later than it happened.
    ASSERT_TRUE(jvm.wait_for_line("trim #1 told to jfr")) << jvm.transcript();
    jvm.jcmd({"GC.run"});
    EXPECT_EQ(jvm.finish(), 0);

    EXPECT_NE(jfr({"summary"}).find("trimagent.NativeHeapTrim"), std::string::npos);
    const std::vector<Event> found = events("jdk.GarbageCollection,trimagent.NativeHeapTrim");
    std::vector<size_t> trims;
    for (size_t i = 0; i < found.size(); i++) {
        if (found[i].name == "trimagent.NativeHeapTrim" &&
            found[i].text.find("\"number\": 1,") != std::string::npos) {
            trims.push_back(i);
        }
    }
    ASSERT_EQ(trims.size(), 1u) << jfr({"print", "--events", "trimagent.*"});
    const size_t at = trims.front();
    EXPECT_TRUE(at > 0 && at + 1 < found.size()) << "a collection before it and one after it";
    const Event &trim = found[at];
    EXPECT_NE(trim.text.find("\"reason\": \"full-gc\""), std::string::npos) << trim.text;
    const std::string line = jvm.lines_with(log_lines::trim(1, "full-gc")).front().text;
    // The time that the log tells is rounded, and both count the same ticks.
    EXPECT_NEAR(trim.duration_s, logged_s(line), 0.051e-3 + logged_s(line) * 1e-3) << line;
}

TEST_P(Jfr, FillsARecordingThatBeginsLater)
{
    Jvm jvm(Launch(GetParam())
                .with_agent(quick_options("full-gc", "jfr"))
                .run("NativeFree", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^freed$")) << jvm.transcript();
    jvm.jcmd({"JFR.start", "settings=" + settings_, "name=later"});
    // The classes that this loads are what the agent learns it from.
    ASSERT_TRUE(jvm.wait_for_line("jfr is on")) << jvm.transcript();
    jvm.attach("trim");
    ASSERT_TRUE(jvm.wait_for_line("trim #1 told to jfr")) << jvm.transcript();
    jvm.jcmd({"JFR.stop", "name=later", "filename=" + recording_});
    EXPECT_EQ(jvm.finish(), 0);
    const std::vector<Event> trims = events("trimagent.NativeHeapTrim");
    ASSERT_EQ(trims.size(), 1u) << jvm.transcript();
    EXPECT_NE(trims[0].text.find("\"reason\": \"demand\""), std::string::npos) << trims[0].text;
    const std::vector<Event> heaps = events("trimagent.CHeap");
    ASSERT_GE(heaps.size(), 1u) << jvm.transcript();
    std::smatch released;
    ASSERT_TRUE(
        std::regex_search(heaps.back().text, released, std::regex("\"freeReleased\": ([0-9]+)")))
        << heaps.back().text;
    EXPECT_GE(std::stoll(released[1]), returned_bytes);
}

// The part in Java where Java has less than that.
class JavaPart : public Jfr
{
protected:
    // A runtime without the modules.
    Jdk small_runtime() const
    {
        const std::string home = directory_.file("java");
        const Outcome made = run({{GetParam().tool("jlink"), "--add-modules",
                                   "java.base,jdk.unsupported", "--output", home},
                                  {},
                                  ""});
        EXPECT_EQ(made.exit_code, 0) << made.transcript;
        return {GetParam().version, home};
    }

    void SetUp() override
    {
        if (GetParam().version < 9) {
            GTEST_SKIP() << "it has no modules";
        }
    }
};

TEST_P(JavaPart, IsMissingFromARuntimeWithoutTheModulesAndAllElseWorks)
{
    if (!std::filesystem::exists(GetParam().tool("jlink"))) {
        GTEST_SKIP() << "this JDK makes no runtimes";
    }
    Jvm jvm(Launch(small_runtime())
                .with_agent(quick_options("full-gc", "jfr,jmx"))
                .run("FullGcs", {freed_mib}));
    EXPECT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc"))) << jvm.transcript();
    EXPECT_TRUE(jvm.wait_for_line("option 'jfr' has no effect: .*jdk\\.jfr")) << jvm.transcript();
    EXPECT_TRUE(jvm.wait_for_line("option 'jmx' has no effect: .*java\\.management"))
        << jvm.transcript();
    EXPECT_TRUE(eventually([&] { return jvm.threads_named("trimagent-java").empty(); }));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_EQ(jvm.lines_with(log_lines::any_complaint()).size(), 2u) << jvm.transcript();
}

TEST_P(JavaPart, ComesUpWithWhatTheApplicationHasNotAskedFor)
{
    Jvm jvm(Launch(GetParam())
                .with("--limit-modules=java.base,jdk.unsupported")
                .with("-Xcheck:jni")
                .with_agent("jfr,jmx,on=full-gc,check=off,log-level=debug")
                .run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    jvm.jcmd({"JFR.start"});
    EXPECT_TRUE(jvm.wait_for_line("jfr is on")) << jvm.transcript();
    EXPECT_TRUE(jvm.lines_with("jmx is on").empty()) << "nobody has use for it";
    jvm.jcmd({"ManagementAgent.start_local"});
    EXPECT_TRUE(jvm.wait_for_line("jmx is on")) << jvm.transcript();
    EXPECT_EQ(jvm.threads_named("trimagent-java").size(), 1u);
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.lines_with(log_lines::any_complaint()).empty()) << jvm.transcript();
    EXPECT_TRUE(jvm.lines_with("in native method|JNI").empty()) << jvm.transcript();
}

TEST_P(JavaPart, WorksUnderASecurityManager)
{
    if (GetParam().version >= 24) {
        GTEST_SKIP() << "there is none any more";
    }
    Jvm jvm(Launch(GetParam())
                .with("-Djava.security.manager")
                .with("-Dcom.sun.management.jmxremote")
                .with("-XX:StartFlightRecording")
                .with_agent("jfr,jmx,log-level=debug")
                .run("Quiet"));
    EXPECT_TRUE(jvm.wait_for_line("jfr is on")) << jvm.transcript();
    EXPECT_TRUE(jvm.wait_for_line("jmx is on")) << jvm.transcript();
    jvm.attach("trim");
    EXPECT_TRUE(jvm.wait_for_line("trim #[0-9]+ told to jfr")) << jvm.transcript();
    EXPECT_TRUE(jvm.wait_for_line("trim #[0-9]+ told to jmx")) << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
}

INSTANTIATE_TEST_SUITE_P(Of, Jfr, testing::ValuesIn(jdks()), parameter_name<Jdk>);
INSTANTIATE_TEST_SUITE_P(Of, JavaPart, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test

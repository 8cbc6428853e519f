// The log with format=json, as a program reads it that takes each line of stderr for an object:
// every line of real JVMs is held to docs/log.schema.json.
#include <fstream>

#include "jdks.h"
#include "jvm.h"
#include "memory_cgroup.h"
#include "scene.h"
#include "temporary_directory.h"

namespace trimagent_test
{
namespace
{

// A line of this event, with this text in it.
std::string event(const std::string &name, const std::string &containing = "")
{
    return "\"event\":\"" + name + "\".*" + containing;
}

class Json : public testing::TestWithParam<Jdk>
{
protected:
    // Of these JVMs nothing but the agent writes to stderr.
    Launch launch() const
    {
        Launch launch(GetParam());
        if (GetParam().version >= 21) {
            launch.with("-XX:+EnableDynamicAgentLoading");
        }
        return launch;
    }

    void expect_end(Jvm &jvm, int exit_code = 0)
    {
        EXPECT_EQ(jvm.finish(), exit_code) << jvm.transcript();
        take(jvm);
    }

    // Takes the agent's lines in.
    void take(const Jvm &jvm)
    {
        std::ofstream out(file(), std::ios::app);
        for (const Line &line : jvm.lines()) {
            if (line.stream == Stream::error) {
                out << line.text << "\n";
            }
        }
    }

    std::string file() const
    {
        return directory_.file("lines");
    }

    void validate() const
    {
        const Outcome outcome =
            run({{TRIM_SOURCE_DIRECTORY "/test/log_schema.sh", file()}, {}, ""});
        if (outcome.exit_code == 77) {
            GTEST_SKIP() << "no validator: " << outcome.transcript;
        }
        EXPECT_EQ(outcome.exit_code, 0) << outcome.transcript;
    }

private:
    TemporaryDirectory directory_;
};

TEST_P(Json, TellsOfTrimsAndAnswersCommands)
{
    Jvm jvm(launch()
                .with_agent(quick_options("full-gc+pressure", "format=json,metrics=./app.prom"))
                .run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line(event("start", "\"can_trim\":true")));
    ASSERT_TRUE(jvm.wait_for_line(event("trim", "\"number\":1,\"reason\":\"full-gc\"")));
    EXPECT_EQ(jvm.attach("trim").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(event("trim", "\"number\":2,\"reason\":\"demand\"")));
    EXPECT_EQ(jvm.attach("set,cooldown:7s").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(
        event("set", "\"option\":\"cooldown\",\"before\":\"200ms\",\"after\":\"7s\"")));
    EXPECT_EQ(jvm.attach("set,cooldown:7s").exit_code, 0);
    EXPECT_EQ(jvm.attach("status").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(event("status", "\"trims\":2")));
    (void)jvm.attach("set,format:text");
    ASSERT_TRUE(jvm.wait_for_line(event("refused", "format")));
    (void)jvm.attach("sta\\tus");
    ASSERT_TRUE(jvm.wait_for_line(event("refused", "unknown")));
    EXPECT_EQ(jvm.attach("").exit_code, 0);
    expect_end(jvm);
    ASSERT_EQ(jvm.lines_with(event("summary", "\"trims\":2")).size(), 1u) << jvm.transcript();
    EXPECT_FALSE(jvm.lines_with("\"command\":\"fixtures\\.FullGcs\"").empty());
    validate();
}

TEST_P(Json, TellsTheFiguresOfATrimAsNumbers)
{
    Jvm jvm(
        launch().with_agent(quick_options("full-gc", "format=json")).run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line(event("trim")));
    expect_end(jvm);
    const std::string line = jvm.lines_with(event("trim")).front().text;
    const auto number = [&line](const std::string &name) {
        const size_t at = line.find("\"" + name + "\":");
        return at == std::string::npos ? -1 : std::stoll(line.substr(at + name.size() + 3));
    };
    EXPECT_GE(number("rss_before_bytes") - number("rss_after_bytes"), returned_bytes) << line;
    EXPECT_GE(number("released_bytes"), returned_bytes) << line;
    EXPECT_GT(number("took_ns"), 0) << line;
    EXPECT_GE(number("took_ns"), number("malloc_trim_ns")) << line;
    EXPECT_GT(number("fordblks"), returned_bytes) << line;
    validate();
}

TEST_P(Json, TellsOfReloadsAndOfWhatTheApplicationAsksFor)
{
    Jvm reloads(launch()
                    .with_agent("on=reload,threshold=32m,settle=100ms,format=json")
                    .run("Reloads", {"1", "300", freed_mib}));
    ASSERT_TRUE(reloads.wait_for_line(event("trim", "\"reason\":\"reload\"")));
    expect_end(reloads);
    Jvm asked(launch()
                  .with_agent("on=full-gc,check=off,format=json")
                  .run("ModelSwap", {TRIM_SWAP, freed_mib}));
    ASSERT_TRUE(asked.wait_for_line("^freed$"));
    asked.write_line(R"(a "swap" {\})");
    ASSERT_TRUE(asked.wait_for_line(event("trim", R"("asked_by":"a \\"swap\\" \{\\\\\}")")))
        << asked.transcript();
    asked.write_line("");
    expect_end(asked);
    validate();
}

TEST_P(Json, TellsOfADryRun)
{
    Jvm jvm(launch()
                .with_agent(quick_options("full-gc", "dry-run,check=off,format=json"))
                .run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line(event("trim", "\"dry_run\":true")));
    expect_end(jvm);
    validate();
}

TEST_P(Json, TellsOfTheMemoryLimit)
{
    MemoryCgroup cgroup(400u << 20);
    if (!cgroup.why_not().empty()) {
        GTEST_SKIP() << cgroup.why_not();
    }
    Jvm jvm(launch()
                .through(cgroup.joining())
                .with_agent("urgent=1%,on=watermark,check=100ms,log-level=debug,format=json")
                .run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line(event("memory_limit", "\"memory_limit_bytes\":419430400")));
    ASSERT_TRUE(jvm.wait_for_line(event("memory_short")));
    ASSERT_TRUE(jvm.wait_for_line(event("nothing_to_release")));
    expect_end(jvm);
    validate();
}

TEST_P(Json, IsWhatALateStartWritesToo)
{
    Jvm jvm(launch().run("NativeFree", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    (void)jvm.attach("threshold:5x,format:json");
    ASSERT_TRUE(jvm.wait_for_line(event("bad_option", "found '5x'")));
    EXPECT_EQ(jvm.attach("threshold:32m,format:json").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(event("start")));
    EXPECT_EQ(jvm.attach("trim").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(event("trim", "\"reason\":\"demand\"")));
    expect_end(jvm);
    validate();
}

TEST_P(Json, TellsOfWhatIsWrong)
{
    // Foreign bytes of all kinds, in the agent's options and where the log cannot go.
    const std::string foreign = "caf\xc3\xa9 \"\\ \xff\xe2\x82";
    Jvm jvm(launch()
                .variable("TRIMAGENT_ENABLED=per\"haps")
                .with_agent("bogus=" + foreign + ",log=/no/" + foreign +
                            ",strict=false,on=full-gc,format=json")
                .with_agent("format=text")
                .run("FullGcs", {"1"}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    expect_end(jvm);
    EXPECT_EQ(jvm.lines_with(event("bad_option", "bogus")).size(), 1u) << jvm.transcript();
    EXPECT_EQ(jvm.lines_with(event("message", "cannot open '/no/")).size(), 1u) << jvm.transcript();
    EXPECT_EQ(jvm.lines_with(event("message", "TRIMAGENT_ENABLED")).size(), 1u);
    EXPECT_EQ(jvm.lines_with(event("message", "given twice")).size(), 1u) << jvm.transcript();
    validate();
}

TEST_P(Json, TellsABadOptionThatStopsTheStart)
{
    Jvm jvm(launch().with_agent("threshold=5x,format=json").run("Hello"));
    EXPECT_EQ(jvm.finish(), 1);
    // The JVM itself says that it does not start, in its own words.
    const auto lines = jvm.lines_with("5x");
    ASSERT_EQ(lines.size(), 1u) << jvm.transcript();
    std::ofstream(file()) << lines.front().text << "\n";
    EXPECT_EQ(jvm.lines_with("^trimagent:").size(), 0u) << jvm.transcript();
    validate();
}

INSTANTIATE_TEST_SUITE_P(Of, Json, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test

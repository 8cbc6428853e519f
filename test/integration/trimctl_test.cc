// trimctl against real JVMs: what it says, what it leads to, and how it ends.
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "process.h"
#include "scene.h"
#include "temporary_directory.h"

namespace trimagent_test
{
namespace
{

enum Exit { done = 0, refused = 1, usage = 2, no_jvm = 3, no_agent = 4, forbidden = 5 };

using Words = std::vector<std::string>;

Outcome trimctl(const Words &arguments, const Words &through = {})
{
    Words words = through;
    words.push_back(TRIM_TRIMCTL);
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run({words, {}, ""});
}

Outcome trimctl(pid_t pid, const Words &arguments)
{
    Words words = {std::to_string(pid)};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return trimctl(words);
}

bool says(const Outcome &outcome, const std::string &pattern)
{
    return std::regex_search(outcome.transcript, std::regex(pattern));
}

// The number behind a name in JSON; -1: there is none.
double number(const Outcome &outcome, const std::string &name)
{
    std::smatch match;
    const std::regex pattern("\"" + name + "\": ([0-9]+)");
    return std::regex_search(outcome.transcript, match, pattern) ? std::stod(match[1]) : -1;
}

bool alive(pid_t pid)
{
    return kill(pid, 0) == 0;
}

// Who may not even reach the agent's library cannot run a JVM with it.
bool everybody_may_read(const std::string &path)
{
    std::filesystem::path part;
    for (const auto &name : std::filesystem::path(path)) {
        part /= name;
        struct stat file = {};
        if (stat(part.c_str(), &file) != 0 || (file.st_mode & S_IROTH) == 0) {
            return false;
        }
    }
    return true;
}

const Words as_nobody = {"/usr/bin/env", "setpriv", "--reuid",       "65534",
                         "--regid",      "65534",   "--clear-groups"};

std::string why_not_as_nobody()
{
    if (geteuid() != 0) {
        return "only root can be another user";
    }
    return everybody_may_read(TRIM_AGENT_LIBRARY) ? "" : "nobody may read the agent's library here";
}

class Trimctl : public testing::TestWithParam<Jdk>
{
protected:
    // Nothing but a command leads to a trim.
    static Launch quiet()
    {
        return Launch(GetParam()).with_agent("on=watermark,check=off");
    }
};

TEST_P(Trimctl, ListsJvmsWithAndWithoutTheAgent)
{
    Jvm with(quiet().run("Quiet"));
    Jvm without(Launch(GetParam()).run("Quiet"));
    ASSERT_TRUE(with.wait_for_line("^ready$"));
    ASSERT_TRUE(without.wait_for_line("^ready$"));
    ASSERT_TRUE(eventually([&] { return !with.threads_named("trimagent").empty(); }));
    const Outcome list = trimctl(Words{});
    EXPECT_EQ(list.exit_code, done);
    EXPECT_TRUE(says(list, " " + std::to_string(with.pid()) +
                               "  [a-z0-9]+ +[0-9.]+[KMG]  [0-9]+\\.[0-9.]+ +fixtures.Quiet"))
        << list.transcript;
    EXPECT_TRUE(says(list, " " + std::to_string(without.pid()) +
                               "  [a-z0-9]+ +[0-9.]+[KMG]  no +fixtures.Quiet"))
        << list.transcript;
    EXPECT_TRUE(says(trimctl({"--json"}), "\"pid\": " + std::to_string(with.pid()) + ","));
    EXPECT_EQ(with.finish(), 0);
    EXPECT_EQ(without.finish(), 0);
}

TEST_P(Trimctl, BringsTheAnswerToItsCaller)
{
    Jvm jvm(quiet().run("NativeFree", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    const Outcome trim = trimctl(jvm.pid(), {"trim"});
    EXPECT_EQ(trim.exit_code, done);
    EXPECT_TRUE(says(trim, "trim #1 demand: RSS")) << trim.transcript;
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "demand"))) << "as the log says";
    const Outcome status = trimctl(jvm.pid(), {"status"});
    EXPECT_EQ(status.exit_code, done);
    EXPECT_TRUE(says(status, "status: [^]*considered 1: 1 trim[^]*options: worth=8g"))
        << status.transcript;
    const Outcome json = trimctl(jvm.pid(), {"--json", "status"});
    EXPECT_EQ(json.exit_code, done);
    EXPECT_EQ(number(json, "trims"), 1) << json.transcript;
    EXPECT_GE(number(json, "last_trim_released_bytes"), returned_bytes) << json.transcript;
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Trimctl, ChangesOptionsWhileTheJvmRuns)
{
    Jvm jvm(quiet().run("NativeFree", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_EQ(trimctl(jvm.pid(), {"set", "threshold=1x"}).exit_code, refused);
    EXPECT_EQ(trimctl(jvm.pid(), {"set", "arena-max=2"}).exit_code, refused);
    const Outcome set = trimctl(jvm.pid(), {"set", "threshold=32m", "on=full-gc", "check=200ms"});
    EXPECT_EQ(set.exit_code, done);
    EXPECT_TRUE(says(set, "set threshold: auto -> 32m\n.*set on: watermark -> full-gc\n"
                          ".*set check: off -> 200ms"))
        << set.transcript;
    ASSERT_TRUE(jvm.wait_for_line(log_lines::decorated("info", "set threshold: auto -> 32m")));
    // It is in force, too: full GCs were nothing to it before.
    EXPECT_EQ(jvm.jcmd({"GC.run"}).exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc")));
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Trimctl, StartsTheAgentLate)
{
    Jvm jvm(Launch(GetParam()).run("NativeFree", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_EQ(trimctl(jvm.pid(), {"status"}).exit_code, no_agent);
    EXPECT_EQ(trimctl(jvm.pid(), {"trim"}).exit_code, no_agent);
    EXPECT_TRUE(jvm.threads_named("trimagent").empty());
    const Outcome bad = trimctl(jvm.pid(), {"start", "threshold=5x"});
    EXPECT_EQ(bad.exit_code, refused);
    EXPECT_TRUE(says(bad, "option 'threshold': found '5x'")) << bad.transcript;
    const Outcome start = trimctl(jvm.pid(), {"start", "threshold=5m", "on=full-gc"});
    EXPECT_EQ(start.exit_code, done) << start.transcript;
    EXPECT_TRUE(says(start, "started: .*threshold=5m.*on=full-gc")) << start.transcript;
    EXPECT_EQ(trimctl(jvm.pid(), {"start"}).exit_code, done) << "it is there";
    const Outcome again = trimctl(jvm.pid(), {"start", "jfr"});
    EXPECT_EQ(again.exit_code, refused);
    EXPECT_TRUE(says(again, "trimctl [0-9]+ set NAME=VALUE")) << again.transcript;
    EXPECT_EQ(trimctl(jvm.pid(), {"trim"}).exit_code, done);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "demand")));
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Trimctl, BringsTheWarningsOfAStart)
{
    Jvm jvm(Launch(GetParam()).run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    const Outcome start =
        trimctl(jvm.pid(), {"start", "strict=false", "foo=1", "arena-max=2", "log=/no/such/x.log"});
    EXPECT_EQ(start.exit_code, done);
    EXPECT_TRUE(says(start, "option 'log': cannot open[^]*option 'foo': unknown[^]*malloc's "
                            "parameters not set: arena-max[^]* started: "))
        << start.transcript;
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Trimctl, KnowsTheAgentThatIsInert)
{
    Jvm jvm(quiet().variable("TRIMAGENT_ENABLED=false").run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    const Outcome status = trimctl(jvm.pid(), {"status"});
    EXPECT_EQ(status.exit_code, no_agent);
    EXPECT_TRUE(says(status, "is loaded but inert")) << status.transcript;
    const Outcome start = trimctl(jvm.pid(), {"start"});
    EXPECT_EQ(start.exit_code, refused);
    EXPECT_TRUE(says(start, "TRIMAGENT_ENABLED")) << start.transcript;
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Trimctl, ReachesTheAgentWhoseFileWasReplaced)
{
    // As a package does that is upgraded. The name leads to another file then, which would be a
    // second agent.
    const TemporaryDirectory directory;
    const std::string library = (directory.path() / "libtrimagent.so").string();
    const std::string link = (directory.path() / "link.so").string();
    std::filesystem::copy_file(TRIM_AGENT_LIBRARY, library);
    std::filesystem::create_symlink(library, link);
    Jvm jvm(Launch(GetParam()).with("-agentpath:" + link + "=on=watermark,check=off").run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    std::filesystem::copy_file(TRIM_AGENT_LIBRARY, library + ".new");
    std::filesystem::rename(library + ".new", library);
    const Outcome trim = trimctl(jvm.pid(), {"trim"});
    EXPECT_EQ(trim.exit_code, done) << trim.transcript;
    EXPECT_TRUE(says(trim, "trim #1 demand: RSS")) << trim.transcript;
    EXPECT_EQ(trimctl(jvm.pid(), {"--json", "diagnose"}).exit_code, done);
    EXPECT_EQ(trimctl(jvm.pid(), {"start"}).exit_code, done) << "it is there";
    EXPECT_EQ(jvm.threads_named("trimagent").size(), 1U);
    EXPECT_TRUE(says(trimctl(Words{}), " " + std::to_string(jvm.pid()) + " .* yes +fixtures.Quiet"))
        << "the version of a file that is gone is not known";
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Trimctl, DiagnosesWhatATrimThenGivesBack)
{
    Jvm jvm(Launch(GetParam()).run("NativeFree", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    const Outcome outside = trimctl(jvm.pid(), {"diagnose"});
    EXPECT_EQ(outside.exit_code, done);
    EXPECT_TRUE(says(outside, "cannot be seen from outside")) << outside.transcript;
    EXPECT_TRUE(says(outside, "diagnose --load")) << outside.transcript;
    EXPECT_TRUE(jvm.threads_named("trimagent").empty()) << "looking loads nothing";

    const Outcome loaded = trimctl(jvm.pid(), {"diagnose", "--load"});
    EXPECT_EQ(loaded.exit_code, done) << loaded.transcript;
    EXPECT_TRUE(says(loaded, "Trimming now would give back [0-9.]+M, [0-9]+% of RSS"))
        << loaded.transcript;
    EXPECT_FALSE(says(loaded, "(Java heap|metaspace|compiled code|stacks) +0 "))
        << "every JVM has some of each\n"
        << loaded.transcript;
    const Outcome json = trimctl(jvm.pid(), {"--json", "diagnose"});
    const Outcome trim = trimctl(jvm.pid(), {"--json", "trim"});
    EXPECT_EQ(trim.exit_code, done);
    const double released = number(trim, "last_trim_released_bytes");
    EXPECT_GE(released, returned_bytes) << trim.transcript;
    EXPECT_NEAR(number(json, "back_bytes"), released, released * 0.02) << json.transcript;
    EXPECT_NEAR(number(json, "rss_bytes") - static_cast<double>(jvm.resident_bytes()), released,
                released * 0.1);
    EXPECT_TRUE(says(json, "\"verdict\": \"retained\"")) << json.transcript;
    const Outcome after = trimctl(jvm.pid(), {"diagnose"});
    EXPECT_TRUE(says(after, "Verdict: retained")) << "it would be resident without the trim";
    EXPECT_TRUE(says(after, "The agent keeps [0-9.]+M given back")) << after.transcript;
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Trimctl, HasTheStoppedJvmNoSignalSent)
{
    Jvm jvm(quiet().run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    jvm.signal(SIGSTOP);
    const std::string stat = "/proc/" + std::to_string(jvm.pid()) + "/status";
    ASSERT_TRUE(eventually([&] {
        std::ifstream file(stat);
        const std::string text(std::istreambuf_iterator<char>(file), {});
        return text.find("State:\tT") != std::string::npos;
    }));
    const Outcome status = trimctl(jvm.pid(), {"status"});
    EXPECT_EQ(status.exit_code, no_jvm);
    EXPECT_TRUE(says(status, "is stopped")) << status.transcript;
    EXPECT_TRUE(says(trimctl(jvm.pid(), {"diagnose"}), "mapped files")) << "from outside it can";
    jvm.signal(SIGCONT);
    EXPECT_EQ(trimctl(jvm.pid(), {"status"}).exit_code, done);
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.lines_with("Full thread dump").empty()) << jvm.transcript();
}

// What hangs in the kernel stops whoever looks at it: here a pipe without a writer is put over
// maps.
TEST_P(Trimctl, ListsTheOthersWhereOneProcessHangs)
{
    Jvm hangs(Launch(GetParam()).run("Quiet"));
    Jvm other(Launch(GetParam()).run("Quiet"));
    ASSERT_TRUE(hangs.wait_for_line("^ready$"));
    ASSERT_TRUE(other.wait_for_line("^ready$"));
    const TemporaryDirectory directory;
    ASSERT_EQ(mkfifo(directory.file("pipe").c_str(), 0600), 0);
    const std::string mount = "mount --make-rprivate / && mount --bind " + directory.file("pipe") +
                              " /proc/" + std::to_string(hangs.pid()) + "/maps";
    const Words in_mounts = {"/usr/bin/unshare", "--mount", "/bin/sh", "-c"};
    Words words = in_mounts;
    words.push_back(mount);
    if (run({words, {}, ""}).exit_code != 0) {
        GTEST_SKIP() << "nothing can be mounted over it here";
    }
    words = in_mounts;
    words.push_back(mount + " && exec " TRIM_TRIMCTL);
    const Outcome list = run({words, {}, ""});
    EXPECT_EQ(list.exit_code, done) << list.transcript;
    EXPECT_TRUE(says(list, "process " + std::to_string(hangs.pid()) + " cannot be looked at"))
        << list.transcript;
    EXPECT_TRUE(says(list, " " + std::to_string(other.pid()) + " .*Quiet")) << list.transcript;
}

TEST_P(Trimctl, DoesNoHarmWhereNobodyMayAttach)
{
    Jvm jvm(quiet().with("-XX:+DisableAttachMechanism").run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    const Outcome status = trimctl(jvm.pid(), {"status"});
    EXPECT_EQ(status.exit_code, refused);
    EXPECT_TRUE(says(status, "DisableAttachMechanism")) << status.transcript;
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.lines_with("Full thread dump").empty()) << jvm.transcript();
}

TEST_P(Trimctl, DoesNotKillTheJvmThatWouldDieOfTheSignal)
{
    // With -Xrs SIGQUIT has no handler; the JVM makes its socket when it starts.
    Jvm jvm(quiet().with("-Xrs").run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_EQ(trimctl(jvm.pid(), {"status"}).exit_code, done);
    ASSERT_TRUE(std::filesystem::remove("/tmp/.java_pid" + std::to_string(jvm.pid())));
    const Outcome status = trimctl(jvm.pid(), {"status"});
    EXPECT_EQ(status.exit_code, no_jvm);
    EXPECT_TRUE(says(status, "-Xrs")) << status.transcript;
    EXPECT_TRUE(alive(jvm.pid()));
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Trimctl, SpeaksToAnotherUsersJvmAsRootOnly)
{
    if (const std::string why = why_not_as_nobody(); !why.empty()) {
        GTEST_SKIP() << why;
    }
    Jvm theirs(quiet().through(as_nobody).run("Quiet"));
    Jvm ours(quiet().run("Quiet"));
    ASSERT_TRUE(theirs.wait_for_line("^ready$"));
    ASSERT_TRUE(ours.wait_for_line("^ready$"));
    const Outcome status = trimctl(theirs.pid(), {"status"});
    EXPECT_EQ(status.exit_code, done) << status.transcript;
    EXPECT_TRUE(says(status, "status: ")) << status.transcript;
    EXPECT_EQ(trimctl(theirs.pid(), {"diagnose"}).exit_code, done);
    EXPECT_EQ(trimctl({std::to_string(ours.pid()), "status"}, as_nobody).exit_code, forbidden);
    const Outcome own = trimctl({std::to_string(theirs.pid()), "status"}, as_nobody);
    EXPECT_EQ(own.exit_code, done) << own.transcript;
    EXPECT_EQ(theirs.finish(), 0);
    EXPECT_EQ(ours.finish(), 0);
}

TEST_P(Trimctl, SpeaksToAnotherUsersJvmAsRootOfAContainer)
{
    if (const std::string why = why_not_as_nobody(); !why.empty()) {
        GTEST_SKIP() << why;
    }
    // As by docker exec -u 0: root may be anybody there, but look into nobody's process.
    const Words as_contained_root = {"/usr/bin/env", "setpriv", "--bounding-set",
                                     "-sys_ptrace,-sys_admin,-dac_read_search,-perfmon"};
    Jvm jvm(Launch(GetParam()).through(as_nobody).run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    const std::string pid = std::to_string(jvm.pid());
    const Outcome list = trimctl(Words{}, as_contained_root);
    EXPECT_EQ(list.exit_code, done);
    EXPECT_TRUE(says(list, " " + pid + " .* no +fixtures.Quiet")) << list.transcript;
    const Outcome start = trimctl({pid, "start", "check=off"}, as_contained_root);
    EXPECT_EQ(start.exit_code, done) << start.transcript;
    const Outcome status = trimctl({pid, "status"}, as_contained_root);
    EXPECT_EQ(status.exit_code, done) << status.transcript;
    EXPECT_TRUE(says(status, "status: ")) << status.transcript;
    const Outcome diagnose = trimctl({pid, "diagnose"}, as_contained_root);
    EXPECT_EQ(diagnose.exit_code, done) << diagnose.transcript;
    EXPECT_TRUE(says(diagnose, "mapped files")) << diagnose.transcript;
    // Where it cannot even be anybody else, it says what would help.
    Words as_helpless_root = as_contained_root;
    as_helpless_root.back() += ",-setuid";
    const Outcome helpless = trimctl({pid, "status"}, as_helpless_root);
    EXPECT_EQ(helpless.exit_code, forbidden);
    EXPECT_TRUE(says(helpless, "CAP_SYS_PTRACE")) << helpless.transcript;
    EXPECT_TRUE(says(trimctl(Words{}, as_helpless_root), "CAP_SYS_PTRACE"));
    EXPECT_EQ(jvm.finish(), 0);
}

// The children of a process, by its only thread.
std::vector<pid_t> children_of(pid_t pid)
{
    const std::string name = std::to_string(pid);
    std::ifstream file("/proc/" + name + "/task/" + name + "/children");
    return {std::istream_iterator<pid_t>(file), {}};
}

TEST_P(Trimctl, ReachesIntoAContainer)
{
    // A /tmp and process numbers of its own, in which the build's directory is where it was.
    const std::string build = std::filesystem::path(TRIM_AGENT_LIBRARY).parent_path();
    const std::string script = "exec 9<'" + build + "'; mount -t tmpfs none /tmp && mkdir -p '" +
                               build + "' && mount --no-canonicalize --bind /proc/self/fd/9 '" +
                               build + "' && exec 9<&- && exec \"$@\"";
    const Words unshare = {"/usr/bin/env", "unshare", "--pid",       "--fork",
                           "--kill-child", "--mount", "--mount-proc"};
    Words probe = unshare;
    probe.push_back("true");
    if (run({probe, {}, ""}).exit_code != 0) {
        GTEST_SKIP() << "no namespaces may be made here";
    }
    Words through = unshare;
    through.insert(through.end(), {"sh", "-c", script, "sh"});
    Jvm jvm(Launch(GetParam()).through(through).run("NativeFree", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    const std::vector<pid_t> children = children_of(jvm.pid());
    ASSERT_EQ(children.size(), 1U);
    const pid_t inside = children[0];
    EXPECT_TRUE(says(trimctl(Words{}), " " + std::to_string(inside) + " .* no +fixtures"));
    const Outcome start = trimctl(inside, {"start", "on=watermark,check=off"});
    EXPECT_EQ(start.exit_code, done) << start.transcript;
    const Outcome trim = trimctl(inside, {"trim"});
    EXPECT_EQ(trim.exit_code, done);
    EXPECT_TRUE(says(trim, "trim #1 demand: RSS")) << trim.transcript;
    EXPECT_TRUE(says(trimctl(inside, {"diagnose"}), "The agent keeps [0-9.]+M given back"));
    const Outcome missing = trimctl(inside, {"start", "--library", "/no/such/agent.so"});
    EXPECT_EQ(missing.exit_code, done) << "it runs already, whatever the library";
    EXPECT_EQ(jvm.finish(), 0);
}

INSTANTIATE_TEST_SUITE_P(Every, Trimctl, testing::ValuesIn(jdks()), parameter_name<Jdk>);

TEST(TrimctlAlone, LeavesOtherProcessesAlone)
{
    Process other({{"sleep", "1000"}, {}, ""});
    const Outcome status = trimctl(other.pid(), {"status"});
    EXPECT_EQ(status.exit_code, no_jvm);
    EXPECT_TRUE(says(status, "is not a JVM")) << status.transcript;
    EXPECT_EQ(trimctl(other.pid(), {"start"}).exit_code, no_jvm);
    EXPECT_EQ(trimctl(other.pid(), {"diagnose"}).exit_code, no_jvm);
    EXPECT_TRUE(alive(other.pid()));
}

TEST(TrimctlAlone, TellsWhatIsWrong)
{
    EXPECT_EQ(trimctl({"999999999", "status"}).exit_code, no_jvm);
    EXPECT_EQ(trimctl({"1"}).exit_code, usage);
    EXPECT_EQ(trimctl({"--nonsense"}).exit_code, usage);
    EXPECT_EQ(trimctl({"--help"}).exit_code, done);
    EXPECT_TRUE(says(trimctl({"--version"}), "trimctl [0-9]+\\.[0-9]+"));
    const Outcome json = trimctl({"--json", "999999999", "status"});
    EXPECT_TRUE(says(json, "\"exit_code\": 3, \"error\": \"there is no process"))
        << json.transcript;
}

TEST(TrimctlAlone, NeedsNoLibrary)
{
    const Outcome needed = run({{"/usr/bin/env", "objdump", "-p", TRIM_TRIMCTL}, {}, ""});
    EXPECT_EQ(needed.exit_code, 0) << needed.transcript;
    if (TRIM_TRIMCTL_STATIC) {
        EXPECT_FALSE(says(needed, "NEEDED")) << needed.transcript;
    }
}

} // namespace
} // namespace trimagent_test

// What docs/SECURITY.md says that the agent does not do.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "process.h"
#include "temporary_directory.h"

namespace trimagent_test
{
namespace
{

std::set<std::string> imports()
{
    std::set<std::string> names;
    const std::regex name(R"(^ +[Uw] ([A-Za-z_0-9]+))");
    for (const Line &line :
         run({{"/usr/bin/nm", "-D", "--undefined-only", TRIM_AGENT_LIBRARY}, {}, ""}).lines) {
        std::smatch found;
        if (std::regex_search(line.text, found, name)) {
            names.insert(found[1]);
        }
    }
    return names;
}

std::string text_of(const std::filesystem::path &file)
{
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

TEST(Security, NoCallLeadsToANetworkOrAProgram)
{
    const std::set<std::string> names = imports();
    ASSERT_GT(names.size(), 50u);
    const std::regex forbidden(
        "socket|connect|bind|listen|accept4?|send.*|recv.*|getaddrinfo|v?fork|clone|exec.*"
        "|posix_spawn.*|popen|system|set(e|re|res)?[ug]id|setenv|putenv|unsetenv");
    for (const std::string &name : names) {
        EXPECT_FALSE(std::regex_match(name, forbidden)) << name;
    }
}

// The calls that go by number, and the variables that are read, are in the sources.
TEST(Security, NoOtherVariableIsRead)
{
    std::set<std::string> calls;
    std::set<std::string> variables;
    const std::regex call(R"(SYS_(\w+))");
    const std::regex variable(R"(\"(MALLOC_[A-Z_]+|GLIBC_TUNABLES|TRIMAGENT_[A-Z]+)\")");
    for (const auto &entry : std::filesystem::recursive_directory_iterator(TRIM_SOURCES "/agent")) {
        if (entry.path().extension() != ".c" ||
            entry.path().string().find("/trimctl/") != std::string::npos) {
            continue;
        }
        const std::string text = text_of(entry.path());
        for (auto at = std::sregex_iterator(text.begin(), text.end(), call);
             at != std::sregex_iterator(); ++at) {
            calls.insert((*at)[1]);
        }
        for (auto at = std::sregex_iterator(text.begin(), text.end(), variable);
             at != std::sregex_iterator(); ++at) {
            variables.insert((*at)[1]);
        }
    }
    for (const char *name :
         {"socket", "connect", "fork", "vfork", "clone", "clone3", "execve", "execveat"}) {
        EXPECT_EQ(calls.count(name), 0u) << name;
    }
    EXPECT_GE(calls.size(), 5u);
    EXPECT_GE(variables.size(), 5u);
    const std::string document = text_of(TRIM_SOURCES "/docs/SECURITY.md");
    for (const std::string &name : variables) {
        EXPECT_NE(document.find("`" + name + "`"), std::string::npos) << name;
    }
}

// A program with more rights than whoever starts it: the kernel tells it by AT_SECURE.
TEST(Security, APrivilegedProgramWritesNoFiles)
{
    if (geteuid() != 0) {
        GTEST_SKIP() << "only root can make such a program";
    }
    const TemporaryDirectory directory;
    ASSERT_EQ(chmod(directory.path().c_str(), 0755), 0);
    std::filesystem::create_directory(directory.file("open"));
    ASSERT_EQ(chmod(directory.file("open").c_str(), 0777), 0);
    std::filesystem::copy_file(TRIM_MUSL_HOST, directory.file("host"));
    std::filesystem::copy_file(TRIM_AGENT_LIBRARY, directory.file("agent.so"));
    const std::string log = directory.file("open/agent.log");
    const std::vector<std::string> words = {"/usr/bin/env",
                                            "setpriv",
                                            "--reuid",
                                            "65534",
                                            "--regid",
                                            "65534",
                                            "--clear-groups",
                                            directory.file("host"),
                                            directory.file("agent.so"),
                                            "log=" + log};
    for (const bool privileged : {false, true}) {
        ASSERT_EQ(chmod(directory.file("host").c_str(), privileged ? 04755 : 0755), 0);
        const Outcome outcome = run({words, {}, ""});
        EXPECT_EQ(outcome.exit_code, 0) << outcome.transcript;
        EXPECT_EQ(std::filesystem::exists(log), !privileged) << outcome.transcript;
        EXPECT_EQ(outcome.transcript.find("no files in a program with more rights") !=
                      std::string::npos,
                  privileged)
            << outcome.transcript;
        std::filesystem::remove(log);
    }
}

} // namespace
} // namespace trimagent_test

// A JVM that runs one of the fixtures, with or without the agent.
#ifndef TRIMAGENT_TEST_JVM_H
#define TRIMAGENT_TEST_JVM_H

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jdks.h"
#include "process.h"
#include "temporary_directory.h"

namespace trimagent_test
{

// How to start a JVM. The heap is small, since it is the native memory beside it that the tests are
// about.
class Launch
{
public:
    explicit Launch(const Jdk &jdk);
    explicit Launch(const JdkAndCollector &both);

    Launch &with(const std::string &vm_option);
    // Loads the agent; may be called again to load it again.
    Launch &with_agent(const std::string &options = "");
    // NAME=VALUE for the environment.
    Launch &variable(const std::string &assignment);
    // A command and its arguments that start the JVM in their turn, put in front of it.
    Launch &through(const std::vector<std::string> &words);
    // The fixture's simple name and its arguments.
    Launch &run(const std::string &fixture, const std::vector<std::string> &arguments = {});
    // A program of one source file, which Java 11 and later compile as they start.
    Launch &run_source(const std::string &file, const std::string &class_path);

private:
    friend class Jvm;
    Jdk jdk_;
    std::vector<std::string> starter_;
    std::vector<std::string> vm_options_;
    std::vector<std::string> program_;
    std::vector<std::string> environment_;
};

// What -agentpath takes: the library, and behind it the options.
std::string agent_path(const std::string &options = "");

// The JVM runs in a directory of its own. One that crashes fails the test with the JVM's report.
class Jvm : public Process
{
public:
    explicit Jvm(const Launch &launch);
    ~Jvm();

    // Closes the standard input, upon which every fixture returns, and waits for the exit code.
    int finish();

    // Runs this JDK's jcmd on this JVM.
    Outcome jcmd(const std::vector<std::string> &words) const;
    // Late attach, with options or with a command for the agent: by jcmd where it can, which JDK
    // 8's cannot, and there by trimctl. The exit code is 0 only where the agent took it.
    Outcome attach(const std::string &text) const;

    // RSS and swap.
    uint64_t resident_bytes() const;
    std::vector<pid_t> threads_named(const std::string &name) const;
    // The number behind a key of /proc/PID/task/THREAD/status, such as voluntary_ctxt_switches.
    std::optional<uint64_t> thread_status(pid_t thread, const std::string &key) const;

private:
    Jvm(const Launch &launch, std::unique_ptr<TemporaryDirectory> directory);

    Jdk jdk_;
    std::unique_ptr<TemporaryDirectory> directory_;
};

} // namespace trimagent_test

#endif

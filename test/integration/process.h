// A child process whose output is collected line by line while it runs.
#ifndef TRIMAGENT_TEST_PROCESS_H
#define TRIMAGENT_TEST_PROCESS_H

#include <gtest/gtest.h>
#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "output.h"

namespace trimagent_test
{

// Looks again and again until the condition holds. False: it did not within our patience.
bool eventually(const std::function<bool()> &condition);

class Process
{
public:
    struct Command {
        // The program's path and its arguments.
        std::vector<std::string> words;
        // NAME=VALUE, on top of what the test itself was given.
        std::vector<std::string> environment;
        // Where to run; empty: where the test runs.
        std::string directory;
    };

    explicit Process(const Command &command);
    // Kills the process where it still runs.
    ~Process();
    Process(const Process &) = delete;
    Process &operator=(const Process &) = delete;

    pid_t pid() const
    {
        return pid_;
    }

    // Waits until as many lines match the regular expression. Fails at once when the process can
    // write no more.
    testing::AssertionResult wait_for_line(const std::string &pattern, size_t count = 1);

    std::vector<Line> lines() const
    {
        return output_->lines();
    }
    std::vector<Line> lines_with(const std::string &pattern) const;
    std::string transcript() const
    {
        return output_->transcript();
    }

    void write_line(const std::string &line);
    void close_stdin();
    void signal(int number);

    // Waits for the end of the process and of its output. Returns the exit code, or 128 + N after
    // signal N as a shell does. A process that does not end is killed, and the test fails.
    int wait_exit();

protected:
    // Ends the process if it still runs, without a word about its exit code.
    void kill_now();

private:
    pid_t pid_ = -1;
    int stdin_ = -1;
    bool reaped_ = false;
    int exit_code_ = -1;
    std::unique_ptr<Output> output_;
};

// What a short command, such as objdump, left behind.
struct Outcome {
    int exit_code;
    std::vector<Line> lines;
    std::string transcript;
};

// Runs a command to its end with nothing to read.
Outcome run(const Process::Command &command);

} // namespace trimagent_test

#endif

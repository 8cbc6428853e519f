// A child process whose output is collected line by line while it runs.
#ifndef TRIMAGENT_TEST_PROCESS_H
#define TRIMAGENT_TEST_PROCESS_H

#include <gtest/gtest.h>
#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace trimagent_test
{

// How long to wait for what must happen. It is far longer than anything takes even on a busy
// machine, since passing it is a failure and never part of a test's way.
constexpr std::chrono::seconds patience(60);

// Looks again and again until the condition holds. False: it did not within our patience.
bool eventually(const std::function<bool()> &condition);

enum class Stream { output, error };

struct Line {
    Stream stream;
    std::string text;
};

class Process
{
public:
    struct Command {
        std::vector<std::string> words; // The program's path and its arguments.
        std::vector<std::string>
            environment;       // NAME=VALUE, on top of what the test itself was given.
        std::string directory; // Where to run; empty: where the test runs.
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

    // The lines so far that match. A match may begin anywhere in the line.
    std::vector<Line> lines_with(const std::string &pattern) const;
    std::vector<Line> lines() const;
    // All lines as one text, for the messages of failing tests.
    std::string transcript() const;

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
    void read_streams(int output, int error);
    void take(Stream stream, std::string &pending, const char *data, size_t length);

    pid_t pid_ = -1;
    int stdin_ = -1;
    bool reaped_ = false;
    int exit_code_ = -1;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Line> lines_; // Guarded by mutex_.
    bool ended_ = false;      // Guarded by mutex_: both streams are at their end.
    std::thread reader_;
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

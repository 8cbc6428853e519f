// What a child process writes, collected line by line on a thread of its own.
#ifndef TRIMAGENT_TEST_OUTPUT_H
#define TRIMAGENT_TEST_OUTPUT_H

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace trimagent_test
{

// How long to wait for what must happen. It is far longer than anything takes even on a busy
// machine, since passing it is a failure and never part of a test's way.
constexpr std::chrono::seconds patience(60);

enum class Stream { output, error };

struct Line {
    Stream stream;
    std::string text;
};

class Output
{
public:
    // Takes the reading ends of both streams and closes them at their end.
    Output(int output, int error);
    // Waits for the end of both streams.
    ~Output();
    Output(const Output &) = delete;
    Output &operator=(const Output &) = delete;

    // Waits until as many lines match the regular expression. Fails at once when both streams are
    // at their end.
    testing::AssertionResult wait_for_line(const std::string &pattern, size_t count);
    // Waits for the end of both streams. False: it did not come within our patience.
    bool wait_for_end();

    std::vector<Line> lines() const;
    // The lines so far that match. A match may begin anywhere in the line.
    std::vector<Line> lines_with(const std::string &pattern) const;
    // All lines as one text, for the messages of failing tests.
    std::string transcript() const;

private:
    void read_streams(int output, int error);
    void take(Stream stream, std::string &pending, const char *data, size_t length);

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Line> lines_; // Guarded by mutex_.
    bool ended_ = false;      // Guarded by mutex_.
    std::thread reader_;
};

} // namespace trimagent_test

#endif

#include "output.h"

#include <poll.h>
#include <unistd.h>

#include <regex>

namespace trimagent_test
{

Output::Output(int output, int error) : reader_(&Output::read_streams, this, output, error) {}

Output::~Output()
{
    reader_.join();
}

void Output::read_streams(int output, int error)
{
    pollfd polled[2] = {{output, POLLIN, 0}, {error, POLLIN, 0}};
    const Stream streams[2] = {Stream::output, Stream::error};
    std::string pending[2];
    int open = 2;
    while (open > 0) {
        if (poll(polled, 2, -1) < 0) {
            continue;
        }
        for (int i = 0; i < 2; i++) {
            if (polled[i].revents == 0) {
                continue;
            }
            char buffer[8192];
            const ssize_t length = read(polled[i].fd, buffer, sizeof buffer);
            if (length > 0) {
                take(streams[i], pending[i], buffer, static_cast<size_t>(length));
            } else if (length == 0) {
                if (!pending[i].empty()) {
                    take(streams[i], pending[i], "\n", 1);
                }
                close(polled[i].fd);
                polled[i].fd = -1;
                open--;
            }
        }
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
    changed_.notify_all();
}

void Output::take(Stream stream, std::string &pending, const char *data, size_t length)
{
    pending.append(data, length);
    const std::lock_guard<std::mutex> lock(mutex_);
    size_t start = 0;
    for (size_t end = pending.find('\n'); end != std::string::npos;
         end = pending.find('\n', start)) {
        lines_.push_back({stream, pending.substr(start, end - start)});
        start = end + 1;
    }
    pending.erase(0, start);
    changed_.notify_all();
}

testing::AssertionResult Output::wait_for_line(const std::string &pattern, size_t count)
{
    const std::regex regex(pattern);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::unique_lock<std::mutex> lock(mutex_);
    size_t looked_at = 0;
    size_t found = 0;
    while (true) {
        for (; looked_at < lines_.size(); looked_at++) {
            found += std::regex_search(lines_[looked_at].text, regex) ? 1 : 0;
        }
        if (found >= count) {
            return testing::AssertionSuccess();
        }
        const char *why = nullptr;
        if (ended_) {
            why = "the process ended";
        } else if (changed_.wait_until(lock, deadline) == std::cv_status::timeout) {
            why = "patience did";
        }
        if (why != nullptr) {
            lock.unlock();
            return testing::AssertionFailure()
                   << why << " before " << count << " line(s) came with /" << pattern
                   << "/; all there was:\n"
                   << transcript();
        }
    }
}

std::vector<Line> Output::lines_with(const std::string &pattern) const
{
    const std::regex regex(pattern);
    std::vector<Line> matching;
    for (const Line &line : lines()) {
        if (std::regex_search(line.text, regex)) {
            matching.push_back(line);
        }
    }
    return matching;
}

std::vector<Line> Output::lines() const
{
    const std::lock_guard<std::mutex> lock(mutex_);
    return lines_;
}

std::string Output::transcript() const
{
    std::string text;
    for (const Line &line : lines()) {
        text += (line.stream == Stream::output ? "out| " : "err| ") + line.text + "\n";
    }
    return text;
}

bool Output::wait_for_end()
{
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return ended_; });
}

} // namespace trimagent_test

#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <regex>
#include <set>
#include <stdexcept>

extern char **environ;

namespace trimagent_test {

namespace {

// What would change the behaviour under test where whoever runs the tests has it set.
const std::set<std::string> &unwanted_variables()
{
    static const std::set<std::string> names = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS",
                                                "LD_PRELOAD",        "GLIBC_TUNABLES",   "MALLOC_ARENA_MAX"};
    return names;
}

std::vector<std::string> environment_with(const std::vector<std::string> &additions)
{
    std::vector<std::string> environment;
    for (char **variable = environ; *variable != nullptr; variable++) {
        std::string text = *variable;
        if (unwanted_variables().count(text.substr(0, text.find('='))) == 0) {
            environment.push_back(text);
        }
    }
    environment.insert(environment.end(), additions.begin(), additions.end());
    return environment;
}

std::vector<char *> pointers_to(std::vector<std::string> &strings)
{
    std::vector<char *> pointers;
    for (std::string &string : strings) {
        pointers.push_back(string.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

struct Pipe {
    int read;
    int write;

    Pipe()
    {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) {
            throw std::runtime_error(std::string("pipe2: ") + std::strerror(errno));
        }
        read = ends[0];
        write = ends[1];
    }
};

// Runs in the child between fork and exec, where only async-signal-safe functions may be called.
[[noreturn]] void become(char *const *words, char *const *environment, const char *directory, int input, int output,
                         int error)
{
    // No child outlives the test, however that ends.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // A core file of a JVM is huge; what a crash was is told by the JVM's own report.
    const rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    if (dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 && dup2(error, STDERR_FILENO) >= 0 &&
        (directory[0] == '\0' || chdir(directory) == 0)) {
        execve(words[0], words, environment);
    }
    const char message[] = "cannot be started\n";
    const ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
    _exit(written > 0 ? 127 : 126);
}

} // namespace

bool eventually(const std::function<bool()> &condition)
{
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return true;
}

Process::Process(const Command &command)
{
    std::vector<std::string> words = command.words;
    std::vector<std::string> environment = environment_with(command.environment);
    const std::vector<char *> word_pointers = pointers_to(words);
    const std::vector<char *> environment_pointers = pointers_to(environment);
    const Pipe input;
    const Pipe output;
    const Pipe error;
    pid_ = fork();
    if (pid_ < 0) {
        throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
    }
    if (pid_ == 0) {
        become(word_pointers.data(), environment_pointers.data(), command.directory.c_str(), input.read, output.write,
               error.write);
    }
    close(input.read);
    close(output.write);
    close(error.write);
    stdin_ = input.write;
    reader_ = std::thread(&Process::read_streams, this, output.read, error.read);
}

Process::~Process()
{
    close_stdin();
    kill_now();
    reader_.join();
}

void Process::kill_now()
{
    if (!reaped_) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
        reaped_ = true;
    }
}

void Process::read_streams(int output, int error)
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

void Process::take(Stream stream, std::string &pending, const char *data, size_t length)
{
    pending.append(data, length);
    const std::lock_guard<std::mutex> lock(mutex_);
    size_t start = 0;
    for (size_t end = pending.find('\n'); end != std::string::npos; end = pending.find('\n', start)) {
        lines_.push_back({stream, pending.substr(start, end - start)});
        start = end + 1;
    }
    pending.erase(0, start);
    changed_.notify_all();
}

testing::AssertionResult Process::wait_for_line(const std::string &pattern, size_t count)
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
            return testing::AssertionFailure() << why << " before " << count << " line(s) came with /" << pattern
                                               << "/; all there was:\n"
                                               << transcript();
        }
    }
}

std::vector<Line> Process::lines_with(const std::string &pattern) const
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

std::vector<Line> Process::lines() const
{
    const std::lock_guard<std::mutex> lock(mutex_);
    return lines_;
}

std::string Process::transcript() const
{
    std::string text;
    for (const Line &line : lines()) {
        text += (line.stream == Stream::output ? "out| " : "err| ") + line.text + "\n";
    }
    return text;
}

void Process::write_line(const std::string &line)
{
    const std::string text = line + "\n";
    // The process may have ended meanwhile, which must not end the test's own process.
    const auto ignore = std::signal(SIGPIPE, SIG_IGN);
    const ssize_t written = write(stdin_, text.data(), text.size());
    std::signal(SIGPIPE, ignore);
    if (written != static_cast<ssize_t>(text.size())) {
        ADD_FAILURE() << "could not write '" << line << "' to the process, which said:\n" << transcript();
    }
}

void Process::close_stdin()
{
    if (stdin_ >= 0) {
        close(stdin_);
        stdin_ = -1;
    }
}

void Process::signal(int number)
{
    kill(pid_, number);
}

int Process::wait_exit()
{
    if (reaped_) {
        return exit_code_;
    }
    int status = 0;
    const bool ended = eventually([&] { return waitpid(pid_, &status, WNOHANG) == pid_; });
    if (!ended) {
        ADD_FAILURE() << "the process did not end; all it said:\n" << transcript();
        kill_now();
        return exit_code_;
    }
    reaped_ = true;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    std::unique_lock<std::mutex> lock(mutex_);
    if (!changed_.wait_for(lock, patience, [this] { return ended_; })) {
        ADD_FAILURE() << "somebody still holds the output of the process that has ended";
    }
    return exit_code_;
}

Outcome run(const Process::Command &command)
{
    Process process(command);
    process.close_stdin();
    const int exit_code = process.wait_exit();
    return {exit_code, process.lines(), process.transcript()};
}

} // namespace trimagent_test

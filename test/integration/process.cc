#include "process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <set>
#include <stdexcept>
#include <thread>

extern char **environ;

namespace trimagent_test
{

namespace
{

// What would change the behaviour under test where whoever runs the tests has it set.
const std::set<std::string> &unwanted_variables()
{
    static const std::set<std::string> names = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS",
                                                "_JAVA_OPTIONS",     "LD_PRELOAD",
                                                "GLIBC_TUNABLES",    "MALLOC_ARENA_MAX"};
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
[[noreturn]] void become(char *const *words, char *const *environment, const char *directory,
                         int input, int output, int error)
{
    // No child outlives the test, however that ends.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // A core file of a JVM is huge; what a crash was is told by the JVM's own report.
    const rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    if (dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
        dup2(error, STDERR_FILENO) >= 0 && (directory[0] == '\0' || chdir(directory) == 0)) {
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
        become(word_pointers.data(), environment_pointers.data(), command.directory.c_str(),
               input.read, output.write, error.write);
    }
    close(input.read);
    close(output.write);
    close(error.write);
    stdin_ = input.write;
    output_ = std::make_unique<Output>(output.read, error.read);
}

Process::~Process()
{
    close_stdin();
    kill_now();
}

void Process::kill_now()
{
    if (!reaped_) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
        reaped_ = true;
    }
}

testing::AssertionResult Process::wait_for_line(const std::string &pattern, size_t count)
{
    return output_->wait_for_line(pattern, count);
}

std::vector<Line> Process::lines_with(const std::string &pattern) const
{
    return output_->lines_with(pattern);
}

void Process::write_line(const std::string &line)
{
    const std::string text = line + "\n";
    // The process may have ended meanwhile, which must not end the test's own process.
    const auto ignore = std::signal(SIGPIPE, SIG_IGN);
    const ssize_t written = write(stdin_, text.data(), text.size());
    std::signal(SIGPIPE, ignore);
    if (written != static_cast<ssize_t>(text.size())) {
        ADD_FAILURE() << "could not write '" << line << "' to the process, which said:\n"
                      << transcript();
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
    if (!output_->wait_for_end()) {
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

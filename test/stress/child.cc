#include "child.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace stress
{

int ExitCode(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) != child) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void InChild(const std::function<void()> &body)
{
    (void)std::fflush(nullptr);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        body();
        (void)std::fflush(nullptr);
        _exit(testing::Test::HasFailure() ? EXIT_FAILURE : EXIT_SUCCESS);
    }
    EXPECT_EQ(ExitCode(child), EXIT_SUCCESS);
}

int RunAgain(const std::vector<std::string> &words, const std::vector<std::string> &environment)
{
    (void)std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        std::string program = "trim_stress";
        std::vector<std::string> own = words;
        std::vector<char *> arguments = {program.data()};
        for (std::string &word : own) {
            arguments.push_back(word.data());
        }
        arguments.push_back(nullptr);
        for (const std::string &assignment : environment) {
            const size_t equals = assignment.find('=');
            (void)setenv(assignment.substr(0, equals).c_str(),
                         assignment.substr(equals + 1).c_str(), 1);
        }
        (void)execv("/proc/self/exe", arguments.data());
        _exit(126);
    }
    return child < 0 ? -1 : ExitCode(child);
}

} // namespace stress

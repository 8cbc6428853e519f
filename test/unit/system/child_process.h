/*
 * Runs a part of a test in a child process, because log, worker and agent exist once per process.
 * Failed expectations in the child are printed by the child and fail the parent's test.
 */
#ifndef TRIMAGENT_TEST_CHILD_PROCESS_H
#define TRIMAGENT_TEST_CHILD_PROCESS_H

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>

/* A child that hangs is ended by the system after this long. */
constexpr unsigned kChildSecondsMax = 60;

inline void RunInChild(const std::function<void()> &body)
{
    (void)fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        (void)alarm(kChildSecondsMax);
        body();
        std::exit(testing::Test::HasFailure() ? EXIT_FAILURE : EXIT_SUCCESS);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        ADD_FAILURE() << "no child process";
    } else if (WIFSIGNALED(status)) {
        ADD_FAILURE() << "the child was ended by signal " << WTERMSIG(status);
    } else if (WEXITSTATUS(status) != EXIT_SUCCESS) {
        ADD_FAILURE() << "the child ended with " << WEXITSTATUS(status);
    }
}

#endif

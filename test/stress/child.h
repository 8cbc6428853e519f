/* Processes of a test's own. */
#ifndef TRIMAGENT_STRESS_CHILD_H
#define TRIMAGENT_STRESS_CHILD_H

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace stress
{

/* Runs body in a child of the process, which must have no other threads, and fails the test where
 * the child's expectations fail. */
void InChild(const std::function<void()> &body);

/* Runs this program again with these words and with the environment changed by NAME=VALUE; returns
 * its exit code, or 128 + N after signal N. */
int RunAgain(const std::vector<std::string> &words, const std::vector<std::string> &environment);

/* Waits for a child; returns its exit code, or 128 + N after signal N. */
int ExitCode(pid_t child);

} // namespace stress

#endif

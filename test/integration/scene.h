// What most tests share: options that make the agent quick, and the amount of native memory that a
// fixture frees.
#ifndef TRIMAGENT_TEST_SCENE_H
#define TRIMAGENT_TEST_SCENE_H

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "jvm.h"

namespace trimagent_test
{

// What fixtures are told to free, in MiB: enough to be told apart from a JVM's own ups and downs,
// little enough to be quick.
extern const char *const freed_mib;
// What of it must at least come back.
constexpr int64_t returned_bytes = 64 << 20;

// Options for the given reasons with a threshold below what the fixtures free and with waits of a
// tenth of a second.
std::string quick_options(const std::string &on, const std::string &more = "");

// Whether the line of a trim says that at least returned_bytes came back, with figures that go
// together, and whether the system says so as well.
testing::AssertionResult memory_came_back(Jvm &jvm, const std::string &trim_line_pattern);

} // namespace trimagent_test

#endif

#include "scene.h"

#include <cstdlib>

#include "log_lines.h"

namespace trimagent_test
{

namespace
{

// The lines show three significant digits.
constexpr int64_t rounding_bytes = 8 << 20;

} // namespace

const char *const freed_mib = "96";

std::string quick_options(const std::string &on, const std::string &more)
{
    return "on=" + on + ",threshold=32m,settle=100ms,cooldown=200ms,log-level=debug" +
           (more.empty() ? "" : "," + more);
}

testing::AssertionResult memory_came_back(Jvm &jvm, const std::string &trim_line_pattern)
{
    const std::vector<Line> lines = jvm.lines_with(trim_line_pattern);
    if (lines.empty()) {
        return testing::AssertionFailure() << "no line with /" << trim_line_pattern << "/";
    }
    const std::string &line = lines.front().text;
    const auto memory = log_lines::memory_of(line);
    if (!memory) {
        return testing::AssertionFailure() << "no memory before and after in: " << line;
    }
    const auto before = static_cast<int64_t>(memory->before_bytes);
    const auto after = static_cast<int64_t>(memory->after_bytes);
    if (memory->change_bytes > -returned_bytes) {
        return testing::AssertionFailure() << "hardly anything came back: " << line;
    }
    if (std::llabs(after - before - memory->change_bytes) > rounding_bytes) {
        return testing::AssertionFailure()
               << "before, after and change do not go together: " << line;
    }
    if (!jvm.wait_for_line(log_lines::figures_of_trim(memory->number))) {
        return testing::AssertionFailure() << "no figures of mallinfo: " << jvm.transcript();
    }
    const auto now = static_cast<int64_t>(jvm.resident_bytes());
    if (now > before - returned_bytes) {
        return testing::AssertionFailure()
               << "the system still counts " << now << " resident bytes after: " << line;
    }
    return testing::AssertionSuccess();
}

} // namespace trimagent_test

#include "cpus.h"

#include <fstream>

#include "process.h"

namespace trimagent_test
{

Cpus::Cpus(const TemporaryDirectory &directory, int count)
{
    const std::string file = directory.file("online-" + std::to_string(count));
    std::ofstream(file) << (count == 1 ? "0" : "0-" + std::to_string(count - 1)) << '\n';
    starter_ = {"/usr/bin/unshare",
                "--mount",
                "/bin/sh",
                "-c",
                R"(mount --bind "$0" /sys/devices/system/cpu/online && exec "$@")",
                file};
    std::vector<std::string> words = starter_;
    words.insert(words.end(), {"/usr/bin/getconf", "_NPROCESSORS_ONLN"});
    const Outcome outcome = run({words, {}, ""});
    if (outcome.exit_code != 0 || outcome.lines.empty() ||
        outcome.lines.front().text != std::to_string(count)) {
        why_not_ = "the number of CPUs cannot be feigned: no root, or no mount namespaces";
    }
}

} // namespace trimagent_test

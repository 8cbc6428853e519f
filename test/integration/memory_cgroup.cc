#include "memory_cgroup.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace trimagent_test
{
namespace
{

// The directory of the tests' own memory cgroup, of v1 or v2; empty where none is known.
std::string own_directory(bool &v2)
{
    std::ifstream file("/proc/self/cgroup");
    std::string unified;
    std::string line;
    while (std::getline(file, line)) {
        const size_t first = line.find(':');
        const size_t second = line.find(':', first + 1);
        const std::string controllers = line.substr(first + 1, second - first - 1);
        if (controllers == "memory") {
            v2 = false;
            return "/sys/fs/cgroup/memory" + line.substr(second + 1);
        }
        if (controllers.empty()) {
            unified = "/sys/fs/cgroup" + line.substr(second + 1);
        }
    }
    v2 = true;
    return unified;
}

} // namespace

MemoryCgroup::MemoryCgroup(uint64_t limit_bytes)
{
    bool v2 = false;
    static int count = 0;
    directory_ = own_directory(v2) + "/trimagent-test-" + std::to_string(getpid()) + "-" +
                 std::to_string(++count);
    limit_file_ = directory_ + (v2 ? "/memory.max" : "/memory.limit_in_bytes");
    if (mkdir(directory_.c_str(), 0755) != 0) {
        why_not_ = "no memory cgroup can be made at " + directory_ + ": " + strerror(errno);
    } else if (!set_limit(limit_bytes)) {
        why_not_ = "no limit can be set in " + limit_file_;
    }
}

MemoryCgroup::~MemoryCgroup()
{
    rmdir(directory_.c_str());
}

bool MemoryCgroup::set_limit(uint64_t limit_bytes)
{
    std::ofstream file(limit_file_);
    file << limit_bytes << std::flush;
    return file.good();
}

std::vector<std::string> MemoryCgroup::joining() const
{
    return {"/bin/sh", "-c", "echo $$ > '" + directory_ + "/cgroup.procs' && exec \"$@\"", "sh"};
}

} // namespace trimagent_test

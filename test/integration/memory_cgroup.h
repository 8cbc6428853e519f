// A memory cgroup below the tests' own, with a limit. Where the system does not let one be made (no
// root, no writable hierarchy) it says why, and the test is skipped.
#ifndef TRIMAGENT_TEST_MEMORY_CGROUP_H
#define TRIMAGENT_TEST_MEMORY_CGROUP_H

#include <cstdint>
#include <string>
#include <vector>

namespace trimagent_test
{

class MemoryCgroup
{
public:
    explicit MemoryCgroup(uint64_t limit_bytes);
    ~MemoryCgroup();
    MemoryCgroup(const MemoryCgroup &) = delete;
    MemoryCgroup &operator=(const MemoryCgroup &) = delete;

    // Empty where it is there.
    const std::string &why_not() const
    {
        return why_not_;
    }
    const std::string &directory() const
    {
        return directory_;
    }
    bool set_limit(uint64_t limit_bytes);
    // A command that joins the cgroup and becomes the command behind it.
    std::vector<std::string> joining() const;

private:
    std::string directory_;
    std::string limit_file_;
    std::string why_not_;
};

} // namespace trimagent_test

#endif

/*
 * A prepared root directory with the files of /proc and of cgroup file systems that the agent
 * reads.
 */
#ifndef TRIMAGENT_TEST_CGROUP_TREE_H
#define TRIMAGENT_TEST_CGROUP_TREE_H

#include <filesystem>
#include <string>
#include <string_view>

#include "scratch_directory.h"

class CgroupTree : public ScratchDirectory
{
public:
    /* As functions of the agent take it. */
    const char *root() const
    {
        return path().c_str();
    }

    /* Writes a file with the directories on the way. name begins with a slash. */
    void Put(std::string_view name, std::string_view content) const
    {
        const std::filesystem::path file = path() + std::string(name);
        std::filesystem::create_directories(file.parent_path());
        Write(name.substr(1), content);
    }

    /* Makes a directory a cgroup. */
    void Cgroup(std::string_view directory) const
    {
        Put(std::string(directory) + "/cgroup.procs", "");
    }

    void Remove(std::string_view name) const
    {
        std::filesystem::remove_all(path() + std::string(name));
    }

    void Membership(std::string_view text) const
    {
        Put("/proc/self/cgroup", text);
    }

    void Mounts(std::string_view text) const
    {
        Put("/proc/self/mountinfo", text);
    }

    void Host(std::string_view total_kib) const
    {
        Put("/proc/meminfo", "MemTotal:       " + std::string(total_kib) +
                                 " kB\nMemFree:         1000 kB\nMemAvailable:    3000 kB\n");
    }

    /* A system with cgroup v2 only. */
    void Unified(std::string_view path) const
    {
        Membership("0::" + std::string(path) + "\n");
        Mounts(kUnifiedMount);
        Cgroup("/sys/fs/cgroup");
    }

    static constexpr const char *kUnifiedMount =
        "23 28 0:22 / /proc rw,nosuid - proc proc rw\n"
        "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
};

#endif

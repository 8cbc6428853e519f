// GLIBC_TUNABLES, and in front of it, up to a NUL, /etc/tunables.conf.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
extern "C" {
#include "glibc_environment.h"
}
#include "glibc_tuning.h"

namespace
{

std::string variable;

const char *variable_of(const char *name)
{
    return std::strcmp(name, "GLIBC_TUNABLES") == 0 || std::strcmp(name, "MALLOC_PERTURB_") == 0
               ? variable.c_str()
               : nullptr;
}

uint64_t huge_page_bytes()
{
    return UINT64_C(2) << 20;
}

// A directory in memory, with the file in it.
struct Files {
    Files()
    {
        char pattern[] = "/dev/shm/trimagent-fuzz-XXXXXX";
        require(mkdtemp(pattern) != nullptr);
        root = pattern;
        require(mkdir((root + "/etc").c_str(), 0700) == 0);
        file = open((root + "/etc/tunables.conf").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        require(file >= 0);
    }

    ~Files()
    {
        (void)close(file);
        (void)unlink((root + "/etc/tunables.conf").c_str());
        (void)rmdir((root + "/etc").c_str());
        (void)rmdir(root.c_str());
    }

    void write(const std::string &content) const
    {
        require(ftruncate(file, 0) == 0);
        require(pwrite(file, content.data(), content.size(), 0) ==
                static_cast<ssize_t>(content.size()));
    }

    std::string root;
    int file;
};

} // namespace

void read_text(const std::string &text)
{
    static const Files files;
    const size_t end = text.find('\0');
    files.write(text.substr(0, end));
    variable = end == std::string::npos ? text : text.substr(end + 1);
    trim_glibc_world world = {};
    world.variable = variable_of;
    world.files = files.root.c_str();
    uint64_t value = 1;
    const char *place = trim_glibc_tunable(&world, "glibc.malloc.arena_max", &value);
    require(place != nullptr || value == 0);
    const uint64_t heap = trim_glibc_heap_bytes(&world, huge_page_bytes);
    require(heap != 0 && (heap & (heap - 1)) == 0);
    (void)trim_glibc_asks_for_huge_pages(&world);
    (void)trim_glibc_refusal(&world);
    require(trim_glibc_own_arenas(variable.c_str(), 4) != 0);
    (void)trim_glibc_has_tunables_file(variable.c_str());
}

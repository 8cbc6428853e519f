// The native half of the fixture Sweep.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

namespace
{

constexpr char contents[] = "precious-data-here";
constexpr off_t position = 5;
// So many free numbers get files as well: the agent may remember any that it has had.
constexpr int numbers = 200;

std::vector<int> files;

// What the agent may keep: its log, a pressure file, and what has no name in the file system. The
// JVM itself, at rest, has nothing of the kind.
bool may_be_the_agents(const std::string &target)
{
    for (const char *part :
         {"agent.log", "memory.pressure", "/proc/pressure/", "anon_inode:", "pipe:", "/memfd:"}) {
        if (target.find(part) != std::string::npos) {
            return true;
        }
    }
    return false;
}

int make_file()
{
    const int file = memfd_create("victim", MFD_CLOEXEC);
    const bool made = write(file, contents, sizeof contents) == ssize_t{sizeof contents} &&
                      lseek(file, position, SEEK_SET) == position;
    return made ? file : -1;
}

bool is_touched(int number)
{
    char found[sizeof contents] = {};
    struct stat status = {};
    return lseek(number, 0, SEEK_CUR) != position || fstat(number, &status) != 0 ||
           status.st_size != off_t{sizeof contents} ||
           pread(number, found, sizeof found, 0) != ssize_t{sizeof found} ||
           std::memcmp(found, contents, sizeof contents) != 0;
}

} // namespace

extern "C" int Java_fixtures_Sweep_sweep(void *, void *)
{
    std::vector<int> closed;
    std::error_code error;
    for (const auto &entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        const int number = std::stoi(entry.path().filename());
        const std::string target = std::filesystem::read_symlink(entry.path(), error).string();
        if (number > STDERR_FILENO && may_be_the_agents(target)) {
            closed.push_back(number);
        }
    }
    for (const int number : closed) {
        // Closed and taken at once, so that nobody else gets the number.
        files.push_back(dup2(make_file(), number));
    }
    for (int number = 0; number < numbers; number++) {
        files.push_back(make_file());
    }
    return static_cast<int>(closed.size());
}

extern "C" int Java_fixtures_Sweep_touched(void *, void *)
{
    int touched = 0;
    for (const int number : files) {
        touched += is_touched(number) ? 1 : 0;
    }
    return touched;
}

/* A directory of one test, removed with everything in it at the test's end. */
#ifndef TRIMAGENT_TEST_SCRATCH_DIRECTORY_H
#define TRIMAGENT_TEST_SCRATCH_DIRECTORY_H

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

class ScratchDirectory
{
public:
    ScratchDirectory()
    {
        std::string pattern = std::filesystem::temp_directory_path() / "trimagent-test-XXXXXX";
        if (mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error("no scratch directory");
        }
        path_ = pattern;
    }

    ~ScratchDirectory()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    ScratchDirectory(const ScratchDirectory &) = delete;
    ScratchDirectory &operator=(const ScratchDirectory &) = delete;

    const std::string &path() const
    {
        return path_;
    }
    std::string File(std::string_view name) const
    {
        return path_ + "/" + std::string(name);
    }

    void Write(std::string_view name, std::string_view content) const
    {
        std::ofstream(File(name), std::ios::binary) << content;
    }

    std::string Read(std::string_view name) const
    {
        std::ifstream file(File(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    }

    /* The number of lines of a file that have this text. */
    int Lines(std::string_view name, std::string_view text) const
    {
        std::ifstream file(File(name));
        int count = 0;
        for (std::string line; std::getline(file, line);) {
            count += line.find(text) != std::string::npos ? 1 : 0;
        }
        return count;
    }

private:
    std::string path_;
};

#endif

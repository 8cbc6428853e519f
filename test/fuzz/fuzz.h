/* What the fuzz targets share: each is a function that is given a text. */
#ifndef TRIMAGENT_TEST_FUZZ_H
#define TRIMAGENT_TEST_FUZZ_H

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

inline void require(bool condition)
{
    if (!condition) {
        std::abort();
    }
}

// The target's own part.
void read_text(const std::string &text);

// A string of exactly this size, so that AddressSanitizer sees a step beyond its end.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_text(std::string(reinterpret_cast<const char *>(data), size));
    return 0;
}

// Takes numbers off the front of an input; zeros behind its end.
class Input
{
public:
    explicit Input(const std::string &text) : text_(text) {}

    template <typename T>
    T take()
    {
        T value = {};
        const size_t left = text_.size() - at_;
        const size_t length = left < sizeof value ? left : sizeof value;
        std::memcpy(&value, text_.data() + at_, length);
        at_ += length;
        return value;
    }

    bool empty() const
    {
        return at_ == text_.size();
    }

private:
    const std::string &text_;
    size_t at_ = 0;
};

// The lines of a text, without their newlines.
template <typename F>
void for_each_line(const std::string &text, F &&each)
{
    for (size_t at = 0; at < text.size();) {
        size_t end = text.find('\n', at);
        end = end == std::string::npos ? text.size() : end;
        const std::string line = text.substr(at, end - at);
        each(line);
        at = end + 1;
    }
}

#endif

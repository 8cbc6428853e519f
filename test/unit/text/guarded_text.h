/*
 * A copy of a text that ends right before an unreadable page: a parser that reads past the length
 * it was given faults, with or without a sanitizer.
 */
#ifndef TRIMAGENT_TEST_GUARDED_TEXT_H
#define TRIMAGENT_TEST_GUARDED_TEXT_H

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <new>
#include <string_view>

class GuardedText
{
public:
    explicit GuardedText(std::string_view text) : size_(text.size())
    {
        const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
        const size_t readable = (text.size() / page + 1) * page;
        mapped_ = readable + page;
        void *start =
            mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (start == MAP_FAILED) {
            throw std::bad_alloc();
        }
        start_ = static_cast<char *>(start);
        mprotect(start_ + readable, page, PROT_NONE);
        data_ = start_ + readable - text.size();
        if (!text.empty()) {
            std::memcpy(data_, text.data(), text.size());
        }
    }

    ~GuardedText()
    {
        munmap(start_, mapped_);
    }

    GuardedText(const GuardedText &) = delete;
    GuardedText &operator=(const GuardedText &) = delete;

    const char *data() const
    {
        return data_;
    }
    size_t size() const
    {
        return size_;
    }

private:
    char *start_ = nullptr;
    char *data_ = nullptr;
    size_t mapped_ = 0;
    size_t size_ = 0;
};

#endif

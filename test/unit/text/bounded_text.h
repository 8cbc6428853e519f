/* A trim_text with its own memory, for calls that append to one. */
#ifndef TRIMAGENT_TEST_BOUNDED_TEXT_H
#define TRIMAGENT_TEST_BOUNDED_TEXT_H

#include <cstddef>
#include <string>
#include <vector>

#include "text.h"

class BoundedText
{
public:
    explicit BoundedText(size_t capacity = 16384) : memory_(capacity, '#')
    {
        trim_text_init(&text_, memory_.data(), memory_.size());
    }

    BoundedText(const BoundedText &) = delete;
    BoundedText &operator=(const BoundedText &) = delete;

    trim_text *get()
    {
        return &text_;
    }
    std::string str() const
    {
        return std::string(text_.data, text_.length);
    }
    bool cut() const
    {
        return text_.cut;
    }

private:
    std::vector<char> memory_;
    trim_text text_ = {};
};

#endif

/* trim_fields with their own memory, for calls that append to some. */
#ifndef TRIMAGENT_TEST_BOUNDED_FIELDS_H
#define TRIMAGENT_TEST_BOUNDED_FIELDS_H

#include <cstddef>
#include <string>
#include <vector>

#include "fields.h"

class BoundedFields
{
public:
    explicit BoundedFields(trim_fields_form form = TRIM_FIELDS_JSON, size_t capacity = 16384)
        : memory_(capacity, '#')
    {
        trim_fields_init(&fields_, form, memory_.data(), memory_.size());
    }

    BoundedFields(const BoundedFields &) = delete;
    BoundedFields &operator=(const BoundedFields &) = delete;

    trim_fields *get()
    {
        return &fields_;
    }
    std::string str() const
    {
        return std::string(fields_.text.data == nullptr ? "" : fields_.text.data,
                           fields_.text.length);
    }
    bool cut() const
    {
        return fields_.cut;
    }

private:
    std::vector<char> memory_;
    trim_fields fields_ = {};
};

#endif

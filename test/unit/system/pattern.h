/*
 * An extended regular expression of POSIX. (std::regex cannot be compiled with gcc's sanitizers and
 * warnings as errors.)
 */
#ifndef TRIMAGENT_TEST_PATTERN_H
#define TRIMAGENT_TEST_PATTERN_H

#include <regex.h>

#include <stdexcept>
#include <string>
#include <vector>

class Pattern
{
public:
    explicit Pattern(const std::string &expression)
    {
        if (regcomp(&compiled_, expression.c_str(), REG_EXTENDED) != 0) {
            throw std::invalid_argument(expression);
        }
    }
    ~Pattern()
    {
        regfree(&compiled_);
    }
    Pattern(const Pattern &) = delete;
    Pattern &operator=(const Pattern &) = delete;

    /* The groups of the first match at or behind the given place, group 0 being all of it; empty
     * where there is none. after, where it is wanted, becomes the place behind the match. */
    std::vector<std::string> Find(const std::string &text, size_t from = 0,
                                  size_t *after = nullptr) const
    {
        regmatch_t groups[kGroupsMax];
        std::vector<std::string> found;
        const char *start = text.c_str() + from;
        if (regexec(&compiled_, start, kGroupsMax, groups, from == 0 ? 0 : REG_NOTBOL) != 0) {
            return found;
        }
        for (size_t i = 0; i <= compiled_.re_nsub && i < kGroupsMax; ++i) {
            const auto length = static_cast<size_t>(groups[i].rm_eo - groups[i].rm_so);
            found.push_back(groups[i].rm_so < 0 ? ""
                                                : std::string(start + groups[i].rm_so, length));
        }
        if (after != nullptr) {
            *after = from + static_cast<size_t>(groups[0].rm_eo);
        }
        return found;
    }

private:
    static constexpr size_t kGroupsMax = 8;
    regex_t compiled_;
};

#endif

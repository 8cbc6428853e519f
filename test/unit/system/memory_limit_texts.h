/*
 * A memory limit that was read from a prepared tree, and what is said of it, without the tree's own
 * path.
 */
#ifndef TRIMAGENT_TEST_MEMORY_LIMIT_TEXTS_H
#define TRIMAGENT_TEST_MEMORY_LIMIT_TEXTS_H

#include <string>

#include "cgroup_tree.h"
#include "limit_text.h"
#include "memory_limit.h"

inline std::string Without(std::string text, const std::string &removed)
{
    for (size_t at = 0; (at = text.find(removed)) != std::string::npos;) {
        text.erase(at, removed.size());
    }
    return text;
}

inline std::string LimitText(const trim_memory_limit &limit, const CgroupTree &tree)
{
    char buffer[4096];
    trim_text text;
    trim_text_init(&text, buffer, sizeof buffer);
    trim_memory_limit_add(&text, &limit);
    return Without(buffer, tree.path());
}

inline std::string FillText(const trim_memory_limit &limit, const CgroupTree &tree)
{
    char buffer[4096];
    trim_text text;
    trim_text_init(&text, buffer, sizeof buffer);
    trim_memory_limit_add_fill(&text, &limit);
    return Without(buffer, tree.path());
}

inline trim_memory_limit Open(const CgroupTree &tree)
{
    trim_memory_limit limit;
    trim_memory_limit_open(&limit, tree.root());
    return limit;
}

#endif

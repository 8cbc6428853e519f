/* The text that this process's malloc_info prints, and tools to read it independently of the
 * parser. */
#ifndef TRIMAGENT_TEST_MALLOC_INFO_TEXT_H
#define TRIMAGENT_TEST_MALLOC_INFO_TEXT_H

#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "pattern.h"
#include "trimagent/malloc_info.h"

inline std::string RealMallocInfo()
{
    char *data = nullptr;
    size_t size = 0;
    FILE *stream = open_memstream(&data, &size);
    malloc_info(0, stream);
    fclose(stream);
    std::string text(data, size);
    free(data);
    return text;
}

/* The sum of what the pattern's first group captures, and the number of its matches. */
inline uint64_t SumOf(const std::string &text, const std::string &expression,
                      uint64_t *matches = nullptr)
{
    const Pattern pattern(expression);
    uint64_t sum = 0;
    uint64_t count = 0;
    size_t at = 0;
    for (auto groups = pattern.Find(text, at, &at); !groups.empty();
         groups = pattern.Find(text, at, &at)) {
        sum += std::stoull(groups.at(1));
        ++count;
    }
    if (matches != nullptr) {
        *matches = count;
    }
    return sum;
}

/* What stands between <heap nr="N"> and </heap>; empty where there is no such heap. */
inline std::string HeapText(const std::string &text, uint64_t number)
{
    const size_t from = text.find("<heap nr=\"" + std::to_string(number) + "\">");
    return from == std::string::npos ? "" : text.substr(from, text.find("</heap>", from) - from);
}

inline std::string AllHeapsText(const std::string &text)
{
    return text.substr(0, text.rfind("</heap>"));
}

/* The outcome of one parse. */
struct ParsedMallocInfo {
    int result;
    trim_malloc_info info;
};

inline ParsedMallocInfo ParseMallocInfo(const std::string &text, size_t piece = SIZE_MAX)
{
    static trim_malloc_info_parser parser;
    ParsedMallocInfo parsed = {};
    trim_malloc_info_begin(&parser);
    for (size_t at = 0; at < text.size();) {
        const size_t length = std::min(piece, text.size() - at);
        trim_malloc_info_feed(&parser, text.data() + at, length);
        at += length;
    }
    parsed.result = trim_malloc_info_end(&parser, &parsed.info);
    return parsed;
}

#endif

/* The text that this process's malloc_info prints, and tools to read it independently of the parser. */
#ifndef TRIMAGENT_TEST_MALLOC_INFO_TEXT_H
#define TRIMAGENT_TEST_MALLOC_INFO_TEXT_H

#include <malloc.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <regex>
#include <string>

#include "trimagent/malloc_info.h"

inline std::string RealMallocInfo() {
    char *data = nullptr;
    size_t size = 0;
    FILE *stream = open_memstream(&data, &size);
    malloc_info(0, stream);
    fclose(stream);
    std::string text(data, size);
    free(data);
    return text;
}

/* The sum of what the pattern's only group captures. */
inline uint64_t SumOf(const std::string &text, const std::string &pattern) {
    const std::regex regex(pattern);
    uint64_t sum = 0;
    for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match) {
        sum += std::stoull((*match)[1].str());
    }
    return sum;
}

/* What stands between <heap nr="N"> and </heap>; empty where there is no such heap. */
inline std::string HeapText(const std::string &text, uint64_t number) {
    const size_t from = text.find("<heap nr=\"" + std::to_string(number) + "\">");
    return from == std::string::npos ? "" : text.substr(from, text.find("</heap>", from) - from);
}

inline std::string AllHeapsText(const std::string &text) {
    return text.substr(0, text.rfind("</heap>"));
}

/* The outcome of one parse. */
struct ParsedMallocInfo {
    int result;
    trim_malloc_info info;
};

inline ParsedMallocInfo ParseMallocInfo(const std::string &text, size_t piece = SIZE_MAX) {
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

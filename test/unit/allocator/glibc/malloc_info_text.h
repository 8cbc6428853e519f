/* The text that this process's malloc_info prints, and tools to read it independently of the
 * parser. */
#ifndef TRIMAGENT_TEST_MALLOC_INFO_TEXT_H
#define TRIMAGENT_TEST_MALLOC_INFO_TEXT_H

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "malloc_info.h"
#include "pattern.h"

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
    std::vector<trim_arena_figures> arenas;
};

inline ParsedMallocInfo ParseMallocInfo(const std::string &text, size_t piece = SIZE_MAX,
                                        uint64_t page_bytes = 4096)
{
    static trim_malloc_info_parser parser;
    ParsedMallocInfo parsed = {};
    trim_malloc_info_begin(&parser, page_bytes);
    for (size_t at = 0; at < text.size();) {
        const size_t length = std::min(piece, text.size() - at);
        trim_malloc_info_feed(&parser, text.data() + at, length);
        at += length;
    }
    parsed.result = trim_malloc_info_end(&parser, &parsed.info);
    parsed.arenas.assign(parser.arenas, parser.arenas + parser.arena_count);
    return parsed;
}

/* One heap as glibc 2.36 prints it; rows are the content of <sizes>. */
inline std::string HeapXml(int number, const std::string &rows, uint64_t fast_count, uint64_t fast,
                           uint64_t rest_count, uint64_t rest, uint64_t system)
{
    const auto total = [](const char *type, uint64_t count, uint64_t size) {
        return std::string("<total type=\"") + type + "\" count=\"" + std::to_string(count) +
               "\" size=\"" + std::to_string(size) + "\"/>\n";
    };
    const std::string size = "\" size=\"" + std::to_string(system) + "\"/>\n";
    return "<heap nr=\"" + std::to_string(number) + "\">\n<sizes>\n" + rows + "</sizes>\n" +
           total("fast", fast_count, fast) + total("rest", rest_count, rest) +
           "<system type=\"current" + size + "<system type=\"max" + size + "<aspace type=\"total" +
           size + "<aspace type=\"mprotect" + size + "</heap>\n";
}

inline std::string RowXml(const char *tag, uint64_t from, uint64_t to, uint64_t total,
                          uint64_t count)
{
    return std::string("  <") + tag + " from=\"" + std::to_string(from) + "\" to=\"" +
           std::to_string(to) + "\" total=\"" + std::to_string(total) + "\" count=\"" +
           std::to_string(count) + "\"/>\n";
}

inline std::string DocumentXml(const std::string &heaps,
                               const std::string &mmapped = R"(count="0" size="0")")
{
    return "<malloc version=\"1\">\n" + heaps +
           "<total type=\"fast\" count=\"99\" size=\"99\"/>\n"
           "<total type=\"rest\" count=\"99\" size=\"99\"/>\n<total type=\"mmap\" " +
           mmapped +
           "/>\n<system type=\"current\" size=\"99\"/>\n<system type=\"max\" size=\"99\"/>\n"
           "<aspace type=\"total\" size=\"99\"/>\n<aspace type=\"mprotect\" "
           "size=\"99\"/>\n</malloc>\n";
}

/* Two heaps: ten chunks of 8,208 bytes in the main one; small, fast and mixed ones in the other. */
inline std::string SampleXml()
{
    const std::string main_rows = RowXml("size", 8209, 8209, 82090, 10);
    const std::string other_rows = RowXml("size", 17, 32, 96, 3) +
                                   RowXml("size", 117, 117, 234, 2) +
                                   RowXml("unsorted", 5005, 90005, 150015, 3);
    return DocumentXml(HeapXml(0, main_rows, 0, 0, 11, 82090 + 70000, 1056768) +
                           HeapXml(1, other_rows, 3, 96, 6, 234 + 150015 + 4000, 135168),
                       R"(count="7" size="7340032")");
}

inline void ExpectEqualInfo(const trim_malloc_info &a, const trim_malloc_info &b)
{
    EXPECT_EQ(std::memcmp(&a, &b, sizeof a), 0);
}

inline void ExpectMallocInfoRefused(const std::string &text)
{
    static trim_malloc_info_parser parser;
    trim_malloc_info_begin(&parser, 4096);
    trim_malloc_info_feed(&parser, text.data(), text.size());
    trim_malloc_info untouched;
    std::memset(&untouched, 0x5a, sizeof untouched);
    trim_malloc_info info = untouched;
    EXPECT_EQ(trim_malloc_info_end(&parser, &info), -1) << text;
    ExpectEqualInfo(info, untouched);
}

#endif

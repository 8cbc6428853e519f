/* Texts that no malloc_info prints: truncated, broken, huge. */
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <string>

#include "malloc_info.h"
#include "malloc_info_text.h"

namespace
{

TEST(MallocInfoHostile, IsRefusedWhereverASampleIsTruncated)
{
    const std::string text = SampleXml();
    const size_t whole = text.rfind("</malloc>") + std::strlen("</malloc>");
    for (size_t length = 0; length < whole; ++length) {
        ExpectMallocInfoRefused(text.substr(0, length));
    }
    EXPECT_EQ(ParseMallocInfo(text.substr(0, whole)).result, 0);
}

TEST(MallocInfoHostile, RefusesNumbersThatAreNone)
{
    const std::string good = SampleXml();
    for (const char *number : {"", "-1", "+1", " 1", "0x10", "1e3", "1 ", "18446744073709551616",
                               "99999999999999999999999999"}) {
        for (const char *replaced : {"size=\"1056768\"", "count=\"11\"", "total=\"82090\"",
                                     "nr=\"1\"", "from=\"8209\"", "size=\"96\""}) {
            std::string text = good;
            const size_t at = text.find(replaced);
            ASSERT_NE(at, std::string::npos) << replaced;
            const std::string name(replaced, std::strchr(replaced, '"') + 1);
            text.replace(at, std::strlen(replaced), name + number + "\"");
            ExpectMallocInfoRefused(text);
        }
    }
}

TEST(MallocInfoHostile, SumsBeyond64BitsDoNotWrapAround)
{
    const std::string huge =
        HeapXml(0, RowXml("size", 8209, 8209, UINT64_MAX, 10), 0, 0, 11, UINT64_MAX, UINT64_MAX) +
        HeapXml(1, RowXml("size", 8213, 8213, UINT64_MAX, 1), 9, UINT64_MAX, 9, UINT64_MAX,
                UINT64_MAX);
    const ParsedMallocInfo parsed = ParseMallocInfo(DocumentXml(huge));
    if (parsed.result == 0) {
        EXPECT_EQ(parsed.info.system_bytes, UINT64_MAX);
        EXPECT_EQ(parsed.info.rest_bytes, UINT64_MAX);
    }
}

TEST(MallocInfoHostile, RefusesBrokenStructure)
{
    const std::string heap = HeapXml(0, "", 0, 0, 1, 1000, 135168);
    for (const std::string &text :
         {std::string(), std::string("<"), std::string("malloc"),
          std::string("<malloc version=\"1\">"), std::string("<malloc version=\"1\"></malloc>"),
          std::string(1000, '<'), std::string(1000, '>'), DocumentXml(""),
          DocumentXml(heap + "</heap>"), DocumentXml("<heap nr=\"0\">" + heap),
          DocumentXml("<heap nr=\"0\"></heap>"), DocumentXml("<heap></heap>"),
          DocumentXml("<heap nr=\"0\"><sizes></sizes></heap>")}) {
        ExpectMallocInfoRefused(text);
    }
}

TEST(MallocInfoHostile, EndsAtAVeryLongTag)
{
    for (const size_t length :
         {size_t{254}, size_t{255}, size_t{256}, size_t{257}, size_t{100000}}) {
        const std::string text = DocumentXml("<" + std::string(length, 'x') + ">" +
                                             HeapXml(0, "", 0, 0, 1, 1000, 135168));
        const ParsedMallocInfo parsed = ParseMallocInfo(text);
        EXPECT_TRUE(parsed.result == -1 || parsed.info.system_bytes == 135168U) << length;
    }
}

TEST(MallocInfoHostile, TakesNewTagsAndAttributesOfFutureVersions)
{
    std::string text = SampleXml();
    text.insert(text.find("<sizes>"),
                "<future kind=\"new\" size=\"1\"/>\n<subheaps count=\"3\"/>\n");
    const ParsedMallocInfo parsed = ParseMallocInfo(text);
    ASSERT_EQ(parsed.result, 0);
    ExpectEqualInfo(parsed.info, ParseMallocInfo(SampleXml()).info);
}

TEST(MallocInfoHostile, SurvivesRandomChanges)
{
    const std::string good = SampleXml();
    std::mt19937 random(7);
    int refused = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string text = good;
        for (int change = 0; change < 3; ++change) {
            const size_t at = random() % text.size();
            switch (random() % 3) {
            case 0:
                text[at] = static_cast<char>(random());
                break;
            case 1:
                text.erase(at, random() % 40);
                break;
            default:
                text.insert(at, text.substr(random() % text.size(), random() % 40));
                break;
            }
        }
        refused += ParseMallocInfo(text, 1 + random() % 100).result == 0 ? 0 : 1;
    }
    EXPECT_GT(refused, 2000);
}

} // namespace

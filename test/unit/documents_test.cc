/* What the documents say of options is held to the table in the code. */
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "option_text.h"
#include "options.h"

#ifndef TRIM_SOURCE_DIRECTORY
#error "TRIM_SOURCE_DIRECTORY must name the directory that has README.md and docs/."
#endif

namespace
{

std::vector<std::string> LinesOf(const std::string &document)
{
    std::ifstream file(TRIM_SOURCE_DIRECTORY "/" + document);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        lines.push_back(line);
    }
    return lines;
}

bool StartsWith(const std::string &line, const std::string &start)
{
    return line.compare(0, start.size(), start) == 0;
}

/* The rows below the first header that begins with the words. */
std::vector<std::string> RowsBelow(const std::vector<std::string> &lines, const std::string &header)
{
    const auto above = std::find_if(lines.begin(), lines.end(), [&](const std::string &line) {
        return StartsWith(line, header);
    });
    if (lines.end() - above < 2) {
        return {};
    }
    /* The line of dashes is no row. */
    const auto first = above + 2;
    return {first, std::find_if(first, lines.end(),
                                [](const std::string &line) { return !StartsWith(line, "|"); })};
}

std::string NameAndDefault(const trim_option &option)
{
    return std::string("| `") + option.name + "` | `" + option.default_text + "` |";
}

TEST(Options, HaveOneRowEachInTheCodesOrderAndWords)
{
    std::vector<std::string> wanted;
    for (size_t i = 0; i < trim_option_count; ++i) {
        const trim_option &option = trim_option_table[i];
        wanted.push_back(NameAndDefault(option) + " " + AllowedOf(option) + " | " + option.effect +
                         " |");
    }
    EXPECT_EQ(RowsBelow(LinesOf("docs/OPTIONS.md"), "| option | default |"), wanted);
}

TEST(Readme, NamesSevenOptionsWithTheirDefaults)
{
    const auto rows = RowsBelow(LinesOf("README.md"), "| option | default |");
    EXPECT_EQ(rows.size(), 7U);
    for (const std::string &row : rows) {
        EXPECT_TRUE(std::any_of(
            trim_option_table, trim_option_table + trim_option_count,
            [&](const trim_option &option) { return StartsWith(row, NameAndDefault(option)); }))
            << row;
    }
}

TEST(Readme, IsShortEnoughToBeRead)
{
    EXPECT_LE(LinesOf("README.md").size(), 150U);
}

/* The words between the quotation marks of lines from `from` to the next that ends a list. */
std::vector<std::string> WordsOfList(std::vector<std::string>::const_iterator from)
{
    std::vector<std::string> words;
    for (++from; from->find(']') == std::string::npos; ++from) {
        const size_t first = from->find('"') + 1;
        words.push_back(from->substr(first, from->find('"', first) - first));
    }
    return words;
}

TEST(Json, HasARowForEachEventOfTheSchema)
{
    const auto schema = LinesOf("docs/log.schema.json");
    const auto event = std::find(schema.begin(), schema.end(), "    \"event\": {");
    ASSERT_NE(event, schema.end());
    const auto list = std::find(event, schema.end(), "      \"enum\": [");
    ASSERT_NE(list, schema.end());
    const auto rows = RowsBelow(LinesOf("docs/JSON.md"), "| event | level |");
    const auto events = WordsOfList(list);
    ASSERT_EQ(rows.size(), events.size());
    for (size_t i = 0; i < rows.size(); ++i) {
        EXPECT_TRUE(StartsWith(rows[i], "| `" + events[i] + "` |")) << rows[i];
    }
}

} // namespace

/* The README's table of options is held to the table in the code. */
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "option_text.h"
#include "options.h"

#ifndef TRIM_README_PATH
#error "TRIM_README_PATH must name the README.md that is to be checked."
#endif

namespace
{

std::vector<std::string> ReadmeLines()
{
    std::ifstream file(TRIM_README_PATH);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        lines.push_back(line);
    }
    return lines;
}

std::string RowStart(const trim_option &option)
{
    return std::string("| `") + option.name + "` |";
}

bool StartsWith(const std::string &line, const std::string &start)
{
    return line.compare(0, start.size(), start) == 0;
}

TEST(Readme, HasOneRowOfEachOptionThatEqualsTheCode)
{
    const std::vector<std::string> lines = ReadmeLines();
    ASSERT_FALSE(lines.empty()) << TRIM_README_PATH;
    for (size_t i = 0; i < trim_option_count; ++i) {
        const trim_option &option = trim_option_table[i];
        const std::string row = RowStart(option) + " `" + option.default_text + "` | " +
                                AllowedOf(option) + " | " + option.effect + " |";
        std::vector<std::string> found;
        std::copy_if(lines.begin(), lines.end(), std::back_inserter(found),
                     [&](const std::string &line) { return StartsWith(line, RowStart(option)); });
        EXPECT_EQ(found, std::vector<std::string>{row});
    }
}

TEST(Readme, HasNoRowOfAnOptionThatIsGone)
{
    const std::vector<std::string> lines = ReadmeLines();
    const auto first = std::find_if(lines.begin(), lines.end(), [](const std::string &line) {
        return StartsWith(line, RowStart(trim_option_table[0]));
    });
    ASSERT_NE(first, lines.end());
    const auto end = std::find_if(first, lines.end(),
                                  [](const std::string &line) { return !StartsWith(line, "|"); });
    EXPECT_EQ(static_cast<size_t>(end - first), trim_option_count);
}

} // namespace

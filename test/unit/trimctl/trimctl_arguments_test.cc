/* trimctl's command line, and what it prints for scripts. */
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "arguments.h"
#include "figures.h"
#include "json.h"
#include "quantity.h"

namespace
{

class TrimctlArguments : public testing::Test
{
protected:
    int Parse(std::vector<std::string> words)
    {
        std::vector<char *> pointers = {const_cast<char *>("trimctl")};
        words_ = std::move(words);
        for (std::string &word : words_) {
            pointers.push_back(word.data());
        }
        trim_text_init(&message_, buffer_, sizeof buffer_);
        return ctl_arguments_parse(&arguments_, static_cast<int>(pointers.size()), pointers.data(),
                                   &message_);
    }

    std::vector<std::string> words_;
    ctl_arguments arguments_ = {};
    char buffer_[500] = "";
    trim_text message_ = {};
};

TEST_F(TrimctlArguments, NoneAtAllList)
{
    EXPECT_EQ(Parse({}), 0);
    EXPECT_EQ(arguments_.command, CTL_LIST);
    EXPECT_EQ(Parse({"--json"}), 0);
    EXPECT_EQ(arguments_.command, CTL_LIST);
    EXPECT_TRUE(arguments_.json);
}

TEST_F(TrimctlArguments, NameAProcessAndACommand)
{
    EXPECT_EQ(Parse({"42", "trim"}), 0);
    EXPECT_EQ(arguments_.pid, 42);
    EXPECT_EQ(arguments_.command, CTL_TRIM);
    EXPECT_EQ(arguments_.timeout_ns, 5 * TRIM_NS_PER_S);
    EXPECT_EQ(Parse({"--timeout", "9", "42", "--json", "diagnose", "--load"}), 0);
    EXPECT_EQ(arguments_.timeout_ns, 9 * TRIM_NS_PER_S);
    EXPECT_TRUE(arguments_.load);
    EXPECT_EQ(arguments_.command, CTL_DIAGNOSE);
}

TEST_F(TrimctlArguments, JoinOptionsByCommas)
{
    EXPECT_EQ(Parse({"42", "set", "threshold=1g", "urgent=50%,check=off"}), 0);
    EXPECT_STREQ(arguments_.options, "threshold=1g,urgent=50%,check=off");
    EXPECT_EQ(Parse({"42", "start", "--library=/x/y.so"}), 0);
    EXPECT_STREQ(arguments_.options, "");
    EXPECT_STREQ(arguments_.library, "/x/y.so");
}

TEST_F(TrimctlArguments, HelpAndVersionComeFirst)
{
    EXPECT_EQ(Parse({"--help", "whatever"}), 0);
    EXPECT_EQ(arguments_.command, CTL_HELP);
    EXPECT_EQ(Parse({"42", "trim", "--version"}), 0);
    EXPECT_EQ(arguments_.command, CTL_VERSION);
}

TEST_F(TrimctlArguments, ThatAreWrongAreTold)
{
    for (const std::vector<std::string> &words :
         std::vector<std::vector<std::string>>{{"42"},
                                               {"x", "trim"},
                                               {"0", "trim"},
                                               {"-1", "trim"},
                                               {"99999999999", "trim"},
                                               {"42", "tirm"},
                                               {"42", "trim", "now"},
                                               {"42", "set"},
                                               {"42", "trim", "--fast"},
                                               {"42", "trim", "--timeout"},
                                               {"42", "trim", "--timeout", "0"},
                                               {"42", "trim", "--timeout=soon"},
                                               {"42", "trim", "--library"},
                                               {"42", "start", std::string(2000, 'x')}}) {
        EXPECT_EQ(Parse(words), -1) << words.back();
        EXPECT_GT(message_.length, 0U) << words.back();
    }
}

template <typename Print>
std::string Printed(Print print)
{
    char *data = nullptr;
    size_t size = 0;
    FILE *out = open_memstream(&data, &size);
    print(out);
    fclose(out);
    const std::string printed(data, size);
    free(data);
    return printed;
}

TEST(TrimctlJson, EscapesWhatItMust)
{
    const std::string text = "a\"b\\c\n\x01\xc3\xa4";
    EXPECT_EQ(Printed([&](FILE *out) { ctl_json_string(out, text.data(), text.size()); }),
              "\"a\\\"b\\\\c\\u000a\\u0001\\u00c3\\u00a4\"");
}

TEST(TrimctlJson, MakesAnArrayOfLines)
{
    EXPECT_EQ(Printed([](FILE *out) { ctl_json_lines(out, "one\n\ntwo"); }),
              "[\"one\", \"\", \"two\"]");
    EXPECT_EQ(Printed([](FILE *out) { ctl_json_lines(out, ""); }), "[]");
}

TEST(TrimctlFigures, AreFoundByTheirWholeName)
{
    const char figures[] = "trims 3\ntrim 4\nallocator glibc 2.36\nempty \nlast 5";
    uint64_t number = 99;
    EXPECT_TRUE(ctl_figures_number(figures, "trim", &number));
    EXPECT_EQ(number, 4U);
    EXPECT_TRUE(ctl_figures_number(figures, "last", &number));
    EXPECT_EQ(number, 5U);
    EXPECT_FALSE(ctl_figures_number(figures, "tri", &number));
    EXPECT_FALSE(ctl_figures_number(figures, "allocator", &number));
    EXPECT_FALSE(ctl_figures_number(figures, "empty", &number));
    EXPECT_EQ(number, 5U);
}

TEST(TrimctlFigures, BecomeNumbersAndStrings)
{
    EXPECT_EQ(Printed([](FILE *out) {
                  ctl_figures_print_json(out, "trims 3\nallocator glibc 2.36\nodd 007\nnone\n");
              }),
              "\"trims\": 3, \"allocator\": \"glibc 2.36\", \"odd\": \"007\"");
}

} // namespace

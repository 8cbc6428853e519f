/* Options that change while the agent runs. */
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "option_text.h"
#include "quantity.h"

namespace
{

struct Changed {
    bool accepted;
    trim_options options;
    std::string message;
};

Changed Change(const std::string &before, const std::string &text)
{
    Changed changed = {false, ParseOptions(before).options, ""};
    BoundedText message;
    changed.accepted = trim_options_change(&changed.options, text.c_str(), message.get()) == 0;
    changed.message = message.str();
    return changed;
}

std::string ChangesOf(const trim_options &before, const trim_options &after)
{
    BoundedText text;
    trim_fields off = {};
    trim_options_add_changes(text.get(), &off, &before, &after);
    return text.str();
}

TEST(OptionsChange, OnlyWhatIsNamed)
{
    const Changed changed = Change("threshold=512m,cooldown=7s", "threshold=1g,check:off");
    ASSERT_TRUE(changed.accepted) << changed.message;
    EXPECT_EQ(changed.options.threshold_bytes, TRIM_GIB);
    EXPECT_EQ(changed.options.check_ns, 0U);
    EXPECT_EQ(changed.options.cooldown_ns, 7 * TRIM_NS_PER_S) << "not the default";
}

TEST(OptionsChange, IsRefusedAsAWholeWhereOneIsBad)
{
    const Changed changed = Change("threshold=512m", "cooldown=7s,threshold=5x");
    EXPECT_FALSE(changed.accepted);
    EXPECT_NE(changed.message.find("'5x'"), std::string::npos) << changed.message;
    EXPECT_EQ(EchoOf(changed.options), EchoOf(ParseOptions("threshold=512m").options));
    EXPECT_FALSE(Change("", "").options.help);
    EXPECT_FALSE(Change("", "nothing=1").accepted);
    EXPECT_FALSE(Change("", "worth=1g,worth=2g").accepted);
}

TEST(OptionsChange, IsRefusedForWhatIsDoneAtTheStart)
{
    const std::set<std::string> at_start = {"trim-threshold",
                                            "mmap-threshold",
                                            "arena-max",
                                            "log",
                                            "format",
                                            "metrics",
                                            "jfr",
                                            "jmx",
                                            "strict",
                                            "help"};
    for (size_t i = 0; i < trim_option_count; ++i) {
        const trim_option &option = trim_option_table[i];
        const std::string text = std::string(option.name) + "=" + option.default_text;
        const Changed changed = Change("", text);
        EXPECT_EQ(changed.accepted, at_start.count(option.name) == 0) << text;
        if (!changed.accepted) {
            EXPECT_NE(changed.message.find(option.name), std::string::npos) << changed.message;
            EXPECT_NE(changed.message.find("when the agent starts"), std::string::npos);
        }
    }
}

TEST(OptionsChange, KeepsMaxWaitAtLeastSettle)
{
    const Changed raised = Change("", "settle=20s");
    ASSERT_TRUE(raised.accepted) << raised.message;
    EXPECT_EQ(raised.options.max_wait_ns, 20 * TRIM_NS_PER_S);
    EXPECT_FALSE(Change("", "settle=20s,max-wait=5s").accepted);
}

TEST(OptionsChange, IsToldOldAndNew)
{
    const trim_options before = ParseOptions("threshold=512m").options;
    EXPECT_EQ(ChangesOf(before, ParseOptions("threshold=1g").options), "set threshold: 512m -> 1g");
    EXPECT_EQ(ChangesOf(before, ParseOptions("threshold=5%,check=off").options),
              "set threshold: 512m -> 5%\nset check: 30s -> off");
    EXPECT_EQ(ChangesOf(before, before), "");
}

} // namespace

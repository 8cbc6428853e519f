/* Option strings from a deterministic generator: no crash, and nothing accepted that its echo does
 * not say. */
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "option_text.h"
#include "options.h"

namespace
{

class OptionStrings
{
public:
    explicit OptionStrings(uint32_t seed) : random_(seed)
    {
        for (size_t i = 0; i < trim_option_count; ++i) {
            names_.push_back(trim_option_table[i].name);
            values_.push_back(trim_option_table[i].default_text);
        }
        for (const char *value : {"0", "off", "1m", "500ms", "1h", "24h", "18446744073709551615",
                                  "-1", "1e9", "300/1s", "full-gc", "reload+watermark", "stdout",
                                  "/tmp/%p", "%", "", "true", "99999999999999999999t", "debug"}) {
            values_.push_back(value);
        }
    }

    /* Mostly well-formed lists, so that many get past the first check. */
    std::string List()
    {
        std::string text;
        const size_t items = Below(4);
        for (size_t i = 0; i <= items; ++i) {
            text += i == 0 ? "" : ",";
            text += names_[Below(names_.size())];
            text += Below(3) == 0 ? ":" : "=";
            text += values_[Below(values_.size())];
        }
        return text;
    }

    std::string Mutated()
    {
        std::string text = List();
        const size_t changes = 1 + Below(3);
        for (size_t i = 0; i < changes && !text.empty(); ++i) {
            const size_t at = Below(text.size());
            switch (Below(4)) {
            case 0:
                text.erase(at, 1 + Below(4));
                break;
            case 1:
                text.insert(at, 1, AnyByte());
                break;
            case 2:
                text[at] = AnyByte();
                break;
            default:
                text.insert(at, text.substr(Below(text.size())));
                break;
            }
        }
        return text;
    }

    std::string Noise()
    {
        std::string text;
        const size_t length = Below(40);
        while (text.size() < length) {
            text += AnyByte();
        }
        return text;
    }

private:
    size_t Below(size_t limit)
    {
        return random_() % limit;
    }
    /* Not NUL: the JVM hands over a C string. */
    char AnyByte()
    {
        return static_cast<char>(1 + Below(255));
    }

    std::mt19937 random_;
    std::vector<std::string> names_;
    std::vector<std::string> values_;
};

/* Whether the text was accepted, after a check of all that must hold in either case. */
bool CheckOne(const std::string &text)
{
    const ParsedOptions parsed = ParseOptions(text);
    if (!parsed.accepted) {
        EXPECT_TRUE(IsUntouched(parsed.options)) << text;
        EXPECT_NE(parsed.message, "") << text;
        return false;
    }
    if (parsed.options.strict != 0) {
        EXPECT_EQ(parsed.message, "") << text;
    }
    const std::string echo = EchoOf(parsed.options);
    const ParsedOptions again = ParseOptions(echo);
    EXPECT_TRUE(again.accepted) << text << " echoes as " << echo << ": " << again.message;
    EXPECT_EQ(EchoOf(again.options), echo) << text;
    for (size_t i = 0; i < trim_option_count; ++i) {
        const trim_option &option = trim_option_table[i];
        if (std::string(option.name) == "help") {
            continue; // Help ends the start, so no echo is ever written with it.
        }
        EXPECT_EQ(ValueOf(option, again.options), ValueOf(option, parsed.options)) << text;
    }
    return true;
}

TEST(OptionsHostile, ListsAreAcceptedOnlyIfTheirEchoSaysTheSame)
{
    OptionStrings strings(1);
    int accepted = 0;
    constexpr int kRounds = 20000;
    for (int i = 0; i < kRounds; ++i) {
        accepted += CheckOne(strings.List()) ? 1 : 0;
    }
    /* A generator whose lists are all refused, or all taken, would test nothing. */
    EXPECT_GT(accepted, kRounds / 100);
    EXPECT_LT(accepted, kRounds);
}

TEST(OptionsHostile, MutatedListsAreAcceptedOnlyIfTheirEchoSaysTheSame)
{
    OptionStrings strings(2);
    int refused = 0;
    for (int i = 0; i < 20000; ++i) {
        refused += CheckOne(strings.Mutated()) ? 0 : 1;
    }
    EXPECT_GT(refused, 10000);
}

TEST(OptionsHostile, NoiseIsRefused)
{
    OptionStrings strings(3);
    for (int i = 0; i < 20000; ++i) {
        const std::string text = strings.Noise();
        if (!text.empty()) {
            EXPECT_FALSE(CheckOne(text)) << text;
        }
    }
}

} // namespace

/* Options as texts, for tests that drive the table of options. */
#ifndef TRIMAGENT_TEST_OPTION_TEXT_H
#define TRIMAGENT_TEST_OPTION_TEXT_H

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bounded_text.h"
#include "options.h"

/* The outcome of one parse. */
struct ParsedOptions {
    bool accepted;
    trim_options options;
    std::string message;
};

inline ParsedOptions ParseOptions(const std::string &text)
{
    ParsedOptions parsed = {};
    /* A pattern that no parse can leave behind by chance shows whether the output was touched. */
    std::memset(&parsed.options, 0x5a, sizeof parsed.options);
    BoundedText message;
    parsed.accepted = trim_options_parse(&parsed.options, text.c_str(), message.get()) == 0;
    parsed.message = message.str();
    return parsed;
}

inline bool IsUntouched(const trim_options &options)
{
    trim_options pattern;
    std::memset(&pattern, 0x5a, sizeof pattern);
    return std::memcmp(&options, &pattern, sizeof pattern) == 0;
}

inline std::string EchoOf(const trim_options &options)
{
    BoundedText echo;
    trim_options_add_echo(echo.get(), &options);
    return echo.str();
}

inline std::string ValueOf(const trim_option &option, const trim_options &options)
{
    BoundedText value;
    trim_option_add_value(value.get(), &option, &options);
    return value.str();
}

inline std::string AllowedOf(const trim_option &option)
{
    BoundedText allowed;
    trim_option_add_allowed(allowed.get(), &option);
    return allowed.str();
}

inline const trim_option &OptionNamed(std::string_view name)
{
    for (size_t i = 0; i < trim_option_count; ++i) {
        if (name == trim_option_table[i].name) {
            return trim_option_table[i];
        }
    }
    throw std::out_of_range("no option " + std::string(name));
}

/* The message for a text that must be refused. */
inline std::string RefusalOf(const std::string &text)
{
    const ParsedOptions parsed = ParseOptions(text);
    EXPECT_FALSE(parsed.accepted) << text;
    EXPECT_TRUE(IsUntouched(parsed.options)) << text;
    EXPECT_NE(parsed.message, "") << text;
    return parsed.message;
}

inline void ExpectMessageHas(const std::string &text, const std::vector<std::string> &parts)
{
    const std::string message = RefusalOf(text);
    for (const std::string &part : parts) {
        EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
    }
}

#endif

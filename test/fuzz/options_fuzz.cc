// Option strings, and the sizes and times in them. What is accepted is echoed as a text that means
// the same.
#include "options.h"

#include "fuzz.h"
#include "quantity.h"

static void read_quantity(const std::string &text)
{
    uint64_t value = 0;
    char shown[TRIM_QUANTITY_TEXT_MAX];
    if (trim_parse_bytes(text.data(), text.size(), &value) == TRIM_PARSE_OK) {
        const std::string exact = trim_format_bytes_exact(shown, value);
        uint64_t again = 0;
        require(trim_parse_bytes(exact.data(), exact.size(), &again) == TRIM_PARSE_OK);
        require(again == value);
    }
    if (trim_parse_duration(text.data(), text.size(), &value) == TRIM_PARSE_OK) {
        require(std::strlen(trim_format_bytes(shown, value)) < sizeof shown);
        require(std::strlen(trim_format_ms(shown, value)) < sizeof shown);
    }
}

// A change that is refused leaves everything as it was; one that is not touches no option of the
// start.
static void change(const std::string &text)
{
    char buffer[4096];
    trim_text message;
    trim_text_init(&message, buffer, sizeof buffer);
    trim_options options;
    trim_options_default(&options);
    const trim_options before = options;
    if (trim_options_change(&options, text.c_str(), &message) != 0) {
        require(std::memcmp(&options, &before, sizeof options) == 0);
        return;
    }
    require(std::strcmp(options.log_target, before.log_target) == 0);
    require(options.arena_max == before.arena_max && options.jmx == before.jmx);
    trim_text_init(&message, buffer, sizeof buffer);
    trim_fields off = {};
    trim_options_add_changes(&message, &off, &before, &options);
}

void read_text(const std::string &text)
{
    read_quantity(text);
    change(text);
    char buffer[4096];
    trim_text message;
    trim_text_init(&message, buffer, sizeof buffer);
    trim_options options;
    if (trim_options_parse(&options, text.c_str(), &message) != 0) {
        require(message.length > 0);
        return;
    }
    trim_text_init(&message, buffer, sizeof buffer);
    trim_options_add_changed(&message, &options);
    trim_text_init(&message, buffer, sizeof buffer);
    trim_options_add_help(&message);
    trim_text_init(&message, buffer, sizeof buffer);
    trim_options_add_echo(&message, &options);
    const std::string echo = buffer;
    trim_options again;
    require(trim_options_parse(&again, echo.c_str(), &message) == 0);
    trim_text_init(&message, buffer, sizeof buffer);
    trim_options_add_echo(&message, &again);
    require(echo == buffer);
}

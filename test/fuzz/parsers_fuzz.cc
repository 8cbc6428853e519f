// Fuzzes everything that reads text which the agent did not write: the option string, /proc, and
// malloc_info's XML. The first byte of the input chooses the parser.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "trimagent/arena_scan.h"
#include "trimagent/malloc_info.h"
#include "trimagent/options.h"
#include "trimagent/process_memory.h"
#include "trimagent/quantity.h"

namespace
{

void require(bool condition)
{
    if (!condition) {
        std::abort();
    }
}

// What is accepted must be echoed as a text that means the same.
void read_options(const std::string &text)
{
    char buffer[4096];
    trim_text message;
    trim_text_init(&message, buffer, sizeof buffer);
    trim_options options;
    if (trim_options_parse(&options, text.c_str(), &message) != 0) {
        require(message.length > 0);
        return;
    }
    trim_text_init(&message, buffer, sizeof buffer);
    trim_options_add_echo(&message, &options);
    const std::string echo = buffer;
    trim_options again;
    require(trim_options_parse(&again, echo.c_str(), &message) == 0);
    trim_text_init(&message, buffer, sizeof buffer);
    trim_options_add_echo(&message, &again);
    require(echo == buffer);
}

void read_malloc_info(const std::string &text)
{
    trim_malloc_info_parser parser;
    trim_malloc_info info;
    trim_malloc_info_begin(&parser, 4096);
    trim_malloc_info_feed(&parser, text.data(), text.size() / 2);
    trim_malloc_info_feed(&parser, text.data() + text.size() / 2, text.size() - text.size() / 2);
    (void)trim_malloc_info_end(&parser, &info);
}

void read_proc(const std::string &text)
{
    uint64_t rss = 0;
    trim_process_memory memory;
    trim_maps_line line;
    (void)trim_parse_statm(text.data(), text.size(), 4096, &rss);
    (void)trim_parse_status(text.data(), text.size(), &memory);
    if (trim_parse_maps_line(text.data(), text.size(), &line) == 0) {
        require(line.start < line.end);
    }
}

void read_quantity(const std::string &text)
{
    uint64_t value = 0;
    char shown[TRIM_QUANTITY_TEXT_MAX];
    if (trim_parse_bytes(text.data(), text.size(), &value) == TRIM_PARSE_OK) {
        const std::string exact = trim_format_bytes_exact(shown, value);
        uint64_t again = 0;
        require(trim_parse_bytes(exact.data(), exact.size(), &again) == TRIM_PARSE_OK);
        require(again == value);
    }
    (void)trim_parse_duration(text.data(), text.size(), &value);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    // A string of exactly this size, so that AddressSanitizer sees a step beyond its end.
    const std::string text(reinterpret_cast<const char *>(data) + 1, size - 1);
    switch (data[0] % 4) {
    case 0:
        read_options(text);
        break;
    case 1:
        read_malloc_info(text);
        break;
    case 2:
        read_proc(text);
        break;
    default:
        read_quantity(text);
        break;
    }
    return 0;
}

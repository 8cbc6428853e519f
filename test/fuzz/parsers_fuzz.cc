// Fuzzes everything that reads text which the agent did not write: the option string, /proc,
// cgroups, and malloc_info's XML. The first byte of the input chooses the parser.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "arena_scan.h"
#include "cgroup_path.h"
#include "cpu_count.h"
#include "cpu_throttle.h"
#include "flat_keyed.h"
#include "malloc_info.h"
#include "options.h"
#include "pressure.h"
#include "process_memory.h"
#include "quantity.h"

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
    if (trim_malloc_info_end(&parser, &info) == 0) {
        require(parser.arena_count <= TRIM_ARENA_FIGURES_MAX);
        require(parser.arena_count <= info.arenas);
        for (size_t arena = 0; arena < parser.arena_count; ++arena) {
            require(parser.arenas[arena].inner_bytes <= info.inner_bytes);
            require(parser.arenas[arena].system_bytes <= info.system_bytes);
        }
    }
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

// A path below a mount point never leads out of it.
void view_cgroup(trim_span root, trim_span path)
{
    trim_span below = {nullptr, 0};
    if (trim_cgroup_view(root, path, &below) == TRIM_CGROUP_INSIDE) {
        require(below.length <= path.length);
        require(below.length == 0 || below.data[0] == '/');
        require((std::string(below.data, below.length) + "/").find("/../") == std::string::npos);
    }
}

void read_cgroup(const std::string &text)
{
    trim_cgroup_line line;
    trim_mount_line mount;
    uint64_t value = 0;
    trim_cpu_stat stat;
    trim_pressure_averages averages;
    char path[64];
    (void)trim_parse_single_value(text.data(), text.size(), &value);
    (void)trim_flat_keyed_find(text.data(), text.size(), "inactive_file", &value);
    (void)trim_parse_cpu_stat(text.data(), text.size(), &stat);
    if (trim_parse_pressure(text.data(), text.size(), &averages) == 0) {
        require(averages.avg10 <= 10000 && averages.avg60 <= 10000 && averages.avg300 <= 10000);
    }
    (void)trim_parse_cpu_max(text.data(), text.size());
    const size_t half = text.find('\n');
    const trim_span first = {text.data(), half == std::string::npos ? text.size() : half};
    const trim_span second = {text.data() + first.length, text.size() - first.length};
    (void)trim_parse_cfs_quota(first.data, first.length, second.data, second.length);
    if (trim_parse_cgroup_line(first.data, first.length, &line) == 0) {
        view_cgroup(first, line.path);
        view_cgroup(line.path, line.path);
        (void)trim_list_has(line.controllers, "memory");
    }
    if (trim_parse_mount_line(first.data, first.length, &mount) == 0) {
        view_cgroup(mount.root, second);
        const long length = trim_unescape_path(mount.mount_point, path, sizeof path);
        require(length < 64 && (length < 0 || path[length] == '\0'));
        (void)trim_list_has(mount.super_options, "memory");
    }
    view_cgroup(first, second);
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
    switch (data[0] % 5) {
    case 0:
        read_options(text);
        break;
    case 1:
        read_malloc_info(text);
        break;
    case 2:
        read_proc(text);
        break;
    case 3:
        read_quantity(text);
        break;
    default:
        read_cgroup(text);
        break;
    }
    return 0;
}

// Lines of /proc/PID/maps.
#include "arena_scan.h"
#include "fuzz.h"

void read_text(const std::string &text)
{
    for_each_line(text, [](const std::string &line) {
        trim_maps_line parsed;
        if (trim_parse_maps_line(line.data(), line.size(), &parsed) == 0) {
            require(parsed.start < parsed.end);
            require(!(parsed.anonymous && parsed.main_heap));
        }
    });
}

// Lines of /proc/PID/smaps, which trimctl reads.
#include "fuzz.h"
#include "mappings.h"

void read_text(const std::string &text)
{
    ctl_mappings mappings = {};
    for_each_line(text, [&](const std::string &line) {
        require(ctl_mappings_take(&mappings, line.data(), line.size()) == 0);
    });
    require(mappings.count <= mappings.room);
    for (size_t i = 0; i < mappings.count; ++i) {
        require(mappings.mappings[i].start < mappings.mappings[i].end);
    }
    ctl_mappings_free(&mappings);
}

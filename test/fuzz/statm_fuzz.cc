// The text of /proc/PID/statm.
#include "fuzz.h"
#include "process_memory.h"

void read_text(const std::string &text)
{
    for (const uint64_t page : {UINT64_C(4096), UINT64_C(65536)}) {
        uint64_t rss = 1;
        if (trim_parse_statm(text.data(), text.size(), page, &rss) == 0) {
            require(rss % page == 0);
        } else {
            require(rss == 1);
        }
    }
}

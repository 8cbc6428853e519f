// The text of /proc/PID/status, and of /proc/meminfo, which has lines of the same form.
#include "fuzz.h"
#include "proc_status.h"
#include "process_memory.h"

void read_text(const std::string &text)
{
    trim_process_memory memory = {};
    if (trim_parse_status(text.data(), text.size(), &memory) == 0) {
        require(memory.rss_bytes % 1024 == 0 && memory.swap_bytes % 1024 == 0);
    }
    uint64_t bytes = 1;
    for (const char *name : {"MemTotal:", "MemAvailable:", "VmLck:", "Hugepagesize:"}) {
        (void)trim_find_kib_line(text.data(), text.size(), name, &bytes);
        require(bytes == 1 || bytes % 1024 == 0);
    }
    ctl_status status;
    (void)ctl_parse_status(&status, 1, text.data(), text.size());
}

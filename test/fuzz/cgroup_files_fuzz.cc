// The files of a cgroup: single values, flat keyed ones, cpu.stat, cpu.max and v1's quota.
#include "cpu_count.h"
#include "cpu_throttle.h"
#include "flat_keyed.h"
#include "fuzz.h"

void read_text(const std::string &text)
{
    uint64_t value = 1;
    trim_cpu_stat stat;
    (void)trim_parse_single_value(text.data(), text.size(), &value);
    for (const char *key : {"inactive_file", "total_inactive_file", "hierarchical_memory_limit"}) {
        (void)trim_flat_keyed_find(text.data(), text.size(), key, &value);
    }
    (void)trim_parse_cpu_stat(text.data(), text.size(), &stat);
    (void)trim_parse_cpu_max(text.data(), text.size());
    const size_t half = text.find('\n');
    const size_t first = half == std::string::npos ? text.size() : half + 1;
    (void)trim_parse_cfs_quota(text.data(), first, text.data() + first, text.size() - first);
}

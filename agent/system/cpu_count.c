#include "cpu_count.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "quantity.h"

/* Such a file has one or two numbers. */
#define TEXT_MAX 64

/* The length of the text up to the first space or newline. */
static size_t word_length(const char *text, size_t length)
{
    size_t end = 0;
    while (end < length && text[end] != ' ' && text[end] != '\n') {
        end++;
    }
    return end;
}

uint64_t trim_parse_cfs_quota(const char *quota, size_t quota_length, const char *period,
                              size_t period_length)
{
    uint64_t quota_us = 0;
    uint64_t period_us = 0;
    if (trim_parse_count(quota, word_length(quota, quota_length), &quota_us) != TRIM_PARSE_OK ||
        trim_parse_count(period, word_length(period, period_length), &period_us) != TRIM_PARSE_OK ||
        quota_us == 0 || period_us == 0) {
        return 0;
    }
    return quota_us / period_us + (quota_us % period_us != 0 ? 1 : 0);
}

uint64_t trim_parse_cpu_max(const char *text, size_t length)
{
    size_t quota_length = word_length(text, length);
    if (quota_length == length) {
        return 0;
    }
    const char *period = text + quota_length + 1;
    return trim_parse_cfs_quota(text, quota_length, period, length - quota_length - 1);
}

/* The quota of one level in CPUs, or 0. */
static uint64_t quota_of(const struct trim_cgroup *cgroup, size_t level)
{
    char quota[TEXT_MAX];
    char period[TEXT_MAX];
    if (cgroup->version == TRIM_CGROUP_V2) {
        long length = trim_cgroup_read(cgroup, level, "cpu.max", quota, sizeof quota);
        return length > 0 ? trim_parse_cpu_max(quota, (size_t)length) : 0;
    }
    long quota_length = trim_cgroup_read(cgroup, level, "cpu.cfs_quota_us", quota, sizeof quota);
    long period_length =
        trim_cgroup_read(cgroup, level, "cpu.cfs_period_us", period, sizeof period);
    return quota_length > 0 && period_length > 0
               ? trim_parse_cfs_quota(quota, (size_t)quota_length, period, (size_t)period_length)
               : 0;
}

/* The CPUs of the affinity mask; where there are more than the mask has room for, those online. */
static uint64_t affinity(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) {
        return (uint64_t)CPU_COUNT(&set);
    }
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (uint64_t)online : 1;
}

uint64_t trim_cpu_count(const char *root)
{
    uint64_t cpus = affinity();
    struct trim_cgroup cgroup;
    if (trim_cgroup_open(&cgroup, root, "cpu") != 0) {
        return cpus;
    }
    size_t level = cgroup.length;
    do {
        uint64_t quota = quota_of(&cgroup, level);
        cpus = quota != 0 ? trim_min(cpus, quota) : cpus;
    } while (trim_cgroup_parent(&cgroup, &level));
    return cpus;
}

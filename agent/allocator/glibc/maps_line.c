/* A line of /proc/PID/maps. */
#include <string.h>

#include "arena_scan.h"

/* Reads a hexadecimal number that ends at the byte end. */
static int parse_hex(const char **at, const char *limit, char end, uint64_t *value)
{
    uint64_t sum = 0;
    const char *digit = *at;
    for (; digit < limit && *digit != end; digit++) {
        unsigned nibble = 0;
        if (*digit >= '0' && *digit <= '9') {
            nibble = (unsigned)(*digit - '0');
        } else if (*digit >= 'a' && *digit <= 'f') {
            nibble = (unsigned)(*digit - 'a') + 10;
        } else {
            return -1;
        }
        if (sum >> 60 != 0) {
            return -1;
        }
        sum = sum << 4 | nibble;
    }
    if (digit == limit || digit == *at) {
        return -1;
    }
    *at = digit + 1;
    *value = sum;
    return 0;
}

/* Moves behind the word at *at and the blanks after it. */
static void skip_word(const char **at, const char *limit)
{
    while (*at < limit && **at != ' ') {
        (*at)++;
    }
    while (*at < limit && **at == ' ') {
        (*at)++;
    }
}

static bool starts_with(const char *at, const char *limit, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(limit - at) >= length && memcmp(at, word, length) == 0;
}

int trim_parse_maps_line(const char *line, size_t length, struct trim_maps_line *parsed)
{
    struct trim_maps_line result = {0};
    const char *at = line;
    const char *limit = line + length;
    if (parse_hex(&at, limit, '-', &result.start) != 0 ||
        parse_hex(&at, limit, ' ', &result.end) != 0 || result.end <= result.start ||
        limit - at < 5) {
        return -1;
    }
    result.private_rw = starts_with(at, limit, "rw-p ");
    skip_word(&at, limit); /* Permissions. */
    skip_word(&at, limit); /* Offset. */
    skip_word(&at, limit); /* Device. */
    if (at == limit) {
        return -1;
    }
    bool no_inode = starts_with(at, limit, "0") && (limit - at == 1 || at[1] == ' ');
    skip_word(&at, limit);
    result.anonymous = no_inode && (at == limit || starts_with(at, limit, "[anon:"));
    result.main_heap = no_inode && limit - at == 6 && starts_with(at, limit, "[heap]");
    *parsed = result;
    return 0;
}

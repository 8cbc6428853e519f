#include "lot.h"

#include <stddef.h>

double trim_lot_held_ns(const struct trim_lot *lot)
{
    return lot->bytes == 0 ? 0 : lot->held_byte_ns / (double)lot->bytes;
}

const char *trim_verdict_name(enum trim_verdict verdict)
{
    static const char *const names[] = {"none", "open", "good", "useless", "regretted", "refilled"};
    return (size_t)verdict < sizeof names / sizeof names[0] ? names[verdict] : "unknown";
}

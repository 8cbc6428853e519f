#include "reason.h"

const char *trim_reason_name(enum trim_reason reason)
{
    switch (reason) {
    case TRIM_REASON_WATERMARK:
        return "watermark";
    case TRIM_REASON_GROWTH:
        return "growth";
    case TRIM_REASON_PRESSURE:
        return "pressure";
    case TRIM_REASON_RELOAD:
        return "reload";
    case TRIM_REASON_FULL_GC:
        return "full-gc";
    case TRIM_REASON_DEMAND:
        return "demand";
    case TRIM_REASON_COUNT:
        break;
    }
    return "unknown";
}

const char *trim_skip_name(enum trim_skip skip)
{
    switch (skip) {
    case TRIM_SKIP_NONE:
        return "none";
    case TRIM_SKIP_BELOW_THRESHOLD:
        return "below-threshold";
    case TRIM_SKIP_WAITING:
        return "waiting";
    case TRIM_SKIP_REUSED:
        return "reused";
    case TRIM_SKIP_UNCHANGED:
        return "unchanged";
    case TRIM_SKIP_GROWING:
        return "growing";
    case TRIM_SKIP_COOLDOWN:
        return "cooldown";
    case TRIM_SKIP_NO_ESTIMATE:
        return "no-estimate";
    case TRIM_SKIP_COUNT:
        break;
    }
    return "unknown";
}

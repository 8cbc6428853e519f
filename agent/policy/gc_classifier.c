#include "gc_classifier.h"

static bool moved(const struct trim_gc_counts *last, const struct trim_gc_counts *now,
                  int collector)
{
    return now->present[collector] && now->invocations[collector] != last->invocations[collector];
}

enum trim_pause trim_gc_classify(const struct trim_gc_counts *last,
                                 const struct trim_gc_counts *now)
{
    if (!now->present[TRIM_COLLECTOR_YOUNG] && !now->present[TRIM_COLLECTOR_FULL] &&
        !now->present[TRIM_COLLECTOR_CONCURRENT]) {
        return TRIM_PAUSE_UNKNOWN;
    }
    if (moved(last, now, TRIM_COLLECTOR_FULL) || moved(last, now, TRIM_COLLECTOR_CONCURRENT)) {
        return TRIM_PAUSE_OLD;
    }
    if (moved(last, now, TRIM_COLLECTOR_YOUNG)) {
        return TRIM_PAUSE_YOUNG;
    }
    return now->present[TRIM_COLLECTOR_CONCURRENT] ? TRIM_PAUSE_NOTHING : TRIM_PAUSE_OLD;
}

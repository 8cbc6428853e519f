#include "trimagent/cooldown.h"

#include <string.h>

#include "trimagent/clock.h"
#include "trimagent/quantity.h"

/* A trim is useless where it released less than this part of what was expected. */
#define USELESS_PART 4

/* Where memory is short only this part of the cooldown is kept, but no less than this long. */
#define URGENT_PART 8
#define URGENT_LEAST_NS TRIM_NS_PER_S
/* And no less than so many times what the last trim took: a tenth of the time under the arenas'
 * locks is the most. */
#define URGENT_REST 10

void trim_cooldown_init(struct trim_cooldown *cooldown, uint64_t base_ns, uint64_t max_ns)
{
    memset(cooldown, 0, sizeof *cooldown);
    cooldown->base_ns = base_ns;
    cooldown->max_ns = max_ns;
    cooldown->length_ns = base_ns;
    cooldown->recheck_due_ns = TRIM_NEVER;
}

static uint64_t length_ns(const struct trim_cooldown *cooldown, bool urgent)
{
    if (!urgent) {
        return cooldown->length_ns;
    }
    uint64_t short_ns = trim_max(cooldown->length_ns / URGENT_PART, URGENT_LEAST_NS);
    return trim_min(trim_max(short_ns, cooldown->least_ns), cooldown->length_ns);
}

uint64_t trim_cooldown_end_ns(const struct trim_cooldown *cooldown, bool urgent)
{
    return cooldown->trimmed ? cooldown->last_trim_ns + length_ns(cooldown, urgent) : 0;
}

void trim_cooldown_start(struct trim_cooldown *cooldown, uint64_t end_ns, uint64_t took_ns)
{
    cooldown->least_ns = took_ns * URGENT_REST;
    cooldown->trimmed = true;
    cooldown->last_trim_ns = end_ns;
    cooldown->verdict = TRIM_VERDICT_NONE;
    cooldown->recheck_due_ns = TRIM_NEVER;
}

static void lengthen(struct trim_cooldown *cooldown)
{
    uint64_t max_ns = cooldown->max_ns;
    cooldown->length_ns = cooldown->length_ns < max_ns / 2 ? cooldown->length_ns * 2 : max_ns;
}

static void shorten(struct trim_cooldown *cooldown)
{
    cooldown->length_ns = trim_max(cooldown->length_ns / 2, cooldown->base_ns);
}

bool trim_cooldown_judge(struct trim_cooldown *cooldown, uint64_t expected_bytes,
                         uint64_t released_bytes, bool urgent)
{
    if (released_bytes < expected_bytes / USELESS_PART) {
        cooldown->verdict = TRIM_VERDICT_USELESS;
        cooldown->useless++;
        lengthen(cooldown);
        return false;
    }
    cooldown->verdict = TRIM_VERDICT_OPEN;
    /* Before the next trim is possible, which would leave this one without a verdict. */
    cooldown->recheck_due_ns =
        cooldown->last_trim_ns + trim_min(cooldown->base_ns, length_ns(cooldown, urgent));
    cooldown->released_bytes = released_bytes;
    return true;
}

void trim_cooldown_recheck(struct trim_cooldown *cooldown, bool known, uint64_t refaulted_bytes)
{
    cooldown->recheck_due_ns = TRIM_NEVER;
    if (!known) {
        cooldown->verdict = TRIM_VERDICT_NONE;
    } else if (refaulted_bytes >= cooldown->released_bytes / 2) {
        cooldown->verdict = TRIM_VERDICT_REGRETTED;
        cooldown->regretted++;
        lengthen(cooldown);
    } else {
        cooldown->verdict = TRIM_VERDICT_GOOD;
        shorten(cooldown);
    }
}

const char *trim_verdict_name(enum trim_verdict verdict)
{
    static const char *const names[] = {"none", "open", "good", "useless", "regretted"};
    return (size_t)verdict < sizeof names / sizeof names[0] ? names[verdict] : "unknown";
}

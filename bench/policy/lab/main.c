/*
 * The laboratory's program. Its arguments set prices (NAME=VALUE); each line of stdin is one run:
 *
 *     NAME SCALE PHASE_MS LENGTH_MS BACKGROUND_PERMILLE PATH
 *
 * and for each a line for each strategy goes to stdout, with the optimum and foresight first where
 * optimum=1 says so. log=1 writes to stderr what the strategies do.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "optimum.h"

#define NS_PER_MS UINT64_C(1000000)

struct settings {
    struct lab_prices prices;
    struct lab_overlay overlay;
    bool until_growing;
    const char *options;
    const char *only; /* The one strategy that is wanted; NULL: all. */
    bool with_optimum;
    bool log;
};

static void set_defaults(struct settings *settings)
{
    memset(settings, 0, sizeof *settings);
    struct lab_prices *prices = &settings->prices;
    prices->worth_bytes = 8 * LAB_GIB;
    prices->release_ns_per_byte = 75e6 / LAB_GIB;
    prices->refault_ns_per_byte = 310e6 / LAB_GIB;
    prices->recount_ns_per_byte = 1e6 / LAB_GIB;
    prices->release_fixed_ns = 1000000;
    prices->look_ns = 700000;
    prices->useless_ns = 800000;
    prices->poll_ns = 15000;
    prices->room_ns = 300000;
    prices->sample_ns = 100000;
    prices->wake_ns = 5000;
    prices->base_bytes = 100 << 20;
    settings->options = "";
}

/* Takes NAME=VALUE. */
static bool set(struct settings *settings, const char *argument)
{
    struct lab_prices *prices = &settings->prices;
    const char *equals = strchr(argument, '=');
    if (equals == NULL) {
        return false;
    }
    size_t length = (size_t)(equals - argument);
    const char *text = equals + 1;
    double value = atof(text);
    const struct {
        const char *name;
        double *to;
        double unit;
    } rates[] = {
        {"worth_gib", &prices->worth_bytes, LAB_GIB},
        {"release_ms_per_gib", &prices->release_ns_per_byte, 1e6 / LAB_GIB},
        {"refault_ms_per_gib", &prices->refault_ns_per_byte, 1e6 / LAB_GIB},
        {"recount_ms_per_gib", &prices->recount_ns_per_byte, 1e6 / LAB_GIB},
    };
    const struct {
        const char *name;
        uint64_t *to;
        double unit;
    } figures[] = {
        {"release_us", &prices->release_fixed_ns, 1e3},
        {"look_us", &prices->look_ns, 1e3},
        {"useless_us", &prices->useless_ns, 1e3},
        {"poll_us", &prices->poll_ns, 1e3},
        {"wake_us", &prices->wake_ns, 1e3},
        {"room_us", &prices->room_ns, 1e3},
        {"sample_us", &prices->sample_ns, 1e3},
        {"base_mib", &prices->base_bytes, 1048576},
    };
    const struct {
        const char *name;
        double *to;
    } overlays[] = {
        {"leak_kib_per_hour", &settings->overlay.leak_kib_per_hour},
        {"cache_mib", &settings->overlay.cache_mib},
        {"cache_hours", &settings->overlay.cache_hours},
        {"day_mib", &settings->overlay.day_mib},
        {"day_hours", &settings->overlay.day_hours},
        {"gc_s", &settings->overlay.gc_s},
    };
    for (size_t i = 0; i < sizeof overlays / sizeof overlays[0]; i++) {
        if (strlen(overlays[i].name) == length && memcmp(overlays[i].name, argument, length) == 0) {
            *overlays[i].to = value;
            return value >= 0;
        }
    }
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        if (strlen(rates[i].name) == length && memcmp(rates[i].name, argument, length) == 0) {
            *rates[i].to = value * rates[i].unit;
            return value > 0;
        }
    }
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        if (strlen(figures[i].name) == length && memcmp(figures[i].name, argument, length) == 0) {
            *figures[i].to = (uint64_t)(value * figures[i].unit);
            return value >= 0;
        }
    }
    if (strncmp(argument, "options=", length + 1) == 0) {
        settings->options = text;
    } else if (strncmp(argument, "only=", length + 1) == 0) {
        settings->only = text;
    } else if (strncmp(argument, "optimum=", length + 1) == 0) {
        settings->with_optimum = value != 0;
    } else if (strncmp(argument, "until_growing=", length + 1) == 0) {
        settings->until_growing = value != 0;
    } else if (strncmp(argument, "log=", length + 1) == 0) {
        settings->log = value != 0;
    } else {
        return false;
    }
    return true;
}

static void print_tally(const char *name, const char *strategy, const struct lab_run *run,
                        const struct lab_prices *prices, const struct lab_tally *tally)
{
    printf("%s,%s,%.3f,%.6f,%.3f,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
           ",%.3f,%.6f,%.6f,%.6f,%.6f,%d,%.3f\n",
           name, strategy, (double)lab_run_length(run) / LAB_NS_PER_S,
           lab_tally_cost_ns(tally, prices) / LAB_NS_PER_S,
           tally->held_byte_ns / LAB_NS_PER_S / 1048576, tally->trims, tally->useless, tally->looks,
           tally->polls, tally->wakes, tally->released_bytes / 1048576,
           tally->release_ns / LAB_NS_PER_S, tally->look_ns / LAB_NS_PER_S,
           tally->refault_ns / LAB_NS_PER_S, tally->idle_ns / LAB_NS_PER_S, tally->stuck ? 1 : 0,
           (double)tally->growing_ns / LAB_NS_PER_S);
}

static bool play(const struct settings *settings, const char *name, const struct lab_run *run)
{
    struct lab_tally tally;
    if (settings->with_optimum) {
        lab_optimum(run, &settings->prices, &tally);
        print_tally(name, "optimum", run, &settings->prices, &tally);
        lab_foresight(run, &settings->prices, &tally);
        print_tally(name, "foresight", run, &settings->prices, &tally);
    }
    for (size_t i = 0; i < lab_strategy_count; i++) {
        const struct lab_strategy *strategy = &lab_strategies[i];
        if (settings->only != NULL && strcmp(settings->only, strategy->name) != 0) {
            continue;
        }
        if (!lab_engine_run(run, &settings->prices, strategy, settings->options,
                            settings->log ? stderr : NULL, &tally)) {
            fprintf(stderr, "%s refuses the options\n", strategy->name);
            return false;
        }
        print_tally(name, strategy->name, run, &settings->prices, &tally);
    }
    return true;
}

static bool play_line(struct settings *settings, const char *line)
{
    char name[128];
    char path[1024];
    struct lab_run run;
    uint64_t phase_ms;
    uint64_t length_ms;
    if (sscanf(line, "%127s %lf %" SCNu64 " %" SCNu64 " %" SCNu64 " %1023[^\n]", name, &run.scale,
               &phase_ms, &length_ms, &settings->prices.background_permille, path) != 6) {
        fprintf(stderr, "not a run: %s", line);
        return false;
    }
    run.phase_ns = phase_ms * NS_PER_MS;
    run.length_ns = length_ms * NS_PER_MS;
    run.overlay = settings->overlay;
    run.until_growing = settings->until_growing;
    run.trace = lab_trace_load(path);
    return run.trace != NULL && play(settings, name, &run);
}

int main(int argc, char **argv)
{
    struct settings settings;
    char line[2048];
    set_defaults(&settings);
    for (int i = 1; i < argc; i++) {
        if (!set(&settings, argv[i])) {
            fprintf(stderr, "not a price or a setting: %s\n", argv[i]);
            return 2;
        }
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (!play_line(&settings, line)) {
            return 1;
        }
    }
    return 0;
}

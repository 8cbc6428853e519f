#include "pressure_text.h"

#include "error_text.h"

static void add_source(struct trim_text *text, const struct trim_pressure *pressure,
                       enum trim_pressure_source source)
{
    if (source == TRIM_PRESSURE_CGROUP) {
        trim_cgroup_add_path(text, &pressure->cgroup, pressure->cgroup.length, "memory.pressure");
    } else {
        trim_text_add(text, "%s/proc/pressure/memory", pressure->cgroup.root);
    }
}

static void add_error(struct trim_text *text, const struct trim_pressure *pressure,
                      enum trim_pressure_source source, int error, const char *before)
{
    char why[TRIM_ERROR_TEXT_MAX];
    trim_text_add(text, "%s", before);
    add_source(text, pressure, source);
    trim_text_add(text, ": %s", trim_error_text(why, error));
}

/* Appends in brackets why a better trigger could not be set. */
static void add_errors(struct trim_text *text, const struct trim_pressure *pressure)
{
    const char *before = " (";
    if (pressure->cgroup_error != 0) {
        add_error(text, pressure, TRIM_PRESSURE_CGROUP, pressure->cgroup_error, before);
        before = "; ";
    }
    if (pressure->system_error != 0) {
        add_error(text, pressure, TRIM_PRESSURE_SYSTEM, pressure->system_error, before);
        before = "; ";
    }
    if (pressure->trigger == TRIM_PRESSURE_NONE && before[0] == ' ') {
        trim_text_add(text, " (the trigger was lost too often");
        before = "; ";
    }
    trim_text_add(text, before[0] == ' ' ? "" : ")");
}

void trim_pressure_add(struct trim_text *text, const struct trim_pressure *pressure)
{
    bool averages_too =
        pressure->averages != TRIM_PRESSURE_NONE && pressure->averages != pressure->trigger;
    trim_text_add(text, "memory pressure ");
    if (pressure->trigger != TRIM_PRESSURE_NONE) {
        trim_text_add(text, "is told by the trigger on ");
        add_source(text, pressure, pressure->trigger);
    } else if (averages_too) {
        trim_text_add(text, "is read from the averages of ");
        add_source(text, pressure, pressure->averages);
    } else {
        trim_text_add(text, "unknown");
    }
    add_errors(text, pressure);
    if (pressure->trigger != TRIM_PRESSURE_NONE && averages_too) {
        trim_text_add(text, ", averages of ");
        add_source(text, pressure, pressure->averages);
    }
}

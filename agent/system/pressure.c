#include "pressure.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "process_memory.h"
#include "quantity.h"

/* A process is not moved often. More losses than these look like a kernel that refuses. */
#define LOSSES_MAX 8

#define TEXT_OF(number) TEXT_OF_EXPANDED(number)
#define TEXT_OF_EXPANDED(number) #number

/* The kernel overwrites the last byte that it is given, so the NUL is written too. */
static const char trigger_text[] =
    "some " TEXT_OF(TRIM_PRESSURE_STALL_US) " " TEXT_OF(TRIM_PRESSURE_WINDOW_US);

/* Opens a pressure file and sets the trigger. Returns 0, or an error number. */
static int set_trigger(struct trim_descriptor *kept, const char *path)
{
    if (trim_descriptor_keep(kept, open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)) != 0) {
        return errno;
    }
    ssize_t written = write(kept->fd, trigger_text, sizeof trigger_text);
    if (written == (ssize_t)sizeof trigger_text) {
        return 0;
    }
    int error = written < 0 ? errno : EIO;
    trim_descriptor_close(kept);
    return error;
}

static bool has_cgroup(const struct trim_pressure *pressure)
{
    return pressure->cgroup.version == TRIM_CGROUP_V2;
}

/* The directory and the name of a source's file. Returns the directory's length, or -1. */
static int source_directory(const struct trim_pressure *pressure, enum trim_pressure_source source,
                            char *directory, size_t capacity, const char **name)
{
    bool system = source == TRIM_PRESSURE_SYSTEM;
    *name = system ? "memory" : "memory.pressure";
    int length = system ? snprintf(directory, capacity, "%s/proc/pressure", pressure->cgroup.root)
                        : snprintf(directory, capacity, "%s", pressure->cgroup.directory);
    return length >= 0 && (size_t)length < capacity ? length : -1;
}

/* Sets the trigger on a source. Returns 0, or an error number. */
static int try_trigger(struct trim_pressure *pressure, enum trim_pressure_source source)
{
    char path[PATH_MAX];
    const char *name = NULL;
    int length = source_directory(pressure, source, path, sizeof path, &name);
    if (length < 0 || (size_t)length + 1 + strlen(name) >= sizeof path) {
        return ENAMETOOLONG;
    }
    (void)snprintf(path + length, sizeof path - (size_t)length, "/%s", name);
    int error = set_trigger(&pressure->kept, path);
    pressure->trigger = error == 0 ? source : TRIM_PRESSURE_NONE;
    return error;
}

static int read_source(const struct trim_pressure *pressure, enum trim_pressure_source source,
                       struct trim_pressure_averages *averages)
{
    char directory[PATH_MAX];
    char text[512];
    const char *name = NULL;
    if (source_directory(pressure, source, directory, sizeof directory, &name) < 0) {
        return -1;
    }
    long length = trim_read_small_file(directory, name, text, sizeof text);
    return length < 0 ? -1 : trim_parse_pressure(text, (size_t)length, averages);
}

static void search_averages(struct trim_pressure *pressure)
{
    struct trim_pressure_averages ignored;
    pressure->averages = TRIM_PRESSURE_NONE;
    if (has_cgroup(pressure) && read_source(pressure, TRIM_PRESSURE_CGROUP, &ignored) == 0) {
        pressure->averages = TRIM_PRESSURE_CGROUP;
    } else if (read_source(pressure, TRIM_PRESSURE_SYSTEM, &ignored) == 0) {
        pressure->averages = TRIM_PRESSURE_SYSTEM;
    }
}

static void search(struct trim_pressure *pressure)
{
    pressure->trigger = TRIM_PRESSURE_NONE;
    pressure->kept.fd = -1;
    pressure->cgroup_error = 0;
    pressure->system_error = 0;
    if (pressure->losses < LOSSES_MAX) {
        if (has_cgroup(pressure)) {
            pressure->cgroup_error = try_trigger(pressure, TRIM_PRESSURE_CGROUP);
        }
        if (pressure->trigger == TRIM_PRESSURE_NONE) {
            pressure->system_error = try_trigger(pressure, TRIM_PRESSURE_SYSTEM);
        }
    }
    search_averages(pressure);
}

void trim_pressure_open(struct trim_pressure *pressure, const char *root)
{
    pressure->losses = 0;
    (void)trim_cgroup_open(&pressure->cgroup, root, NULL);
    search(pressure);
}

enum trim_pressure_event trim_pressure_polled(struct trim_pressure *pressure, short revents)
{
    if (pressure->kept.fd < 0) {
        return TRIM_PRESSURE_QUIET;
    }
    /* The kernel sets POLLPRI along with POLLERR when the cgroup is removed. */
    if ((revents & (POLLERR | POLLNVAL | POLLHUP)) != 0) {
        trim_pressure_close(pressure);
        pressure->losses++;
        (void)trim_cgroup_refresh(&pressure->cgroup);
        search(pressure);
        return TRIM_PRESSURE_LOST;
    }
    return (revents & POLLPRI) != 0 ? TRIM_PRESSURE_RISEN : TRIM_PRESSURE_QUIET;
}

int trim_pressure_read(struct trim_pressure *pressure, struct trim_pressure_averages *averages)
{
    if (pressure->averages == TRIM_PRESSURE_NONE) {
        return -1;
    }
    if (read_source(pressure, pressure->averages, averages) == 0) {
        return 0;
    }
    /* The cgroup may be gone, or the process moved. */
    (void)trim_cgroup_refresh(&pressure->cgroup);
    search_averages(pressure);
    return pressure->averages == TRIM_PRESSURE_NONE
               ? -1
               : read_source(pressure, pressure->averages, averages);
}

void trim_pressure_close(struct trim_pressure *pressure)
{
    trim_descriptor_close(&pressure->kept);
    pressure->trigger = TRIM_PRESSURE_NONE;
}

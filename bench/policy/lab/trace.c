#include "trace.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MS UINT64_C(1000000)
#define TRACES_MAX 4096

static struct lab_trace *traces[TRACES_MAX];
static size_t trace_count;

static void read_header(struct lab_trace *trace, const char *line)
{
    uint64_t value;
    if (sscanf(line, "# resident_kib %" SCNu64, &value) == 1) {
        trace->base_bytes = value * 1024;
    } else if (sscanf(line, "# look_us %" SCNu64, &value) == 1) {
        trace->look_ns = value * 1000;
    }
}

static bool read_row(struct lab_trace *trace, const char *line)
{
    uint64_t at_ms;
    uint64_t in_use_kib;
    uint64_t cpu_ms;
    struct lab_row row;
    if (sscanf(line, "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64, &at_ms,
               &in_use_kib, &cpu_ms, &row.old_pauses, &row.class_changes) != 5) {
        return false;
    }
    row.at_ns = at_ms * NS_PER_MS;
    row.in_use_bytes = in_use_kib * 1024;
    row.cpu_ns = cpu_ms * NS_PER_MS;
    if (trace->count > 0 && row.at_ns <= trace->rows[trace->count - 1].at_ns) {
        return false;
    }
    if ((trace->count & (trace->count - 1)) == 0) {
        size_t room = trace->count == 0 ? 1 : trace->count * 2;
        trace->rows = realloc(trace->rows, room * sizeof *trace->rows);
        if (trace->rows == NULL) {
            abort();
        }
    }
    trace->rows[trace->count++] = row;
    return true;
}

/*
 * Where the trace goes on after its end: at the first row of its first half whose level is nearest
 * to the last one's, so that the seam is no drop or rise of its own.
 */
static size_t find_loop(const struct lab_trace *trace)
{
    const struct lab_row *last = &trace->rows[trace->count - 1];
    size_t best = 0;
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < trace->count && trace->rows[i].at_ns <= last->at_ns / 2; i++) {
        uint64_t a = trace->rows[i].in_use_bytes;
        uint64_t b = last->in_use_bytes;
        uint64_t distance = a > b ? a - b : b - a;
        if (distance < least) {
            least = distance;
            best = i;
        }
    }
    return best;
}

static struct lab_trace *read_trace(const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        return NULL;
    }
    struct lab_trace *trace = calloc(1, sizeof *trace);
    char line[256];
    unsigned long number = 0;
    bool good = trace != NULL;
    while (good && fgets(line, sizeof line, file) != NULL) {
        number++;
        if (line[0] == '#') {
            read_header(trace, line);
        } else {
            good = read_row(trace, line);
        }
    }
    (void)fclose(file);
    if (!good || trace->count == 0) {
        fprintf(stderr, "%s: not a trace, see line %lu\n", path, number);
        return NULL;
    }
    trace->path = strdup(path);
    trace->loop_from = find_loop(trace);
    return trace;
}

const struct lab_trace *lab_trace_load(const char *path)
{
    for (size_t i = trace_count; i > 0; i--) {
        if (strcmp(traces[i - 1]->path, path) == 0) {
            return traces[i - 1];
        }
    }
    if (trace_count == TRACES_MAX) {
        fprintf(stderr, "more than %d traces\n", TRACES_MAX);
        return NULL;
    }
    struct lab_trace *trace = read_trace(path);
    if (trace != NULL) {
        traces[trace_count++] = trace;
    }
    return trace;
}

uint64_t lab_run_length(const struct lab_run *run)
{
    uint64_t whole_ns = run->trace->rows[run->trace->count - 1].at_ns;
    return run->length_ns != 0 ? run->length_ns : whole_ns - run->phase_ns;
}

static void add_overlay(const struct lab_overlay *overlay, struct lab_row *row)
{
    /* The first row of a run may lie before its beginning. */
    double hours = row->at_ns > INT64_MAX ? 0 : (double)row->at_ns / 3600e9;
    double kib = overlay->leak_kib_per_hour * hours;
    if (overlay->cache_hours > 0) {
        kib += 1024 * overlay->cache_mib * (1 - exp(-hours / overlay->cache_hours));
    }
    if (overlay->day_hours > 0) {
        kib +=
            1024 * overlay->day_mib * (0.5 - 0.5 * cos(2 * acos(-1) * hours / overlay->day_hours));
    }
    row->in_use_bytes += (uint64_t)(kib * 1024);
    if (overlay->gc_s > 0) {
        row->old_pauses += (uint64_t)(hours * 3600 / overlay->gc_s);
    }
}

static void get_row(const struct lab_cursor *cursor, size_t index, struct lab_row *row)
{
    const struct lab_row *own = &cursor->trace->rows[index];
    const struct lab_row *shift = &cursor->shift;
    row->at_ns = own->at_ns + shift->at_ns;
    row->in_use_bytes = (uint64_t)((double)own->in_use_bytes * cursor->scale);
    row->cpu_ns = own->cpu_ns + shift->cpu_ns;
    row->old_pauses = own->old_pauses + shift->old_pauses;
    row->class_changes = own->class_changes + shift->class_changes;
    add_overlay(&cursor->overlay, row);
}

/* The last row that is not after this time. */
static size_t find_row(const struct lab_trace *trace, uint64_t at_ns)
{
    size_t low = 0;
    size_t high = trace->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (trace->rows[middle].at_ns <= at_ns) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

void lab_cursor_begin(struct lab_cursor *cursor, const struct lab_run *run, struct lab_row *first)
{
    memset(cursor, 0, sizeof *cursor);
    cursor->trace = run->trace;
    cursor->scale = run->scale;
    cursor->overlay = run->overlay;
    size_t at = find_row(run->trace, run->phase_ns);
    if (run->phase_ns != 0) {
        /* What was before does not count; a run from the start keeps the classes loaded by then. */
        const struct lab_row *row = &run->trace->rows[at];
        cursor->shift.at_ns = 0 - run->phase_ns;
        cursor->shift.cpu_ns = 0 - row->cpu_ns;
        cursor->shift.old_pauses = 0 - row->old_pauses;
        cursor->shift.class_changes = 0 - row->class_changes;
    }
    get_row(cursor, at, first);
    first->at_ns = 0;
    cursor->next = at + 1;
}

static void begin_again(struct lab_cursor *cursor)
{
    const struct lab_trace *trace = cursor->trace;
    const struct lab_row *from = &trace->rows[trace->loop_from];
    const struct lab_row *last = &trace->rows[trace->count - 1];
    cursor->shift.at_ns += last->at_ns - from->at_ns;
    cursor->shift.cpu_ns += last->cpu_ns - from->cpu_ns;
    cursor->shift.old_pauses += last->old_pauses - from->old_pauses;
    cursor->shift.class_changes += last->class_changes - from->class_changes;
    cursor->next = trace->loop_from;
}

bool lab_cursor_next(struct lab_cursor *cursor, struct lab_row *row)
{
    const struct lab_trace *trace = cursor->trace;
    if (cursor->next == trace->count) {
        if (trace->count == 1) {
            return false;
        }
        begin_again(cursor);
    }
    get_row(cursor, cursor->next, row);
    cursor->next++;
    return true;
}

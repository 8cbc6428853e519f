#include "trimagent/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "trimagent/clock.h"
#include "trimagent/descriptor.h"
#include "trimagent/quantity.h"

/* How long a line may wait for a reader of a full pipe. */
#define WAIT_MS 100

/* Nowhere: the stream that was asked for is closed. */
#define NO_FD (-1)

/* Set when the log is opened; written to by any thread afterwards. */
static _Atomic int log_fd = STDERR_FILENO;
static _Atomic int log_level = TRIM_LOG_INFO;
static _Atomic uint64_t process_start_ns;
static _Atomic uint64_t lost_lines;
static _Atomic uint64_t told_lost_lines;
static atomic_bool line_broken; /* The last line was written only in part. */
static atomic_bool stuck;       /* The last line was lost: the next does not wait. */
static atomic_bool hurried;     /* The process is ending: no line waits. */

void trim_log_add_decorations(struct trim_text *text, enum trim_log_level level, uint64_t uptime_ns)
{
    /* The words that the JVM's unified logging uses, which differ from the option's in one case. */
    static const char *const names[] = {"error", "warning", "info", "debug"};
    uint64_t ms = uptime_ns / TRIM_NS_PER_MS;
    trim_text_add(text, "[%" PRIu64 ".%03" PRIu64 "s][%s][trimagent] ", ms / 1000, ms % 1000,
                  names[level]);
}

int trim_log_add_path(struct trim_text *path, const char *target, uint64_t pid)
{
    for (const char *at = target; *at != '\0'; at++) {
        if (*at != '%') {
            trim_text_add(path, "%c", *at);
        } else if (at[1] == 'p') {
            trim_text_add(path, "%" PRIu64, pid);
            at++;
        } else if (at[1] == '%') {
            trim_text_add(path, "%%");
            at++;
        } else {
            return -1;
        }
    }
    return 0;
}

static int open_path(const char *path)
{
    /* O_NONBLOCK, so that a FIFO without a reader is refused instead of holding up the JVM's start.
     */
    return trim_above_standard(
        open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
             0640));
}

static int open_target(const char *target)
{
    char name[TRIM_LOG_TARGET_MAX + 32];
    struct trim_text path;
    trim_text_init(&path, name, sizeof name);
    if (trim_log_add_path(&path, target, (uint64_t)getpid()) != 0 || path.cut) {
        errno = EINVAL;
        return -1;
    }
    return open_path(name);
}

/*
 * A standard stream. A pipe or a terminal is opened anew where /proc allows it, so that writing to
 * it never blocks, without changing what the application's own descriptor does. A file is not: its
 * position must stay shared with the application.
 */
static int standard_stream(int fd)
{
    if (fcntl(fd, F_GETFL) < 0) {
        return NO_FD;
    }
    if (lseek(fd, 0, SEEK_CUR) >= 0 || errno != ESPIPE) {
        return fd;
    }
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int own = trim_above_standard(open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    return own >= 0 ? own : fd;
}

static bool is_either(const char *target, const char *name, const char *device)
{
    return strcmp(target, name) == 0 || strcmp(target, device) == 0;
}

int trim_log_open(const char *target, enum trim_log_level level)
{
    atomic_store(&log_level, (int)level);
    uint64_t now_ns = trim_clock_now_ns();
    uint64_t age_ns = trim_clock_process_age_ns();
    atomic_store(&process_start_ns, age_ns < now_ns ? now_ns - age_ns : 0);
    int fd = -1;
    /* The devices' names are symbolic links, which are not followed, but everybody knows what they
     * mean. */
    if (is_either(target, "stderr", "/dev/stderr")) {
        fd = standard_stream(STDERR_FILENO);
    } else if (is_either(target, "stdout", "/dev/stdout")) {
        fd = standard_stream(STDOUT_FILENO);
    } else {
        fd = open_target(target);
        if (fd < 0) {
            int error = errno;
            atomic_store(&log_fd, standard_stream(STDERR_FILENO));
            errno = error;
            return -1;
        }
    }
    atomic_store(&log_fd, fd);
    return 0;
}

void trim_log_hurry(void)
{
    atomic_store(&hurried, true);
}

bool trim_log_enabled(enum trim_log_level level)
{
    return (int)level <= atomic_load(&log_level);
}

uint64_t trim_log_lost(void)
{
    return atomic_load(&lost_lines);
}

/* Writes one whole line, newline included. */
static bool write_line(const char *line, size_t length)
{
    struct pollfd ready = {.fd = atomic_load(&log_fd), .events = POLLOUT};
    int wait_ms = atomic_load(&stuck) || atomic_load(&hurried) ? 0 : WAIT_MS;
    /* A full pipe would hold up the writer for as long as nobody reads. */
    if (ready.fd == NO_FD || poll(&ready, 1, wait_ms) != 1 || (ready.revents & POLLOUT) == 0) {
        return false;
    }
    ssize_t written = write(ready.fd, line, length);
    if (written >= 0 && (size_t)written < length) {
        atomic_store(&line_broken, true);
    }
    return written == (ssize_t)length;
}

/* Decorates and writes a line. Returns whether it got through. */
static bool log_line(enum trim_log_level level, const char *line, size_t length)
{
    char buffer[TRIM_LOG_LINE_MAX];
    struct trim_text text;
    uint64_t now_ns = trim_clock_now_ns();
    /* One byte is kept back for the newline. */
    trim_text_init(&text, buffer, sizeof buffer - 1);
    if (atomic_exchange(&line_broken, false)) {
        trim_text_add(&text, "\n");
    }
    trim_log_add_decorations(&text, level, now_ns - atomic_load(&process_start_ns));
    trim_text_add(&text, "%.*s", (int)length, line);
    buffer[text.length++] = '\n';
    bool through = write_line(buffer, text.length);
    atomic_store(&stuck, !through);
    return through;
}

/* Tells of lines that were lost before. */
static void tell_lost(void)
{
    uint64_t lost = atomic_load(&lost_lines);
    uint64_t told = atomic_exchange(&told_lost_lines, lost);
    if (lost <= told) {
        return;
    }
    char buffer[64];
    struct trim_text text;
    trim_text_init(&text, buffer, sizeof buffer);
    trim_text_add(&text, "%" PRIu64 " log lines were lost", lost - told);
    if (!log_line(TRIM_LOG_WARNING, buffer, text.length)) {
        /* This line was lost as well, so it is no news yet. */
        atomic_store(&told_lost_lines, told);
    }
}

static void log_lines(enum trim_log_level level, const char *text)
{
    tell_lost();
    bool more = true;
    while (more) {
        size_t length = strcspn(text, "\n");
        if (!log_line(level, text, length)) {
            (void)atomic_fetch_add(&lost_lines, 1);
        }
        more = text[length] == '\n';
        text += length + (more ? 1 : 0);
    }
}

void trim_log_text(enum trim_log_level level, const char *text)
{
    if (trim_log_enabled(level)) {
        log_lines(level, text);
    }
}

void trim_log_answer(const char *text)
{
    log_lines(TRIM_LOG_INFO, text);
}

void trim_log(enum trim_log_level level, const char *format, ...)
{
    if (!trim_log_enabled(level)) {
        return;
    }
    char buffer[TRIM_LOG_LINE_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    if (length >= 0) {
        trim_log_text(level, buffer);
    }
}

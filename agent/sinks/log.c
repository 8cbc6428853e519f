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
#include "trimagent/quantity.h"

/* How long a line may wait for a reader of a full pipe. */
#define WAIT_MS 100

/* Set when the log is opened; written to by any thread afterwards. */
static _Atomic int log_fd = STDERR_FILENO;
static _Atomic int log_level = TRIM_LOG_INFO;
static _Atomic uint64_t process_start_ns;
static _Atomic uint64_t lost_lines;
static _Atomic uint64_t told_lost_lines;
static atomic_bool line_broken; /* The last line was written only in part. */

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

static int open_file(const char *target)
{
    char name[TRIM_LOG_TARGET_MAX + 32];
    struct trim_text path;
    trim_text_init(&path, name, sizeof name);
    if (trim_log_add_path(&path, target, (uint64_t)getpid()) != 0 || path.cut) {
        errno = EINVAL;
        return -1;
    }
    /* O_NONBLOCK, so that a FIFO without a reader is refused instead of holding up the JVM's start.
     */
    return open(
        name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0640);
}

int trim_log_open(const char *target, enum trim_log_level level)
{
    atomic_store(&log_level, (int)level);
    uint64_t now_ns = trim_clock_now_ns();
    uint64_t age_ns = trim_clock_process_age_ns();
    atomic_store(&process_start_ns, age_ns < now_ns ? now_ns - age_ns : 0);
    if (strcmp(target, "stderr") == 0) {
        atomic_store(&log_fd, STDERR_FILENO);
        return 0;
    }
    if (strcmp(target, "stdout") == 0) {
        atomic_store(&log_fd, STDOUT_FILENO);
        return 0;
    }
    int fd = open_file(target);
    atomic_store(&log_fd, fd >= 0 ? fd : STDERR_FILENO);
    return fd >= 0 ? 0 : -1;
}

bool trim_log_enabled(enum trim_log_level level)
{
    return (int)level <= atomic_load(&log_level);
}

uint64_t trim_log_lost(void)
{
    return atomic_load(&lost_lines);
}

/* Writes one whole line, newline included, and waits for room at most wait_ms. */
static bool write_line(int fd, const char *line, size_t length, int wait_ms)
{
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    /* A full pipe would hold up the writer for as long as nobody reads. */
    if (poll(&ready, 1, wait_ms) != 1 || (ready.revents & POLLOUT) == 0) {
        return false;
    }
    ssize_t written = write(fd, line, length);
    if (written >= 0 && (size_t)written < length) {
        atomic_store(&line_broken, true);
    }
    return written == (ssize_t)length;
}

/* Decorates and writes a line. Returns whether it got through. */
static bool log_line(enum trim_log_level level, const char *line, size_t length, int wait_ms)
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
    return write_line(atomic_load(&log_fd), buffer, text.length, wait_ms);
}

/* Tells of lines that were lost before. Returns whether the log takes lines, as far as was seen. */
static bool tell_lost(void)
{
    uint64_t lost = atomic_load(&lost_lines);
    uint64_t told = atomic_exchange(&told_lost_lines, lost);
    if (lost <= told) {
        return true;
    }
    char buffer[64];
    struct trim_text text;
    trim_text_init(&text, buffer, sizeof buffer);
    trim_text_add(&text, "%" PRIu64 " log lines were lost", lost - told);
    bool through = log_line(TRIM_LOG_WARNING, buffer, text.length, WAIT_MS);
    if (!through) {
        /* This line was lost as well, so it is no news yet. */
        atomic_store(&told_lost_lines, told);
    }
    return through;
}

void trim_log_text(enum trim_log_level level, const char *text)
{
    if (!trim_log_enabled(level)) {
        return;
    }
    /* One wait for a call: where a line did not get through, the rest is not waited for. */
    bool through = tell_lost();
    bool more = true;
    while (more) {
        size_t length = strcspn(text, "\n");
        through = log_line(level, text, length, through ? WAIT_MS : 0);
        if (!through) {
            (void)atomic_fetch_add(&lost_lines, 1);
        }
        more = text[length] == '\n';
        text += length + (more ? 1 : 0);
    }
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

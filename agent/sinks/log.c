#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "log_line.h"
#include "log_target.h"
#include "quantity.h"

/* How long a line may wait for a reader of a full pipe. */
#define WAIT_MS 100

/* Set when the log is opened; written to by any thread afterwards. */
static _Atomic int log_level = TRIM_LOG_INFO;
static _Atomic uint64_t process_start_ns;
static _Atomic uint64_t lost_lines;
static _Atomic uint64_t told_lost_lines;
static atomic_bool line_broken; /* The last line was written only in part. */
static atomic_bool stuck;       /* The last line was lost: the next does not wait. */
static atomic_bool hurried;     /* The process is ending: no line waits. */
static atomic_bool off;         /* Nothing is written at all. */

/* Lines of the start wait until then, while nothing else is said. */
static _Atomic uint64_t quiet_until_ns;
static atomic_bool holding;
static struct {
    pthread_mutex_t lock; /* Guards what follows. */
    char buffer[2 * TRIM_LOG_LINE_MAX];
    size_t length; /* Of whole lines, decorated. */
} held = {.lock = PTHREAD_MUTEX_INITIALIZER};

int trim_log_open(const char *target, enum trim_log_level level)
{
    atomic_store(&log_level, (int)level);
    uint64_t now_ns = trim_clock_now_ns();
    uint64_t age_ns = trim_clock_process_age_ns();
    atomic_store(&process_start_ns, age_ns < now_ns ? now_ns - age_ns : 0);
    atomic_store(&off, strcmp(target, "off") == 0);
    return atomic_load(&off) ? 0 : trim_log_target_open(target);
}

void trim_log_hold(uint64_t until_ns)
{
    /* Who debugs wants to see all of it, at once. */
    if (!trim_log_enabled(TRIM_LOG_DEBUG)) {
        atomic_store(&quiet_until_ns, until_ns);
        atomic_store(&holding, true);
    }
}

bool trim_log_is_quiet(void)
{
    return trim_clock_now_ns() < atomic_load(&quiet_until_ns);
}

void trim_log_set_level(enum trim_log_level level)
{
    atomic_store(&log_level, (int)level);
}

void trim_log_hurry(void)
{
    atomic_store(&hurried, true);
}

bool trim_log_enabled(enum trim_log_level level)
{
    return !atomic_load(&off) && (int)level <= atomic_load(&log_level);
}

uint64_t trim_log_lost(void)
{
    return atomic_load(&lost_lines);
}

/* Writes one whole line, newline included, where there is room for it in time. */
static bool write_to(int fd, const char *line, size_t length)
{
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    int wait_ms = atomic_load(&stuck) || atomic_load(&hurried) ? 0 : WAIT_MS;
    /* A full pipe would hold up the writer for as long as nobody reads. */
    if (fd < 0 || poll(&ready, 1, wait_ms) != 1 ||
        (ready.revents & (POLLOUT | POLLERR)) != POLLOUT) {
        return false;
    }
    ssize_t written = write(fd, line, length);
    if (written >= 0 && (size_t)written < length) {
        atomic_store(&line_broken, true);
    }
    return written == (ssize_t)length;
}

/* Writes one whole line, newline included. After one that did not get through the next does not
 * wait. */
static bool write_line(const char *line, size_t length)
{
    trim_log_target_refresh();
    const struct trim_descriptor *target;
    bool through;
    /* Once more where another thread has gone on to a new file meanwhile. */
    do {
        target = trim_log_target();
        int fd = trim_log_target_take(target);
        through = trim_log_target_is_ours(target) && write_to(fd, line, length);
        trim_log_target_give(target, fd);
    } while (!through && target != trim_log_target());
    atomic_store(&stuck, !through);
    return through;
}

void trim_log_plain(const char *line, size_t length)
{
    static const struct trim_descriptor standard_error = {.fd = STDERR_FILENO};
    int fd = trim_log_target_take(&standard_error);
    if (!write_to(fd, line, length)) {
        (void)atomic_fetch_add(&lost_lines, 1);
    }
    trim_log_target_give(&standard_error, fd);
}

/* Appends a whole line, newline included, to a text that has room for it. */
static void add_line(struct trim_text *text, enum trim_log_level level,
                     const struct trim_log_event *event, const char *line, size_t length)
{
    uint64_t now_ns = trim_clock_now_ns();
    trim_log_add_line(text, level, event, line, length, now_ns,
                      now_ns - atomic_load(&process_start_ns));
    text->data[text->length++] = '\n';
}

/* Decorates and writes a line. Returns whether it got through. */
static bool log_line(enum trim_log_level level, const struct trim_log_event *event,
                     const char *line, size_t length)
{
    char buffer[TRIM_LOG_LINE_MAX];
    struct trim_text text;
    /* One byte is kept back for the newline. */
    trim_text_init(&text, buffer, sizeof buffer - 1);
    if (atomic_exchange(&line_broken, false)) {
        trim_text_add(&text, "\n");
    }
    add_line(&text, level, event, line, length);
    return write_line(buffer, text.length);
}

/* Keeps a line of the start back. Returns whether it does. */
static bool keep(enum trim_log_level level, const struct trim_log_event *event)
{
    (void)pthread_mutex_lock(&held.lock);
    bool kept = atomic_load(&holding) && trim_log_is_quiet();
    if (kept) {
        char buffer[TRIM_LOG_LINE_MAX];
        struct trim_text text;
        trim_text_init(&text, buffer, sizeof buffer - 1);
        add_line(&text, level, event, event->text, strlen(event->text));
        kept = text.length <= sizeof held.buffer - held.length;
        memcpy(held.buffer + held.length, buffer, kept ? text.length : 0);
        held.length += kept ? text.length : 0;
    }
    (void)pthread_mutex_unlock(&held.lock);
    return kept;
}

/* Writes what was kept back. From now on nothing is. */
static void release_held(void)
{
    if (!atomic_load(&holding)) {
        return;
    }
    (void)pthread_mutex_lock(&held.lock);
    if (atomic_exchange(&holding, false)) {
        for (size_t at = 0; at < held.length;) {
            size_t length =
                (size_t)((const char *)memchr(held.buffer + at, '\n', held.length - at) -
                         (held.buffer + at)) +
                1;
            if (!write_line(held.buffer + at, length)) {
                (void)atomic_fetch_add(&lost_lines, 1);
            }
            at += length;
        }
    }
    (void)pthread_mutex_unlock(&held.lock);
}

uint64_t trim_log_release_due(uint64_t now_ns)
{
    if (!atomic_load(&holding)) {
        return TRIM_NEVER;
    }
    uint64_t until_ns = atomic_load(&quiet_until_ns);
    if (now_ns >= until_ns) {
        release_held();
        return TRIM_NEVER;
    }
    (void)pthread_mutex_lock(&held.lock);
    bool some = held.length != 0;
    (void)pthread_mutex_unlock(&held.lock);
    return some ? until_ns : TRIM_NEVER;
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
    char number[64];
    struct trim_text text;
    struct trim_fields fields;
    trim_text_init(&text, buffer, sizeof buffer);
    trim_text_add(&text, "%" PRIu64 " log lines were lost", lost - told);
    trim_fields_init(&fields, trim_log_fields_form(), number, sizeof number);
    trim_fields_add(&fields, "lost_log_lines %" PRIu64, lost - told);
    const struct trim_log_event event = {"lost_lines", buffer, &fields};
    if (!log_line(TRIM_LOG_WARNING, &event, buffer, text.length)) {
        /* This line was lost as well, so it is no news yet. */
        atomic_store(&told_lost_lines, told);
    }
}

static void log_event(enum trim_log_level level, const struct trim_log_event *event)
{
    if (atomic_load(&off)) {
        return;
    }
    release_held();
    tell_lost();
    const char *text = event->text;
    bool more = true;
    while (more) {
        size_t length = strcspn(text, "\n");
        if (!log_line(level, event, text, length)) {
            (void)atomic_fetch_add(&lost_lines, 1);
        }
        /* What the other lines say the fields have said. */
        more = text[length] == '\n' && !trim_log_fields_tell_all(event);
        text += length + (more ? 1 : 0);
    }
    struct trim_log_event news;
    char buffer[TRIM_LOG_NEWS_MAX];
    if (trim_log_target_news(&news, buffer) && trim_log_enabled(TRIM_LOG_WARNING)) {
        (void)log_line(TRIM_LOG_WARNING, &news, buffer, strlen(buffer));
    }
}

void trim_log_tell(enum trim_log_level level, const struct trim_log_event *event)
{
    if (trim_log_enabled(level)) {
        log_event(level, event);
    }
}

void trim_log_text(enum trim_log_level level, const char *text)
{
    trim_log_tell(level, &(struct trim_log_event){"message", text, NULL});
}

void trim_log_tell_start(enum trim_log_level level, const struct trim_log_event *event)
{
    if (trim_log_enabled(level) && !keep(level, event)) {
        log_event(level, event);
    }
}

void trim_log_start(enum trim_log_level level, const char *line)
{
    trim_log_tell_start(level, &(struct trim_log_event){"message", line, NULL});
}

void trim_log_answer(const struct trim_log_event *event)
{
    log_event(TRIM_LOG_INFO, event);
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

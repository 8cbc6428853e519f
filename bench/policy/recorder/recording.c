#include "recording.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "allocator/glibc_info.h"
#include "in_use.h"

#define NS_PER_MS 1000000L
#define NS_PER_S 1000000000L
#define LOOK_EACH_MS 1
#define ROW_EACH_MS 10
#define QUIET_ROW_EACH_MS 200
#define CHANGE_BYTES (128 << 10)
/* So much has a row of its own at each look: a burst may be over after a few milliseconds. */
#define BURST_BYTES (4 << 20)
#define KIB 1024

struct row {
    int64_t t_ms;
    int64_t in_use_bytes;
    int64_t cpu_ms;
    struct recorder_counts counts;
};

static struct {
    recorder_counts_reader read_counts;
    int fd;
    pthread_t thread;
    bool begun;
    atomic_bool ends;
    int64_t began_ns;
    struct row written;
    char buffer[1 << 16];
    size_t length;
} recording;

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void flush(void)
{
    for (size_t done = 0; done < recording.length;) {
        ssize_t n = write(recording.fd, recording.buffer + done, recording.length - done);
        if (n <= 0) {
            perror("recorder");
            _exit(EXIT_FAILURE);
        }
        done += (size_t)n;
    }
    recording.length = 0;
}

/* printf with integers alone, which calls no malloc. */
__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (recording.length + (size_t)length > sizeof recording.buffer) {
        flush();
    }
    memcpy(recording.buffer + recording.length, line, (size_t)length);
    recording.length += (size_t)length;
}

static struct row look(void)
{
    /* What this thread takes is no doing of the program's. */
    int64_t cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - clock_ns(CLOCK_THREAD_CPUTIME_ID);
    return (struct row){
        .t_ms = (clock_ns(CLOCK_MONOTONIC) - recording.began_ns) / NS_PER_MS,
        .in_use_bytes = recorder_in_use_bytes(),
        .cpu_ms = cpu_ns / NS_PER_MS,
        .counts = recording.read_counts(),
    };
}

static void write_row(const struct row *row)
{
    say("%ld %ld %ld %lu %lu\n", row->t_ms, row->in_use_bytes / KIB, row->cpu_ms,
        row->counts.old_pauses, row->counts.class_changes);
    recording.written = *row;
}

static bool worth_a_row(const struct row *now)
{
    const struct row *last = &recording.written;
    if (now->t_ms <= last->t_ms) {
        return false;
    }
    int64_t change_bytes = labs(now->in_use_bytes - last->in_use_bytes);
    if (change_bytes >= BURST_BYTES || now->counts.old_pauses != last->counts.old_pauses) {
        return true;
    }
    if (change_bytes >= CHANGE_BYTES && now->t_ms - last->t_ms >= ROW_EACH_MS) {
        return true;
    }
    bool changed = now->in_use_bytes / KIB != last->in_use_bytes / KIB ||
                   now->cpu_ms != last->cpu_ms ||
                   now->counts.class_changes != last->counts.class_changes;
    return changed && now->t_ms - last->t_ms >= QUIET_ROW_EACH_MS;
}

static int64_t rss_bytes(void)
{
    char text[128] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    const char *second = length > 0 ? strchr(text, ' ') : NULL;
    long resident = second != NULL ? strtol(second, NULL, 10) : 0;
    return resident * sysconf(_SC_PAGESIZE);
}

/* Walks malloc_info twice: what the walk costs when it comes cold, and right after. */
static void write_end(void)
{
    struct trim_malloc_info info;
    int64_t in_use = recorder_in_use_bytes();
    int64_t began_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    if (trim_glibc_info_read(&info) != 0) {
        return;
    }
    int64_t between_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    (void)trim_glibc_info_read(&info);
    int64_t ended_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    uint64_t free_bytes = info.fast_bytes + info.rest_bytes;
    say("# chunks %lu\n", info.fast_count + info.rest_count);
    say("# look_us %ld\n", (ended_ns - between_ns) / 1000);
    say("# look_cold_us %ld\n", (between_ns - began_ns) / 1000);
    say("# arenas %lu\n", info.arenas);
    say("# end_system_kib %lu\n", info.system_bytes / KIB);
    say("# end_free_kib %lu\n", free_bytes / KIB);
    say("# end_in_use_kib %ld\n", in_use / KIB);
    say("# end_rss_kib %ld\n", rss_bytes() / KIB);
    say("# end_mmapped_kib %lu\n", info.mmap_bytes / KIB);
}

static void *record(void *unused)
{
    pthread_setname_np(pthread_self(), "recorder");
    struct row now = look();
    /* Next to nothing has been freed yet, so that what is in use is about what the C heap has. */
    say("# resident_kib %ld\n", (rss_bytes() - now.in_use_bytes) / KIB);
    write_row(&now);
    struct timespec due;
    clock_gettime(CLOCK_MONOTONIC, &due);
    while (!atomic_load(&recording.ends)) {
        due.tv_nsec += LOOK_EACH_MS * NS_PER_MS;
        if (due.tv_nsec >= NS_PER_S) {
            due.tv_nsec -= NS_PER_S;
            due.tv_sec++;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        now = look();
        if (worth_a_row(&now)) {
            write_row(&now);
        }
    }
    now = look();
    if (now.t_ms <= recording.written.t_ms) {
        now.t_ms = recording.written.t_ms + 1;
    }
    write_row(&now);
    write_end();
    flush();
    return unused;
}

void recorder_begin(const char *path, recorder_counts_reader reader)
{
    recording.read_counts = reader;
    recording.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    recording.began_ns = clock_ns(CLOCK_MONOTONIC);
    if (recording.fd < 0 || trim_glibc_info_open() != 0) {
        perror("recorder");
        _exit(EXIT_FAILURE);
    }
    /* The program's signals are for its own threads. */
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&recording.thread, NULL, record, NULL) != 0) {
        perror("recorder");
        _exit(EXIT_FAILURE);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    recording.begun = true;
}

void recorder_end(void)
{
    if (recording.begun) {
        recording.begun = false;
        atomic_store(&recording.ends, true);
        pthread_join(recording.thread, NULL);
    }
}

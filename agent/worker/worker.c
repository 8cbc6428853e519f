#include "worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "answer.h"
#include "clock.h"
#include "cycle.h"
#include "ending.h"
#include "log.h"
#include "meter.h"
#include "notes.h"
#include "nudge.h"
#include "quantity.h"
#include "report_text.h"
#include "serve.h"
#include "signals.h"
#include "sleep.h"
#include "thread.h"
#include "wake.h"

/* No caller waits an hour; the bound only keeps the sum of a deadline from overflowing. */
#define WAIT_MAX_NS (3600 * TRIM_NS_PER_S)

/* There is one worker in a process, as there is one set of signals. */
static struct {
    struct trim_worker_config config;
    struct trim_cycle cycle;
    pthread_mutex_t lock;   /* Guards what follows. Never held together with the cycle's lock. */
    pthread_cond_t changed; /* A command was carried out, or the worker has ended. */
    bool started;
    bool stopping;
    bool ended;
    uint64_t asked[TRIM_COMMAND_COUNT];
    uint64_t served[TRIM_COMMAND_COUNT];
    uint64_t answers[TRIM_COMMAND_COUNT]; /* The number of the answer that waits for it. */
    char asked_by[TRIM_ASKED_BY_MAX];     /* The application's reason of the last trim. */
    uint64_t by_operator;                 /* The last trim that an operator has asked for. */
    struct trim_options wanted;           /* With TRIM_COMMAND_SET. */
} worker = {.lock = PTHREAD_MUTEX_INITIALIZER, .cycle = {.lock = PTHREAD_MUTEX_INITIALIZER}};

static void note_start(void)
{
    const struct trim_worker_config *config = &worker.config;
    const struct trim_start start = {
        .allocator = config->allocator_description,
        .can_trim = config->allocator->trim != NULL,
        .gc = config->counters->gc_policy,
        .gc_by_perf = config->counters->source == TRIM_GC_SOURCE_PERF,
        .gc_by_heap = config->counters->source == TRIM_GC_SOURCE_COLLECTED_HEAP,
        .options = &config->options,
    };
    trim_note_start(&start);
}

/* What is asked of the worker now. Returns whether it shall go on. */
static bool read_asked(uint64_t asked[TRIM_COMMAND_COUNT], struct trim_options *wanted)
{
    (void)pthread_mutex_lock(&worker.lock);
    *wanted = worker.wanted;
    for (int command = 0; command < TRIM_COMMAND_COUNT; command++) {
        asked[command] = worker.asked[command];
    }
    memcpy(worker.cycle.asked_by, worker.asked_by, sizeof worker.asked_by);
    worker.cycle.for_operator = worker.by_operator > worker.served[TRIM_COMMAND_TRIM];
    bool go_on = !worker.stopping;
    (void)pthread_mutex_unlock(&worker.lock);
    return go_on;
}

static void tell_served(const uint64_t asked[TRIM_COMMAND_COUNT])
{
    (void)pthread_mutex_lock(&worker.lock);
    for (int command = 0; command < TRIM_COMMAND_COUNT; command++) {
        worker.served[command] = asked[command];
    }
    (void)pthread_cond_broadcast(&worker.changed);
    (void)pthread_mutex_unlock(&worker.lock);
}

/* Only the worker changes what was served, so it may read that without the lock. */
static bool is_open(const uint64_t asked[TRIM_COMMAND_COUNT], enum trim_command command)
{
    return asked[command] != worker.served[command];
}

/* The same; what is said from now on is its answer. */
static bool take_up(const uint64_t asked[TRIM_COMMAND_COUNT], enum trim_command command)
{
    bool open = is_open(asked, command);
    if (open) {
        (void)pthread_mutex_lock(&worker.lock);
        uint64_t number = worker.answers[command];
        (void)pthread_mutex_unlock(&worker.lock);
        trim_answer_serve(number);
    }
    return open;
}

static void serve(const uint64_t asked[TRIM_COMMAND_COUNT])
{
    if (take_up(asked, TRIM_COMMAND_STATUS)) {
        trim_serve_status(&worker.cycle);
    }
    if (take_up(asked, TRIM_COMMAND_FIGURES)) {
        trim_serve_figures(&worker.cycle);
    }
}

static void end(void)
{
    (void)pthread_mutex_lock(&worker.lock);
    worker.ended = true;
    (void)pthread_cond_broadcast(&worker.changed);
    (void)pthread_mutex_unlock(&worker.lock);
}

static void *run(void *unused)
{
    (void)unused;
    uint64_t asked[TRIM_COMMAND_COUNT];
    struct trim_options wanted;
    struct trim_cycle_wait wait = {
        .wake_ns = TRIM_NEVER, .wake_cpu_ns = UINT64_MAX, .arm_class_loads = UINT64_MAX};
    bool can_trim = worker.config.allocator->trim != NULL;
    trim_thread_name("trimagent");
    trim_wake_open();
    note_start();
    trim_cycle_init(&worker.cycle, &worker.config);
    bool awake = true;
    while (awake && read_asked(asked, &wanted)) {
        if (take_up(asked, TRIM_COMMAND_SET)) {
            trim_serve_set(&worker.cycle, &worker.config.options, &wanted);
        }
        bool trim_is_open = take_up(asked, TRIM_COMMAND_TRIM);
        if (can_trim) {
            trim_cycle_run(&worker.cycle, asked[TRIM_COMMAND_TRIM], &wait);
        } else if (trim_is_open) {
            /* There is nothing to decide: the worker only answers. */
            trim_note_cannot_trim(worker.config.allocator_description);
        }
        const struct trim_cycle_wait until = trim_meter(&worker.cycle, &wait);
        serve(asked);
        tell_served(asked);
        trim_signals_arm_class_loads(trim_nudge(worker.config.counters, wait.arm_class_loads));
        awake = trim_sleep_until(&until, &worker.cycle.surroundings);
    }
    trim_metering_end(&worker.cycle.metering);
    trim_wake_close();
    end();
    return NULL;
}

static int start_thread(void)
{
    pthread_t thread;
    int error = trim_thread_start(&thread, run, NULL);
    if (error == 0) {
        /* Nobody waits for its end. */
        (void)pthread_detach(thread);
    }
    return error;
}

int trim_worker_start(const struct trim_worker_config *config)
{
    (void)pthread_mutex_lock(&worker.lock);
    int error = 0;
    if (!worker.started) {
        trim_thread_condition(&worker.changed);
        worker.config = *config;
        error = start_thread();
        worker.started = error == 0;
    }
    (void)pthread_mutex_unlock(&worker.lock);
    return error;
}

bool trim_worker_alive(void)
{
    (void)pthread_mutex_lock(&worker.lock);
    bool alive = worker.started && !worker.ended;
    (void)pthread_mutex_unlock(&worker.lock);
    return alive;
}

static struct timespec deadline_after(uint64_t timeout_ns)
{
    uint64_t bounded_ns = timeout_ns < WAIT_MAX_NS ? timeout_ns : WAIT_MAX_NS;
    return trim_clock_timespec(trim_clock_now_ns() + bounded_ns);
}

/* With the lock held. */
static bool is_at_work(void)
{
    return worker.started && !worker.stopping && !worker.ended;
}

/* With the lock held: asks for a command, and wakes the worker. Returns its number. */
static uint64_t ask(enum trim_command command, const char *reason)
{
    if (command == TRIM_COMMAND_TRIM) {
        (void)snprintf(worker.asked_by, sizeof worker.asked_by, "%s", reason);
    }
    trim_wake();
    return ++worker.asked[command];
}

int trim_worker_request(const char *reason)
{
    bool can_trim = false;
    (void)pthread_mutex_lock(&worker.lock);
    bool possible = is_at_work();
    if (possible) {
        can_trim = worker.config.allocator->trim != NULL;
        if (can_trim) {
            (void)ask(TRIM_COMMAND_TRIM, reason);
        }
    }
    (void)pthread_mutex_unlock(&worker.lock);
    return can_trim ? 0 : possible ? ENOTSUP : ESRCH;
}

bool trim_worker_read_totals(struct trim_totals *totals)
{
    bool alive = trim_worker_alive();
    if (alive) {
        trim_cycle_read_totals(&worker.cycle, totals);
    }
    return alive;
}

/* Asks for a command with the lock held, which it lets go, and waits for its end. */
static int ask_and_wait(enum trim_command command, uint64_t timeout_ns)
{
    struct timespec deadline = deadline_after(timeout_ns);
    bool possible = is_at_work();
    uint64_t ticket = possible ? ask(command, "") : 0;
    worker.by_operator = command == TRIM_COMMAND_TRIM ? ticket : worker.by_operator;
    worker.answers[command] = trim_answer_number();
    int waited = 0;
    while (possible && worker.served[command] < ticket && !worker.ended && !worker.stopping &&
           waited == 0) {
        waited = pthread_cond_timedwait(&worker.changed, &worker.lock, &deadline);
    }
    bool served = possible && worker.served[command] >= ticket;
    bool gone = !possible || worker.ended || worker.stopping;
    (void)pthread_mutex_unlock(&worker.lock);
    if (!served) {
        return gone ? ESRCH : ETIMEDOUT;
    }
    return command == TRIM_COMMAND_TRIM && worker.config.allocator->trim == NULL ? ENOTSUP : 0;
}

int trim_worker_command(enum trim_command command, uint64_t timeout_ns)
{
    (void)pthread_mutex_lock(&worker.lock);
    return ask_and_wait(command, timeout_ns);
}

int trim_worker_set(struct trim_options *options, uint64_t timeout_ns)
{
    (void)pthread_mutex_lock(&worker.lock);
    worker.wanted = *options;
    int error = ask_and_wait(TRIM_COMMAND_SET, timeout_ns);
    if (error == 0) {
        /* The worker changes these only for the next such command. */
        *options = worker.config.options;
    }
    return error;
}

void trim_worker_stop(void)
{
    (void)pthread_mutex_lock(&worker.lock);
    bool first = worker.started && !worker.stopping;
    worker.stopping = first || worker.stopping;
    if (first) {
        /* Who waits for a command need not wait any longer. */
        (void)pthread_cond_broadcast(&worker.changed);
    }
    (void)pthread_mutex_unlock(&worker.lock);
    if (!first) {
        return;
    }
    struct trim_totals totals;
    bool trimming = trim_cycle_stop(&worker.cycle, &totals);
    trim_wake();
    trim_ending_say(&worker.cycle.metering, &totals, trimming);
}

#include "ending.h"

#include <pthread.h>

#include "clock.h"
#include "notes.h"
#include "quantity.h"
#include "thread.h"

#define WAIT_NS (100 * TRIM_NS_PER_MS)

static struct {
    struct trim_metering *metering;
    struct trim_totals totals;
    bool trimming;
    pthread_mutex_t lock; /* Guards what follows. */
    pthread_cond_t said_now;
    bool said;
} ending = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void *say(void *unused)
{
    (void)unused;
    trim_note_summary(&ending.totals, ending.trimming);
    trim_metering_end(ending.metering);
    (void)pthread_mutex_lock(&ending.lock);
    ending.said = true;
    (void)pthread_cond_broadcast(&ending.said_now);
    (void)pthread_mutex_unlock(&ending.lock);
    return NULL;
}

static int start_thread(void)
{
    pthread_t thread;
    int error = trim_thread_start(&thread, say, NULL);
    if (error == 0) {
        (void)pthread_detach(thread);
    }
    return error;
}

void trim_ending_say(struct trim_metering *metering, const struct trim_totals *totals,
                     bool trimming)
{
    if (!metering->on && !trim_note_sums_up(totals, trimming)) {
        return;
    }
    ending.metering = metering;
    ending.totals = *totals;
    ending.trimming = trimming;
    trim_thread_condition(&ending.said_now);
    if (start_thread() != 0) {
        (void)say(NULL);
        return;
    }
    const struct timespec deadline = trim_clock_timespec(trim_clock_now_ns() + WAIT_NS);
    (void)pthread_mutex_lock(&ending.lock);
    int waited = 0;
    while (!ending.said && waited == 0) {
        waited = pthread_cond_timedwait(&ending.said_now, &ending.lock, &deadline);
    }
    (void)pthread_mutex_unlock(&ending.lock);
}

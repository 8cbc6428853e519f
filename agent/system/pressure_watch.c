#include "pressure_watch.h"

#include <errno.h>
#include <poll.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "clock.h"
#include "quantity.h"
#include "thread.h"
#include "wake.h"

/* A descriptor that is closed while it is polled is missed no longer than this. */
#define AGAIN_MS 60000
/* A poll that ends sooner has not waited. */
#define AGAIN_LEAST_NS (AGAIN_MS / 2 * TRIM_NS_PER_MS)

/* The worker writes it before it posts, the watch reads it afterwards. */
static struct {
    bool started;
    sem_t given;
    struct trim_descriptor trigger;
    uint64_t delay_ns;
} watch;

static atomic_short heard;
static atomic_bool ended; /* It cannot wait here. */

static short poll_trigger(void)
{
    struct pollfd polled = {.fd = watch.trigger.fd, .events = POLLPRI};
    int ready = 0;
    uint64_t began_ns = 0;
    do {
        if (!trim_descriptor_is_ours(&watch.trigger)) {
            return POLLNVAL;
        }
        began_ns = trim_clock_now_ns();
        ready = poll(&polled, 1, AGAIN_MS);
    } while (ready == 0 && trim_clock_now_ns() - began_ns >= AGAIN_LEAST_NS);
    /* No signal interrupts this thread. What does not wait would be a loop at full speed. */
    if (ready <= 0) {
        return POLLERR;
    }
    if (!trim_descriptor_is_ours(&watch.trigger)) {
        return POLLNVAL;
    }
    return polled.revents;
}

static void *run(void *unused)
{
    trim_thread_name("trimagent-p");
    for (;;) {
        if (sem_wait(&watch.given) != 0) {
            atomic_store(&ended, true);
            atomic_store(&heard, POLLERR);
            trim_wake();
            return unused;
        }
        trim_clock_sleep_ns(watch.delay_ns);
        atomic_store(&heard, poll_trigger());
        trim_wake();
    }
}

int trim_pressure_watch(const struct trim_descriptor *trigger, uint64_t delay_ns)
{
    if (atomic_load(&ended)) {
        return ENOSYS;
    }
    if (!watch.started) {
        pthread_t thread;
        (void)sem_init(&watch.given, 0, 0);
        int error = trim_thread_start(&thread, run, NULL);
        if (error != 0) {
            return error;
        }
        (void)pthread_detach(thread);
        watch.started = true;
    }
    watch.trigger = *trigger;
    watch.delay_ns = delay_ns;
    (void)sem_post(&watch.given);
    return 0;
}

short trim_pressure_watch_heard(void)
{
    return atomic_exchange(&heard, 0);
}

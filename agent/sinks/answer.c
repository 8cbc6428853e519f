#include "answer.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include "text.h"

/* For itself: beside what has a value from the start, its 16 KiB of zeros would be in the file. */
static char buffer[TRIM_ANSWER_MAX];

static struct {
    pthread_mutex_t lock; /* Guards the text. Nothing else is taken while it is held. */
    struct trim_text text;
    uint64_t number; /* Of the command that is being answered. */
    uint64_t served; /* And of that which the worker carries out. 0: it has none yet. */
    pthread_t worker;
} answer = {.lock = PTHREAD_MUTEX_INITIALIZER, .text = {.data = buffer, .capacity = sizeof buffer}};

void trim_answer_begin(void)
{
    (void)pthread_mutex_lock(&answer.lock);
    answer.number++;
    trim_text_init(&answer.text, buffer, sizeof buffer);
    (void)pthread_mutex_unlock(&answer.lock);
}

uint64_t trim_answer_number(void)
{
    (void)pthread_mutex_lock(&answer.lock);
    uint64_t number = answer.number;
    (void)pthread_mutex_unlock(&answer.lock);
    return number;
}

void trim_answer_serve(uint64_t number)
{
    (void)pthread_mutex_lock(&answer.lock);
    answer.served = number;
    answer.worker = pthread_self();
    (void)pthread_mutex_unlock(&answer.lock);
}

/* With the lock held: whether what this thread says comes after its caller has gone. */
static bool is_late(void)
{
    return answer.served != 0 && answer.served != answer.number && answer.worker == pthread_self();
}

void trim_answer_keep(const char *text)
{
    (void)pthread_mutex_lock(&answer.lock);
    if (!is_late()) {
        trim_text_add(&answer.text, "%s\n", text);
    }
    (void)pthread_mutex_unlock(&answer.lock);
}

void trim_answer_tell(const struct trim_log_event *event)
{
    trim_answer_keep(event->text);
    trim_log_answer(event);
}

void trim_answer_say(const char *text)
{
    trim_answer_tell(&(struct trim_log_event){"message", text, NULL});
}

__attribute__((format(printf, 3, 0))) static void
keep_and_log(enum trim_log_level level, const char *name, const char *format, va_list arguments)
{
    char line[TRIM_LOG_LINE_MAX];
    if (vsnprintf(line, sizeof line, format, arguments) >= 0) {
        trim_answer_keep(line);
        trim_log_tell(level, &(struct trim_log_event){name, line, NULL});
    }
}

void trim_answer_refuse(enum trim_log_level level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    keep_and_log(level, "refused", format, arguments);
    va_end(arguments);
}

void trim_answer_warn(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    keep_and_log(TRIM_LOG_WARNING, "message", format, arguments);
    va_end(arguments);
}

size_t trim_answer_read(char *to, size_t capacity)
{
    struct trim_text copy;
    trim_text_init(&copy, to, capacity);
    (void)pthread_mutex_lock(&answer.lock);
    trim_text_add(&copy, "%s", buffer);
    (void)pthread_mutex_unlock(&answer.lock);
    return copy.length;
}

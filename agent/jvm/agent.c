/*
 * The library's three entry points, and how the agent is put together.
 *
 * Agent_OnLoad only prepares: options, log, allocator, events. The worker starts at VMInit, because
 * the VM's counters do not exist before. A failure that is not the user's leaves the agent inert
 * with one warning: the application runs.
 */
#include <errno.h>
#include <jvmti.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "allocator.h"
#include "answer.h"
#include "commands.h"
#include "enabled.h"
#include "error_text.h"
#include "hooks.h"
#include "hotspot.h"
#include "java_part.h"
#include "jdk_tool.h"
#include "libraries.h"
#include "log.h"
#include "reply.h"
#include "start.h"
#include "tune.h"
#include "twin.h"
#include "worker.h"

/* Takes its path. */
#define TWIN "another copy of the agent is loaded in this JVM, '%s'"

#define MESSAGE_MAX 1024
#define COMPLAINTS_MAX 3072 /* Fits into a line of the log, as does each of its lines. */
#define ALLOCATOR_DESCRIPTION_MAX 160

/* HotSpot's own thread attaches one agent after the other, but JMX's jvmtiAgentLoad runs on any
 * thread. */
static pthread_mutex_t attaching = PTHREAD_MUTEX_INITIALIZER;

/* The one agent of this process. Written in Agent_OnLoad, or in Agent_OnAttach with that lock. */
static struct {
    bool loaded;
    struct trim_worker_config config;
    struct trim_vm_counters counters;
    char allocator_description[ALLOCATOR_DESCRIPTION_MAX];
    char complaints[COMPLAINTS_MAX]; /* Of options that were ignored. */
    JavaVM *vm;
    bool live; /* Attached late. */
} agent;

/* Warns, in the log and whoever attaches. */
static void warn(const char *name, const char *text)
{
    trim_answer_keep(text);
    trim_log_tell(TRIM_LOG_WARNING, &(struct trim_log_event){.name = name, .text = text});
}

static void stay_inert(const char *why)
{
    char buffer[MESSAGE_MAX];
    struct trim_text text;
    trim_text_init(&text, buffer, sizeof buffer);
    trim_text_add(&text, "%s: the agent stays inert", why);
    warn("inert", buffer);
}

static bool is_on(enum trim_reason reason)
{
    return (agent.config.options.on & (UINT64_C(1) << reason)) != 0;
}

/* Whether the worker looks at the process of itself, or nobody wants to know of classes. */
static bool classes_can_wait(void)
{
    const struct trim_options *options = &agent.config.options;
    bool polls = is_on(TRIM_REASON_GROWTH) || is_on(TRIM_REASON_WATERMARK);
    bool wanted = is_on(TRIM_REASON_RELOAD) || options->jfr != 0 || options->jmx != 0;
    return !wanted || (polls && options->check_ns != 0);
}

static bool obey(const char *command)
{
    bool done = trim_commands_obey(command, &agent.config.options);
    /* It may be that only now reloads are wanted, or the worker looks no more of itself. */
    if (is_on(TRIM_REASON_RELOAD)) {
        trim_hooks_hear_classes();
    }
    return done;
}

/* Carries out a command for one who waits for the answer. */
static size_t ask(const char *command, char *answer, size_t capacity)
{
    (void)pthread_mutex_lock(&attaching);
    trim_answer_begin();
    (void)obey(command);
    size_t length = trim_answer_read(answer, capacity);
    (void)pthread_mutex_unlock(&attaching);
    return length;
}

static void start_java_part(void)
{
    const struct trim_java_config config = {.vm = agent.vm,
                                            .jfr = agent.config.options.jfr != 0,
                                            .jmx = agent.config.options.jmx != 0,
                                            .live = agent.live,
                                            .allocator = agent.allocator_description,
                                            .counters = &agent.counters,
                                            .ask = ask};
    trim_java_start(&config);
}

static void start_worker(void)
{
    void *function = NULL;
    memcpy(&function, &(*agent.vm)->GetEnv, sizeof function);
    trim_hotspot_find_counters(function, &agent.counters);
    trim_hooks_counters_found();
    int error = trim_worker_start(&agent.config);
    if (error != 0) {
        char why[TRIM_ERROR_TEXT_MAX];
        char buffer[MESSAGE_MAX];
        (void)snprintf(buffer, sizeof buffer, "no thread can be started (%s)",
                       trim_error_text(why, error));
        stay_inert(buffer);
        return;
    }
    start_java_part();
}

static void find_allocator(void)
{
    struct trim_text description;
    trim_text_init(&description, agent.allocator_description, sizeof agent.allocator_description);
    agent.config.allocator = trim_allocator_in_charge(&description);
    agent.config.allocator_description = agent.allocator_description;
}

static void stop(void)
{
    trim_java_stop();
    trim_worker_stop();
}

static int read_options(JavaVM *vm, const char *text)
{
    return trim_start_options(&agent.config.options, vm, text, agent.complaints,
                              sizeof agent.complaints);
}

/* What OnLoad and OnAttach have in common, once the options are read. Returns whether the events
 * are on. */
static bool prepare(JavaVM *vm, bool live)
{
    const struct trim_hooks_listener listener = {
        .vm_init = start_worker, .vm_death = stop, .classes_can_wait = classes_can_wait()};
    char buffer[MESSAGE_MAX];
    struct trim_text message;
    trim_text_init(&message, buffer, sizeof buffer);
    trim_start_log(&agent.config.options, live);
    trim_enabled_warn();
    if (agent.complaints[0] != '\0') {
        warn("bad_option", agent.complaints);
    }
    const char *refusal = trim_libraries_refusal();
    if (refusal != NULL) {
        stay_inert(refusal);
        return false;
    }
    const char *twin = live ? NULL : trim_twin_path(false);
    if (twin != NULL) {
        (void)snprintf(buffer, sizeof buffer, TWIN, twin);
        stay_inert(buffer);
        return false;
    }
    agent.config.root = "";
    find_allocator();
    agent.config.counters = &agent.counters;
    agent.config.proc = "/proc/self";
    agent.vm = vm;
    agent.live = live;
    if (trim_hooks_install(vm, live, &listener, &agent.counters, &message) != 0) {
        stay_inert(buffer);
        return false;
    }
    /* An agent that stays inert changes nothing of malloc. */
    trim_tune(&agent.config, live);
    if (agent.config.allocator->choose != NULL) {
        agent.config.allocator->choose((enum trim_mode)agent.config.options.mode);
    }
    return true;
}

// NOLINTNEXTLINE(readability-non-const-parameter): JVMTI fixes the signature.
JNIEXPORT jint JNICALL Agent_OnLoad(JavaVM *vm, char *options, void *reserved)
{
    (void)reserved;
    if (agent.loaded) {
        trim_log(TRIM_LOG_WARNING,
                 "the agent was given twice: the options that came first are in force");
        return JNI_OK;
    }
    if (!trim_enabled() || trim_jdk_tool_runs(vm)) {
        return JNI_OK;
    }
    if (read_options(vm, options) != 0) {
        return JNI_ERR;
    }
    if (agent.config.options.help != 0) {
        trim_start_help();
    }
    agent.loaded = true;
    (void)prepare(vm, false);
    return JNI_OK;
}

/* Starts the agent, or gives the one that runs a command. */
static bool attach(JavaVM *vm, const char *text)
{
    const struct trim_options *options = &agent.config.options;
    if (agent.loaded) {
        return obey(text);
    }
    /* A first load may be a command as well: it starts the agent with its defaults. */
    bool command = trim_commands_known(text);
    if (read_options(vm, command ? "" : text) != 0) {
        return false;
    }
    if (!trim_enabled()) {
        trim_start_refuse(options, vm, "refused", "TRIMAGENT_ENABLED of this JVM switches it off");
        return false;
    }
    const char *twin = trim_twin_path(true);
    if (twin != NULL) {
        char why[MESSAGE_MAX];
        (void)snprintf(why, sizeof why, TWIN ": nothing is started; give it the command", twin);
        trim_start_refuse(options, vm, "refused", why);
        return false;
    }
    if (options->help != 0) {
        trim_start_refuse(options, vm, "refused", "option 'help': not possible in a running JVM");
        return false;
    }
    agent.loaded = true;
    if (prepare(vm, true)) {
        start_worker();
    }
    if (!trim_worker_alive()) {
        return false;
    }
    if (command) {
        return obey(text);
    }
    char buffer[MESSAGE_MAX];
    struct trim_text started;
    trim_text_init(&started, buffer, sizeof buffer);
    trim_text_add(&started, "trimagent " TRIM_VERSION " started: ");
    trim_options_add_echo(&started, &agent.config.options);
    trim_answer_keep(buffer);
    return true;
}

// NOLINTNEXTLINE(readability-non-const-parameter): JVMTI fixes the signature.
JNIEXPORT jint JNICALL Agent_OnAttach(JavaVM *vm, char *options, void *reserved)
{
    (void)reserved;
    struct trim_request request;
    trim_request_parse(&request, options != NULL ? options : "");
    (void)pthread_mutex_lock(&attaching);
    trim_answer_begin();
    bool done = attach(vm, request.text);
    if (request.reply != NULL) {
        static char answer[TRIM_ANSWER_MAX];
        size_t length = trim_answer_read(answer, sizeof answer);
        if (trim_reply_write(request.reply, answer, length) != 0) {
            char why[TRIM_ERROR_TEXT_MAX];
            trim_log(TRIM_LOG_WARNING, "the answer could not be given (%s)",
                     trim_error_text(why, errno));
        }
    }
    (void)pthread_mutex_unlock(&attaching);
    return done ? JNI_OK : JNI_ERR;
}

JNIEXPORT void JNICALL Agent_OnUnload(JavaVM *vm)
{
    (void)vm;
    trim_worker_stop();
}

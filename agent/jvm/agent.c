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
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocator.h"
#include "answer.h"
#include "clock.h"
#include "commands.h"
#include "enabled.h"
#include "error_text.h"
#include "hooks.h"
#include "hotspot.h"
#include "java_name.h"
#include "jdk_tool.h"
#include "libraries.h"
#include "log.h"
#include "quantity.h"
#include "reply.h"
#include "tune.h"
#include "worker.h"

/* What is said of the start waits for so long, or until something else is said: short-lived JVMs
 * are silent. */
#define QUIET_NS (10 * TRIM_NS_PER_S)

#define MESSAGE_MAX 1024
#define COMPLAINTS_MAX 3072 /* Fits into a line of the log, as does each of its lines. */
#define HELP_MAX 8192
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
    const void *function_of_vm;
} agent;

static void tell(enum trim_log_level level, const char *name, const char *text)
{
    trim_log_tell(level, &(struct trim_log_event){.name = name, .text = text});
}

static void stay_inert(const char *why)
{
    char buffer[MESSAGE_MAX];
    struct trim_text text;
    trim_text_init(&text, buffer, sizeof buffer);
    trim_text_add(&text, "%s: the agent stays inert", why);
    tell(TRIM_LOG_WARNING, "inert", buffer);
}

static void start_worker(void)
{
    trim_hotspot_find_counters(agent.function_of_vm, &agent.counters);
    trim_hooks_counters_found();
    int error = trim_worker_start(&agent.config);
    if (error != 0) {
        char why[TRIM_ERROR_TEXT_MAX];
        char buffer[MESSAGE_MAX];
        (void)snprintf(buffer, sizeof buffer, "no thread can be started (%s)",
                       trim_error_text(why, error));
        stay_inert(buffer);
    }
}

static void print(int fd, const struct trim_text *text)
{
    ssize_t written = write(fd, text->data, text->length);
    (void)written; /* Where even this cannot be said, nothing can. */
}

/* Has lines written as the options say. */
static void use_format(JavaVM *vm)
{
    char name[TRIM_LOG_COMMAND_MAX];
    struct trim_text command;
    trim_text_init(&command, name, sizeof name);
    bool json = agent.config.options.format == TRIM_LOG_JSON;
    if (json) {
        trim_add_java_name(&command, vm);
    }
    trim_log_use_format(json ? TRIM_LOG_JSON : TRIM_LOG_PLAIN, name);
}

/* Tells on stderr, whatever log the options name, why the agent is not started, and the one who
 * attaches. It may be a program that reads stderr, and goes on doing so. */
static void refuse(JavaVM *vm, const char *name, const char *why)
{
    trim_answer_keep(why);
    if (agent.config.options.format == TRIM_LOG_JSON) {
        use_format(vm);
        (void)trim_log_open("stderr", TRIM_LOG_INFO);
        tell(TRIM_LOG_ERROR, name, why);
        return;
    }
    char buffer[MESSAGE_MAX];
    struct trim_text line;
    trim_text_init(&line, buffer, sizeof buffer - 1);
    trim_text_add(&line, "trimagent: %s", why);
    buffer[line.length++] = '\n';
    print(STDERR_FILENO, &line);
}

static int read_options(JavaVM *vm, const char *text)
{
    struct trim_text complaints;
    trim_text_init(&complaints, agent.complaints, sizeof agent.complaints);
    if (trim_options_parse(&agent.config.options, text, &complaints) == 0) {
        use_format(vm);
        return 0;
    }
    refuse(vm, "bad_option", agent.complaints);
    return -1;
}

static void print_help_and_exit(void)
{
    static char buffer[HELP_MAX];
    struct trim_text help;
    trim_text_init(&help, buffer, sizeof buffer);
    trim_options_add_help(&help);
    print(STDOUT_FILENO, &help);
    exit(EXIT_SUCCESS);
}

static void open_log(bool live)
{
    struct trim_options *options = &agent.config.options;
    int failed = trim_log_open(options->log_target, (enum trim_log_level)options->log_level);
    int error = errno;
    if (!live) {
        trim_log_hold(trim_clock_now_ns() + QUIET_NS);
    }
    if (failed != 0) {
        char buffer[TRIM_ERROR_TEXT_MAX];
        const char *why = error == ELOOP ? "it is a symbolic link" : trim_error_text(buffer, error);
        trim_log(TRIM_LOG_WARNING, "option 'log': cannot open '%s' (%s), logging to stderr",
                 options->log_target, why);
        (void)snprintf(options->log_target, sizeof options->log_target, "stderr");
    }
}

static void find_allocator(void)
{
    struct trim_text description;
    trim_text_init(&description, agent.allocator_description, sizeof agent.allocator_description);
    agent.config.allocator = trim_allocator_in_charge(&description);
    agent.config.allocator_description = agent.allocator_description;
}

/* What OnLoad and OnAttach have in common, once the options are read. Returns whether the events
 * are on. */
static bool prepare(JavaVM *vm, bool live)
{
    static const struct trim_hooks_listener listener = {.vm_init = start_worker,
                                                        .vm_death = trim_worker_stop};
    char buffer[MESSAGE_MAX];
    struct trim_text message;
    trim_text_init(&message, buffer, sizeof buffer);
    open_log(live);
    trim_enabled_warn();
    if (agent.complaints[0] != '\0') {
        tell(TRIM_LOG_WARNING, "bad_option", agent.complaints);
    }
    const char *refusal = trim_libraries_refusal();
    if (refusal != NULL) {
        stay_inert(refusal);
        return false;
    }
    agent.config.root = "";
    find_allocator();
    trim_tune(&agent.config, live);
    if (agent.config.allocator->choose != NULL) {
        agent.config.allocator->choose((enum trim_mode)agent.config.options.mode);
    }
    agent.config.counters = &agent.counters;
    agent.config.proc = "/proc/self";
    void *function = NULL;
    memcpy(&function, &(*vm)->GetEnv, sizeof function);
    agent.function_of_vm = function;
    if (trim_hooks_install(vm, live, &listener, &agent.counters, &message) != 0) {
        stay_inert(buffer);
        return false;
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
        print_help_and_exit();
    }
    agent.loaded = true;
    (void)prepare(vm, false);
    return JNI_OK;
}

/* Starts the agent, or gives the one that runs a command. */
static bool attach(JavaVM *vm, const char *text)
{
    if (agent.loaded) {
        return trim_commands_obey(text, &agent.config.options);
    }
    /* A first load may be a command as well: it starts the agent with its defaults. */
    bool command = trim_commands_known(text);
    if (read_options(vm, command ? "" : text) != 0) {
        return false;
    }
    if (!trim_enabled()) {
        refuse(vm, "refused", "TRIMAGENT_ENABLED of this JVM switches it off");
        return false;
    }
    if (agent.config.options.help != 0) {
        refuse(vm, "refused", "option 'help': not possible in a running JVM");
        return false;
    }
    agent.loaded = true;
    if (prepare(vm, true)) {
        start_worker();
    }
    if (!trim_worker_alive()) {
        trim_answer_keep("the agent stays inert: its log says why");
        return false;
    }
    if (command) {
        return trim_commands_obey(text, &agent.config.options);
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

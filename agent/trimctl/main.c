/* trimctl: lists JVMs, and talks to the agent in one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent_command.h"
#include "arguments.h"
#include "attach.h"
#include "diagnose.h"
#include "figures.h"
#include "identity.h"
#include "json.h"
#include "library_path.h"
#include "list.h"

#define MESSAGE_MAX 1024

static const char usage[] =
    "trimctl lists JVMs, and talks to the agent in one of them.\n"
    "\n"
    "  trimctl                        the JVMs that can be seen, and whether they have the agent\n"
    "  trimctl PID status             what the agent has done, and its options\n"
    "  trimctl PID trim               give free native memory back now\n"
    "  trimctl PID set NAME=VALUE...  change options while it runs\n"
    "  trimctl PID start [OPTION...]  load the agent into a JVM that runs without it\n"
    "  trimctl PID diagnose           what its memory is made of, and whether trimming would help\n"
    "\n"
    "  --json             for scripts\n"
    "  --load             diagnose may load the agent, which then stays\n"
    "  --library PATH     the agent for start, where the JVM sees it; by default the one that\n"
    "                     came with trimctl\n"
    "  --timeout SECONDS  how long the JVM may take to answer (5); a trim may take a minute\n"
    "  --help, --version\n"
    "\n"
    "Exit codes: 0 done; 1 the agent or the JVM refused; 2 wrong usage; 3 no such JVM, or it does\n"
    "not answer; 4 the JVM has no agent, or an inert one; 5 not permitted; 6 anything else.\n";

/* The one answer of this run. */
static char answer[CTL_ANSWER_MAX];
static char figures[CTL_ANSWER_MAX];

/* Tells what went wrong, on stderr and for scripts. */
static enum ctl_exit fail(const struct ctl_arguments *arguments, enum ctl_exit code,
                          const struct trim_text *message)
{
    ctl_frame_clean(message->data);
    (void)fprintf(stderr, "trimctl: %s\n", message->data);
    if (arguments->json) {
        printf("{\"pid\": %d, \"command\": \"%s\", \"exit_code\": %d, \"error\": ",
               (int)arguments->pid, ctl_command_name(arguments->command), (int)code);
        ctl_json_string(stdout, message->data, message->length);
        printf("}\n");
    }
    return code;
}

static void print_answer(const struct ctl_arguments *arguments, enum ctl_exit code)
{
    if (!arguments->json) {
        (void)fputs(answer, code == CTL_DONE ? stdout : stderr);
        return;
    }
    printf("{\"pid\": %d, \"command\": \"%s\", \"exit_code\": %d, \"answer\": ",
           (int)arguments->pid, ctl_command_name(arguments->command), (int)code);
    ctl_json_lines(stdout, answer);
    printf(", \"figures\": {");
    ctl_figures_print_json(stdout, figures);
    printf("}}\n");
}

/* The request that the command is to the agent. */
static void add_request(struct trim_text *request, const struct ctl_arguments *arguments)
{
    switch (arguments->command) {
    case CTL_SET:
        trim_text_add(request, "set,%s", arguments->options);
        break;
    case CTL_START:
        trim_text_add(request, "%s", arguments->options);
        break;
    default:
        trim_text_add(request, "%s", ctl_command_name(arguments->command));
        break;
    }
}

static enum ctl_exit talk(const struct ctl_arguments *arguments, const struct ctl_jvm *jvm,
                          const char *library, struct trim_text *message)
{
    char buffer[CTL_ARGUMENT_MAX + 16];
    struct trim_text request;
    struct ctl_attach attach;
    trim_text_init(&request, buffer, sizeof buffer);
    add_request(&request, arguments);
    enum ctl_exit code = ctl_attach_open(&attach, jvm, message);
    if (code != CTL_DONE) {
        return code;
    }
    code = ctl_agent_command(&attach, library, buffer, arguments->timeout_ns, answer);
    if (code == CTL_DONE && arguments->json) {
        (void)ctl_agent_command(&attach, library, "figures", arguments->timeout_ns, figures);
    }
    ctl_attach_close(&attach);
    return code;
}

/* Chooses the library: that which is loaded, or for start the one to be loaded. */
static enum ctl_exit choose_library(const struct ctl_arguments *arguments,
                                    const struct ctl_jvm *jvm, char path[PATH_MAX],
                                    struct trim_text *message)
{
    /* The library stays mapped where its options were refused, and may be loaded again. */
    const char *mapped = jvm->library[0] != '\0' ? jvm->library : NULL;
    if (arguments->command == CTL_START && !jvm->working) {
        const char *wanted = arguments->library != NULL ? arguments->library : mapped;
        return ctl_library_find(path, jvm, wanted, message) == 0 ? CTL_DONE : CTL_REFUSED;
    }
    if (!jvm->working && mapped != NULL) {
        trim_text_add(message,
                      "the agent in JVM %d is loaded but inert: TRIMAGENT_ENABLED switches it off, "
                      "or the JVM's log has the reason",
                      (int)jvm->pid);
        return CTL_NO_AGENT;
    }
    if (!jvm->working) {
        trim_text_add(message, "JVM %d has no agent; to load it: trimctl %d start", (int)jvm->pid,
                      (int)jvm->pid);
        return CTL_NO_AGENT;
    }
    if (arguments->command == CTL_START && arguments->options[0] != '\0') {
        trim_text_add(message,
                      "the agent is running already; options that do not count at the start only "
                      "can be changed: trimctl %d set NAME=VALUE",
                      (int)jvm->pid);
        return CTL_REFUSED;
    }
    (void)snprintf(path, PATH_MAX, "%s", jvm->library);
    return CTL_DONE;
}

/* Looks at the JVM, and goes on as its user where only that one may. */
static enum ctl_exit find_jvm(struct ctl_jvm *jvm, pid_t pid, struct trim_text *message)
{
    int result = ctl_jvm_look(jvm, pid);
    if (result == 0 && jvm->as_user) {
        result = ctl_identity_become(jvm->status.uid, jvm->status.gid);
    }
    if (result != 0 && errno != EACCES && errno != EPERM) {
        trim_text_add(message, "there is no process %d", (int)pid);
        return CTL_NO_JVM;
    }
    if (result != 0) {
        trim_text_add(message,
                      geteuid() == 0
                          ? "root without CAP_SYS_PTRACE may not look at process %d here: run "
                            "trimctl as its user"
                          : "the system lets only its user and root look at process %d",
                      (int)pid);
        return CTL_FORBIDDEN;
    }
    if (!jvm->hotspot) {
        trim_text_add(message, "process %d is not a JVM: it has no libjvm.so", (int)pid);
        return CTL_NO_JVM;
    }
    return CTL_DONE;
}

static enum ctl_exit command(const struct ctl_arguments *arguments)
{
    char buffer[MESSAGE_MAX];
    struct trim_text message;
    trim_text_init(&message, buffer, sizeof buffer);
    struct ctl_jvm jvm;
    char library[PATH_MAX];
    enum ctl_exit code = find_jvm(&jvm, arguments->pid, &message);
    if (code == CTL_DONE) {
        code = arguments->command == CTL_DIAGNOSE
                   ? ctl_diagnose_jvm(arguments, &jvm, &message)
                   : choose_library(arguments, &jvm, library, &message);
    }
    if (code == CTL_DONE && arguments->command != CTL_DIAGNOSE) {
        code = talk(arguments, &jvm, library, &message);
    }
    if (message.length > 0) {
        return fail(arguments, code, &message);
    }
    if (arguments->command != CTL_DIAGNOSE) {
        print_answer(arguments, code);
    }
    return code;
}

static enum ctl_exit run(const struct ctl_arguments *arguments)
{
    switch (arguments->command) {
    case CTL_HELP:
        (void)fputs(usage, stdout);
        return CTL_DONE;
    case CTL_VERSION:
        printf("trimctl %s\n", TRIM_VERSION);
        return CTL_DONE;
    case CTL_LIST:
        return ctl_list(arguments->json);
    default:
        return command(arguments);
    }
}

int main(int count, char **words)
{
    char buffer[MESSAGE_MAX];
    struct trim_text message;
    struct ctl_arguments arguments;
    trim_text_init(&message, buffer, sizeof buffer);
    if (ctl_arguments_parse(&arguments, count, words, &message) != 0) {
        (void)fprintf(stderr, "trimctl: %s\n\n%s", buffer, usage);
        return CTL_USAGE;
    }
    enum ctl_exit code = run(&arguments);
    return fflush(stdout) == 0 && ferror(stdout) == 0 ? (int)code : (int)CTL_FAILED;
}

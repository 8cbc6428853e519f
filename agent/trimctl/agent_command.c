#include "agent_command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "identity.h"
#include "quantity.h"
#include "reply_file.h"

/* The agent itself waits a minute for a command. */
#define COMMAND_TIMEOUT_NS (65 * TRIM_NS_PER_S)

/* A cheap question that every JVM answers, so that one that hangs is known soon. */
static enum ctl_exit ask_version(struct ctl_attach *attach, uint64_t timeout_ns)
{
    const struct ctl_operation operation = {.command = "jcmd", .arguments = {"VM.version"}};
    char *answer = NULL;
    long result = 0;
    const char *text = NULL;
    enum ctl_exit code =
        ctl_attach_execute(attach, &operation, timeout_ns, &answer, &result, &text);
    free(answer);
    return code;
}

static enum ctl_exit load(struct ctl_attach *attach, const char *library, const char *options,
                          char answer[CTL_ANSWER_MAX], bool *loaded)
{
    /*
     * Where the library's file was replaced its path leads to another one, which would be a second
     * agent. Its bare name leads to the one that is there, by its soname.
     */
    bool by_name = attach->jvm->working && attach->jvm->replaced;
    const struct ctl_operation operation = {
        .command = "load",
        .arguments = {by_name ? "trimagent" : library, by_name ? "false" : "true", options}};
    char *raw = NULL;
    long result = 0;
    long returned = 0;
    const char *text = NULL;
    enum ctl_exit code =
        ctl_attach_execute(attach, &operation, COMMAND_TIMEOUT_NS, &raw, &result, &text);
    if (code != CTL_DONE) {
        return code;
    }
    *loaded = ctl_frame_loaded(text, &returned) == 0;
    if (!*loaded) {
        struct trim_text said;
        trim_text_init(&said, answer, CTL_ANSWER_MAX);
        ctl_frame_add_refusal(&said, text);
    }
    free(raw);
    return *loaded && returned == 0 ? CTL_DONE : CTL_REFUSED;
}

enum ctl_exit ctl_agent_command(struct ctl_attach *attach, const char *library, const char *request,
                                uint64_t timeout_ns, char answer[CTL_ANSWER_MAX])
{
    answer[0] = '\0';
    enum ctl_exit code = ask_version(attach, timeout_ns);
    if (code != CTL_DONE) {
        return code;
    }
    const struct ctl_status *status = &attach->jvm->status;
    struct ctl_reply reply;
    if (ctl_identity_take(status->uid, status->gid) != 0 ||
        ctl_reply_open(&reply, attach->directory) != 0) {
        trim_text_add(attach->message, "cannot make a file in the JVM's /tmp: %s", strerror(errno));
        ctl_identity_return();
        return CTL_FAILED;
    }
    ctl_identity_return();
    char options[CTL_ARGUMENT_MAX + 64];
    struct trim_text text;
    trim_text_init(&text, options, sizeof options);
    trim_text_add(&text, "%s%sreply=/tmp/%s", request, request[0] == '\0' ? "" : ",", reply.name);
    bool loaded = false;
    code = load(attach, library, options, answer, &loaded);
    if (loaded) {
        ctl_reply_read(&reply, answer, CTL_ANSWER_MAX);
    }
    ctl_reply_close(&reply);
    if (loaded && answer[0] == '\0') {
        trim_text_init(&text, answer, CTL_ANSWER_MAX);
        trim_text_add(&text, code == CTL_DONE ? "done; the agent's log has the answer\n"
                                              : "the agent refused; its log says why\n");
    }
    ctl_frame_clean(answer);
    return code;
}

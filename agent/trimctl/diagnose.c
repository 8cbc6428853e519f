#include "diagnose.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent_command.h"
#include "diagnosis.h"
#include "figures.h"
#include "library_path.h"
#include "quantity.h"

#define TEXT_MAX 4096
#define WHY_MAX 512
#define COMMAND_MAX 160

static char figures[CTL_ANSWER_MAX];

/* glibc's heap_info, at the beginning of each heap of an arena but the main one's. */
struct heap_header {
    uint64_t arena;
    uint64_t previous;
    uint64_t size;
    uint64_t writable_size;
};

/* Where the memory may not be read the shape alone decides. */
static bool check_heap(const void *context, uint64_t address)
{
    int memory = *(const int *)context;
    struct heap_header header;
    if (memory < 0 ||
        pread(memory, &header, sizeof header, (off_t)address) != (ssize_t)sizeof header) {
        return true;
    }
    return header.arena > address / (64 * TRIM_MIB) && header.arena % 16 == 0 &&
           header.previous % TRIM_MIB == 0 && header.size % 4096 == 0 && header.size > 0 &&
           header.size <= header.writable_size && header.writable_size <= 64 * TRIM_MIB;
}

static int sort_memory(const struct ctl_jvm *jvm, const struct ctl_vm_memory *vm,
                       struct ctl_makeup *makeup)
{
    struct ctl_mappings mappings;
    if (ctl_mappings_read(&mappings, jvm->proc) != 0) {
        return -1;
    }
    char path[CTL_PROC_MAX + 8];
    (void)snprintf(path, sizeof path, "%s/mem", jvm->proc);
    int memory = open(path, O_RDONLY | O_CLOEXEC);
    ctl_makeup_sort(makeup, &mappings, vm, check_heap, &memory);
    if (memory >= 0) {
        (void)close(memory);
    }
    ctl_mappings_free(&mappings);
    return 0;
}

/* Asks the VM where its heap is, and how large its metaspace is. */
static enum ctl_exit ask_vm(struct ctl_attach *attach, uint64_t timeout_ns,
                            struct ctl_vm_memory *vm)
{
    static const char *const questions[] = {"GC.heap_info", "VM.metaspace"};
    enum ctl_exit code = CTL_DONE;
    for (int i = 0; i < 2 && code == CTL_DONE && vm->metaspace_bytes == 0; i++) {
        const struct ctl_operation operation = {.command = "jcmd", .arguments = {questions[i]}};
        char *answer = NULL;
        long result = 0;
        const char *text = NULL;
        code = ctl_attach_execute(attach, &operation, timeout_ns, &answer, &result, &text);
        if (code == CTL_DONE && result == 0 && i == 0) {
            ctl_parse_heap_info(vm, text);
        } else if (code == CTL_DONE && result == 0) {
            vm->metaspace_bytes = ctl_parse_metaspace(text);
        }
        free(answer);
    }
    return code;
}

/* Has the agent loaded where that was asked for, and asks it. */
static enum ctl_exit ask_agent(struct ctl_attach *attach, const struct ctl_arguments *arguments,
                               const struct ctl_jvm *jvm, const char *library)
{
    bool load = arguments->load && !jvm->working;
    return jvm->working || load
               ? ctl_agent_command(attach, library, "figures", arguments->timeout_ns, figures)
               : CTL_DONE;
}

/* Another allocator's memory looks like any other mapping. Its agent may know how much it is. */
static void sort_foreign(struct ctl_evidence *evidence)
{
    uint64_t in_use = 0;
    uint64_t resident = 0;
    uint64_t *parts = evidence->makeup.parts;
    if (evidence->foreign_malloc == NULL || evidence->figures == NULL ||
        !ctl_figures_number(evidence->figures, "in_use_bytes", &in_use) ||
        !ctl_figures_number(evidence->figures, "arenas_resident_bytes", &resident)) {
        return;
    }
    uint64_t moved = trim_min(trim_excess(resident, parts[CTL_ARENAS]), parts[CTL_OTHER]);
    parts[CTL_ARENAS] += moved;
    parts[CTL_OTHER] -= moved;
}

static void print(const struct ctl_arguments *arguments, const struct ctl_evidence *evidence)
{
    struct ctl_diagnosis diagnosis;
    ctl_diagnose(&diagnosis, evidence);
    if (arguments->json) {
        printf("{\"pid\": %d, \"command\": \"diagnose\", \"exit_code\": 0, ", (int)evidence->pid);
        ctl_diagnosis_print_json(stdout, &diagnosis, evidence);
        printf("}\n");
        return;
    }
    char buffer[TEXT_MAX];
    struct trim_text text;
    trim_text_init(&text, buffer, sizeof buffer);
    ctl_diagnosis_add(&text, &diagnosis, evidence);
    ctl_frame_clean(buffer);
    (void)fputs(buffer, stdout);
}

/* Attaches and asks. Returns what came of it; the diagnosis is possible without. */
static enum ctl_exit ask(const struct ctl_arguments *arguments, const struct ctl_jvm *jvm,
                         const char *library, struct ctl_vm_memory *vm, struct trim_text *why)
{
    struct ctl_attach attach;
    enum ctl_exit code = ctl_attach_open(&attach, jvm, why);
    if (code != CTL_DONE) {
        return code;
    }
    code = ask_vm(&attach, arguments->timeout_ns, vm);
    if (code == CTL_DONE) {
        code = ask_agent(&attach, arguments, jvm, library);
        if (code == CTL_REFUSED) {
            trim_text_add(why, "%s", figures);
            figures[0] = '\0';
        }
    }
    ctl_attach_close(&attach);
    return code;
}

enum ctl_exit ctl_diagnose_jvm(const struct ctl_arguments *arguments, struct ctl_jvm *jvm,
                               struct trim_text *message)
{
    char command[COMMAND_MAX];
    char why[WHY_MAX];
    char library[PATH_MAX] = "";
    struct trim_text text;
    trim_text_init(&text, command, sizeof command);
    ctl_jvm_add_command(&text, jvm);
    trim_text_init(&text, why, sizeof why);
    if (jvm->library[0] != '\0') {
        (void)snprintf(library, sizeof library, "%s", jvm->library);
    } else if (ctl_library_find(library, jvm, arguments->library, &text) != 0) {
        library[0] = '\0';
    }
    if (arguments->load && library[0] == '\0') {
        trim_text_add(message, "%s", why);
        return CTL_REFUSED;
    }
    trim_text_init(&text, why, sizeof why);
    struct ctl_vm_memory vm = {0};
    enum ctl_exit code = ask(arguments, jvm, library, &vm, &text);
    if (code != CTL_DONE && arguments->load) {
        trim_text_add(message, "%s", why);
        return code;
    }
    struct ctl_evidence evidence = {.pid = jvm->pid,
                                    .command = command,
                                    .foreign_malloc = jvm->foreign_malloc,
                                    .figures = figures[0] != '\0' ? figures : NULL,
                                    .vm_unknown = vm.known ? NULL : why,
                                    .library = ctl_jvm_has_flag(jvm) ? NULL : library,
                                    .threads = jvm->status.threads};
    ctl_limit_read(&evidence.limit, jvm->proc, "");
    if (sort_memory(jvm, &vm, &evidence.makeup) != 0) {
        trim_text_add(message, "cannot read %s/smaps: %s", jvm->proc, strerror(errno));
        return errno == EACCES || errno == EPERM ? CTL_FORBIDDEN : CTL_NO_JVM;
    }
    sort_foreign(&evidence);
    print(arguments, &evidence);
    return CTL_DONE;
}

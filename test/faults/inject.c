/*
 * Preloaded into a JVM, has calls of libtrimagent.so fail, and no others.
 *
 * The JVM opens the agent with dlopen, which is ours. We then point the agent's own table of
 * imports to functions of ours: each counts, and fails when it is told to. INJECT says which call,
 * how often and how: "NAME PATTERN ERROR". INJECT_REPORT names the file that the counts go to at
 * the end.
 *
 * calls.h is made of calls.txt by faults.py.
 */
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Headers older than Linux 5.10 have no number for it. */
#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif

enum style { MINUS, NUMBER, NUL, ZERO, MAPPING, ONE };

/* Seven, since syscall takes the most; each call reads those that it has. */
#define PARAMETERS long a, long b, long c, long d, long e, long f, long g
typedef long (*call_t)(PARAMETERS);

struct call {
    const char *name;
    enum style style;
    bool first; /* The call itself is carried out before it fails. */
    call_t stub;
    call_t real;
    long number; /* Of syscall:NAME. */
    atomic_ulong calls;
    atomic_ulong faults;
};

/* How it fails, beside an error's number. */
enum { NONE = 0, SHORT = -1, HANG = -2 };

#define LATER 5

static struct {
    char name[64];
    char pattern[16];
    int error;
} wanted;

static bool is_due(unsigned long use)
{
    switch (wanted.pattern[0]) {
    case 'f': /* first */
        return use == 1;
    case 'l': /* later */
        return use >= LATER;
    case 's': /* second */
        return use % 2 == 0;
    default: /* always */
        return true;
    }
}

static long fail(struct call *call)
{
    errno = wanted.error > 0 ? wanted.error : errno;
    switch (call->style) {
    case MINUS:
        return wanted.error == NONE ? 0 : -1;
    case MAPPING:
        return -1;
    case NUMBER:
        return wanted.error;
    case ONE:
        return 1;
    default:
        return 0;
    }
}

static long answer(struct call *call, call_t real, PARAMETERS)
{
    unsigned long use = atomic_fetch_add(&call->calls, 1) + 1;
    if (strcmp(call->name, wanted.name) != 0 || !is_due(use)) {
        return real(a, b, c, d, e, f, g);
    }
    atomic_fetch_add(&call->faults, 1);
    if (wanted.error == HANG) {
        for (;;) {
            (void)pause();
        }
    }
    if (wanted.error == SHORT) {
        /* Of process_vm_readv half of the only piece. */
        if (strcmp(call->name, "process_vm_readv") == 0) {
            long half = (long)((const size_t *)b)[1] / 2;
            return half < real(a, b, c, d, e, f, g) ? half : -1;
        }
        return real(a, b, c > 1 ? c / 2 : c, d, e, f, g);
    }
    if (call->first) {
        (void)real(a, b, c, d, e, f, g);
    }
    return fail(call);
}

#include "calls.h"

/* What syscall calls, and dlsym looks up. */
static struct call *named(const char *prefix, const char *name, long number)
{
    for (size_t i = 0; i < CALLS; i++) {
        size_t length = strlen(prefix);
        if (strncmp(calls[i].name, prefix, length) == 0 &&
            (name != NULL ? strcmp(calls[i].name + length, name) == 0
                          : calls[i].number == number)) {
            return &calls[i];
        }
    }
    return NULL;
}

static long syscall_stub(PARAMETERS)
{
    struct call *call = named("syscall:", NULL, a);
    return call != NULL ? answer(call, (call_t)syscall, a, b, c, d, e, f, g)
                        : syscall(a, b, c, d, e, f, g);
}

static void *stub_of(const char *name, void *real);

static void *dlsym_stub(void *handle, const char *name)
{
    struct call *call = named("dlsym:", name, 0);
    if (call == NULL) {
        return dlsym(handle, name);
    }
    void *found = (void *)answer(call, (call_t)dlsym, (long)handle, (long)name, 0, 0, 0, 0, 0);
    /* The first look only asks whose malloc is; what is looked up then is called. */
    bool called = found != NULL && atomic_load(&call->calls) > 1;
    return called && (strcmp(name, "malloc") == 0 || strcmp(name, "realloc") == 0)
               ? stub_of(name, found)
               : found;
}

/* Its functions come by value, on the stack, where answer does not see them. */
static FILE *fopencookie_stub(void *cookie, const char *mode, cookie_io_functions_t functions)
{
    struct call *call = named("", "fopencookie", 0);
    unsigned long use = atomic_fetch_add(&call->calls, 1) + 1;
    if (strcmp(call->name, wanted.name) != 0 || !is_due(use)) {
        return fopencookie(cookie, mode, functions);
    }
    atomic_fetch_add(&call->faults, 1);
    return (FILE *)fail(call);
}

static void *stub_of(const char *name, void *real)
{
    if (strcmp(name, "syscall") == 0) {
        return (void *)syscall_stub;
    }
    if (strcmp(name, "fopencookie") == 0) {
        return (void *)fopencookie_stub;
    }
    if (strcmp(name, "dlsym") == 0) {
        return (void *)dlsym_stub;
    }
    for (size_t i = 0; i < CALLS; i++) {
        if (strcmp(calls[i].name, name) == 0) {
            calls[i].real = (call_t)real;
            return (void *)calls[i].stub;
        }
    }
    return real;
}

static void patch(const struct link_map *library)
{
    const char *texts = NULL;
    const ElfW(Sym) *symbols = NULL;
    const ElfW(Rela) * tables[2] = {NULL, NULL};
    size_t bytes[2] = {0, 0};
    for (const ElfW(Dyn) *entry = library->l_ld; entry->d_tag != DT_NULL; entry++) {
        switch (entry->d_tag) {
        case DT_STRTAB:
            texts = (const char *)entry->d_un.d_ptr;
            break;
        case DT_SYMTAB:
            symbols = (const ElfW(Sym) *)entry->d_un.d_ptr;
            break;
        case DT_RELA:
            tables[0] = (const ElfW(Rela) *)entry->d_un.d_ptr;
            break;
        case DT_RELASZ:
            bytes[0] = entry->d_un.d_val;
            break;
        case DT_JMPREL:
            tables[1] = (const ElfW(Rela) *)entry->d_un.d_ptr;
            break;
        case DT_PLTRELSZ:
            bytes[1] = entry->d_un.d_val;
            break;
        default:
            break;
        }
    }
    for (int table = 0; table < 2; table++) {
        for (size_t i = 0; i < bytes[table] / sizeof(ElfW(Rela)); i++) {
            const ElfW(Rela) *entry = &tables[table][i];
            const ElfW(Sym) *symbol = &symbols[ELF64_R_SYM(entry->r_info)];
            if (ELF64_R_SYM(entry->r_info) == 0 || symbol->st_shndx != SHN_UNDEF) {
                continue;
            }
            void **slot = (void **)(library->l_addr + entry->r_offset);
            void *stub = *slot == NULL ? NULL : stub_of(texts + symbol->st_name, *slot);
            if (stub != *slot) {
                /* The table was made read-only when all was bound. */
                void *page = (void *)((uintptr_t)slot & ~(uintptr_t)4095);
                (void)mprotect(page, 8192, PROT_READ | PROT_WRITE);
                *slot = stub;
            }
        }
    }
}

static void read_wish(void)
{
    const char *wish = getenv("INJECT");
    if (wish != NULL) {
        (void)sscanf(wish, "%63s %15s %d", wanted.name, wanted.pattern, &wanted.error);
    }
}

void *dlopen(const char *path, int flags)
{
    static void *(*real)(const char *, int);
    if (real == NULL) {
        real = (void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen");
    }
    void *library = real(path, flags);
    static bool patched; /* Late attach opens it again. */
    if (library != NULL && path != NULL && !patched && strstr(path, "libtrimagent.so") != NULL) {
        patched = true;
        read_wish();
        patch(library);
    }
    return library;
}

__attribute__((destructor)) static void report(void)
{
    const char *path = getenv("INJECT_REPORT");
    FILE *file = path != NULL ? fopen(path, "w") : NULL;
    for (size_t i = 0; file != NULL && i < CALLS; i++) {
        (void)fprintf(file, "%s %lu %lu\n", calls[i].name, calls[i].calls, calls[i].faults);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

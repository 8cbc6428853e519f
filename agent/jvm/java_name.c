#include "java_name.h"

#include <stdbool.h>
#include <string.h>

#include "process_memory.h"

static const char jar[] = ".jar";

/* The length of the class or of the jar's path that the text begins with. A path that is known by
 * its beginning may have blanks in it. */
static size_t program_length(const char *command)
{
    bool path = command[0] == '/' || command[0] == '.';
    for (const char *at = path ? strstr(command, jar) : NULL; at != NULL;
         at = strstr(at + 1, jar)) {
        const char *behind = at + sizeof jar - 1;
        if (*behind == ' ' || *behind == '\0') {
            return (size_t)(behind - command);
        }
    }
    return strcspn(command, " ");
}

void trim_add_command_name(struct trim_text *text, const char *command)
{
    size_t length = program_length(command);
    size_t ending = sizeof jar - 1;
    const char *slash = NULL;
    if (length >= ending && memcmp(command + length - ending, jar, ending) == 0) {
        slash = memrchr(command, '/', length);
    }
    size_t from = slash != NULL ? (size_t)(slash + 1 - command) : 0;
    trim_text_add(text, "%.*s", (int)(length - from), command + from);
}

void trim_add_java_name(struct trim_text *text, JavaVM *vm)
{
    jvmtiEnv *jvmti = NULL;
    char *command = NULL;
    if ((*vm)->GetEnv(vm, (void **)&jvmti, JVMTI_VERSION_1_2) == JNI_OK && jvmti != NULL) {
        if ((*jvmti)->GetSystemProperty(jvmti, "sun.java.command", &command) == JVMTI_ERROR_NONE &&
            command != NULL) {
            trim_add_command_name(text, command);
            (void)(*jvmti)->Deallocate(jvmti, (unsigned char *)command);
        }
        (void)(*jvmti)->DisposeEnvironment(jvmti);
    }
    char name[32];
    if (text->length == 0 && trim_read_small_file("/proc/self", "comm", name, sizeof name) > 0) {
        trim_text_add(text, "%.*s", (int)strcspn(name, "\n"), name);
    }
}

#include "attach_frame.h"

#include <stdlib.h>
#include <string.h>

static bool add(char *frame, size_t *length, const char *part, size_t longest)
{
    size_t part_length = strlen(part);
    if (part_length > longest) {
        return false;
    }
    memcpy(frame + *length, part, part_length + 1);
    *length += part_length + 1;
    return true;
}

size_t ctl_frame_write(char frame[CTL_FRAME_MAX], const struct ctl_operation *operation)
{
    size_t length = 0;
    bool fits =
        add(frame, &length, "1", 1) && add(frame, &length, operation->command, CTL_COMMAND_MAX);
    for (int i = 0; i < CTL_ARGUMENTS && fits; i++) {
        const char *argument = operation->arguments[i];
        fits = add(frame, &length, argument != NULL ? argument : "", CTL_ARGUMENT_MAX);
    }
    return fits ? length : 0;
}

/* Reads a number that a newline or the end follows. */
static bool read_number(const char *text, long *number, const char **behind)
{
    char *end = NULL;
    *number = strtol(text, &end, 10);
    if (end == text || (*end != '\n' && *end != '\0')) {
        return false;
    }
    *behind = *end == '\n' ? end + 1 : end;
    return true;
}

int ctl_frame_read(const char *answer, size_t length, long *result, const char **text)
{
    return length > 0 && read_number(answer, result, text) ? 0 : -1;
}

int ctl_frame_loaded(const char *text, long *returned)
{
    static const char label[] = "return code: ";
    const char *at = strstr(text, label);
    const char *behind = NULL;
    return read_number(at != NULL ? at + sizeof label - 1 : text, returned, &behind) ? 0 : -1;
}

void ctl_frame_add_refusal(struct trim_text *said, const char *text)
{
    trim_text_add(said, "%s",
                  text[0] != '\0' ? text
                                  : "the JVM cannot load the library, and does not say why\n");
}

void ctl_frame_clean(char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if ((c < ' ' && c != '\n') || c == 0x7f) {
            *text = '?';
        }
    }
}

#include "figures.h"

#include <string.h>

#include "json.h"
#include "quantity.h"

size_t ctl_figures_find(const char *figures, const char *name, const char **value)
{
    size_t name_length = strlen(name);
    for (const char *line = figures; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (length > name_length && memcmp(line, name, name_length) == 0 &&
            line[name_length] == ' ') {
            *value = line + name_length + 1;
            return length - name_length - 1;
        }
        line += length + (line[length] == '\n' ? 1 : 0);
    }
    return 0;
}

bool ctl_figures_number(const char *figures, const char *name, uint64_t *number)
{
    const char *value = NULL;
    size_t length = ctl_figures_find(figures, name, &value);
    return length > 0 && trim_parse_count(value, length, number) == TRIM_PARSE_OK;
}

void ctl_figures_print_json(FILE *out, const char *figures)
{
    const char *separator = "";
    for (const char *line = figures; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        const char *blank = memchr(line, ' ', length);
        if (blank != NULL) {
            (void)fputs(separator, out);
            ctl_json_member(out, line, (size_t)(blank - line), blank + 1,
                            length - (size_t)(blank - line) - 1);
            separator = ", ";
        }
        line += length + (line[length] == '\n' ? 1 : 0);
    }
}

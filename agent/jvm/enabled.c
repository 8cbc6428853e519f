#include "enabled.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "answer.h"
#include "text.h"

#define NAME "TRIMAGENT_ENABLED"

static bool is_either(const char *value, const char *word, const char *digit)
{
    return strcasecmp(value, word) == 0 || strcmp(value, digit) == 0;
}

bool trim_enabled(void)
{
    const char *value = getenv(NAME);
    return value == NULL || !is_either(value, "false", "0");
}

void trim_enabled_warn(void)
{
    const char *value = getenv(NAME);
    if (value == NULL || is_either(value, "true", "1")) {
        return;
    }
    char buffer[TRIM_TEXT_QUOTED_MAX + 4];
    struct trim_text found;
    trim_text_init(&found, buffer, sizeof buffer);
    trim_text_add_quoted(&found, value, strlen(value));
    trim_answer_warn("variable '%s': found '%s', allowed: true or false; ignored", NAME, buffer);
}

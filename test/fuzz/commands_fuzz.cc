// Commands of late attach, to an agent whose worker does not run; and what trimctl reads of an
// answer.
#include "commands.h"

#include "answer.h"
#include "figures.h"
#include "fuzz.h"
#include "log.h"

void read_text(const std::string &text)
{
    static const bool quiet = trim_log_open("off", TRIM_LOG_ERROR) == 0;
    require(quiet);
    trim_options options;
    trim_options_default(&options);
    const trim_options before = options;
    trim_answer_begin();
    const bool obeyed = trim_commands_obey(text.c_str(), &options);
    require(!obeyed);
    (void)trim_commands_known(text.c_str());
    char answer[TRIM_ANSWER_MAX];
    const size_t length = trim_answer_read(answer, sizeof answer);
    require(length > 0 && length < sizeof answer && answer[length] == '\0');
    // What is said of a command is one line of plain text.
    for (size_t at = 0; at + 1 < length; ++at) {
        require(answer[at] >= ' ' && answer[at] <= '~');
    }
    // Only options that may change are changed.
    require(std::string(before.log_target) == options.log_target);
    require(std::string(before.metrics_target) == options.metrics_target);
    require(before.arena_max == options.arena_max && before.jmx == options.jmx);

    const char *value = nullptr;
    uint64_t number = 0;
    for (const char *name : {"rss_bytes", "verdict", "trims"}) {
        const size_t found = ctl_figures_find(text.c_str(), name, &value);
        require(found == 0 ||
                (value >= text.c_str() && value + found <= text.c_str() + text.size()));
        (void)ctl_figures_number(text.c_str(), name, &number);
    }
}

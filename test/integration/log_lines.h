// What the agent's lines look like: the one place of the integration tests that knows their
// wording.
//
// The functions return regular expressions for Process::wait_for_line. The golden tests of the
// exact texts are the unit tests'; here a line is recognised by its beginning and by what a user
// would look for in it.
#ifndef TRIMAGENT_TEST_LOG_LINES_H
#define TRIMAGENT_TEST_LOG_LINES_H

#include <cstdint>
#include <optional>
#include <string>

namespace trimagent_test::log_lines
{

// A decorated line of this level, such as "[12.345s][info][trimagent] " and then the text.
std::string decorated(const std::string &level, const std::string &text);

// "trimagent VERSION: ALLOCATOR, OPTIONS" with this text in it; only options that are not the
// defaults.
std::string start(const std::string &containing = "");
// The debug line of all options in force, with this text in it.
std::string all_options(const std::string &containing);
// The debug line of how old collections are known.
std::string gc_source(const std::string &source);
// "trim #N REASON: ...".
std::string trim(int number, const std::string &reason);
std::string any_trim();
std::string any_trim_for(const std::string &reason);
// The same where dry-run keeps the agent from trimming.
std::string dry_trim(int number, const std::string &reason);
// The second line of a trim: what has changed in malloc's figures.
std::string figures_of_trim(int number);
// The same of another allocator than glibc's.
std::string own_figures(int number, const std::string &allocator);
// A debug line of how it was carried out.
std::string detail_of_trim(int number, const std::string &fact);
// The debug line before a trim.
std::string trim_begins(int number, const std::string &reason);
// The debug line of a decision not to trim.
std::string no_trim(const std::string &reason, const std::string &why);
// The summary at exit with this number of trims, all of one reason.
std::string summary(int trims, const std::string &reason);
std::string summary_of_held();
std::string summary_without_trims();
std::string summary_during_a_trim();
std::string any_summary();
// The first line of the answer to the command "status".
std::string status();
// The line of it that counts pauses.
std::string pauses_seen();
// The line of it that counts what the agent has cost, and that which tells what its trims earned.
std::string agent_cost();
std::string held_so_far();
// The line of it that tells of the arenas.
std::string arenas_seen();
// The line about parameters of malloc that override the environment's, and that about those which
// could not be set.
std::string tuning_overrides(const std::string &what);
std::string tuning_refused(const std::string &why);
// Options that another allocator than glibc has nothing to do with.
std::string only_for_glibc(const std::string &options);
// The line that tells the memory limit, of this size and found below this directory, and its line
// of status that tells how full that is.
std::string memory_limit(const std::string &size, const std::string &directory);
std::string memory_fill(const std::string &of_size);
std::string no_cgroup_visible();
// The lines where memory is short: that it is, and that a trim would not help.
std::string memory_is_short();
std::string trim_would_not_help();
// The line that tells where the kernel's pressure is read, and that where it is not.
std::string pressure_source();
std::string pressure_unknown();
// The line that another allocator than glibc's gets at the start, and the answer to the command
// "trim" with it.
// Told once; the reason begins like this.
std::string nothing_is_borrowed(const std::string &why);
std::string allocator_refused(const std::string &library);
std::string trim_refused(const std::string &library);
// The line about a log file that cannot be opened.
std::string log_unusable(const std::string &target);
// The line about metrics that cannot be written, and that of status which counts how often.
std::string metrics_unwritable(const std::string &path);
std::string metrics_failed();
// The answer to a command that does not exist, and the line where -agentpath has given the agent
// again.
std::string unknown_command(const std::string &command);
std::string given_twice();
// Any line at all that the agent has written, and any error or warning of its.
std::string any_line();
std::string any_complaint();
// An error about an option or a command, decorated or not.
std::string option_error(const std::string &option, const std::string &found,
                         const std::string &allowed);

// What a trim's line says of the process's memory.
struct TrimMemory {
    int number;
    uint64_t before_bytes;
    uint64_t after_bytes;
    int64_t change_bytes;
};

// Reads it; nothing where the line is not of that form.
std::optional<TrimMemory> memory_of(const std::string &trim_line);

// What the line of pauses_seen counts.
struct Pauses {
    uint64_t old;
    uint64_t young;
};

// When a decorated line was logged, in seconds since the start of the JVM.
double seconds_of(const std::string &line);

// What the line of agent_cost counts; nothing where it is not of that form.
std::optional<uint64_t> wake_ups_of(const std::string &line);

// Nothing where the line is not of that form.
std::optional<Pauses> pauses_of(const std::string &line);

// What the line of arenas_seen tells.
struct Arenas {
    uint64_t count;
    uint64_t tops_bytes; // Of all but the main one.
};

// Nothing where the line is not of that form.
std::optional<Arenas> arenas_of(const std::string &line);

} // namespace trimagent_test::log_lines

#endif

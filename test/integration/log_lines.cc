#include "log_lines.h"

#include <cmath>
#include <regex>

namespace trimagent_test::log_lines
{

namespace
{

// Makes a text stand for itself in a regular expression.
std::string literally(const std::string &text)
{
    static const std::regex special(R"([.^$|()\[\]{}*+?\\])");
    return std::regex_replace(text, special, R"(\$&)");
}

// Reads a size as people read it, such as 1.2G, 531M, 812K or 0, with a sign or without.
int64_t bytes_of(const std::string &text)
{
    size_t length = 0;
    const double number = std::stod(text, &length);
    const std::string units = "KMGT";
    const size_t unit = length < text.size() ? units.find(text[length]) : std::string::npos;
    return std::llround(
        unit == std::string::npos ? number : std::ldexp(number, 10 * (static_cast<int>(unit) + 1)));
}

std::string trim_beginning(int number, const std::string &reason)
{
    return "trim #" + std::to_string(number) + " " + reason;
}

} // namespace

std::string decorated(const std::string &level, const std::string &text)
{
    return R"(^\[[0-9]+\.[0-9]{3}s\]\[)" + level + R"( *\]\[trimagent\] )" + text;
}

std::string start(const std::string &containing)
{
    return decorated("info", R"(trimagent [0-9]+\.[0-9]+\S*: .*)" + literally(containing));
}

std::string all_options(const std::string &containing)
{
    return decorated("debug", "options: .*" + literally(containing));
}

std::string gc_source(const std::string &source)
{
    return decorated("debug", "old GCs are known by " + source);
}

std::string trim(int number, const std::string &reason)
{
    return decorated("info", trim_beginning(number, reason) + ": RSS");
}

std::string any_trim()
{
    return R"(trim #[0-9]+ )";
}

std::string any_trim_for(const std::string &reason)
{
    return decorated("info", "trim #[0-9]+ " + reason + ": RSS");
}

std::string dry_trim(int number, const std::string &reason)
{
    return decorated("info", trim_beginning(number, reason) + ": .*dry.run");
}

std::string figures_of_trim(int number)
{
    return decorated("info", "trim #" + std::to_string(number) +
                                 R"( (mallinfo2|malloc_info|jemalloc|tcmalloc|mimalloc): )" +
                                 R"((unchanged|[a-z_]+ \S+->\S+))");
}

std::string own_figures(int number, const std::string &allocator)
{
    return decorated("info", "trim #" + std::to_string(number) + " " + allocator + ": ");
}

std::string detail_of_trim(int number, const std::string &fact)
{
    return decorated("debug", "trim #" + std::to_string(number) + " " + fact);
}

std::string trim_begins(int number, const std::string &reason)
{
    return decorated("debug", trim_beginning(number, reason) + " begins");
}

std::string no_trim(const std::string &reason, const std::string &why)
{
    return decorated("debug", "no trim \\(" + reason + "\\): " + why);
}

std::string summary(int trims, const std::string &reason)
{
    return decorated("info", "summary: " + std::to_string(trims) + " trims? \\(" + reason + " " +
                                 std::to_string(trims) + "\\)");
}

std::string summary_of_held()
{
    return decorated(
        "info",
        R"(summary: kept free (nothing yet|[0-9.]+[KMGT]?\*s) for [0-9.]+m?s of CPU, useless )");
}

std::string summary_without_trims()
{
    return decorated("info", "summary: 0 trims; ");
}

std::string summary_during_a_trim()
{
    return decorated("info", "summary: .*was running at exit");
}

std::string any_summary()
{
    return "summary: [0-9]+ trim";
}

std::string status()
{
    return decorated("info", "status:");
}

std::string pauses_seen()
{
    return decorated("info", " *GC pauses: ");
}

std::string agent_cost()
{
    return decorated("info", " *agent: CPU in trims ");
}

std::string held_so_far()
{
    return decorated(
        "info", R"( *kept free (nothing yet|[0-9.]+[KMGT]?\*s) for [0-9.]+m?s of CPU, useless 0, )"
                "regretted 0, last trim ");
}

std::string arenas_seen()
{
    return decorated("info", " *last estimate: .*, tops of other arenas ");
}

std::string tuning_overrides(const std::string &what)
{
    return decorated("info", "malloc's parameters: .*" + literally(what));
}

std::string tuning_refused(const std::string &why)
{
    return decorated("warning", "malloc's parameters not set: .*" + literally(why));
}

std::string only_for_glibc(const std::string &options)
{
    return decorated("warning", "options for glibc's malloc only: " + literally(options) + "; ");
}

std::string memory_limit(const std::string &size, const std::string &directory)
{
    return decorated("info", "memory limit " + literally(size) + R"( \(cgroup v[12], )" +
                                 literally(directory) + "/");
}

std::string memory_fill(const std::string &of_size)
{
    return decorated("info", "  [0-9]+% full: .* of " + literally(of_size) + ",");
}

std::string no_cgroup_visible()
{
    return decorated("info", "memory limit .*no cgroup visible");
}

std::string memory_is_short()
{
    return decorated("info", "memory is short, [0-9]+% full: .*: trims now begin at [^ ]+,");
}

std::string trim_would_not_help()
{
    return decorated("warning", "memory is short, .*what fills it is not");
}

std::string pressure_source()
{
    return decorated("info", "memory pressure ");
}

std::string pressure_unknown()
{
    return decorated("info", "memory pressure unknown");
}

std::string nothing_is_borrowed(const std::string &why)
{
    return decorated("warning", "nothing can be borrowed, because " + literally(why) +
                                    ".*: malloc_trim is used instead");
}

std::string allocator_refused(const std::string &library)
{
    return decorated("warning", "malloc belongs to " + literally(library));
}

std::string trim_refused(const std::string &library)
{
    return decorated("warning", "cannot trim: malloc belongs to " + literally(library));
}

std::string log_unusable(const std::string &target)
{
    return decorated("warning", "option 'log': .*'" + literally(target) + "'");
}

std::string metrics_unwritable(const std::string &path)
{
    return decorated("warning", "metrics cannot be written to '" + literally(path) + "'");
}

std::string metrics_failed()
{
    return decorated("info", "  metrics: .* written 0, failed [1-9]");
}

std::string unknown_command(const std::string &command)
{
    return decorated("error", "command '" + literally(command) + "'.*allowed: trim, status");
}

std::string given_twice()
{
    return decorated("warning", ".*twice");
}

std::string any_line()
{
    return "trimagent";
}

std::string any_complaint()
{
    return R"(^trimagent: |\[(error|warning) *\]\[trimagent\])";
}

std::string option_error(const std::string &option, const std::string &found,
                         const std::string &allowed)
{
    return "'" + literally(option) + "'.*" + literally(found) + ".*allowed: .*" +
           literally(allowed);
}

std::optional<TrimMemory> memory_of(const std::string &trim_line)
{
    static const std::regex memory(
        R"(trim #([0-9]+) .*: RSS(?:\+swap)? (\S+)->(\S+) \(([-+]\S+)\) in \S+ms)");
    std::smatch match;
    if (!std::regex_search(trim_line, match, memory)) {
        return std::nullopt;
    }
    return TrimMemory{std::stoi(match[1]), static_cast<uint64_t>(bytes_of(match[2])),
                      static_cast<uint64_t>(bytes_of(match[3])), bytes_of(match[4])};
}

double seconds_of(const std::string &line)
{
    return std::stod(line.substr(1));
}

std::optional<uint64_t> wake_ups_of(const std::string &line)
{
    static const std::regex count(", wake-ups ([0-9]+),");
    std::smatch match;
    if (!std::regex_search(line, match, count)) {
        return std::nullopt;
    }
    return std::stoull(match[1]);
}

std::optional<Pauses> pauses_of(const std::string &line)
{
    static const std::regex counts("GC pauses: old ([0-9]+), young ([0-9]+)");
    std::smatch match;
    if (!std::regex_search(line, match, counts)) {
        return std::nullopt;
    }
    return Pauses{std::stoull(match[1]), std::stoull(match[2])};
}

std::optional<Arenas> arenas_of(const std::string &line)
{
    static const std::regex counts("arenas ([0-9]+), .*tops of other arenas ([^ ,]+),");
    std::smatch match;
    if (!std::regex_search(line, match, counts)) {
        return std::nullopt;
    }
    return Arenas{std::stoull(match[1]), static_cast<uint64_t>(bytes_of(match[2]))};
}

} // namespace trimagent_test::log_lines

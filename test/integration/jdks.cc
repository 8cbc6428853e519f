#include "jdks.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <set>

#include "process.h"

namespace trimagent_test
{

namespace
{

// Reads JAVA_VERSION="17.0.15" or, as it was before 9, "1.8.0_504". Debian's JDK 8 says it by its
// directory's name alone. 0: not told.
int version_of(const std::filesystem::path &home)
{
    static const std::regex version("^JAVA_VERSION=\"(?:1\\.)?([0-9]+)");
    static const std::regex named("^java-([0-9]+)-");
    std::ifstream release(home / "release");
    std::smatch match;
    for (std::string line; std::getline(release, line);) {
        if (std::regex_search(line, match, version)) {
            return std::stoi(match[1]);
        }
    }
    const std::string name = home.filename().string();
    return std::regex_search(name, match, named) ? std::stoi(match[1]) : 0;
}

std::vector<Jdk> find_jdks()
{
    std::vector<Jdk> found;
    std::set<std::string> seen;
    std::error_code error;
    const char *elsewhere = std::getenv("TRIM_JVM_DIRECTORY");
    for (const auto &entry : std::filesystem::directory_iterator(
             elsewhere != nullptr ? elsewhere : TRIM_JVM_DIRECTORY, error)) {
        if (!std::filesystem::exists(entry.path() / "bin/java", error)) {
            continue;
        }
        const std::filesystem::path home = std::filesystem::canonical(entry.path());
        if (seen.insert(home.string()).second) {
            found.push_back({version_of(home), home.string()});
        }
    }
    std::sort(found.begin(), found.end(), [](const Jdk &left, const Jdk &right) {
        return std::make_pair(left.version, left.home) < std::make_pair(right.version, right.home);
    });
    return found;
}

std::vector<Collector> known_collectors()
{
    return {{"Serial", {"-XX:+UseSerialGC"}},
            {"Parallel", {"-XX:+UseParallelGC"}},
            {"G1", {"-XX:+UseG1GC"}},
            // Experimental at first, each of them.
            {"Z", {"-XX:+UnlockExperimentalVMOptions", "-XX:+UseZGC"}},
            {"GenerationalZ",
             {"-XX:+UnlockExperimentalVMOptions", "-XX:+UseZGC", "-XX:+ZGenerational"}},
            {"Shenandoah", {"-XX:+UnlockExperimentalVMOptions", "-XX:+UseShenandoahGC"}},
            {"GenerationalShenandoah",
             {"-XX:+UnlockExperimentalVMOptions", "-XX:+UseShenandoahGC",
              "-XX:ShenandoahGCMode=generational"}},
            {"Epsilon", {"-XX:+UnlockExperimentalVMOptions", "-XX:+UseEpsilonGC"}}};
}

// What a JVM says of a collector that it does not have; empty where it has it.
std::string refusal(Process &probe)
{
    // A flag that no longer means anything is accepted with a warning, such as ZGenerational on 25.
    const bool starts = probe.wait_exit() == 0;
    std::vector<Line> said = probe.lines_with("[Ii]gnoring option");
    if (!starts) {
        said =
            probe.lines_with("^Unrecognized VM option|^Error: .*ption|^Unknown .*ption|^Option ");
    }
    if (starts && said.empty()) {
        return "";
    }
    return said.empty() ? probe.transcript() : said.front().text;
}

struct Found {
    std::vector<JdkAndCollector> collectors;
    std::map<std::string, std::string> missing;
};

Found find_collectors()
{
    // All are started before the first is waited for, which takes half the time on two processors.
    std::vector<JdkAndCollector> candidates;
    std::vector<std::unique_ptr<Process>> probes;
    for (const Jdk &jdk : jdks()) {
        for (const Collector &collector : known_collectors()) {
            std::vector<std::string> words = {jdk.tool("java"), "-Xmx64m"};
            words.insert(words.end(), collector.options.begin(), collector.options.end());
            words.push_back("-version");
            candidates.push_back({jdk, collector});
            probes.push_back(std::make_unique<Process>(Process::Command{words, {}, ""}));
        }
    }
    Found found;
    for (size_t i = 0; i < candidates.size(); i++) {
        const std::string why = refusal(*probes[i]);
        if (why.empty()) {
            found.collectors.push_back(candidates[i]);
        } else {
            found.missing[name_of(candidates[i])] = why;
        }
    }
    return found;
}

const Found &all_collectors()
{
    static const Found found = find_collectors();
    return found;
}

} // namespace

const std::vector<Jdk> &jdks()
{
    static const std::vector<Jdk> found = find_jdks();
    return found;
}

const std::vector<JdkAndCollector> &jdks_and_collectors()
{
    return all_collectors().collectors;
}

const std::map<std::string, std::string> &missing_collectors()
{
    return all_collectors().missing;
}

std::vector<JdkAndCollector> with_collectors(const std::vector<std::string> &names)
{
    std::vector<JdkAndCollector> wanted;
    for (const JdkAndCollector &both : jdks_and_collectors()) {
        if (std::find(names.begin(), names.end(), both.collector.name) != names.end()) {
            wanted.push_back(both);
        }
    }
    return wanted;
}

std::string name_of(const Jdk &jdk)
{
    const std::string name = "Jdk" + std::to_string(jdk.version);
    // Two vendors' builds of one version are told apart by their order.
    size_t earlier = 0;
    for (const Jdk &other : jdks()) {
        if (other.home == jdk.home) {
            break;
        }
        earlier += other.version == jdk.version ? 1 : 0;
    }
    return earlier == 0 ? name : name + "_" + std::to_string(earlier + 1);
}

std::string name_of(const JdkAndCollector &both)
{
    return name_of(both.jdk) + "_" + both.collector.name;
}

void PrintTo(const Jdk &jdk, std::ostream *out)
{
    *out << jdk.home;
}

void PrintTo(const JdkAndCollector &both, std::ostream *out)
{
    *out << both.jdk.home << " with " << both.collector.name;
}

} // namespace trimagent_test

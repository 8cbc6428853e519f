#include "jvm.h"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace trimagent_test
{

namespace
{

// How trimctl ends where the JVM runs without the agent.
constexpr int no_agent = 4;

// The number behind a key in a file of /proc such as status.
std::optional<uint64_t> number_behind(const std::string &key, const std::filesystem::path &file)
{
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (line.rfind(key + ":", 0) == 0) {
            return std::stoull(line.substr(key.size() + 1));
        }
    }
    return std::nullopt;
}

std::string contents_of(const std::filesystem::path &file)
{
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

} // namespace

std::string agent_path(const std::string &options)
{
    return TRIM_AGENT_LIBRARY + (options.empty() ? "" : "=" + options);
}

Launch::Launch(const Jdk &jdk) : jdk_(jdk)
{
    with("-Xmx256m").with("-XX:MaxDirectMemorySize=512m");
    // Or else a warm-up of the metaspace makes a collector start old collections that no fixture
    // asked for.
    with("-XX:MetaspaceSize=128m");
    if (jdk.version >= 24) {
        // Or else a warning comes at the first native allocation.
        with("--sun-misc-unsafe-memory-access=allow");
    }
}

Launch::Launch(const JdkAndCollector &both) : Launch(both.jdk)
{
    for (const std::string &option : both.collector.options) {
        with(option);
    }
}

Launch &Launch::with(const std::string &vm_option)
{
    vm_options_.push_back(vm_option);
    return *this;
}

Launch &Launch::with_agent(const std::string &options)
{
    return with("-agentpath:" + agent_path(options));
}

Launch &Launch::variable(const std::string &assignment)
{
    environment_.push_back(assignment);
    return *this;
}

Launch &Launch::through(const std::vector<std::string> &words)
{
    starter_ = words;
    return *this;
}

Launch &Launch::run(const std::string &fixture, const std::vector<std::string> &arguments)
{
    program_ = {"-cp", TRIM_FIXTURES_CLASSES, "fixtures." + fixture};
    program_.insert(program_.end(), arguments.begin(), arguments.end());
    return *this;
}

Launch &Launch::run_source(const std::string &file, const std::string &class_path)
{
    program_ = {"-cp", class_path, file};
    return *this;
}

Jvm::Jvm(const Launch &launch) : Jvm(launch, std::make_unique<TemporaryDirectory>()) {}

Jvm::Jvm(const Launch &launch, std::unique_ptr<TemporaryDirectory> directory)
    : Process([&] {
          std::vector<std::string> words = launch.starter_;
          words.push_back(launch.jdk_.tool("java"));
          words.insert(words.end(), launch.vm_options_.begin(), launch.vm_options_.end());
          words.insert(words.end(), launch.program_.begin(), launch.program_.end());
          return Command{words, launch.environment_, directory->path().string()};
      }()),
      jdk_(launch.jdk_), directory_(std::move(directory))
{
}

Jvm::~Jvm()
{
    kill_now();
    for (const auto &entry : std::filesystem::directory_iterator(directory_->path())) {
        if (entry.path().filename().string().rfind("hs_err", 0) == 0) {
            ADD_FAILURE() << "the JVM crashed, having said:\n"
                          << transcript() << "and reported:\n"
                          << contents_of(entry.path()).substr(0, 6000);
        }
    }
}

int Jvm::finish()
{
    close_stdin();
    return wait_exit();
}

Outcome Jvm::jcmd(const std::vector<std::string> &words) const
{
    Command command{{jdk_.tool("jcmd"), std::to_string(pid())}, {}, ""};
    command.words.insert(command.words.end(), words.begin(), words.end());
    return trimagent_test::run(command);
}

Outcome Jvm::attach(const std::string &text) const
{
    if (jdk_.version >= 9) {
        std::vector<std::string> words = {"JVMTI.agent_load", TRIM_AGENT_LIBRARY};
        if (!text.empty()) {
            words.push_back(text);
        }
        Outcome outcome = jcmd(words);
        if (outcome.transcript.find("return code: 0") == std::string::npos) {
            outcome.exit_code = outcome.exit_code == 0 ? 1 : outcome.exit_code;
        }
        return outcome;
    }
    const std::string number = std::to_string(pid());
    if (text == "trim" || text == "status") {
        const Outcome outcome = trimagent_test::run({{TRIM_TRIMCTL, number, text}, {}, ""});
        if (outcome.exit_code != no_agent) {
            return outcome;
        }
    }
    // It hands on what it is given, be it options or a command.
    Command start{{TRIM_TRIMCTL, number, "start"}, {}, ""};
    if (!text.empty()) {
        start.words.push_back(text);
    }
    return trimagent_test::run(start);
}

uint64_t Jvm::resident_bytes() const
{
    const std::string status = "/proc/" + std::to_string(pid()) + "/status";
    return (number_behind("VmRSS", status).value_or(0) +
            number_behind("VmSwap", status).value_or(0))
           << 10;
}

std::vector<pid_t> Jvm::threads_named(const std::string &name) const
{
    std::vector<pid_t> threads;
    std::error_code error;
    const std::filesystem::path tasks = "/proc/" + std::to_string(pid()) + "/task";
    for (const auto &task : std::filesystem::directory_iterator(tasks, error)) {
        // A thread that ends meanwhile has no name any more and is not counted.
        if (contents_of(task.path() / "comm") == name + "\n") {
            threads.push_back(std::stoi(task.path().filename().string()));
        }
    }
    return threads;
}

std::optional<uint64_t> Jvm::thread_status(pid_t thread, const std::string &key) const
{
    return number_behind(key, "/proc/" + std::to_string(pid()) + "/task/" + std::to_string(thread) +
                                  "/status");
}

} // namespace trimagent_test

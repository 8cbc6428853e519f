/* The library's entry points against a fake JVM. Each test runs in a child: the agent exists once.
 */
#include <fcntl.h>
#include <gtest/gtest.h>
#include <jvmti.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "child_process.h"
#include "fake_jvm.h"
#include "fake_libraries.h"
#include "options.h"
#include "report_ring.h"
#include "sanitized_malloc.h"
#include "scratch_directory.h"
#include "signals.h"
#include "trimagent.h"
#include "worker.h"

namespace
{

constexpr size_t kLoadCalls = 6; /* AddCapabilities, SetEventCallbacks and four events. */

class Agent : public testing::Test
{
protected:
    /* The options text is the JVM's, which may change. */
    jint OnLoad(const std::string &options)
    {
        std::string text = options;
        return Agent_OnLoad(jvm_.vm(), text.data(), nullptr);
    }

    jint OnAttach(const std::string &options)
    {
        std::string text = options;
        return Agent_OnAttach(jvm_.vm(), text.data(), nullptr);
    }

    std::string LogOption() const
    {
        return "log=" + directory_.File("log");
    }
    std::string Log() const
    {
        return directory_.Read("log");
    }

    int Lines(const std::string &text) const
    {
        return directory_.Lines("log", text);
    }

    /* In a child: sends stdout or stderr into a file of the scratch directory. */
    void Redirect(int fd, const std::string &name) const
    {
        dup2(open(directory_.File(name).c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600), fd);
    }

    static trim_signals Signals()
    {
        trim_signals signals = {};
        const trim_vm_counters none = {};
        trim_signals_read(&none, &signals);
        return signals;
    }

    FakeJvm jvm_;
    ScratchDirectory directory_;
};

TEST_F(Agent, TellsApplicationsItsVersion)
{
    EXPECT_STREQ(trimagent_version(), TRIM_VERSION);
}

TEST_F(Agent, AsksForOneCapabilityAndFourEvents)
{
    RunInChild([&] {
        EXPECT_EQ(OnLoad(LogOption()), JNI_OK);
        jvmtiCapabilities wanted = {};
        wanted.can_generate_garbage_collection_events = 1;
        EXPECT_EQ(std::memcmp(&jvm_.capabilities, &wanted, sizeof wanted), 0);
        EXPECT_EQ(jvm_.enabled, (std::set<jvmtiEvent>{JVMTI_EVENT_VM_INIT, JVMTI_EVENT_VM_DEATH,
                                                      JVMTI_EVENT_GARBAGE_COLLECTION_START,
                                                      JVMTI_EVENT_GARBAGE_COLLECTION_FINISH}));
        EXPECT_EQ(jvm_.calls.size(), kLoadCalls);
        EXPECT_FALSE(trim_worker_alive()) << "no thread before VMInit";
    });
}

TEST_F(Agent, TakesNoOptionsAtAll)
{
    RunInChild([&] {
        EXPECT_EQ(Agent_OnLoad(jvm_.vm(), nullptr, nullptr), JNI_OK);
        EXPECT_EQ(jvm_.enabled.size(), 4U);
    });
}

TEST_F(Agent, StartsItsWorkerAtVmInitAndStopsItAtVmDeath)
{
    RunInChild([&] {
        EXPECT_EQ(OnLoad(LogOption()), JNI_OK);
        jvm_.PostVmInit();
        EXPECT_TRUE(trim_worker_alive());
        EXPECT_EQ(OnAttach("status"), JNI_OK) << "the start line is written before";
        jvm_.PostVmDeath();
        EXPECT_EQ(trim_worker_command(TRIM_COMMAND_STATUS, 1000000), ESRCH);
        Agent_OnUnload(jvm_.vm());
        Agent_OnUnload(jvm_.vm());
    });
    EXPECT_EQ(Lines("threshold="), 1) << "by status\n" << Log();
}

TEST_F(Agent, LetsThePartInJavaGoAtVmDeath)
{
    RunInChild([&] {
        EXPECT_EQ(OnLoad("jfr," + LogOption()), JNI_OK);
        jvm_.PostVmInit();
        EXPECT_TRUE(trim_report_ring_is_open());
        jvm_.PostVmDeath();
        EXPECT_FALSE(trim_report_ring_is_open());
    });
}

TEST_F(Agent, HasNoPartInJavaUnlessToldTo)
{
    RunInChild([&] {
        EXPECT_EQ(OnLoad(LogOption()), JNI_OK);
        jvm_.PostVmInit();
        EXPECT_FALSE(trim_report_ring_is_open());
    });
}

TEST_F(Agent, MayBeUnloadedWithoutEverHavingStarted)
{
    RunInChild([&] {
        Agent_OnUnload(jvm_.vm());
        EXPECT_EQ(OnLoad(LogOption()), JNI_OK);
        Agent_OnUnload(jvm_.vm());
        Agent_OnUnload(jvm_.vm());
    });
}

TEST_F(Agent, OptionErrorsEndTheStartAndTouchNothing)
{
    RunInChild([&] {
        Redirect(STDERR_FILENO, "stderr");
        EXPECT_EQ(OnLoad("threshold=1q," + LogOption()), JNI_ERR);
        EXPECT_EQ(jvm_.environments, 0);
        EXPECT_TRUE(jvm_.calls.empty());
    });
    const std::string told = directory_.Read("stderr");
    EXPECT_EQ(told.rfind("trimagent: ", 0), 0U) << told;
    EXPECT_NE(told.find("threshold"), std::string::npos) << told;
    EXPECT_NE(told.find("1q"), std::string::npos) << told;
    EXPECT_EQ(told.find('\n'), told.size() - 1) << told;
    EXPECT_NE(access(directory_.File("log").c_str(), F_OK), 0) << "no log is opened";
}

TEST_F(Agent, LeavesTheJdksToolsAlone)
{
    RunInChild([&] {
        jvm_.properties["jdk.module.main"] = "jdk.compiler";
        EXPECT_EQ(OnLoad(LogOption()), JNI_OK);
        EXPECT_EQ(OnLoad("threshold=1q"), JNI_OK) << "not even its options are read";
        EXPECT_TRUE(jvm_.calls.empty());
        EXPECT_EQ(jvm_.environments, 0);
        Agent_OnUnload(jvm_.vm());
    });
    EXPECT_NE(access(directory_.File("log").c_str(), F_OK), 0) << "no log is opened";
}

TEST_F(Agent, IsSwitchedOffByTheEnvironment)
{
    for (const char *off : {"false", "False", "0"}) {
        RunInChild([&] {
            Redirect(STDERR_FILENO, "stderr");
            setenv("TRIMAGENT_ENABLED", off, 1);
            EXPECT_EQ(OnLoad(LogOption()), JNI_OK);
            EXPECT_TRUE(jvm_.calls.empty()) << off;
            EXPECT_EQ(OnAttach(LogOption()), JNI_ERR) << "nobody shall take it for loaded";
            EXPECT_TRUE(jvm_.calls.empty()) << off;
        });
    }
    EXPECT_EQ(
        directory_.Lines("stderr", "trimagent: TRIMAGENT_ENABLED of this JVM switches it off"), 3);
    EXPECT_NE(access(directory_.File("log").c_str(), F_OK), 0) << "no log is opened";
}

TEST_F(Agent, StartsWithAnyOtherWordInTheEnvironment)
{
    RunInChild([&] {
        setenv("TRIMAGENT_ENABLED", "true", 1);
        EXPECT_EQ(OnLoad(LogOption()), JNI_OK);
        EXPECT_EQ(jvm_.enabled.size(), 4U);
        EXPECT_EQ(Lines("TRIMAGENT_ENABLED"), 0) << Log();
    });
    RunInChild([&] {
        setenv("TRIMAGENT_ENABLED", "flase", 1);
        EXPECT_EQ(OnLoad(LogOption()), JNI_OK);
        EXPECT_EQ(jvm_.enabled.size(), 4U);
    });
    EXPECT_EQ(Lines("[warning][trimagent] variable 'TRIMAGENT_ENABLED': found 'flase', allowed: "
                    "true or false; ignored"),
              1)
        << Log();
}

TEST_F(Agent, IsSilentInAShortLife)
{
    RunInChild([&] {
        EXPECT_EQ(OnLoad(LogOption()), JNI_OK);
        jvm_.PostVmInit();
        EXPECT_TRUE(trim_worker_alive());
        jvm_.PostVmDeath();
        Agent_OnUnload(jvm_.vm());
    });
    EXPECT_EQ(Log(), "");
}

TEST_F(Agent, WarnsOfBadOptionsWhereItIsNotStrict)
{
    RunInChild([&] {
        EXPECT_EQ(OnLoad("threshold=1q,tresh=2m,cooldown=7s,strict=false," + LogOption()), JNI_OK);
        EXPECT_EQ(jvm_.enabled.size(), 4U);
        EXPECT_EQ(Lines("[warning]"), 2) << "at once\n" << Log();
        jvm_.PostVmInit();
        EXPECT_EQ(OnAttach("status"), JNI_OK);
    });
    EXPECT_EQ(Lines("[warning][trimagent] option 'threshold': found '1q', allowed: "), 1) << Log();
    EXPECT_EQ(Lines("[warning][trimagent] option 'tresh': unknown, allowed: "), 1) << Log();
    EXPECT_EQ(Lines("threshold=auto"), 1) << Log();
    EXPECT_EQ(Lines("cooldown=7s"), 2) << "at the start and by status\n" << Log();
}

TEST_F(Agent, EachJvmtiFailureIsNamedAndLeavesTheAgentInert)
{
    for (size_t call = 1; call <= kLoadCalls; ++call) {
        SCOPED_TRACE(call);
        const ScratchDirectory directory;
        RunInChild([&] {
            jvm_.FailCall(call);
            EXPECT_EQ(OnLoad("log=" + directory.File("log")), JNI_OK);
            ASSERT_EQ(jvm_.calls.size(), call) << "nothing more is asked for";
            EXPECT_EQ(jvm_.environments, 0) << "the environment is disposed of";
            jvm_.PostVmInit();
            EXPECT_FALSE(trim_worker_alive());
            jvm_.PostVmDeath();
            Agent_OnUnload(jvm_.vm());

            const std::string log = directory.Read("log");
            EXPECT_NE(log.find("[warning]"), std::string::npos) << log;
            EXPECT_NE(log.find("JVMTI " + jvm_.calls.back() + " "), std::string::npos) << log;
            EXPECT_NE(log.find("JVMTI_ERROR_NOT_AVAILABLE (98)"), std::string::npos) << log;
        });
    }
}

TEST_F(Agent, StaysInertWhereALibraryIsMissing)
{
    RunInChild([&] {
        libraries_refusal = "libmissing is missing";
        EXPECT_EQ(OnLoad(LogOption()), JNI_OK);
        EXPECT_EQ(Lines("[warning]"), 1) << Log();
        EXPECT_EQ(Lines("libmissing is missing: the agent stays inert"), 1) << Log();
        EXPECT_TRUE(jvm_.calls.empty());
        EXPECT_EQ(OnAttach("status"), JNI_ERR);
        EXPECT_EQ(Lines("command 'status': the agent is inert"), 1) << Log();
        EXPECT_EQ(OnAttach(""), JNI_ERR) << "nobody shall take it for loaded";
        EXPECT_EQ(Lines("[error]"), 2) << Log();
        Agent_OnUnload(jvm_.vm());
    });
    RunInChild([&] {
        libraries_refusal = "libmissing is missing";
        EXPECT_EQ(OnAttach(""), JNI_ERR);
        EXPECT_TRUE(jvm_.calls.empty());
    });
}

TEST_F(Agent, StaysInertInAJvmWithoutJvmti)
{
    RunInChild([&] {
        jvm_.FailGetEnv();
        EXPECT_EQ(OnLoad(LogOption()), JNI_OK);
        EXPECT_EQ(Lines("GetEnv"), 1) << Log();
        EXPECT_TRUE(jvm_.calls.empty());
        Agent_OnUnload(jvm_.vm());
    });
}

TEST_F(Agent, ASecondLoadChangesNothing)
{
    RunInChild([&] {
        EXPECT_EQ(OnLoad("threshold=77m," + LogOption()), JNI_OK);
        EXPECT_EQ(OnLoad("threshold=99m,log=" + directory_.File("second")), JNI_OK);
        EXPECT_EQ(jvm_.environments, 1);
        EXPECT_EQ(jvm_.calls.size(), kLoadCalls);
        jvm_.PostVmInit();
        EXPECT_EQ(OnAttach("status"), JNI_OK) << "the start line is written before";
        Agent_OnUnload(jvm_.vm());
        Agent_OnUnload(jvm_.vm());
    });
    EXPECT_EQ(Lines("given twice"), 1) << Log();
    EXPECT_EQ(Lines("threshold=77m"), 2) << "at the start and by status\n" << Log();
    EXPECT_EQ(Lines("threshold=99m"), 0) << Log();
}

TEST_F(Agent, TurnsEventsIntoSignals)
{
    RunInChild([&] {
        EXPECT_EQ(OnLoad(LogOption()), JNI_OK);
        jvm_.PostGcStart();
        jvm_.PostGcStart();
        jvm_.PostGcFinish();
        EXPECT_EQ(Signals().old_pauses, 0U) << "only the outermost pause counts";
        jvm_.PostGcFinish();
        EXPECT_EQ(Signals().old_pauses, 1U) << "a pause of unknown kind is taken for old";
        jvm_.PostVmInit();
        for (int i = 0; i < 5; ++i) {
            jvm_.PostClassLoad();
        }
        EXPECT_EQ(Signals().class_loads, 5U) << "counted by the event where the VM does not tell";
        Agent_OnUnload(jvm_.vm());
    });
}

TEST_F(Agent, HelpPrintsTheOptionsAndEndsTheProcess)
{
    EXPECT_EXIT(
        {
            Redirect(STDOUT_FILENO, "stdout");
            (void)OnLoad("help");
        },
        testing::ExitedWithCode(0), "");
    const std::string help = directory_.Read("stdout");
    for (size_t i = 0; i < trim_option_count; ++i) {
        EXPECT_NE(help.find(trim_option_table[i].name), std::string::npos);
    }
}

TEST_F(Agent, LogsToStderrWhereItsFileCannotBeOpened)
{
    RunInChild([&] {
        Redirect(STDERR_FILENO, "stderr");
        EXPECT_EQ(OnLoad("log=" + directory_.File("no/such/log")), JNI_OK);
        EXPECT_EQ(jvm_.enabled.size(), 4U);
    });
    const std::string told = directory_.Read("stderr");
    EXPECT_NE(told.find("[warning]"), std::string::npos) << told;
    EXPECT_NE(told.find("no/such/log"), std::string::npos) << told;
    EXPECT_NE(told.find("No such file or directory"), std::string::npos) << told;
}

TEST_F(Agent, RefusesLateAttachThoughNobodyReadsStderr)
{
    RunInChild([&] {
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        ASSERT_EQ(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
        const std::vector<char> much(4096, 'x');
        while (write(ends[1], much.data(), much.size()) > 0) {
        }
        ASSERT_EQ(fcntl(ends[1], F_SETFL, 0), 0);
        ASSERT_EQ(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
        EXPECT_EQ(OnAttach("threshold=5x"), JNI_ERR) << "it hangs here where it waits";
        setenv("TRIMAGENT_ENABLED", "false", 1);
        EXPECT_EQ(OnAttach(""), JNI_ERR);
    });
}

TEST_F(Agent, AttachedLateStartsAtOnceAndThenTakesCommands)
{
    RunInChild([&] {
        EXPECT_EQ(OnAttach("log:" + directory_.File("log")), JNI_OK);
        EXPECT_TRUE(trim_worker_alive());
        EXPECT_EQ(jvm_.enabled.count(JVMTI_EVENT_VM_INIT), 0U) << "it has passed";
        EXPECT_EQ(OnAttach("status"), JNI_OK);
        EXPECT_EQ(Lines("status: "), 1) << Log();
        EXPECT_EQ(OnAttach("trim"), kSanitizedMalloc ? JNI_ERR : JNI_OK);
        EXPECT_EQ(Lines(kSanitizedMalloc ? "cannot trim" : "trim #1 demand: "), 1) << Log();
        EXPECT_EQ(jvm_.environments, 1);
    });
}

TEST_F(Agent, TakesCommandsAfterAnOrdinaryLoadToo)
{
    RunInChild([&] {
        EXPECT_EQ(OnLoad(LogOption()), JNI_OK);
        EXPECT_EQ(OnAttach("status"), JNI_ERR) << "the worker has not started yet";
        jvm_.PostVmInit();
        EXPECT_EQ(OnAttach("status"), JNI_OK);
        EXPECT_EQ(Lines("status: "), 1) << Log();
    });
}

TEST_F(Agent, ChangesOptionsWhileItRuns)
{
    RunInChild([&] {
        EXPECT_EQ(OnAttach("threshold:77m,log:" + directory_.File("log")), JNI_OK);
        EXPECT_EQ(OnAttach("set,threshold:1g,log-level:debug"), JNI_OK);
        EXPECT_EQ(OnAttach("set,threshold=1g"), JNI_OK);
        EXPECT_EQ(OnAttach("set,threshold=1x"), JNI_ERR);
        EXPECT_EQ(OnAttach("set,arena-max=2"), JNI_ERR);
        EXPECT_EQ(OnAttach("status"), JNI_OK);
    });
    EXPECT_EQ(Lines("[info][trimagent] set threshold: 77m -> 1g"), 1) << Log();
    EXPECT_EQ(Lines("set log-level: info -> debug"), 1) << Log();
    EXPECT_EQ(Lines("set: nothing has changed"), 1) << Log();
    EXPECT_EQ(Lines("[error][trimagent] set: option 'threshold': found '1x'"), 1) << Log();
    EXPECT_EQ(Lines("threshold=1g"), 1) << "by status\n" << Log();
}

TEST_F(Agent, AnswersInTheFileThatIsNamed)
{
    RunInChild([&] {
        const auto ask = [&](const std::string &request, const std::string &name) {
            directory_.Write(name, "");
            return OnAttach(request + ",reply=" + directory_.File(name));
        };
        EXPECT_EQ(ask("threshold=1x", "bad"), JNI_ERR);
        EXPECT_EQ(ask("log:" + directory_.File("log"), "start"), JNI_OK);
        EXPECT_EQ(ask("status", "status"), JNI_OK);
        EXPECT_EQ(ask("figures", "figures"), JNI_OK);
        EXPECT_EQ(ask("tirm", "unknown"), JNI_ERR);
        EXPECT_EQ(OnAttach("status,reply=" + directory_.File("no/such/file")), JNI_OK);
    });
    EXPECT_EQ(directory_.Lines("bad", "option 'threshold': found '1x'"), 1);
    EXPECT_EQ(directory_.Lines("start", " started: worth=8g,"), 1);
    EXPECT_EQ(directory_.Lines("status", "status: "), 1);
    EXPECT_EQ(directory_.Lines("status", "  options: "), 1);
    EXPECT_EQ(directory_.Lines("figures", "estimates "), 1);
    EXPECT_EQ(Lines("estimate_cpu_ns"), 0) << "figures are not logged\n" << Log();
    EXPECT_EQ(directory_.Lines("unknown", "command 'tirm': unknown"), 1);
    EXPECT_EQ(Lines("the answer could not be given (No such file or directory)"), 1) << Log();
}

TEST_F(Agent, AnswersWithTheWarningsOfALateStart)
{
    SKIP_WITHOUT_GLIBC_MALLOC();
    RunInChild([&] {
        Redirect(STDERR_FILENO, "log");
        directory_.Write("start", "");
        EXPECT_EQ(OnAttach("strict=false,foo=1,bar=2,trim-threshold=8m,dry-run,log:" +
                           directory_.File("no/x.log") + ",reply=" + directory_.File("start")),
                  JNI_OK);
    });
    for (const char *text :
         {"option 'foo': unknown", "option 'bar': unknown", "option 'log': cannot open ",
          "malloc's parameters not set: this is a dry run"}) {
        EXPECT_EQ(directory_.Lines("start", text), 1) << directory_.Read("start");
        EXPECT_EQ(Lines(text), 1) << Log();
    }
    EXPECT_EQ(directory_.Lines("start", " started: worth=8g,"), 1) << directory_.Read("start");
}

TEST_F(Agent, AnswersSeveralThreadsOneAfterTheOther)
{
    RunInChild([&] {
        EXPECT_EQ(OnAttach("log=off"), JNI_OK);
        std::vector<std::thread> askers;
        for (int asker = 0; asker < 4; ++asker) {
            askers.emplace_back([&, asker] {
                const std::string command = asker % 2 == 0 ? "status" : "figures";
                for (int i = 0; i < 50; ++i) {
                    const std::string name = std::to_string(asker) + "-" + std::to_string(i);
                    directory_.Write(name, "");
                    EXPECT_EQ(OnAttach(command + ",reply=" + directory_.File(name)), JNI_OK);
                    EXPECT_EQ(directory_.Lines(name, "status: "), 1 - asker % 2);
                    EXPECT_EQ(directory_.Lines(name, "estimate_cpu_ns "), asker % 2);
                }
            });
        }
        for (std::thread &asker : askers) {
            asker.join();
        }
    });
}

TEST_F(Agent, RefusesUnknownCommandsAndFurtherOptions)
{
    RunInChild([&] {
        EXPECT_EQ(OnAttach("log:" + directory_.File("log")), JNI_OK);
        EXPECT_EQ(OnAttach("threshold:1m"), JNI_ERR);
        EXPECT_EQ(OnAttach("tr\nim"), JNI_ERR);
        EXPECT_EQ(OnAttach(""), JNI_OK) << "scripts make sure that it is there";
    });
    EXPECT_EQ(Lines("threshold:1m"), 1) << Log();
    EXPECT_EQ(Lines("[error]"), 2) << Log();
    EXPECT_GE(Lines("allowed: trim, status"), 2) << Log();
}

TEST_F(Agent, OptionErrorsOfALateAttachLeaveNothingBehind)
{
    RunInChild([&] {
        Redirect(STDERR_FILENO, "stderr");
        EXPECT_EQ(OnAttach("threshold:0"), JNI_ERR);
        EXPECT_EQ(jvm_.environments, 0);
        /* Given right, it can be attached still. */
        EXPECT_EQ(OnAttach("threshold:77m,log:" + directory_.File("log")), JNI_OK);
        EXPECT_EQ(OnAttach("status"), JNI_OK);
        EXPECT_EQ(Lines("threshold=77m"), 2) << "at the start and by status\n" << Log();
    });
}

} // namespace

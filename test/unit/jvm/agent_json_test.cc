/* The entry points with format=json: not one line is anything else, bad options included. */
#include <fcntl.h>
#include <gtest/gtest.h>
#include <jvmti.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "child_process.h"
#include "fake_jvm.h"
#include "scratch_directory.h"

namespace
{

class AgentJson : public testing::Test
{
protected:
    AgentJson()
    {
        jvm_.properties["sun.java.command"] = "com.example.Server --port 80";
    }

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

    /* In a child: what it writes to stderr is Told. */
    void Redirect() const
    {
        dup2(open(directory_.File("stderr").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600),
             STDERR_FILENO);
    }

    std::string Told() const
    {
        return directory_.Read("stderr");
    }

    /* The lines with this event and message; none may be no object. */
    int Events(const std::string &event, const std::string &message) const
    {
        int count = 0;
        const std::string told = Told();
        for (size_t at = 0; at < told.size(); at = told.find('\n', at) + 1) {
            const std::string line = told.substr(at, told.find('\n', at) - at);
            EXPECT_EQ(line.front(), '{') << line;
            EXPECT_EQ(line.back(), '}') << line;
            EXPECT_NE(line.find("\"command\":\"com.example.Server\""), std::string::npos) << line;
            count += line.find("\"event\":\"" + event + "\"") != std::string::npos &&
                             line.find(message) != std::string::npos
                         ? 1
                         : 0;
        }
        return count;
    }

    FakeJvm jvm_;
    ScratchDirectory directory_;
};

TEST_F(AgentJson, TellsABadOptionThatEndsTheStart)
{
    RunInChild([&] {
        Redirect();
        EXPECT_EQ(OnLoad("threshold=1q\"\x80,format=json"), JNI_ERR);
    });
    EXPECT_EQ(Events("bad_option", "option 'threshold': found '1q\\\"?', allowed: auto"), 1)
        << Told();
}

TEST_F(AgentJson, TellsBadOptionsThatAreIgnored)
{
    RunInChild([&] {
        Redirect();
        EXPECT_EQ(OnLoad("x=1,y=2,strict=false,format=json"), JNI_OK);
    });
    EXPECT_EQ(Events("bad_option", "option 'x': unknown"), 1) << Told();
    EXPECT_EQ(Events("bad_option", "option 'y': unknown"), 1) << Told();
}

TEST_F(AgentJson, TellsWhyItIsNotStartedLater)
{
    RunInChild([&] {
        Redirect();
        EXPECT_EQ(OnAttach("threshold=1q,format=json"), JNI_ERR);
        EXPECT_EQ(OnAttach("help,format=json"), JNI_ERR);
        setenv("TRIMAGENT_ENABLED", "false", 1);
        EXPECT_EQ(OnAttach("format=json"), JNI_ERR);
    });
    EXPECT_EQ(Events("bad_option", "'1q'"), 1) << Told();
    EXPECT_EQ(Events("refused", "option 'help': not possible"), 1) << Told();
    EXPECT_EQ(Events("refused", "TRIMAGENT_ENABLED"), 1) << Told();
}

TEST_F(AgentJson, IsTheFormOfTheAttemptThatAskedForIt)
{
    RunInChild([&] {
        EXPECT_EQ(OnAttach("threshold=1q,format=json"), JNI_ERR);
        Redirect();
        EXPECT_EQ(OnAttach("threshold=1q"), JNI_ERR);
    });
    EXPECT_EQ(Told().rfind("trimagent: option 'threshold'", 0), 0U) << Told();
}

TEST_F(AgentJson, AnswersCommands)
{
    RunInChild([&] {
        Redirect();
        EXPECT_EQ(OnLoad("format=json"), JNI_OK);
        jvm_.PostVmInit();
        EXPECT_EQ(OnAttach("status"), JNI_OK);
        EXPECT_EQ(OnAttach("set,cooldown=7s,threshold=1g"), JNI_OK);
        EXPECT_EQ(OnAttach("set,format=text"), JNI_ERR);
        EXPECT_EQ(OnAttach("sta\"tus"), JNI_ERR);
        EXPECT_EQ(OnAttach(""), JNI_OK);
        jvm_.PostVmDeath();
    });
    EXPECT_EQ(Events("start", "\"can_trim\":"), 1) << Told();
    EXPECT_EQ(Events("status", "\"old_pauses\":0"), 1) << Told();
    EXPECT_EQ(Events("set", "\"changes\":[{\"option\":\"threshold\",\"before\":\"auto\",\"after\":"
                            "\"1g\"},{\"option\":\"cooldown\",\"before\":\"500ms\","
                            "\"after\":\"7s\"}]"),
              1)
        << Told();
    EXPECT_EQ(Events("refused", "set: option 'format': it is applied only when"), 1) << Told();
    EXPECT_EQ(Events("refused", "command 'sta\\\"tus': unknown"), 1) << Told();
    EXPECT_EQ(Events("message", "the agent is loaded already"), 1) << Told();
}

} // namespace

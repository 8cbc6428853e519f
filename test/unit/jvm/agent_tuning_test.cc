/* Parameters of malloc that are given to the agent, from the option to what start line and status
 * tell. Each test runs in a child: malloc and the agent exist once. */
#include <gtest/gtest.h>
#include <jvmti.h>

#include <string>

#include "child_process.h"
#include "fake_jvm.h"
#include "sanitized_malloc.h"
#include "scratch_directory.h"

namespace
{

class AgentTuning : public testing::Test
{
protected:
    /* Starts the agent as at the JVM's start, and has it tell its status. */
    void Start(const std::string &options)
    {
        std::string text = options + ",log=" + directory_.File("log");
        EXPECT_EQ(Agent_OnLoad(jvm_.vm(), text.data(), nullptr), JNI_OK);
        jvm_.PostVmInit();
        TellStatus();
    }

    void Attach(const std::string &options)
    {
        std::string text = options + ",log:" + directory_.File("log");
        EXPECT_EQ(Agent_OnAttach(jvm_.vm(), text.data(), nullptr), JNI_OK);
        TellStatus();
    }

    /* How often the log has a text. */
    int Times(const std::string &text) const
    {
        const std::string log = directory_.Read("log");
        int times = 0;
        for (size_t at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) {
            ++times;
        }
        return times;
    }

    FakeJvm jvm_;
    ScratchDirectory directory_;

private:
    void TellStatus()
    {
        std::string status = "status";
        EXPECT_EQ(Agent_OnAttach(jvm_.vm(), status.data(), nullptr), JNI_OK);
    }
};

TEST_F(AgentTuning, IsToldAsItIsInForceByStartLineAndStatus)
{
    SKIP_WITHOUT_GLIBC_MALLOC();
    RunInChild([&] {
        unsetenv("MALLOC_ARENA_MAX");
        Start("trim-threshold=8m,arena-max=7");
    });
    EXPECT_EQ(Times("trim-threshold=8m,mmap-threshold=32m,arena-max=7,"), 2);
    EXPECT_EQ(Times("malloc's parameters"), 0) << directory_.Read("log");
}

TEST_F(AgentTuning, SaysOnceThatItOverridesTheEnvironment)
{
    SKIP_WITHOUT_GLIBC_MALLOC();
    RunInChild([&] {
        setenv("MALLOC_ARENA_MAX", "2", 1);
        Start("arena-max=7");
    });
    EXPECT_EQ(Times("[trimagent] malloc's parameters: arena-max=7 takes the place of what "
                    "MALLOC_ARENA_MAX says\n"),
              1)
        << directory_.Read("log");
    EXPECT_EQ(Times("[warning]"), 0);
}

TEST_F(AgentTuning, IsLeftAloneByAnAgentThatStaysInert)
{
    SKIP_WITHOUT_GLIBC_MALLOC();
    RunInChild([&] {
        setenv("MALLOC_ARENA_MAX", "2", 1);
        jvm_.FailCall(3);
        std::string text = "arena-max=7,log=" + directory_.File("log");
        EXPECT_EQ(Agent_OnLoad(jvm_.vm(), text.data(), nullptr), JNI_OK);
    });
    EXPECT_EQ(Times("stays inert"), 1) << directory_.Read("log");
    EXPECT_EQ(Times("malloc's parameters"), 0) << "none is set";
}

TEST_F(AgentTuning, OfThresholdsIsPossibleAtLateAttachAndOfArenasIsNot)
{
    SKIP_WITHOUT_GLIBC_MALLOC();
    RunInChild([&] { Attach("trim-threshold:8m,arena-max:7"); });
    EXPECT_EQ(Times("malloc's parameters not set: arena-max=7 can only be set when a JVM starts\n"),
              1);
    EXPECT_EQ(Times("trim-threshold=8m,mmap-threshold=32m,log="), 1) << "at the start";
    EXPECT_EQ(Times("trim-threshold=8m,mmap-threshold=32m,arena-max=off,"), 1) << "by status";
}

TEST_F(AgentTuning, IsLeftAloneByADryRun)
{
    SKIP_WITHOUT_GLIBC_MALLOC();
    RunInChild([&] { Start("dry-run,trim-threshold=8m"); });
    EXPECT_EQ(Times("malloc's parameters not set: this is a dry run\n"), 1);
    EXPECT_EQ(Times("trim-threshold=8m"), 0);
    EXPECT_EQ(Times("trim-threshold=off,mmap-threshold=off,arena-max=off,"), 1) << "by status";
}

TEST_F(AgentTuning, IsRefusedOnceWhereMallocIsNotGlibcs)
{
    if (!kSanitizedMalloc) {
        GTEST_SKIP() << "malloc is glibc's";
    }
    RunInChild([&] { Start("arena-max=7"); });
    EXPECT_EQ(Times("options for glibc's malloc only: arena-max; malloc belongs to "), 1);
    EXPECT_EQ(Times("arena-max=7,"), 0);
    EXPECT_EQ(Times("arena-max=off,"), 1) << "by status";
}

} // namespace

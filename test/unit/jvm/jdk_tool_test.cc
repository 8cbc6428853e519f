/* The JDK's tools are told from applications by what the launcher has told the VM. */
#include "jdk_tool.h"

#include <gtest/gtest.h>

#include "fake_jvm.h"

namespace
{

TEST(JdkTool, IsKnownByItsModule)
{
    EXPECT_TRUE(
        trim_jdk_tool_named("jdk.compiler", "jdk.compiler/com.sun.tools.javac.Main -version"));
    EXPECT_TRUE(trim_jdk_tool_named("jdk.jcmd", nullptr));
    EXPECT_TRUE(trim_jdk_tool_named("java.base", "java.base/sun.security.tools.keytool.Main"));
}

TEST(JdkTool, IsKnownByItsMainClass)
{
    EXPECT_TRUE(trim_jdk_tool_named(nullptr, "sun.tools.jar.Main cf a.jar x"));
    EXPECT_TRUE(trim_jdk_tool_named(nullptr, "com.sun.tools.javac.Main"));
    EXPECT_TRUE(trim_jdk_tool_named(nullptr, "sun.security.tools.keytool.Main -list"));
}

TEST(JdkTool, IsNoApplication)
{
    EXPECT_FALSE(trim_jdk_tool_named(nullptr, nullptr)) << "java -version, or no launcher";
    EXPECT_FALSE(trim_jdk_tool_named(nullptr, "Server --port 80"));
    EXPECT_FALSE(trim_jdk_tool_named(nullptr, "/opt/sun.tools.jar --port 80"));
    EXPECT_FALSE(trim_jdk_tool_named("com.example", "com.example/com.example.Main"));
    EXPECT_FALSE(trim_jdk_tool_named("jdkx.server", "jdkx.server/Main"));
    EXPECT_FALSE(trim_jdk_tool_named(nullptr, ""));
}

TEST(JdkTool, IsNoProgramThatTheCompilerRuns)
{
    EXPECT_FALSE(trim_jdk_tool_named("jdk.compiler",
                                     "jdk.compiler/com.sun.tools.javac.launcher.Main Hello.java"));
    EXPECT_FALSE(trim_jdk_tool_named(
        "jdk.compiler", "jdk.compiler/com.sun.tools.javac.launcher.SourceLauncher Hello.java"));
}

TEST(JdkTool, IsAskedOfTheVm)
{
    FakeJvm jvm;
    EXPECT_FALSE(trim_jdk_tool_runs(jvm.vm()));
    jvm.properties["sun.java.command"] = "sun.tools.jar.Main";
    EXPECT_TRUE(trim_jdk_tool_runs(jvm.vm()));
    jvm.properties["sun.java.command"] = "Server";
    EXPECT_FALSE(trim_jdk_tool_runs(jvm.vm()));
    jvm.properties["jdk.module.main"] = "jdk.jartool";
    EXPECT_TRUE(trim_jdk_tool_runs(jvm.vm()));
    EXPECT_EQ(jvm.environments, 0) << "each is disposed of";
    jvm.FailGetEnv();
    EXPECT_FALSE(trim_jdk_tool_runs(jvm.vm()));
}

} // namespace

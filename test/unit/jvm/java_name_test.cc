/* What a JVM runs, in one word. */
#include "java_name.h"

#include <gtest/gtest.h>

#include <string>

#include "bounded_text.h"
#include "fake_jvm.h"

namespace
{

std::string NameOf(const std::string &command)
{
    BoundedText text;
    trim_add_command_name(text.get(), command.c_str());
    return text.str();
}

TEST(JavaName, IsTheMainClassWithoutItsArguments)
{
    EXPECT_EQ(NameOf("com.example.Server --password=secret"), "com.example.Server");
    EXPECT_EQ(NameOf("com.example.Server"), "com.example.Server");
    EXPECT_EQ(NameOf("com.example/com.example.Main 1 2"), "com.example/com.example.Main");
    EXPECT_EQ(NameOf("com.example.Server --from /opt/a.jar"), "com.example.Server");
    EXPECT_EQ(NameOf(""), "");
}

TEST(JavaName, IsTheNameOfTheJar)
{
    EXPECT_EQ(NameOf("/opt/app/server.jar --port 80"), "server.jar");
    EXPECT_EQ(NameOf("server.jar"), "server.jar");
    EXPECT_EQ(NameOf("../server.jar a.jar"), "server.jar");
    EXPECT_EQ(NameOf("/opt/my app/the server.jar --port"), "the server.jar");
    EXPECT_EQ(NameOf("/opt/x.jar.d/app.jar"), "app.jar");
}

TEST(JavaName, IsAskedOfTheVm)
{
    FakeJvm jvm;
    jvm.properties["sun.java.command"] = "Server 1";
    BoundedText text;
    trim_add_java_name(text.get(), jvm.vm());
    EXPECT_EQ(text.str(), "Server");
    EXPECT_EQ(jvm.environments, 0) << "it is disposed of";
}

TEST(JavaName, IsTheProcessWhereNoLauncherHasTold)
{
    FakeJvm jvm;
    BoundedText text;
    trim_add_java_name(text.get(), jvm.vm());
    EXPECT_EQ(text.str().rfind("jvm_unit_test", 0), 0U) << text.str();
    jvm.FailGetEnv();
    BoundedText other;
    trim_add_java_name(other.get(), jvm.vm());
    EXPECT_EQ(other.str(), text.str());
}

} // namespace

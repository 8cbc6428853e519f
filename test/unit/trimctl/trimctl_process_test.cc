/* What /proc says of a process that may be a JVM. */
#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

#include "child_process.h"
#include "identity.h"
#include "java_command.h"
#include "mapped_file.h"
#include "proc_status.h"
#include "scratch_directory.h"
#include "seccomp.h"
#include "target_root.h"

namespace
{

const char kStatus[] = "Name:\tjava\n"
                       "Umask:\t0022\n"
                       "State:\tS (sleeping)\n"
                       "Tgid:\t4242\n"
                       "Uid:\t1000\t1001\t1002\t1003\n"
                       "Gid:\t2000\t2001\t2002\t2003\n"
                       "Groups:\t4 24 27\n"
                       "NSpid:\t4242\t17\t7\n"
                       "VmRSS:\t  123456 kB\n"
                       "VmSwap:\t     12 kB\n"
                       "Threads:\t21\n"
                       "SigCgt:\t2000000181005ccf\n";

int Parse(ctl_status *status, const std::string &text)
{
    return ctl_parse_status(status, 4242, text.data(), text.size());
}

std::string Without(const std::string &name)
{
    std::string text = kStatus;
    const size_t at = text.find(name);
    return text.erase(at, text.find('\n', at) + 1 - at);
}

std::string With(const std::string &name, const std::string &line)
{
    return Without(name) + line + "\n";
}

TEST(TrimctlStatus, IsReadAsItIs)
{
    ctl_status status = {};
    ASSERT_EQ(Parse(&status, kStatus), 0);
    EXPECT_EQ(status.state, 'S');
    EXPECT_EQ(status.uid, 1001U) << "the effective one: HotSpot compares with it";
    EXPECT_EQ(status.gid, 2001U);
    EXPECT_EQ(status.inner_pid, 7) << "as the JVM itself sees it";
    EXPECT_EQ(status.rss_bytes, 123456U * 1024);
    EXPECT_EQ(status.swap_bytes, 12U * 1024);
    EXPECT_EQ(status.threads, 21U);
    EXPECT_TRUE(status.catches_quit);
}

TEST(TrimctlStatus, TellsWhoWouldDieOfSigquit)
{
    ctl_status status = {};
    ASSERT_EQ(Parse(&status, With("SigCgt:", "SigCgt:\t0000000000000000")), 0);
    EXPECT_FALSE(status.catches_quit);
    ASSERT_EQ(Parse(&status, With("SigCgt:", "SigCgt:\tfffffffffffffffb")), 0);
    EXPECT_FALSE(status.catches_quit) << "every signal but SIGQUIT";
    ASSERT_EQ(Parse(&status, With("SigCgt:", "SigCgt:\t0000000000000004")), 0);
    EXPECT_TRUE(status.catches_quit);
    EXPECT_EQ(Parse(&status, Without("SigCgt:")), -1) << "nobody is taken for one who does";
}

TEST(TrimctlStatus, OfOldKernelsHasNoOtherNumbers)
{
    ctl_status status = {};
    ASSERT_EQ(Parse(&status, Without("NSpid:")), 0);
    EXPECT_EQ(status.inner_pid, 4242);
}

TEST(TrimctlStatus, OfAKernelThreadHasNoMemory)
{
    ctl_status status = {};
    ASSERT_EQ(Parse(&status, Without("VmRSS:")), 0);
    EXPECT_EQ(status.rss_bytes, 0U);
}

TEST(TrimctlStatus, ThatIsBrokenIsRefused)
{
    for (const std::string &text :
         {std::string(), Without("State:"), Without("Uid:"), With("Uid:", "Uid:\t1\t2\t3"),
          With("Uid:", "Uid:\tx\t2\t3\t4"), Without("Gid:"), With("SigCgt:", "SigCgt:\tz")}) {
        ctl_status status = {};
        status.state = '!';
        EXPECT_EQ(Parse(&status, text), -1) << text;
        EXPECT_EQ(status.state, '!') << "untouched";
    }
}

/* The arguments as in /proc/PID/cmdline: a blank stands for each NUL. */
std::string Joined(std::string words)
{
    for (char &c : words) {
        c = c == ' ' ? '\0' : c;
    }
    return words + '\0';
}

std::string Command(const std::string &words)
{
    char buffer[200];
    trim_text text;
    trim_text_init(&text, buffer, sizeof buffer);
    const std::string arguments = Joined(words);
    ctl_add_java_command(&text, arguments.data(), arguments.size());
    return buffer;
}

TEST(TrimctlCommand, IsTheMainClassTheModuleOrTheJar)
{
    EXPECT_EQ(Command("/usr/bin/java -Xmx1g -cp /a:/b com.example.Main one two"),
              "com.example.Main");
    EXPECT_EQ(Command("java -jar /opt/app/server.jar --port 80"), "server.jar");
    EXPECT_EQ(Command("java --module-path /m --add-opens java.base/x=ALL -m app/app.Main"),
              "app/app.Main");
    EXPECT_EQ(Command("java @arguments -classpath /a Main"), "Main");
    EXPECT_EQ(Command("java -Dx=y --class-path=/a Main"), "Main");
}

TEST(TrimctlCommand, OfAnotherLauncherIsItsName)
{
    EXPECT_EQ(Command("/opt/idea/bin/idea -jar x.jar"), "idea");
}

TEST(TrimctlCommand, ThatSaysNothingIsStillSomething)
{
    EXPECT_EQ(Command("java -version"), "java");
    EXPECT_EQ(Command("java -jar"), "java");
    EXPECT_EQ(Command("java -cp"), "java");
    char buffer[20];
    trim_text text;
    trim_text_init(&text, buffer, sizeof buffer);
    ctl_add_java_command(&text, "", 0);
    EXPECT_STREQ(buffer, "?");
}

TEST(TrimctlCommand, CannotDriveTheTerminal)
{
    EXPECT_EQ(Command("java M\x1b[2Jain"), "M?[2Jain");
}

bool Disabled(const std::string &words)
{
    const std::string text = Joined(words);
    return ctl_attach_disabled(text.data(), text.size());
}

TEST(TrimctlCommand, MayForbidToAttach)
{
    EXPECT_TRUE(Disabled("java -XX:+DisableAttachMechanism Main"));
    EXPECT_TRUE(Disabled("java -cp /a -XX:+DisableAttachMechanism -jar a.jar"));
    EXPECT_TRUE(Disabled("A=b JAVA_TOOL_OPTIONS=-Xmx1g\t-XX:+DisableAttachMechanism\t-ea"));
    EXPECT_TRUE(Disabled("A=b _JAVA_OPTIONS=-XX:+DisableAttachMechanism C=d"));
    EXPECT_FALSE(Disabled("java -XX:-DisableAttachMechanism Main"));
    EXPECT_FALSE(Disabled("java -XX:+DisableAttachMechanism -XX:-DisableAttachMechanism Main"));
    EXPECT_FALSE(Disabled("java Main DisableAttachMechanism"));
    EXPECT_FALSE(Disabled("java Main -XX:+DisableAttachMechanism")) << "the program's own";
    EXPECT_FALSE(Disabled("java -jar a.jar -XX:+DisableAttachMechanism"));
    EXPECT_FALSE(Disabled("java -Da=-XX:+DisableAttachMechanism Main")) << "a value";
    EXPECT_FALSE(Disabled("java -cp -XX:+DisableAttachMechanism Main")) << "a directory";
    EXPECT_FALSE(Disabled("A=b MY_OPTIONS=-XX:+DisableAttachMechanism")) << "nobody reads it";
    EXPECT_FALSE(Disabled("A=b JAVA_TOOL_OPTIONS=-Dx=-XX:+DisableAttachMechanism"));
    EXPECT_FALSE(Disabled(""));
}

TEST(TrimctlCommand, MayHaveTheAgentsFlag)
{
    const auto flagged = [](const std::string &words) {
        const std::string text = Joined(words);
        return ctl_has_agent_flag(text.data(), text.size());
    };
    EXPECT_TRUE(flagged("java -agentpath:/opt/libtrimagent.so=worth=1g Main"));
    EXPECT_TRUE(flagged("A=b JAVA_TOOL_OPTIONS=-agentlib:trimagent"));
    EXPECT_FALSE(flagged("java -agentlib:jdwp Main /opt libtrimagent.so"));
    EXPECT_FALSE(flagged("java Main /opt/libtrimagent.so"));
}

ctl_mapped_file File(const std::string &path)
{
    return ctl_mapped_file_of(path.data(), path.size());
}

TEST(TrimctlMappedFile, IsKnownByItsName)
{
    EXPECT_EQ(File("/usr/lib/jvm/17/lib/server/libjvm.so"), CTL_FILE_JVM);
    EXPECT_EQ(File("/jdk/libjvm.so (deleted)"), CTL_FILE_JVM);
    EXPECT_EQ(File("/x/libtrimagent.so"), CTL_FILE_AGENT);
    EXPECT_EQ(File("/usr/lib/libjemalloc.so.2"), CTL_FILE_JEMALLOC);
    EXPECT_EQ(File("/lib/ld-musl-x86_64.so.1"), CTL_FILE_MUSL);
    EXPECT_EQ(File("/libjvm.so/other"), CTL_FILE_OTHER);
    EXPECT_EQ(File("/lib/libjv"), CTL_FILE_OTHER);
    EXPECT_EQ(File(""), CTL_FILE_OTHER);
    EXPECT_STREQ(ctl_mapped_malloc(CTL_FILE_JEMALLOC), "jemalloc");
    EXPECT_EQ(ctl_mapped_malloc(CTL_FILE_JVM), nullptr);
}

TEST(TrimctlIdentity, IsTheUsersWithoutRootsGroups)
{
    if (geteuid() != 0) {
        GTEST_SKIP() << "only root has groups to give up";
    }
    RunInChild([] {
        const gid_t of_root[] = {4, 24, 27};
        ASSERT_EQ(setgroups(3, of_root), 0);
        ASSERT_EQ(ctl_identity_take(65534, 65533), 0);
        EXPECT_EQ(geteuid(), 65534U);
        EXPECT_EQ(getegid(), 65533U);
        EXPECT_EQ(getgroups(0, nullptr), 0);
        ctl_identity_return();
        EXPECT_EQ(geteuid(), 0U);
        EXPECT_EQ(getegid(), getgid());
        EXPECT_EQ(getgroups(0, nullptr), 3);
        ASSERT_EQ(ctl_identity_take(0, 0), 0) << "root's own JVM";
        EXPECT_EQ(getgroups(0, nullptr), 3);
        ctl_identity_return();
    });
}

TEST(TrimctlRoot, HasOnlyPlainFilesToRead)
{
    const ScratchDirectory proc;
    ASSERT_EQ(mkdir(proc.File("root").c_str(), 0700), 0);
    proc.Write("outside", "theirs");
    proc.Write("root/plain", "text");
    ASSERT_EQ(symlink("/plain", proc.File("root/link").c_str()), 0);
    ASSERT_EQ(symlink("/../outside", proc.File("root/escape").c_str()), 0);
    ASSERT_EQ(mkfifo(proc.File("root/pipe").c_str(), 0600), 0);
    const auto opens = [&](const char *path) {
        const int fd = ctl_read_in_root(proc.path().c_str(), path);
        const bool opened = fd >= 0;
        char text[10] = {};
        if (opened) {
            EXPECT_EQ(read(fd, text, sizeof text), 4) << path;
            close(fd);
        }
        return opened;
    };
    EXPECT_TRUE(opens("/plain"));
    EXPECT_FALSE(opens("/pipe")) << "to open a device may already do something";
    EXPECT_EQ(errno, EPERM);
    EXPECT_FALSE(opens("/escape"));
    EXPECT_FALSE(opens("/nothing"));
    EXPECT_EQ(errno, ENOENT);
}

/* Before Linux 5.6 the way is walked by hand. */
TEST(TrimctlRoot, IsNotLeftOnOldKernelsEither)
{
    const ScratchDirectory proc;
    ASSERT_EQ(mkdir(proc.File("root").c_str(), 0700), 0);
    ASSERT_EQ(mkdir(proc.File("root/usr").c_str(), 0700), 0);
    ASSERT_EQ(mkdir(proc.File("root/usr/lib").c_str(), 0700), 0);
    ASSERT_EQ(mkdir(proc.File("outside").c_str(), 0700), 0);
    proc.Write("outside/file", "theirs");
    proc.Write("root/usr/lib/file", "text");
    ASSERT_EQ(symlink("usr/lib", proc.File("root/lib").c_str()), 0);
    ASSERT_EQ(symlink("/lib", proc.File("root/lib64").c_str()), 0);
    ASSERT_EQ(symlink("file", proc.File("root/usr/lib/link").c_str()), 0);
    ASSERT_EQ(symlink("loop", proc.File("root/loop").c_str()), 0);
    ASSERT_EQ(symlink("../outside", proc.File("root/up").c_str()), 0);
    ASSERT_EQ(symlink(proc.File("outside").c_str(), proc.File("root/away").c_str()), 0);
    RunInChild([&] {
        if (!Forbid(__NR_openat2, ENOSYS)) {
            std::puts("SKIPPED: no call can be forbidden here");
            return;
        }
        const auto error = [&](const char *path) {
            const int fd = ctl_read_in_root(proc.path().c_str(), path);
            char text[10] = {};
            EXPECT_TRUE(fd < 0 || (read(fd, text, sizeof text) == 4 && text[0] == 't')) << path;
            return fd < 0 ? errno : (close(fd), 0);
        };
        EXPECT_EQ(error("/usr/lib/file"), 0);
        EXPECT_EQ(error("//lib/./file"), 0);
        EXPECT_EQ(error("/lib64/file"), 0) << "absolute links begin at its root";
        EXPECT_EQ(error("/lib64/link"), 0);
        EXPECT_EQ(error("/loop"), ELOOP);
        EXPECT_EQ(error("/up/file"), EXDEV);
        EXPECT_EQ(error("/usr/../usr/lib/file"), EXDEV);
        EXPECT_EQ(error("/away/file"), ENOENT) << "within its root there is none";
        EXPECT_EQ(error("/lib/file/more"), ENOTDIR);
        const int directory = ctl_open_in_root(proc.path().c_str(), "/lib");
        EXPECT_GE(directory, 0);
        close(directory);
    });
}

} // namespace

#include "pressure.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "cgroup_tree.h"
#include "guarded_text.h"
#include "pressure_text.h"

namespace
{

const std::string kPressure = "some avg10=7.50 avg60=0.64 avg300=2.04 total=24305198\n"
                              "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";

const std::string kCgroupFile = "/sys/fs/cgroup/memory.pressure";
const std::string kSystemFile = "/proc/pressure/memory";

int Parse(const std::string &text, trim_pressure_averages *averages)
{
    const GuardedText guarded(text);
    return trim_parse_pressure(guarded.data(), guarded.size(), averages);
}

TEST(PressureAverages, AreReadFromTheSomeLine)
{
    trim_pressure_averages averages = {};
    ASSERT_EQ(Parse(kPressure, &averages), 0);
    EXPECT_EQ(averages.avg10, 750U);
    EXPECT_EQ(averages.avg60, 64U);
    EXPECT_EQ(averages.avg300, 204U);
    EXPECT_EQ(averages.total_us, 24305198U);
    ASSERT_EQ(Parse("some avg10=100.00 avg60=99.99 avg300=0.00 total=0\n", &averages), 0);
    EXPECT_EQ(averages.avg10, 10000U);
    EXPECT_EQ(averages.avg60, 9999U);
}

TEST(PressureAverages, RefuseHostileTextAndLeaveTheOutput)
{
    trim_pressure_averages averages = {1, 2, 3, 4};
    for (const char *text : {
             "",
             "\n",
             "some\n",
             "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
             "some avg10=0.00 avg60=0.00 avg300=0.00 total=0",
             "some avg10=0.00 avg60=0.00 avg300=0.00 total=\n",
             "some avg10=0.00 avg60=0.00 avg300=0.00 total=-1\n",
             "some avg10=0.00 avg60=0.00 avg300=0.00 total=0 more\n",
             "some avg10=0.0 avg60=0.00 avg300=0.00 total=0\n",
             "some avg10=0.000 avg60=0.00 avg300=0.00 total=0\n",
             "some avg10=.00 avg60=0.00 avg300=0.00 total=0\n",
             "some avg10=100.01 avg60=0.00 avg300=0.00 total=0\n",
             "some avg10=999999999999999999999.00 avg60=0.00 avg300=0.00 total=0\n",
             /* Times 100 it wraps to 84. */
             "some avg10=184467440737095517.00 avg60=0.00 avg300=0.00 total=0\n",
             "some avg10=-0.00 avg60=0.00 avg300=0.00 total=0\n",
             "some avg10=nan avg60=0.00 avg300=0.00 total=0\n",
             "some avg60=0.00 avg10=0.00 avg300=0.00 total=0\n",
         }) {
        EXPECT_EQ(Parse(text, &averages), -1) << text;
    }
    EXPECT_EQ(averages.avg10, 1U);
    EXPECT_EQ(averages.total_us, 4U);
    for (size_t length = 0; length < kPressure.find('\n'); ++length) {
        EXPECT_EQ(Parse(kPressure.substr(0, length), &averages), -1) << length;
    }
}

TEST(PressureAverages, AreHighFromTheTriggersShareOn)
{
    trim_pressure_averages averages = {749, 9999, 9999, 0};
    EXPECT_FALSE(trim_pressure_is_high(&averages));
    averages.avg10 = 750;
    EXPECT_TRUE(trim_pressure_is_high(&averages));
}

/* A file that can be opened and read, but refuses to be written, even for root: what a pressure
 * file does where the kernel takes no trigger. */
class Unwritable
{
public:
    Unwritable() : fd_(memfd_create("pressure", MFD_ALLOW_SEALING | MFD_CLOEXEC))
    {
        EXPECT_EQ(write(fd_, kPressure.data(), kPressure.size()),
                  static_cast<ssize_t>(kPressure.size()));
        EXPECT_EQ(fcntl(fd_, F_ADD_SEALS, F_SEAL_WRITE), 0);
    }
    ~Unwritable()
    {
        close(fd_);
    }
    Unwritable(const Unwritable &) = delete;
    Unwritable &operator=(const Unwritable &) = delete;

    void At(const CgroupTree &tree, const std::string &name) const
    {
        tree.Put(name, "");
        tree.Remove(name);
        std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(fd_), tree.path() + name);
    }

private:
    int fd_;
};

class Pressure : public testing::Test
{
protected:
    Pressure()
    {
        tree_.Unified("/");
        pressure_.kept.fd = -1;
    }

    ~Pressure() override
    {
        trim_pressure_close(&pressure_);
    }

    void Open()
    {
        trim_pressure_open(&pressure_, tree_.root());
    }

    std::string Text() const
    {
        char buffer[4096];
        trim_text text;
        trim_text_init(&text, buffer, sizeof buffer);
        trim_pressure_add(&text, &pressure_);
        std::string all = buffer;
        for (size_t at = 0; (at = all.find(tree_.path())) != std::string::npos;) {
            all.erase(at, tree_.path().size());
        }
        return all;
    }

    CgroupTree tree_;
    Unwritable unwritable_;
    trim_pressure pressure_ = {};
};

TEST_F(Pressure, SetsATriggerOnTheOwnCgroup)
{
    tree_.Put(kCgroupFile, "");
    tree_.Put(kSystemFile, "");
    Open();
    EXPECT_EQ(pressure_.trigger, TRIM_PRESSURE_CGROUP);
    ASSERT_GT(pressure_.kept.fd, STDERR_FILENO);
    EXPECT_NE(fcntl(pressure_.kept.fd, F_GETFD) & FD_CLOEXEC, 0);
    /* With its NUL, which the kernel wants. */
    EXPECT_EQ(tree_.Read(kCgroupFile), std::string("some 150000 2000000\0", 20));
    EXPECT_EQ(tree_.Read(kSystemFile), "");
    EXPECT_EQ(Text(), "memory pressure is told by the trigger on /sys/fs/cgroup/memory.pressure");
    /* The kernel's files can still be read then, which need not be told. */
    pressure_.averages = TRIM_PRESSURE_CGROUP;
    EXPECT_EQ(Text(), "memory pressure is told by the trigger on /sys/fs/cgroup/memory.pressure");
}

TEST_F(Pressure, FallsBackToTheSystem)
{
    unwritable_.At(tree_, kCgroupFile);
    tree_.Put(kSystemFile, "");
    Open();
    EXPECT_EQ(pressure_.trigger, TRIM_PRESSURE_SYSTEM);
    EXPECT_GE(pressure_.kept.fd, 0);
    EXPECT_EQ(Text(), "memory pressure is told by the trigger on /proc/pressure/memory "
                      "(/sys/fs/cgroup/memory.pressure: Operation not permitted), averages of "
                      "/sys/fs/cgroup/memory.pressure");
    trim_pressure_averages averages = {};
    ASSERT_EQ(trim_pressure_read(&pressure_, &averages), 0);
    EXPECT_EQ(averages.avg10, 750U);
}

TEST_F(Pressure, TakesTheSystemWhereNoCgroupIsVisible)
{
    tree_.Remove("/sys");
    tree_.Put(kSystemFile, "");
    Open();
    EXPECT_EQ(Text(), "memory pressure is told by the trigger on /proc/pressure/memory");
}

TEST_F(Pressure, FallsBackToAverages)
{
    unwritable_.At(tree_, kCgroupFile);
    unwritable_.At(tree_, kSystemFile);
    Open();
    EXPECT_EQ(pressure_.kept.fd, -1);
    EXPECT_EQ(Text(), "memory pressure is read from the averages of /sys/fs/cgroup/memory.pressure "
                      "(/sys/fs/cgroup/memory.pressure: Operation not permitted; "
                      "/proc/pressure/memory: Operation not permitted)");
    EXPECT_EQ(trim_pressure_polled(&pressure_, POLLERR | POLLPRI), TRIM_PRESSURE_QUIET);
    /* The cgroup's file vanishes: the system's serves. */
    tree_.Remove(kCgroupFile);
    trim_pressure_averages averages = {};
    EXPECT_EQ(trim_pressure_read(&pressure_, &averages), 0);
    EXPECT_EQ(pressure_.averages, TRIM_PRESSURE_SYSTEM);
    tree_.Remove(kSystemFile);
    EXPECT_EQ(trim_pressure_read(&pressure_, &averages), -1);
    EXPECT_EQ(trim_pressure_read(&pressure_, &averages), -1);
}

TEST_F(Pressure, IsUnknownWithoutPsi)
{
    Open();
    EXPECT_EQ(pressure_.kept.fd, -1);
    EXPECT_EQ(Text(), "memory pressure unknown (/sys/fs/cgroup/memory.pressure: No such file or "
                      "directory; /proc/pressure/memory: No such file or directory)");
    trim_pressure_averages averages = {};
    EXPECT_EQ(trim_pressure_read(&pressure_, &averages), -1);
}

TEST_F(Pressure, TellsWhatAPollBrings)
{
    tree_.Put(kCgroupFile, "");
    Open();
    EXPECT_EQ(trim_pressure_polled(&pressure_, 0), TRIM_PRESSURE_QUIET);
    EXPECT_EQ(trim_pressure_polled(&pressure_, POLLPRI), TRIM_PRESSURE_RISEN);
    EXPECT_EQ(pressure_.losses, 0U);
}

TEST_F(Pressure, LooksForAnotherSourceWhenTheCgroupIsGone)
{
    tree_.Put(kCgroupFile, "");
    tree_.Put(kSystemFile, "");
    Open();
    const int first = pressure_.kept.fd;
    tree_.Remove("/sys");
    EXPECT_EQ(trim_pressure_polled(&pressure_, POLLERR | POLLPRI), TRIM_PRESSURE_LOST);
    EXPECT_EQ(pressure_.trigger, TRIM_PRESSURE_SYSTEM);
    EXPECT_EQ(pressure_.losses, 1U);
    /* The old descriptor was closed: its number is the new one's. */
    EXPECT_EQ(pressure_.kept.fd, first);
    EXPECT_EQ(Text(), "memory pressure is told by the trigger on /proc/pressure/memory");
}

TEST_F(Pressure, GivesUpATriggerThatGoesOnFailing)
{
    tree_.Put(kCgroupFile, "");
    unwritable_.At(tree_, kSystemFile);
    Open();
    int polls = 0;
    while (pressure_.kept.fd >= 0 && polls < 1000) {
        EXPECT_EQ(trim_pressure_polled(&pressure_, POLLERR), TRIM_PRESSURE_LOST);
        polls++;
    }
    EXPECT_EQ(polls, 8);
    EXPECT_EQ(Text(), "memory pressure is read from the averages of /proc/pressure/memory "
                      "(the trigger was lost too often)");
}

TEST(PressureOfThisSystem, EndsInASentenceAndAPollThatDoesNotSpin)
{
    trim_pressure pressure;
    trim_pressure_open(&pressure, "");
    char buffer[4096];
    trim_text text;
    trim_text_init(&text, buffer, sizeof buffer);
    trim_pressure_add(&text, &pressure);
    EXPECT_EQ(std::string(buffer).rfind("memory pressure ", 0), 0U) << buffer;
    struct pollfd polled = {pressure.kept.fd, POLLPRI, 0};
    EXPECT_GE(poll(&polled, 1, 0), 0);
    EXPECT_EQ(polled.revents & POLLERR, 0) << buffer;
    trim_pressure_close(&pressure);
}

} // namespace

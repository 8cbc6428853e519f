// The library on musl, where there is nothing to trim: a JVM that cannot load an agent does not
// start.
#include <filesystem>

#include "process.h"

namespace trimagent_test
{
namespace
{

class Musl : public testing::Test
{
protected:
    void SetUp() override
    {
        if (!std::filesystem::exists(TRIM_MUSL_LOADER)) {
            GTEST_SKIP() << "no musl: " << TRIM_MUSL_LOADER;
        }
    }

    static Outcome load(const std::string &options)
    {
        return run({{TRIM_MUSL_LOADER, TRIM_MUSL_HOST, TRIM_AGENT_LIBRARY, options}, {}, ""});
    }
};

TEST_F(Musl, TheAgentLoadsAndStaysInertWithOneLine)
{
    const Outcome host = load("threshold=1m,arena-max=4");
    EXPECT_EQ(host.exit_code, 0) << host.transcript;
    ASSERT_EQ(host.lines.size(), 1U) << host.transcript;
    EXPECT_NE(host.lines[0].text.find("[warning][trimagent] the C library is musl or another one, "
                                      "not glibc: the agent stays inert"),
              std::string::npos)
        << host.transcript;
}

// As elsewhere, so that a mistake shows wherever the flag is tried.
TEST_F(Musl, ABadOptionStopsTheStart)
{
    const Outcome host = load("threshold=lots");
    EXPECT_EQ(host.exit_code, 1) << host.transcript;
    ASSERT_EQ(host.lines.size(), 1U) << host.transcript;
    EXPECT_NE(host.lines[0].text.find("option 'threshold'"), std::string::npos) << host.transcript;
}

} // namespace
} // namespace trimagent_test

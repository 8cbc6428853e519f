// The JDKs of this machine and the collectors that each of them has.
#ifndef TRIMAGENT_TEST_JDKS_H
#define TRIMAGENT_TEST_JDKS_H

#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace trimagent_test
{

struct Jdk {
    int version;      // Such as 17.
    std::string home; // The real path, so that a JDK with several names counts once.

    std::string tool(const std::string &name) const
    {
        return home + "/bin/" + name;
    }
};

// Every JDK under TRIM_JVM_DIRECTORY, oldest first. Reads files only, so that it costs nothing
// where a test binary is only asked for the names of its tests.
const std::vector<Jdk> &jdks();

struct Collector {
    std::string name; // Such as G1.
    std::vector<std::string> options;
};

struct JdkAndCollector {
    Jdk jdk;
    Collector collector;
};

// Every JDK with every collector that it has, found by starting it: builds differ, and a JDK
// accepts flags of collectors that it lacks.
const std::vector<JdkAndCollector> &jdks_and_collectors();

// What a JDK says of a collector that it does not have, behind their name_of.
const std::map<std::string, std::string> &missing_collectors();

// Those of the given collectors only.
std::vector<JdkAndCollector> with_collectors(const std::vector<std::string> &names);

// For the names of parameterised tests, such as Jdk17 and Jdk17_G1.
std::string name_of(const Jdk &jdk);
std::string name_of(const JdkAndCollector &both);
inline std::string name_of(const std::string &name)
{
    return name;
}
template <typename Other>
std::string name_of(const std::tuple<Jdk, Other> &both)
{
    return name_of(std::get<0>(both)) + "_" + name_of(std::get<1>(both));
}

template <typename Parameter>
std::string parameter_name(const testing::TestParamInfo<Parameter> &info)
{
    return name_of(info.param);
}

// What a failing test says of its parameter.
void PrintTo(const Jdk &jdk, std::ostream *out);
void PrintTo(const JdkAndCollector &both, std::ostream *out);

} // namespace trimagent_test

#endif

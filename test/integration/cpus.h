// Makes the C library believe in another number of CPUs than there are.
#ifndef TRIMAGENT_TEST_CPUS_H
#define TRIMAGENT_TEST_CPUS_H

#include <string>
#include <vector>

#include "temporary_directory.h"

namespace trimagent_test
{

// By a file in the place of the one that it reads, in a mount namespace of the started program's
// own. The directory must outlive the program.
class Cpus
{
public:
    Cpus(const TemporaryDirectory &directory, int count);

    // Empty: it can be done.
    const std::string &why_not() const
    {
        return why_not_;
    }

    // The words to put in front of a command.
    const std::vector<std::string> &starter() const
    {
        return starter_;
    }

private:
    std::vector<std::string> starter_;
    std::string why_not_;
};

} // namespace trimagent_test

#endif

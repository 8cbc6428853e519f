// A file system of the test's own, by FUSE, that takes one file and can be frozen: from then on
// nobody who asks it anything gets an answer, as of a server that is gone.
//
// It does not take FLUSH. Of one that does, the kernel itself waits for the answer, for as long as
// it takes, when a process ends that has a file open there; no program can help that.
#ifndef TRIMAGENT_TEST_FROZEN_FILES_H
#define TRIMAGENT_TEST_FROZEN_FILES_H

#include <atomic>
#include <string>
#include <thread>

#include "temporary_directory.h"

namespace trimagent_test
{

class FrozenFiles
{
public:
    // Mounts it. is_there() is false where this machine does not let it.
    FrozenFiles();
    ~FrozenFiles();
    FrozenFiles(const FrozenFiles &) = delete;
    FrozenFiles &operator=(const FrozenFiles &) = delete;

    bool is_there() const
    {
        return device_ >= 0;
    }
    std::string file(const std::string &name) const
    {
        return directory_.file(name);
    }
    // How many bytes were written to files so far.
    size_t written() const
    {
        return written_;
    }
    // From now on no request is answered, nor even taken.
    void freeze()
    {
        frozen_ = true;
    }

private:
    void serve();

    TemporaryDirectory directory_;
    int device_ = -1;
    std::atomic<size_t> written_{0};
    std::atomic<bool> frozen_{false};
    std::atomic<bool> ended_{false};
    std::thread server_; // Last: it uses the rest.
};

} // namespace trimagent_test

#endif

#include "peek.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "address.h"
#include "descriptor.h"

static bool refused; /* The direct way. */
static struct trim_descriptor reading = {.fd = -1};
static struct trim_descriptor writing = {.fd = -1};

/* Whether the pipe is there, and its numbers are no other file's by now. */
static bool have_pipe(void)
{
    if (trim_descriptor_is_ours(&reading) && trim_descriptor_is_ours(&writing)) {
        return true;
    }
    trim_descriptor_close(&reading);
    trim_descriptor_close(&writing);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return false;
    }
    int first = trim_descriptor_keep(&reading, ends[0]);
    int second = trim_descriptor_keep(&writing, ends[1]);
    return first == 0 && second == 0;
}

static bool peek_through_pipe(const void *memory, void *copy, size_t length)
{
    if (!have_pipe()) {
        return false;
    }
    ssize_t written = write(writing.fd, memory, length);
    return written > 0 && read(reading.fd, copy, (size_t)written) == (ssize_t)length;
}

bool trim_peek(uint64_t address, void *copy, size_t length)
{
    void *memory = trim_pointer_to(address);
    if (!refused) {
        struct iovec to = {.iov_base = copy, .iov_len = length};
        struct iovec from = {.iov_base = memory, .iov_len = length};
        ssize_t copied = process_vm_readv(getpid(), &to, 1, &from, 1, 0);
        if (copied >= 0 || errno == EFAULT) {
            return copied == (ssize_t)length;
        }
        refused = errno == EPERM || errno == ENOSYS || errno == EACCES;
    }
    return refused && peek_through_pipe(memory, copy, length);
}

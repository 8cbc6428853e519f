#include "frozen_files.h"

#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <vector>

namespace trimagent_test
{

namespace
{

constexpr uint64_t the_file = 2;
constexpr size_t request_max = 1 << 17;

void answer(int device, uint64_t unique, int error, const void *data = nullptr, size_t length = 0)
{
    fuse_out_header header = {};
    header.len = static_cast<uint32_t>(sizeof header + (error == 0 ? length : 0));
    header.error = -error;
    header.unique = unique;
    iovec parts[2] = {{&header, sizeof header}, {const_cast<void *>(data), length}};
    // Who asked may have gone meanwhile.
    const ssize_t written = writev(device, parts, error == 0 && length > 0 ? 2 : 1);
    static_cast<void>(written);
}

fuse_attr attributes_of(uint64_t node)
{
    fuse_attr attributes = {};
    attributes.ino = node;
    attributes.mode = node == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0640;
    attributes.nlink = node == FUSE_ROOT_ID ? 2 : 1;
    attributes.uid = geteuid();
    attributes.gid = getegid();
    return attributes;
}

} // namespace

FrozenFiles::FrozenFiles()
{
    const int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    const std::string options =
        "fd=" + std::to_string(device) + ",rootmode=40000,user_id=0,group_id=0,allow_other";
    if (device < 0 || mount("test", directory_.path().c_str(), "fuse", MS_NOSUID | MS_NODEV,
                            options.c_str()) != 0) {
        close(device);
        return;
    }
    device_ = device;
    server_ = std::thread([this] { serve(); });
}

FrozenFiles::~FrozenFiles()
{
    if (is_there()) {
        ended_ = true;
        server_.join();
        // Closed, it fails whatever still waits.
        close(device_);
        umount2(directory_.path().c_str(), MNT_DETACH);
    }
}

void FrozenFiles::serve()
{
    std::vector<char> request(request_max);
    bool created = false;
    while (!ended_) {
        pollfd ready = {device_, POLLIN, 0};
        if (frozen_ || poll(&ready, 1, 20) != 1) {
            if (frozen_) {
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            }
            continue;
        }
        if (read(device_, request.data(), request.size()) <
            static_cast<ssize_t>(sizeof(fuse_in_header))) {
            continue;
        }
        fuse_in_header header = {};
        std::memcpy(&header, request.data(), sizeof header);
        fuse_entry_out entry = {};
        entry.nodeid = the_file;
        entry.attr = attributes_of(the_file);
        switch (header.opcode) {
        case FUSE_INIT: {
            fuse_init_out init = {};
            init.major = FUSE_KERNEL_VERSION;
            init.minor = 31;
            init.max_write = 65536;
            answer(device_, header.unique, 0, &init, sizeof init);
            break;
        }
        case FUSE_LOOKUP:
            answer(device_, header.unique, created ? 0 : ENOENT, &entry, sizeof entry);
            break;
        case FUSE_CREATE: {
            struct {
                fuse_entry_out entry;
                fuse_open_out open;
            } made = {entry, {}};
            created = true;
            answer(device_, header.unique, 0, &made, sizeof made);
            break;
        }
        case FUSE_OPEN: {
            const fuse_open_out opened = {};
            answer(device_, header.unique, 0, &opened, sizeof opened);
            break;
        }
        case FUSE_GETATTR: {
            fuse_attr_out attributes = {};
            attributes.attr = attributes_of(header.nodeid);
            answer(device_, header.unique, 0, &attributes, sizeof attributes);
            break;
        }
        case FUSE_WRITE: {
            fuse_write_in written = {};
            std::memcpy(&written, request.data() + sizeof header, sizeof written);
            const fuse_write_out out = {written.size, 0};
            written_ += written.size;
            answer(device_, header.unique, 0, &out, sizeof out);
            break;
        }
        case FUSE_FORGET:
        case FUSE_BATCH_FORGET:
            break;
        case FUSE_RELEASE:
            answer(device_, header.unique, 0);
            break;
        default:
            answer(device_, header.unique, ENOSYS);
            break;
        }
    }
}

} // namespace trimagent_test

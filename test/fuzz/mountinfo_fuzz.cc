// Lines of /proc/PID/cgroup and of mountinfo, and what a mount shows of a cgroup: never a path that
// leads out of it.
#include "cgroup_path.h"
#include "fuzz.h"

static void view(trim_span root, trim_span path)
{
    trim_span below = {nullptr, 0};
    if (trim_cgroup_view(root, path, &below) == TRIM_CGROUP_INSIDE) {
        require(below.length <= path.length);
        require(below.length == 0 || below.data[0] == '/');
        require((std::string(below.data, below.length) + "/").find("/../") == std::string::npos);
    }
}

void read_text(const std::string &text)
{
    const size_t end = text.find('\n');
    const trim_span first = {text.data(), end == std::string::npos ? text.size() : end};
    const trim_span second = {text.data() + first.length, text.size() - first.length};
    const trim_span rest = {second.data + (second.length != 0),
                            second.length - (second.length != 0)};
    trim_cgroup_line line;
    trim_mount_line mount;
    char path[64];
    if (trim_parse_cgroup_line(first.data, first.length, &line) == 0) {
        view(rest, line.path);
        view(line.path, line.path);
        (void)trim_list_has(line.controllers, "memory");
    }
    if (trim_parse_mount_line(first.data, first.length, &mount) == 0) {
        view(mount.root, rest);
        const long length = trim_unescape_path(mount.mount_point, path, sizeof path);
        require(length < 64 && (length < 0 || path[length] == '\0'));
        (void)trim_span_is(mount.type, "cgroup2");
        (void)trim_list_has(mount.super_options, "memory");
    }
    view(first, rest);
}

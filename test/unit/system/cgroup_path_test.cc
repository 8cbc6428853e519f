#include "cgroup_path.h"

#include <gtest/gtest.h>

#include <string>

#include "guarded_text.h"

namespace
{

std::string Text(trim_span span)
{
    return {span.data, span.length};
}

trim_span Span(const GuardedText &text)
{
    return {text.data(), text.size()};
}

TEST(CgroupLine, ReadsV1AndV2)
{
    const std::string v1 = "4:cpu,cpuacct:/kubepods/pod:1/a b";
    trim_cgroup_line line;
    ASSERT_EQ(trim_parse_cgroup_line(v1.data(), v1.size(), &line), 0);
    EXPECT_FALSE(line.unified);
    EXPECT_EQ(Text(line.controllers), "cpu,cpuacct");
    EXPECT_EQ(Text(line.path), "/kubepods/pod:1/a b");
    const std::string v2 = "0::/../x";
    ASSERT_EQ(trim_parse_cgroup_line(v2.data(), v2.size(), &line), 0);
    EXPECT_TRUE(line.unified);
    EXPECT_EQ(Text(line.path), "/../x");
    const std::string named = "1:name=systemd:/";
    ASSERT_EQ(trim_parse_cgroup_line(named.data(), named.size(), &line), 0);
    EXPECT_FALSE(line.unified);
}

TEST(CgroupLine, RefusesHostileText)
{
    for (const char *text : {"", ":", "::", "0::", "0:/", "0::x", "x::/", "-1::/", "::/", "0: /",
                             "99999999999999999999::/"}) {
        const GuardedText guarded(text);
        trim_cgroup_line line;
        EXPECT_EQ(trim_parse_cgroup_line(guarded.data(), guarded.size(), &line), -1) << text;
    }
}

const std::string kMount = "36 35 98:0 /a\\040b /mnt\\134x rw,noatime master:1 shared:2 - cgroup "
                           "some source rw,memory";

TEST(MountLine, ReadsWhatIsWantedOfALine)
{
    const std::string text =
        "34 31 0:32 /docker/a /sys/fs/cgroup/memory rw,relatime shared:1 master:2 - cgroup m "
        "rw,memory";
    trim_mount_line line;
    ASSERT_EQ(trim_parse_mount_line(text.data(), text.size(), &line), 0);
    EXPECT_EQ(Text(line.root), "/docker/a");
    EXPECT_EQ(Text(line.mount_point), "/sys/fs/cgroup/memory");
    EXPECT_EQ(Text(line.type), "cgroup");
    EXPECT_EQ(Text(line.super_options), "rw,memory");
    const std::string plain = "30 23 0:26 / / rw - cgroup2 c rw";
    ASSERT_EQ(trim_parse_mount_line(plain.data(), plain.size(), &line), 0);
    EXPECT_EQ(Text(line.type), "cgroup2");
}

TEST(MountLine, RefusesHostileText)
{
    for (const char *text :
         {"", " ", "-", "1 2 3:4 / /x rw - cgroup", "1 2 3:4 / /x rw - cgroup src",
          "1 2 3:4 / /x rw cgroup2 src rw", "1 2 3:4 x /x rw - cgroup2 c rw",
          "1 2 3:4 / x rw - cgroup2 c rw", "1 2 3:4  /x rw - cgroup2 c rw", "1 2 3:4 / /x rw -"}) {
        const GuardedText guarded(text);
        trim_mount_line line;
        EXPECT_EQ(trim_parse_mount_line(guarded.data(), guarded.size(), &line), -1) << text;
    }
}

TEST(MountLine, NeverReadsBeyondACutLine)
{
    for (size_t length = 0; length <= kMount.size(); ++length) {
        const GuardedText guarded(kMount.substr(0, length));
        trim_mount_line line;
        (void)trim_parse_mount_line(guarded.data(), guarded.size(), &line);
    }
}

TEST(Span, IsAWholeText)
{
    EXPECT_TRUE(trim_span_is({"cgroup2", 7}, "cgroup2"));
    EXPECT_TRUE(trim_span_is({"cgroup2", 6}, "cgroup"));
    EXPECT_FALSE(trim_span_is({"cgroup2", 7}, "cgroup"));
    EXPECT_FALSE(trim_span_is({"cgroup2", 6}, "cgroup2"));
    EXPECT_TRUE(trim_span_is({"", 0}, ""));
}

TEST(List, FindsWholeWordsOnly)
{
    const GuardedText list("rw,cpuacct,cpu");
    EXPECT_TRUE(trim_list_has(Span(list), "rw"));
    EXPECT_TRUE(trim_list_has(Span(list), "cpu"));
    EXPECT_FALSE(trim_list_has(Span(list), "acct"));
    EXPECT_FALSE(trim_list_has(Span(list), "cpua"));
    EXPECT_FALSE(trim_list_has(Span(GuardedText("cpuset")), "cpu"));
    EXPECT_FALSE(trim_list_has(Span(GuardedText("")), "cpu"));
}

std::string Unescaped(const std::string &path, size_t capacity = 64)
{
    const GuardedText guarded(path);
    std::string buffer(capacity, '#');
    const long length = trim_unescape_path(Span(guarded), buffer.data(), capacity);
    return length < 0 ? "refused" : buffer.substr(0, static_cast<size_t>(length));
}

TEST(Unescape, UndoesTheKernelsEscapes)
{
    EXPECT_EQ(Unescaped("/a\\040b\\134c\\011\\012"), "/a b\\c\t\n");
    EXPECT_EQ(Unescaped("/plain"), "/plain");
    EXPECT_EQ(Unescaped("/\\303\\244"), "/\303\244");
    /* What is no escape stays. */
    EXPECT_EQ(Unescaped("/a\\04"), "/a\\04");
    EXPECT_EQ(Unescaped("/a\\"), "/a\\");
    EXPECT_EQ(Unescaped("/a\\089\\777"), "/a\\089\\777");
}

TEST(Unescape, RefusesWhatDoesNotFitOrHoldsANul)
{
    EXPECT_EQ(Unescaped("/abc", 5), "/abc");
    EXPECT_EQ(Unescaped("/abc", 4), "refused");
    EXPECT_EQ(Unescaped("", 0), "refused");
    EXPECT_EQ(Unescaped("/a\\000b"), "refused");
}

/* "outside", "above", or the path below the mount point in brackets. */
std::string View(const std::string &root, const std::string &path)
{
    const GuardedText guarded_root(root);
    const GuardedText guarded_path(path);
    trim_span below = {"untouched", 9};
    switch (trim_cgroup_view(Span(guarded_root), Span(guarded_path), &below)) {
    case TRIM_CGROUP_OUTSIDE:
        EXPECT_EQ(Text(below), "untouched");
        return "outside";
    case TRIM_CGROUP_ABOVE:
        EXPECT_EQ(Text(below), "untouched");
        return "above";
    case TRIM_CGROUP_INSIDE:
        break;
    }
    return "[" + Text(below) + "]";
}

TEST(CgroupView, OfTheWholeTree)
{
    EXPECT_EQ(View("/", "/"), "[]");
    EXPECT_EQ(View("/", "/kubepods/pod1/a"), "[/kubepods/pod1/a]");
}

TEST(CgroupView, OfAContainersPartOfIt)
{
    EXPECT_EQ(View("/docker/abc", "/docker/abc"), "[]");
    EXPECT_EQ(View("/docker/abc", "/docker/abc/child"), "[/child]");
    EXPECT_EQ(View("/docker/abc", "/docker/abcd"), "outside");
    EXPECT_EQ(View("/docker/abc", "/docker/def"), "outside");
    EXPECT_EQ(View("/docker/abc", "/docker"), "outside");
    EXPECT_EQ(View("/docker/abc", "/"), "outside");
}

TEST(CgroupView, AboveTheNamespacesRoot)
{
    /* Mounted before the namespace was made: the names down to its root are hidden. */
    EXPECT_EQ(View("/..", "/"), "above");
    EXPECT_EQ(View("/../..", "/"), "above");
    EXPECT_EQ(View("/../..", "/child"), "above");
    EXPECT_EQ(View("/../..", "/../sibling"), "above");
    EXPECT_EQ(View("/../other", "/"), "outside");
}

TEST(CgroupView, OfAProcessThatWasMovedOutOfItsNamespace)
{
    EXPECT_EQ(View("/", "/../sibling"), "outside");
    EXPECT_EQ(View("/", "/.."), "outside");
    EXPECT_EQ(View("/..", "/../sibling"), "[/sibling]");
    EXPECT_EQ(View("/..", "/.."), "[]");
    EXPECT_EQ(View("/../..", "/../../b/c"), "[/b/c]");
    EXPECT_EQ(View("/..", "/../../b"), "outside");
    EXPECT_EQ(View("/../sibling", "/../sibling/leaf"), "[/leaf]");
}

TEST(CgroupView, NeverLeadsOutOfTheMount)
{
    EXPECT_EQ(View("/", "/a/../../etc"), "outside");
    EXPECT_EQ(View("/a", "/a/../b"), "outside");
    EXPECT_EQ(View("/a", "/a/.."), "outside");
    /* Names that only begin with dots. */
    EXPECT_EQ(View("/", "/..a/...b"), "[/..a/...b]");
    EXPECT_EQ(View("/..a", "/..a/b"), "[/b]");
}

} // namespace

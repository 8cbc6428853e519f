#include "cgroup.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "cgroup_tree.h"

namespace
{

/* "v2 own /a/b under /sys/fs/cgroup", without the prepared root. */
std::string Found(const trim_cgroup &cgroup, const CgroupTree &tree)
{
    if (cgroup.version == TRIM_CGROUP_NONE) {
        return "none";
    }
    const std::string directory = cgroup.directory;
    EXPECT_EQ(directory.size(), cgroup.length);
    const size_t prefix = tree.path().size();
    EXPECT_EQ(directory.substr(0, prefix), tree.path());
    return std::string(cgroup.version == TRIM_CGROUP_V2 ? "v2 " : "v1 ") +
           (cgroup.own ? "own " : "ancestor ") + directory.substr(cgroup.top) + " under " +
           directory.substr(prefix, cgroup.top - prefix);
}

std::string Find(const CgroupTree &tree, const char *controller)
{
    trim_cgroup cgroup;
    const int result = trim_cgroup_open(&cgroup, tree.root(), controller);
    EXPECT_EQ(result, cgroup.version == TRIM_CGROUP_NONE ? -1 : 0);
    return Found(cgroup, tree);
}

const char *const kHybridMounts =
    "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

void MakeHybrid(const CgroupTree &tree)
{
    tree.Membership("9:name=systemd:/\n4:memory:/user/a\n2:cpu,cpuacct:/cpu/b\n0::/uni\n");
    tree.Mounts(kHybridMounts);
    tree.Cgroup("/sys/fs/cgroup/memory/user/a");
    tree.Cgroup("/sys/fs/cgroup/cpu,cpuacct/cpu/b");
    tree.Cgroup("/sys/fs/cgroup/unified/uni");
}

TEST(Cgroup, IsFoundInV2)
{
    const CgroupTree tree;
    tree.Unified("/system.slice/java.service");
    tree.Cgroup("/sys/fs/cgroup/system.slice/java.service");
    const std::string expected = "v2 own /system.slice/java.service under /sys/fs/cgroup";
    EXPECT_EQ(Find(tree, "memory"), expected);
    EXPECT_EQ(Find(tree, "cpu"), expected);
    EXPECT_EQ(Find(tree, nullptr), expected);
}

TEST(Cgroup, IsFoundInAHybridSystemByItsController)
{
    const CgroupTree tree;
    MakeHybrid(tree);
    EXPECT_EQ(Find(tree, "memory"), "v1 own /user/a under /sys/fs/cgroup/memory");
    EXPECT_EQ(Find(tree, "cpu"), "v1 own /cpu/b under /sys/fs/cgroup/cpu,cpuacct");
    EXPECT_EQ(Find(tree, nullptr), "v2 own /uni under /sys/fs/cgroup/unified");
    /* A controller that v1 does not have is v2's. */
    EXPECT_EQ(Find(tree, "hugetlb"), "v2 own /uni under /sys/fs/cgroup/unified");
}

TEST(Cgroup, IsNotLookedForInV2WhereV1HasTheController)
{
    const CgroupTree tree;
    MakeHybrid(tree);
    tree.Remove("/sys/fs/cgroup/memory");
    EXPECT_EQ(Find(tree, "memory"), "none");
    /* Nor does the order of the lines matter. */
    tree.Membership("0::/uni\n4:memory:/user/a\n");
    EXPECT_EQ(Find(tree, "memory"), "none");
}

TEST(Cgroup, IsTheRootOfWhatAContainerSees)
{
    const CgroupTree tree;
    /* v2 with a cgroup namespace. */
    tree.Unified("/");
    EXPECT_EQ(Find(tree, "memory"), "v2 own  under /sys/fs/cgroup");
    /* v1 without one: the container's part of the tree is bound over the mount point. */
    tree.Membership("4:memory:/docker/abc\n0::/\n");
    tree.Mounts("9 8 0:1 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
    tree.Cgroup("/sys/fs/cgroup/memory");
    EXPECT_EQ(Find(tree, "memory"), "v1 own  under /sys/fs/cgroup/memory");
    /* Nested in it. */
    tree.Membership("4:memory:/docker/abc/docker/def\n");
    tree.Cgroup("/sys/fs/cgroup/memory/docker/def");
    EXPECT_EQ(Find(tree, "memory"), "v1 own /docker/def under /sys/fs/cgroup/memory");
}

TEST(Cgroup, IsAnAncestorWhereTheNamespaceHidesTheWay)
{
    const CgroupTree tree;
    tree.Unified("/");
    tree.Mounts("9 8 0:1 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    EXPECT_EQ(Find(tree, "memory"), "v2 ancestor  under /sys/fs/cgroup");
}

TEST(Cgroup, IsNotFoundBesideTheNamespacesRoot)
{
    const CgroupTree tree;
    tree.Unified("/../other");
    tree.Cgroup("/sys/fs/other");
    EXPECT_EQ(Find(tree, "memory"), "none");
    tree.Mounts("9 8 0:1 /.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    tree.Cgroup("/sys/fs/cgroup/other");
    EXPECT_EQ(Find(tree, "memory"), "v2 own /other under /sys/fs/cgroup");
}

TEST(Cgroup, IsTheNearestOneThatExists)
{
    const CgroupTree tree;
    tree.Unified("/a/b/c/d");
    tree.Cgroup("/sys/fs/cgroup/a/b");
    EXPECT_EQ(Find(tree, "memory"), "v2 ancestor /a/b under /sys/fs/cgroup");
    tree.Remove("/sys/fs/cgroup/a");
    EXPECT_EQ(Find(tree, "memory"), "v2 ancestor  under /sys/fs/cgroup");
}

TEST(Cgroup, IsTakenFromTheMountThatShowsTheMost)
{
    const CgroupTree tree;
    tree.Membership("0::/a/b\n");
    const std::string part = "1 0 0:1 /a /part rw - cgroup2 c rw\n";
    const std::string whole = "2 0 0:1 / /whole rw - cgroup2 c rw\n";
    const std::string other = "3 0 0:1 /x /other rw - cgroup2 c rw\n";
    const std::string hidden = "4 0 0:1 / /hidden rw - cgroup2 c rw\n";
    const std::string above = "5 0 0:1 /.. /above rw - cgroup2 c rw\n";
    tree.Cgroup("/part/b");
    tree.Cgroup("/whole/a/b");
    tree.Cgroup("/other/b");
    tree.Cgroup("/above");
    tree.Mounts(part + whole + other + hidden + above);
    EXPECT_EQ(Find(tree, "memory"), "v2 own /a/b under /whole");
    tree.Mounts(above + hidden + other + whole + part);
    EXPECT_EQ(Find(tree, "memory"), "v2 own /a/b under /whole");
    tree.Mounts(above + part + other);
    EXPECT_EQ(Find(tree, "memory"), "v2 own /b under /part");
    tree.Mounts(above + other);
    EXPECT_EQ(Find(tree, "memory"), "v2 ancestor  under /above");
}

TEST(Cgroup, IsTheOwnOneRatherThanAnAncestorWithMoreAboveIt)
{
    const CgroupTree tree;
    tree.Membership("0::/a/b/c/d\n");
    const std::string part = "1 0 0:1 /a/b/c /part rw - cgroup2 c rw\n";
    const std::string whole = "2 0 0:1 / /whole rw - cgroup2 c rw\n";
    tree.Cgroup("/part/d");
    tree.Cgroup("/whole/a/b");
    for (const std::string &mounts : {part + whole, whole + part}) {
        tree.Mounts(mounts);
        EXPECT_EQ(Find(tree, "memory"), "v2 own /d under /part");
    }
}

TEST(Cgroup, MountPointsMayHoldBlanks)
{
    const CgroupTree tree;
    tree.Membership("0::/a b\n");
    tree.Mounts("1 0 0:1 / /my\\040cgroups rw - cgroup2 c rw\n");
    tree.Cgroup("/my cgroups/a b");
    EXPECT_EQ(Find(tree, "memory"), "v2 own /a b under /my cgroups");
}

TEST(Cgroup, IsNotVisibleWithoutMountsOrProc)
{
    const CgroupTree tree;
    EXPECT_EQ(Find(tree, "memory"), "none");
    tree.Unified("/");
    tree.Remove("/sys/fs/cgroup");
    EXPECT_EQ(Find(tree, "memory"), "none");
    tree.Cgroup("/sys/fs/cgroup");
    EXPECT_EQ(Find(tree, "memory"), "v2 own  under /sys/fs/cgroup");
    tree.Mounts("");
    EXPECT_EQ(Find(tree, "memory"), "none");
    tree.Remove("/proc/self/mountinfo");
    EXPECT_EQ(Find(tree, "memory"), "none");
}

TEST(Cgroup, SurvivesHostileText)
{
    const CgroupTree tree;
    tree.Unified("/");
    const std::string good = CgroupTree::kUnifiedMount;
    const std::string longer(3000, 'x');
    tree.Mounts("\n \n- - - -\n9 8 0:1 / /" + longer + " rw - cgroup2 c rw\n9 8 0:1 /" + longer +
                " /a rw - cgroup2 c rw\n" + std::string(20000, 'z') + "\n" + good + "cut");
    EXPECT_EQ(Find(tree, "memory"), "v2 own  under /sys/fs/cgroup");
    tree.Membership("garbage\n0::/" + longer + "\n");
    EXPECT_EQ(Find(tree, "memory"), "none");
    tree.Membership("0::/" + std::string(TRIM_CGROUP_PATH_MAX - 2, 'y') + "\n");
    EXPECT_EQ(Find(tree, "memory"), "none");
    /* Nor is v2's cgroup taken for that of a controller that v1 has. */
    tree.Membership("0::/\n4:memory:/" + longer + "\n");
    EXPECT_EQ(Find(tree, "memory"), "none");
    tree.Membership("0::/../../../etc\n");
    EXPECT_EQ(Find(tree, "memory"), "none");
}

TEST(CgroupRefresh, FollowsAProcessThatIsMoved)
{
    const CgroupTree tree;
    tree.Unified("/a");
    tree.Cgroup("/sys/fs/cgroup/a");
    tree.Cgroup("/sys/fs/cgroup/b");
    trim_cgroup cgroup;
    ASSERT_EQ(trim_cgroup_open(&cgroup, tree.root(), "memory"), 0);
    EXPECT_FALSE(trim_cgroup_refresh(&cgroup));
    tree.Membership("0::/b\n");
    EXPECT_TRUE(trim_cgroup_refresh(&cgroup));
    EXPECT_EQ(Found(cgroup, tree), "v2 own /b under /sys/fs/cgroup");
    EXPECT_FALSE(trim_cgroup_refresh(&cgroup));
}

TEST(CgroupRefresh, NoticesThatADirectoryIsGone)
{
    const CgroupTree tree;
    tree.Unified("/a");
    tree.Cgroup("/sys/fs/cgroup/a");
    trim_cgroup cgroup;
    ASSERT_EQ(trim_cgroup_open(&cgroup, tree.root(), "memory"), 0);
    tree.Remove("/sys/fs/cgroup/a");
    EXPECT_TRUE(trim_cgroup_refresh(&cgroup));
    EXPECT_EQ(Found(cgroup, tree), "v2 ancestor  under /sys/fs/cgroup");
    tree.Remove("/sys/fs/cgroup");
    EXPECT_TRUE(trim_cgroup_refresh(&cgroup));
    EXPECT_EQ(Found(cgroup, tree), "none");
    EXPECT_FALSE(trim_cgroup_refresh(&cgroup));
}

TEST(CgroupRefresh, ReadsOnlyTheMembershipWhereNothingHasChanged)
{
    const CgroupTree tree;
    tree.Unified("/a");
    tree.Cgroup("/sys/fs/cgroup/a");
    trim_cgroup cgroup;
    ASSERT_EQ(trim_cgroup_open(&cgroup, tree.root(), "memory"), 0);
    tree.Remove("/proc/self/mountinfo");
    EXPECT_FALSE(trim_cgroup_refresh(&cgroup));
    EXPECT_EQ(Found(cgroup, tree), "v2 own /a under /sys/fs/cgroup");
}

TEST(CgroupParent, ClimbsToTheMountPointAndNoFurther)
{
    const CgroupTree tree;
    tree.Unified("/a/bb");
    tree.Cgroup("/sys/fs/cgroup/a/bb");
    tree.Put("/sys/fs/cgroup/a/name", "value\n");
    trim_cgroup cgroup;
    ASSERT_EQ(trim_cgroup_open(&cgroup, tree.root(), "memory"), 0);
    char buffer[16];
    size_t level = cgroup.length;
    EXPECT_EQ(trim_cgroup_read(&cgroup, level, "name", buffer, sizeof buffer), -1);
    ASSERT_TRUE(trim_cgroup_parent(&cgroup, &level));
    EXPECT_EQ(trim_cgroup_read(&cgroup, level, "name", buffer, sizeof buffer), 6);
    EXPECT_STREQ(buffer, "value\n");
    ASSERT_TRUE(trim_cgroup_parent(&cgroup, &level));
    EXPECT_EQ(level, cgroup.top);
    EXPECT_FALSE(trim_cgroup_parent(&cgroup, &level));
    EXPECT_EQ(level, cgroup.top);
}

TEST(CgroupText, ShowsThePathWholeAndHarmless)
{
    trim_cgroup cgroup = {};
    const std::string path = "/sys/\n\033" + std::string(300, 'p') + "end";
    std::memcpy(cgroup.directory, path.c_str(), path.size() + 1);
    cgroup.length = path.size();
    char buffer[1024];
    trim_text text;
    trim_text_init(&text, buffer, sizeof buffer);
    trim_cgroup_add_path(&text, &cgroup, cgroup.length, "memory.max");
    EXPECT_EQ(std::string(buffer), "/sys/??" + std::string(300, 'p') + "end/memory.max");
    trim_text_init(&text, buffer, sizeof buffer);
    trim_cgroup_add_path(&text, &cgroup, 4, nullptr);
    EXPECT_STREQ(buffer, "/sys");
}

} // namespace

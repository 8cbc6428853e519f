/* What trimctl diagnose makes of a JVM's mappings and of what VM and agent say. */
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "diagnosis.h"
#include "limit.h"
#include "makeup.h"
#include "mappings.h"
#include "quantity.h"
#include "scratch_directory.h"
#include "vm_memory.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;

/* One mapping of smaps, as the kernel writes it. */
std::string Mapping(uint64_t start, uint64_t end, const char *permissions, uint64_t rss_kib,
                    const char *path = "", bool inode = false)
{
    char line[300];
    snprintf(line, sizeof line,
             "%08llx-%08llx %s 00000000 %s %s %s\nSize:  4 kB\nRss:    %llu kB\nPss:  1 kB\n"
             "Swap:   1 kB\nTHPeligible:    0\nVmFlags: rd mr mw me\n",
             static_cast<unsigned long long>(start), static_cast<unsigned long long>(end),
             permissions, inode ? "08:01" : "00:00", inode ? "4711" : "0", path,
             static_cast<unsigned long long>(rss_kib));
    return line;
}

class TrimctlMakeup : public testing::Test
{
protected:
    ~TrimctlMakeup() override
    {
        ctl_mappings_free(&mappings_);
    }

    void Add(const std::string &smaps)
    {
        size_t at = 0;
        for (size_t end = 0; (end = smaps.find('\n', at)) != std::string::npos; at = end + 1) {
            ASSERT_EQ(ctl_mappings_take(&mappings_, smaps.data() + at, end - at), 0);
        }
    }

    ctl_makeup Sorted(bool headers_fit = true)
    {
        ctl_makeup makeup = {};
        ctl_makeup_sort(
            &makeup, &mappings_, &vm_,
            [](const void *context, uint64_t) { return *static_cast<const bool *>(context); },
            &headers_fit);
        return makeup;
    }

    ctl_mappings mappings_ = {};
    ctl_vm_memory vm_ = {};
};

TEST_F(TrimctlMakeup, OfNothingIsNothing)
{
    EXPECT_EQ(Sorted().rss_bytes, 0U);
}

TEST_F(TrimctlMakeup, SortsEveryKind)
{
    vm_.ranges = 1;
    vm_.heap[0] = {0xfc000000, 0x100000000};
    Add(Mapping(0xfc000000, 0xfd000000, "rw-p", 1000));
    Add(Mapping(0xfd000000, 0x100000000, "---p", 0));
    Add(Mapping(0x555500000000, 0x555500100000, "rw-p", 200, "[heap]"));
    Add(Mapping(0x7f0000000000, 0x7f0000200000, "rw-p", 300));
    Add(Mapping(0x7f0000200000, 0x7f0004000000, "---p", 0));
    Add(Mapping(0x7f1000000000, 0x7f1000270000, "rwxp", 40));
    Add(Mapping(0x7f2000001000, 0x7f2000005000, "---p", 0));
    Add(Mapping(0x7f2000005000, 0x7f2000101000, "rw-p", 50));
    Add(Mapping(0x7f3000000000, 0x7f3000001000, "r-xp", 6, "/lib/libc.so.6", true));
    Add(Mapping(0x7f4000001000, 0x7f4000002000, "rw-p", 7));
    Add(Mapping(0x7ffc00000000, 0x7ffc00021000, "rw-p", 8, "[stack]"));
    Add(Mapping(0x7ffc10000000, 0x7ffc10002000, "r-xp", 9, "[vdso]"));
    const ctl_makeup makeup = Sorted();
    EXPECT_EQ(makeup.parts[CTL_JAVA_HEAP], 1000U * 1024);
    EXPECT_EQ(makeup.parts[CTL_ARENAS], 500U * 1024);
    EXPECT_EQ(makeup.parts[CTL_CODE], 40U * 1024);
    EXPECT_EQ(makeup.parts[CTL_STACKS], 58U * 1024);
    EXPECT_EQ(makeup.parts[CTL_FILES], 15U * 1024);
    EXPECT_EQ(makeup.parts[CTL_OTHER], 7U * 1024);
    EXPECT_EQ(makeup.rss_bytes, 1620U * 1024) << "nothing is lost";
    EXPECT_EQ(makeup.swap_bytes, 12U * 1024);
}

TEST_F(TrimctlMakeup, AsksWhetherAHeapBeginsThere)
{
    Add(Mapping(0x7f0000000000, 0x7f0000200000, "rw-p", 300));
    Add(Mapping(0x7f0000200000, 0x7f0004000000, "---p", 0));
    EXPECT_EQ(Sorted(true).parts[CTL_ARENAS], 300U * 1024);
    EXPECT_EQ(Sorted(false).parts[CTL_OTHER], 300U * 1024);
}

TEST_F(TrimctlMakeup, KnowsMergedHeaps)
{
    Add(Mapping(0x7f0000000000, 0x7f0008000000, "rw-p", 1000));
    Add(Mapping(0x7f0010000000, 0x7f0015000000, "rw-p", 500));
    Add(Mapping(0x7f0015000000, 0x7f0018000000, "---p", 0));
    EXPECT_EQ(Sorted().parts[CTL_ARENAS], 1500U * 1024);
}

TEST_F(TrimctlMakeup, TakesTheMetaspaceOffTheRest)
{
    Add(Mapping(0x7f4000001000, 0x7f4000002000, "rw-p", 700));
    vm_.metaspace_bytes = 300U * 1024;
    EXPECT_EQ(Sorted().parts[CTL_METASPACE], 300U * 1024);
    EXPECT_EQ(Sorted().parts[CTL_OTHER], 400U * 1024);
    vm_.metaspace_bytes = 1024 * kMiB;
    EXPECT_EQ(Sorted().parts[CTL_METASPACE], 700U * 1024) << "no more than there is";
}

TEST_F(TrimctlMakeup, KnowsTheHeapOfZ)
{
    Add(Mapping(0x40000000000, 0x40004000000, "rw-s", 900, "/memfd:java_heap (deleted)", true));
    EXPECT_EQ(Sorted().parts[CTL_JAVA_HEAP], 900U * 1024);
}

TEST_F(TrimctlMakeup, LeavesOutWhatMakesNoSense)
{
    Add("garbage\n\n-\n1-\nffff-0000 rw-p 0 0 0\nRss: 5 kB\n12-13\nRss:\n");
    EXPECT_EQ(mappings_.count, 0U);
    Add(Mapping(0x1000, 0x2000, "rw-p", 5) + "Rss: 99999999999999999999 kB\n");
    ASSERT_EQ(mappings_.count, 1U);
    EXPECT_EQ(mappings_.mappings[0].rss_bytes, 5U * 1024);
}

TEST(TrimctlVm, EveryCollectorTellsItsHeap)
{
    ctl_vm_memory vm = {};
    ctl_parse_heap_info(
        &vm, " garbage-first heap   total 65536K, used 1972K [0x00000000fc000000, "
             "0x0000000100000000)\n  region size 1024K, 1 young (1024K), 0 survivors (0K)\n"
             " Metaspace       used 237K, committed 448K, reserved 1114112K\n"
             "  class space    used 20K, committed 128K, reserved 1048576K\n");
    EXPECT_TRUE(vm.known);
    ASSERT_EQ(vm.ranges, 1U);
    EXPECT_EQ(vm.heap[0].start, 0xfc000000U);
    EXPECT_EQ(vm.heap[0].end, 0x100000000U);
    EXPECT_EQ(vm.metaspace_bytes, 448U * 1024) << "the class space is part of it";

    ctl_parse_heap_info(
        &vm, " def new generation   total 19648K, used 1049K [0xfc000000, 0xfd550000, 0xfd551000)\n"
             "  eden space 17472K,   6% used [0xfc000000, 0xfc106538, 0xfd110000)\n"
             " tenured generation   total 43712K, used 0K [0xfd551000, 0x100000000, 0x100000000)\n"
             " Metaspace       used 58K, capacity 448K, committed 192K, reserved 1056768K\n");
    ASSERT_EQ(vm.ranges, 3U);
    EXPECT_EQ(vm.heap[2].start, 0xfd551000U);
    EXPECT_EQ(vm.heap[2].end, 0x100000000U);
    EXPECT_EQ(vm.metaspace_bytes, 192U * 1024) << "as JDK 8 writes it";

    ctl_parse_heap_info(&vm, " ZHeap           used 10M, capacity 64M, max capacity 64M\n");
    EXPECT_EQ(vm.ranges, 0U);
    EXPECT_EQ(vm.metaspace_bytes, 0U);
    EXPECT_EQ(ctl_parse_metaspace("Metaspace        used 486K, committed 640K, reserved 1G\n"),
              640U * 1024)
        << "JDK 25 tells it elsewhere";
}

TEST(TrimctlVm, GarbageIsNoHeap)
{
    ctl_vm_memory vm = {};
    std::string many;
    for (int i = 0; i < 100; ++i) {
        many += "[0x1000, 0x2000)";
    }
    ctl_parse_heap_info(&vm, many.c_str());
    EXPECT_EQ(vm.ranges, static_cast<size_t>(CTL_RANGES_MAX));
    for (const char *text : {"", "[0x", "[0x1000", "[0x2000, 0x1000)", "[0x1000)", "Metaspace",
                             "Metaspace committed ", "Metaspace committed K"}) {
        ctl_parse_heap_info(&vm, text);
        EXPECT_EQ(vm.ranges, 0U) << text;
        EXPECT_EQ(vm.metaspace_bytes, 0U) << text;
    }
}

class TrimctlLimit : public testing::Test
{
protected:
    void Make(const std::string &directory, const std::string &limit_name, const std::string &limit,
              const std::string &usage_name, const std::string &usage) const
    {
        std::filesystem::create_directories(root_.File(directory));
        root_.Write(directory + "/" + limit_name, limit + "\n");
        root_.Write(directory + "/" + usage_name, usage + "\n");
    }

    ctl_limit Read(const std::string &cgroup) const
    {
        ctl_limit limit = {};
        root_.Write("cgroup", cgroup);
        ctl_limit_read(&limit, root_.path().c_str(), root_.path().c_str());
        return limit;
    }

    ScratchDirectory root_;
};

TEST_F(TrimctlLimit, IsTheSmallestOnTheWayUp)
{
    Make("sys/fs/cgroup/pod/one", "memory.max", "max", "memory.current", "100");
    Make("sys/fs/cgroup/pod", "memory.max", "5000", "memory.current", "300");
    Make("sys/fs/cgroup", "memory.max", "9000", "memory.current", "900");
    const ctl_limit limit = Read("0::/pod/one\n");
    EXPECT_EQ(limit.limit_bytes, 5000U);
    EXPECT_EQ(limit.usage_bytes, 300U);
}

TEST_F(TrimctlLimit, IsReadFromVersionOneToo)
{
    Make("sys/fs/cgroup/memory/a", "memory.limit_in_bytes", "7000", "memory.usage_in_bytes", "70");
    Make("sys/fs/cgroup/memory", "memory.limit_in_bytes", "9223372036854771712",
         "memory.usage_in_bytes", "99");
    const ctl_limit limit = Read("5:cpu:/b\n4:memory:/a\n0::/\n");
    EXPECT_EQ(limit.limit_bytes, 7000U);
    EXPECT_EQ(limit.usage_bytes, 70U);
}

TEST_F(TrimctlLimit, ThatIsNotVisibleIsUnknown)
{
    EXPECT_EQ(Read("0::/../../other\n").limit_bytes, 0U);
    EXPECT_EQ(Read("0::/gone\n").limit_bytes, 0U);
    EXPECT_EQ(Read("nonsense\n").limit_bytes, 0U);
}

class TrimctlDiagnosis : public testing::Test
{
protected:
    TrimctlDiagnosis()
    {
        evidence_.pid = 42;
        evidence_.command = "Main";
        evidence_.library = "/usr/lib/libtrimagent.so";
        Part(CTL_JAVA_HEAP, 300);
        Part(CTL_ARENAS, 600);
        Part(CTL_FILES, 100);
    }

    void Part(ctl_part part, uint64_t mib)
    {
        evidence_.makeup.rss_bytes += mib * kMiB - evidence_.makeup.parts[part];
        evidence_.makeup.parts[part] = mib * kMiB;
    }

    ctl_diagnosis Diagnosis() const
    {
        ctl_diagnosis diagnosis = {};
        ctl_diagnose(&diagnosis, &evidence_);
        return diagnosis;
    }

    std::string Text() const
    {
        char buffer[4096];
        trim_text text;
        trim_text_init(&text, buffer, sizeof buffer);
        const ctl_diagnosis diagnosis = Diagnosis();
        ctl_diagnosis_add(&text, &diagnosis, &evidence_);
        return buffer;
    }

    bool Says(const std::string &part) const
    {
        return Text().find(part) != std::string::npos;
    }

    ctl_evidence evidence_ = {};
};

TEST_F(TrimctlDiagnosis, WithTheAgentKnowsHowMuchComesBack)
{
    evidence_.figures = "verdict retained\nexpected_bytes 419430400\nfree_bytes 524288000\n"
                        "free_whole_pages_bytes 513802240\nin_use_bytes 104857600\ndry_run 0\n";
    EXPECT_EQ(Diagnosis().verdict, TRIM_HEAP_RETAINED);
    EXPECT_EQ(Diagnosis().back_bytes, 400 * kMiB);
    EXPECT_EQ(Diagnosis().pinned_bytes, 10 * kMiB);
    EXPECT_TRUE(Says("JVM 42 Main: RSS 1000M\n")) << Text();
    EXPECT_TRUE(Says("  C heap           600M  60%  malloc: in use 100M; free and resident 400M"))
        << Text();
    EXPECT_TRUE(Says("\nVerdict: retained. Trimming now would give back 400M, 40% of RSS.\n"))
        << Text();
    EXPECT_TRUE(Says("trimctl 42 trim\n")) << Text();
    EXPECT_TRUE(Says("-agentpath:/usr/lib/libtrimagent.so\n")) << Text();
    const std::string text = Text();
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 12) << "about ten lines";
    evidence_.library = nullptr;
    EXPECT_FALSE(Says("-agentpath")) << "it has the flag";
}

TEST_F(TrimctlDiagnosis, WithoutTheAgentSaysWhatCannotBeSeen)
{
    EXPECT_EQ(Diagnosis().verdict, TRIM_HEAP_UNKNOWN);
    EXPECT_TRUE(Diagnosis().at_most);
    EXPECT_TRUE(Says("cannot be seen from outside. Trimming would give back 600M at most.\n"))
        << Text();
    EXPECT_TRUE(Says("trimctl 42 diagnose --load\n")) << Text();
}

TEST_F(TrimctlDiagnosis, WithASmallCHeapNeedsNoAgentToSayNo)
{
    Part(CTL_ARENAS, 10);
    EXPECT_EQ(Diagnosis().verdict, TRIM_HEAP_NOT_MALLOC);
    EXPECT_TRUE(Says("No case for trimagent now. The Java heap is the largest part")) << Text();
}

TEST_F(TrimctlDiagnosis, NamesWhatItIsInstead)
{
    evidence_.figures = "verdict fine\nexpected_bytes 1048576\nfree_bytes 2097152\n"
                        "free_whole_pages_bytes 2097152\ndry_run 0\n";
    EXPECT_EQ(Diagnosis().verdict, TRIM_HEAP_FINE);
    EXPECT_TRUE(Says("The C heap is in use")) << Text();
    Part(CTL_METASPACE, 2000);
    EXPECT_TRUE(Says("class loaders")) << Text();
    Part(CTL_OTHER, 4000);
    EXPECT_TRUE(Says("direct buffers")) << Text();
    Part(CTL_STACKS, 5000);
    EXPECT_TRUE(Says("fewer threads")) << Text();
}

TEST_F(TrimctlDiagnosis, TellsOfWhatIsHeldInPlace)
{
    evidence_.figures = "verdict pinned\nexpected_bytes 0\nfree_bytes 419430400\n"
                        "free_whole_pages_bytes 0\n";
    EXPECT_EQ(Diagnosis().verdict, TRIM_HEAP_PINNED);
    EXPECT_FALSE(Says("No case")) << Text();
    EXPECT_EQ(Diagnosis().pinned_bytes, 400 * kMiB);
    EXPECT_TRUE(Says("arena-max=auto")) << Text();
}

TEST_F(TrimctlDiagnosis, TellsOfALeakThatTheAgentHasSeen)
{
    evidence_.figures = "verdict growing\nin_use_from_bytes 220200960\n"
                        "in_use_to_bytes 471859200\nin_use_hourly_bytes 10485760\n"
                        "in_use_reload_bytes 1048576\nexpected_bytes 0\n";
    EXPECT_TRUE(Says("\nVerdict: growing. ")) << Text();
    EXPECT_TRUE(Says("\nMemory in use grows by 10M an hour, 1M a reload, 210M to 450M so far: a "
                     "native leak. async-profiler's nativemem or jcmd 42 VM.native_memory shows "
                     "who allocates it.\n"))
        << Text();
    EXPECT_FALSE(Says("No case")) << Text();
}

TEST_F(TrimctlDiagnosis, TellsWhatTheAgentKeepsGivenBack)
{
    evidence_.figures = "verdict retained\nkept_free_bytes 314572800\nexpected_bytes 0\n";
    EXPECT_TRUE(Says("\nThe agent keeps 300M given back, ")) << Text();
}

TEST_F(TrimctlDiagnosis, HasNoVerdictOfAWordThatItDoesNotKnow)
{
    evidence_.figures = "verdict fin\nexpected_bytes 0\n";
    EXPECT_EQ(Diagnosis().verdict, TRIM_HEAP_UNKNOWN);
    evidence_.figures = "expected_bytes 0\n";
    EXPECT_EQ(Diagnosis().verdict, TRIM_HEAP_UNKNOWN);
}

TEST_F(TrimctlDiagnosis, FromOutsideASmallProcessIsFine)
{
    Part(CTL_JAVA_HEAP, 40);
    Part(CTL_FILES, 10);
    Part(CTL_ARENAS, 10);
    EXPECT_EQ(Diagnosis().verdict, TRIM_HEAP_FINE);
}

TEST_F(TrimctlDiagnosis, TellsOfADryRun)
{
    evidence_.figures = "expected_bytes 419430400\ndry_run 1\n";
    EXPECT_TRUE(Says("trimctl 42 set dry-run=false")) << Text();
}

TEST_F(TrimctlDiagnosis, KnowsOtherMallocs)
{
    evidence_.foreign_malloc = "musl";
    EXPECT_EQ(Diagnosis().verdict, TRIM_HEAP_UNKNOWN);
    EXPECT_TRUE(Says("malloc is musl's")) << Text();
    EXPECT_FALSE(Says("Trimming now would give back 600M")) << Text();
    evidence_.foreign_malloc = "jemalloc";
    EXPECT_TRUE(Diagnosis().open);
    EXPECT_EQ(Diagnosis().back_bytes,
              evidence_.makeup.parts[CTL_ARENAS] + evidence_.makeup.parts[CTL_OTHER])
        << "its memory looks like any other mapping";
    EXPECT_FALSE(Says("malloc is jemalloc's")) << Text();
}

TEST_F(TrimctlDiagnosis, TellsTheContainersLimit)
{
    evidence_.limit = {1536 * kMiB, 1100 * kMiB};
    EXPECT_TRUE(Says("; container uses 1.07G of 1.50G\n")) << Text();
}

} // namespace

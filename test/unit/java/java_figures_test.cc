/* What the part in Java is told: the order that its constants know. */
#include "java_figures.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "reason.h"

namespace
{

std::string NameOf(size_t index)
{
    char buffer[64];
    const char *name = trim_java_figure_name(index, buffer, sizeof buffer);
    return name == nullptr ? "" : name;
}

TEST(JavaFigures, OfMapsHaveNamesOfTheirOwn)
{
    std::set<std::string> names;
    for (size_t i = 0; i < TRIM_JAVA_FIGURES; ++i) {
        EXPECT_EQ(NameOf(i).empty(), i < TRIM_JAVA_PLAIN) << i;
        names.insert(NameOf(i));
    }
    EXPECT_EQ(names.size(), size_t{TRIM_JAVA_FIGURES - TRIM_JAVA_PLAIN + 1});
    EXPECT_EQ(NameOf(TRIM_JAVA_PLAIN), "heap/in_use");
    EXPECT_EQ(NameOf(TRIM_JAVA_PLAIN + TRIM_JAVA_HEAP_PARTS), "cpu/release");
    EXPECT_EQ(NameOf(TRIM_JAVA_PLAIN + TRIM_JAVA_HEAP_PARTS + TRIM_JAVA_WORKS), "ways/trim");
    EXPECT_EQ(NameOf(TRIM_JAVA_PLAIN + TRIM_JAVA_HEAP_PARTS + TRIM_JAVA_WORKS + TRIM_WAYS),
              std::string("trims/") + trim_reason_name(TRIM_REASON_WATERMARK));
    EXPECT_EQ(NameOf(TRIM_JAVA_FIGURES - 1),
              std::string("skips/") + trim_skip_name(TRIM_SKIP_NO_ESTIMATE));
}

TEST(JavaFigures, SayOfWhatIsUnknownThatItIs)
{
    int64_t figures[TRIM_JAVA_FIGURES];
    const trim_vm_counters none = {};
    trim_java_figures(&none, figures);
    EXPECT_EQ(figures[0], 0) << "trims";
    EXPECT_EQ(figures[5], -1) << "nobody has looked";
    EXPECT_GT(figures[6], 0) << "resident";
    EXPECT_EQ(figures[12], -1) << "there was no trim";
    EXPECT_EQ(figures[TRIM_JAVA_PLAIN], -1) << "of the heap";
}

TEST(JavaFigures, OfATrimAreInOrder)
{
    trim_report report = {};
    report.number = 7;
    report.began_ns = 1000;
    report.took_ns = 50;
    report.memory_known = true;
    report.before.rss_bytes = 900;
    report.after.rss_bytes = 600;
    report.released_bytes = 310;
    report.expected_known = true;
    report.expected_bytes = 320;
    report.release.trimmed = true;
    report.release.trim_ns = 40;
    int64_t figures[TRIM_JAVA_TRIM_FIGURES];
    trim_java_trim_figures(figures, &report);
    const int64_t wanted[] = {7, 1000, 50, 900, 600, 310, 320, 40};
    for (size_t i = 0; i < TRIM_JAVA_TRIM_FIGURES; ++i) {
        EXPECT_EQ(figures[i], wanted[i]) << i;
    }
    EXPECT_STREQ(trim_java_way(&report), "trim");

    report.memory_known = false;
    report.expected_known = false;
    trim_java_trim_figures(figures, &report);
    EXPECT_EQ(figures[3], -1);
    EXPECT_EQ(figures[4], -1);
    EXPECT_EQ(figures[6], -1);
}

TEST(JavaFigures, OfADryTrimLeaveTheMemoryAsItWas)
{
    trim_report report = {};
    report.dry = true;
    report.memory_known = true;
    report.before.rss_bytes = 900;
    int64_t figures[TRIM_JAVA_TRIM_FIGURES];
    trim_java_trim_figures(figures, &report);
    EXPECT_EQ(figures[4], 900);
    EXPECT_STREQ(trim_java_way(&report), "dry-run");
}

} // namespace

/* A trim and totals with a figure in every place, for the tests of the texts made of them. */
#ifndef TRIMAGENT_TEST_SAMPLE_REPORT_H
#define TRIMAGENT_TEST_SAMPLE_REPORT_H

#include <cstdint>

#include "quantity.h"
#include "report.h"

constexpr uint64_t kKiB = TRIM_KIB;
constexpr uint64_t kMiB = TRIM_MIB;
constexpr uint64_t kGiB = TRIM_GIB;

inline trim_heap_figures FiguresBefore()
{
    trim_heap_figures figures = {};
    figures.source = TRIM_FIGURES_MALLINFO2;
    figures.arena = 5 * kGiB;
    figures.ordblks = 12345;
    figures.smblks = 678;
    figures.hblks = 9;
    figures.hblkhd = 30 * kMiB;
    figures.fsmblks = 43 * kKiB;
    figures.uordblks = 1200 * kMiB;
    figures.fordblks = 3920 * kMiB;
    figures.keepcost = 131072;
    return figures;
}

inline trim_report SampleReport()
{
    trim_report report = {};
    report.number = 7;
    report.reason = TRIM_REASON_FULL_GC;
    report.memory_known = true;
    report.before = {6 * kGiB + 10 * kMiB, 0};
    report.after = {2 * kGiB + 10 * kMiB, 0};
    report.took_ns = 443100 * TRIM_NS_PER_US;
    report.release.trimmed = true;
    report.release.trim_ns = 441 * TRIM_NS_PER_MS;
    report.expected_known = true;
    report.expected_bytes = 3971 * kMiB;
    report.released_known = true;
    report.released_bytes = 3970 * kMiB;
    report.figures_before = FiguresBefore();
    report.figures_after = FiguresBefore();
    report.figures_after.smblks = 0;
    report.figures_after.fsmblks = 0;
    report.figures_after.keepcost = 4096;
    return report;
}

/* A release of 480 MiB, held for 7.2 s at 210 ms of CPU. */
inline trim_lot SampleLot()
{
    trim_lot lot = {};
    lot.number = 6;
    lot.reason = TRIM_REASON_RELOAD;
    lot.bytes = 480 * kMiB;
    lot.left_bytes = 120.0 * static_cast<double>(kMiB);
    lot.held_byte_ns = 7.2 * static_cast<double>(480 * kMiB * TRIM_NS_PER_S);
    lot.cost_ns = 210.0 * static_cast<double>(TRIM_NS_PER_MS);
    lot.verdict = TRIM_VERDICT_GOOD;
    return lot;
}

inline trim_totals SampleTotals()
{
    trim_totals totals = {};
    totals.considered = 9;
    totals.trims[TRIM_REASON_FULL_GC] = 2;
    totals.trims[TRIM_REASON_RELOAD] = 1;
    totals.skips[TRIM_SKIP_BELOW_THRESHOLD] = 4;
    totals.skips[TRIM_SKIP_COOLDOWN] = 1;
    totals.useless = 1;
    totals.regretted = 2;
    totals.released_bytes = 5 * kGiB;
    totals.trim_ns = 600 * TRIM_NS_PER_MS;
    totals.longest_trim_ns = 443100 * TRIM_NS_PER_US;
    totals.trim_cpu_ns = 590 * TRIM_NS_PER_MS;
    totals.estimates = 11;
    totals.estimate_cpu_ns = 23400 * TRIM_NS_PER_US;
    totals.wake_ups = 321;
    totals.held_byte_ns = 9.0 * static_cast<double>(kGiB * TRIM_NS_PER_S);
    totals.held_cost_ns = 700.0 * static_cast<double>(TRIM_NS_PER_MS);
    totals.verdict = TRIM_VERDICT_REGRETTED;
    for (uint64_t number = 1; number <= 3; ++number) {
        trim_report report = SampleReport();
        report.number = number;
        report.figures_before = report.figures_after = {};
        totals.last[number - 1] = report;
        totals.last_at_ns[number - 1] = number * 10 * TRIM_NS_PER_S;
    }
    return totals;
}

#endif

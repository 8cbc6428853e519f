/* The part in Java is nudged while it waits for JFR or JMX, and the worker wakes for class loads.
 */
#include "nudge.h"

#include <gtest/gtest.h>

#include "quantity.h"
#include "report_ring.h"
#include "signals.h"

namespace
{

constexpr uint64_t kNever = UINT64_MAX;

TEST(Nudge, IsNotGivenWhereNobodyWaits)
{
    const trim_vm_counters none = {};
    EXPECT_EQ(trim_nudge(&none, kNever), kNever);
    EXPECT_EQ(trim_nudge(&none, 7), 7U);
}

TEST(Nudge, ComesAgainAfterSomeMoreClasses)
{
    const trim_vm_counters none = {};
    trim_report report = {};
    trim_signals signals = {};
    trim_signals_read(&none, &signals);
    trim_report_ring_open();
    trim_report_ring_want_nudges(true);
    const uint64_t armed = trim_nudge(&none, kNever);
    EXPECT_GT(armed, signals.class_events);
    EXPECT_LE(armed, signals.class_events + 100);
    EXPECT_EQ(trim_nudge(&none, signals.class_events + 1), signals.class_events + 1);
    EXPECT_EQ(trim_report_ring_take(&report, TRIM_NEVER), TRIM_RING_NUDGE);
    trim_report_ring_close();
}

} // namespace

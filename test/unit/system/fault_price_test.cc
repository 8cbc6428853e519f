#include "fault_price.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace
{

TEST(FaultPrice, IsThatOfAPageFaultOnAnyMachine)
{
    for (int i = 0; i < 10; ++i) {
        const uint64_t ps_per_byte = trim_fault_price_ps_per_byte();
        /* 4 KiB in 40 ns is faster than memory can be cleared; in 4 ms no virtual machine is so
         * slow. A page may be larger. */
        EXPECT_GE(ps_per_byte, 1U);
        EXPECT_LE(ps_per_byte, 1000000U);
    }
}

} // namespace

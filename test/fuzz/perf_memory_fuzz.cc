// The VM's performance counters, as memory that ends where the input ends.
extern "C" {
#include "perf_memory.h"
}

#include <vector>

#include "fuzz.h"

void read_text(const std::string &text)
{
    // Aligned as the VM's memory is; a copy of exactly this size.
    const std::vector<char> memory(text.begin(), text.end());
    for (const char *name : {"sun.gc.collector.0.invocations", "java.cls.loadedClasses", "a", ""}) {
        const auto *counter = trim_perf_find_long(memory.data(), memory.size(), name);
        if (counter != nullptr) {
            const auto *at = reinterpret_cast<const volatile char *>(counter);
            require(at >= memory.data() && at + sizeof *counter <= memory.data() + memory.size());
            (void)*counter;
        }
        const char *found = trim_perf_find_text(memory.data(), memory.size(), name);
        require(found == nullptr || found + std::strlen(found) < memory.data() + memory.size());
    }
}

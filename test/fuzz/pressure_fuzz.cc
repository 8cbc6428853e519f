// The text of memory.pressure.
#include "pressure.h"

#include "fuzz.h"

void read_text(const std::string &text)
{
    trim_pressure_averages averages;
    if (trim_parse_pressure(text.data(), text.size(), &averages) == 0) {
        require(averages.avg10 <= 10000 && averages.avg60 <= 10000 && averages.avg300 <= 10000);
        (void)trim_pressure_is_high(&averages);
    }
}

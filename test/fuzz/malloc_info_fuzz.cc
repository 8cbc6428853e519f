// malloc_info's XML, in pieces.
#include "malloc_info.h"

#include "fuzz.h"

void read_text(const std::string &text)
{
    static trim_malloc_info_parser parser;
    trim_malloc_info info;
    trim_malloc_info_begin(&parser, 4096);
    const size_t half = text.size() / 2;
    trim_malloc_info_feed(&parser, text.data(), half);
    trim_malloc_info_feed(&parser, text.data() + half, text.size() - half);
    if (trim_malloc_info_end(&parser, &info) != 0) {
        return;
    }
    require(parser.arena_count <= TRIM_ARENA_FIGURES_MAX);
    require(parser.arena_count <= info.arenas);
    for (size_t arena = 0; arena < parser.arena_count; ++arena) {
        require(parser.arenas[arena].inner_bytes <= info.inner_bytes);
        require(parser.arenas[arena].system_bytes <= info.system_bytes);
    }
}

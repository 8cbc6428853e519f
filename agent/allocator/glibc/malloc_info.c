#include "malloc_info.h"

#include <string.h>

#include "quantity.h"

/*
 * Free chunks in bins carry flags in the low bits of their sizes, PREV_INUSE and NON_MAIN_ARENA,
 * the same in each of a bin; chunks in fastbins are printed without.
 */
#define FLAG_BITS 7

/* A number that cannot be held is broken input; the largest stands for it, and sums saturate. */
static uint64_t add(uint64_t a, uint64_t b)
{
    uint64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

bool trim_arena_figures_are(const struct trim_arena_figures *figures, uint64_t arena,
                            uint64_t system_bytes)
{
    return figures->number != 0 && figures->system_bytes == system_bytes &&
           (figures->arena == 0 || figures->arena == arena);
}

void trim_malloc_info_begin(struct trim_malloc_info_parser *parser, uint64_t page_bytes)
{
    memset(parser, 0, offsetof(struct trim_malloc_info_parser, arenas));
    parser->info.chunk_keeps = page_bytes + TRIM_CHUNK_HEADER;
    trim_free_picks_begin(&parser->picks);
}

/* Reads the attribute NAME="digits" of the tag. */
static bool attribute(const char *tag, const char *name, uint64_t *value)
{
    size_t name_length = strlen(name);
    for (const char *at = strchr(tag, ' '); at != NULL; at = strchr(at + 1, ' ')) {
        if (strncmp(at + 1, name, name_length) != 0 ||
            strncmp(at + 1 + name_length, "=\"", 2) != 0) {
            continue;
        }
        const char *digit = at + 1 + name_length + 2;
        uint64_t number = 0;
        if (*digit < '0' || *digit > '9') {
            return false;
        }
        for (; *digit >= '0' && *digit <= '9'; digit++) {
            if (__builtin_mul_overflow(number, 10, &number) ||
                __builtin_add_overflow(number, (uint64_t)(*digit - '0'), &number)) {
                return false;
            }
        }
        if (*digit != '"') {
            return false;
        }
        *value = number;
        return true;
    }
    return false;
}

static bool has_type(const char *tag, const char *type)
{
    const char *at = strstr(tag, " type=\"");
    size_t length = strlen(type);
    return at != NULL && strncmp(at + 7, type, length) == 0 && at[7 + length] == '"';
}

/* Adds the whole pages of a bin to the sums. Returns how many there are. */
static uint64_t add_inner(struct trim_malloc_info *info, const struct trim_mixed_bin *bin,
                          const struct trim_sorted_sizes *sorted)
{
    struct trim_inner inner = trim_mixed_inner(bin, info->chunk_keeps, sorted);
    info->inner_bytes = add(info->inner_bytes, inner.bytes);
    info->guess_bytes = add(info->guess_bytes, inner.guess);
    return inner.bytes;
}

/* Chunks of the bin that have whole pages, at most. */
static uint64_t whole_chunks(const struct trim_malloc_info *info, const struct trim_mixed_bin *bin,
                             uint64_t inner)
{
    return inner != 0 ? trim_min(bin->count, bin->bytes / info->chunk_keeps) : 0;
}

static bool begins(const char *tag, const char *name)
{
    size_t length = strlen(name);
    return strncmp(tag, name, length) == 0 &&
           (tag[length] == ' ' || tag[length] == '\0' || tag[length] == '/');
}

/* A row of free chunks in one bin, or in one fastbin. */
static void take_row(struct trim_malloc_info_parser *parser, const char *tag)
{
    uint64_t from = 0;
    uint64_t to = 0;
    uint64_t total = 0;
    uint64_t count = 0;
    if (!attribute(tag, "from", &from) || !attribute(tag, "to", &to) ||
        !attribute(tag, "total", &total) || !attribute(tag, "count", &count)) {
        parser->broken = true;
        return;
    }
    if (count == 0 || total / count == 0) {
        return;
    }
    struct trim_malloc_info *info = &parser->info;
    parser->row_bytes = add(parser->row_bytes, total);
    const struct trim_mixed_bin bin = {
        .from = from & ~(uint64_t)FLAG_BITS,
        .to = to & ~(uint64_t)FLAG_BITS,
        .bytes = trim_excess(total, (to & FLAG_BITS) * count),
        .count = count,
    };
    parser->heap_largest_bytes = trim_max(parser->heap_largest_bytes, bin.to);
    if (to <= info->chunk_keeps) {
        info->small_bytes = add(info->small_bytes, bin.bytes);
        info->small_count = add(info->small_count, count);
    } else {
        trim_free_picks_pass(&parser->picks, parser->heap_number, bin.bytes / count, bin.bytes);
    }
    bool sorted = begins(tag, "size");
    if (!sorted && parser->heap_unsorted.count == 0) {
        parser->heap_unsorted = bin;
        return;
    }
    uint64_t inner = add_inner(info, &bin, NULL);
    parser->heap_inner_bytes = add(parser->heap_inner_bytes, inner);
    parser->heap_chunks = add(parser->heap_chunks, whole_chunks(info, &bin, inner));
    if (sorted && (to & FLAG_BITS) != 0) {
        trim_sorted_add(&parser->sorted, &bin, inner);
    }
}

static void take_total(struct trim_malloc_info_parser *parser, const char *tag)
{
    struct trim_malloc_info *info = &parser->info;
    uint64_t count = 0;
    uint64_t size = 0;
    if (!attribute(tag, "count", &count) || !attribute(tag, "size", &size)) {
        parser->broken = true;
    } else if (parser->in_heap && has_type(tag, "fast")) {
        info->fast_count = add(info->fast_count, count);
        info->fast_bytes = add(info->fast_bytes, size);
        /* The fastbins' rows were taken for bins' rows; they have no whole pages and are not small
         * free chunks yet. */
        info->small_count = trim_excess(info->small_count, count);
        info->small_bytes = trim_excess(info->small_bytes, size);
        parser->heap_fast_bytes = size;
    } else if (parser->in_heap && has_type(tag, "rest")) {
        info->rest_count = add(info->rest_count, count);
        info->rest_bytes = add(info->rest_bytes, size);
        parser->heap_rest_bytes = size;
    } else if (!parser->in_heap && has_type(tag, "mmap")) {
        info->mmap_count = count;
        info->mmap_bytes = size;
    }
}

static void begin_heap(struct trim_malloc_info_parser *parser, const char *tag)
{
    parser->broken |= parser->in_heap || !attribute(tag, "nr", &parser->heap_number);
    parser->in_heap = true;
    parser->row_bytes = 0;
    parser->heap_fast_bytes = 0;
    parser->heap_rest_bytes = 0;
    parser->heap_system_bytes = 0;
    parser->heap_inner_bytes = 0;
    parser->heap_chunks = 0;
    parser->heap_largest_bytes = 0;
    parser->heap_unsorted = (struct trim_mixed_bin){0};
    parser->heap_has_system = false;
}

static void end_heap(struct trim_malloc_info_parser *parser)
{
    struct trim_malloc_info *info = &parser->info;
    /* The rest is the bins and the top; no row shows the top. */
    uint64_t top = trim_excess(parser->heap_rest_bytes,
                               trim_excess(parser->row_bytes, parser->heap_fast_bytes));
    info->arenas++;
    info->system_bytes = add(info->system_bytes, parser->heap_system_bytes);
    if (parser->heap_number == 0) {
        info->main_system_bytes = parser->heap_system_bytes;
        info->main_top_bytes = top;
    } else {
        info->other_top_bytes = add(info->other_top_bytes, top);
    }
    if (parser->arena_count == TRIM_ARENA_FIGURES_MAX) {
        (void)add_inner(info, &parser->heap_unsorted, NULL);
    } else {
        parser->unsorted[parser->arena_count] = parser->heap_unsorted;
        parser->arenas[parser->arena_count++] = (struct trim_arena_figures){
            .number = parser->heap_number,
            .system_bytes = parser->heap_system_bytes,
            .free_bytes = trim_excess(add(parser->heap_rest_bytes, parser->heap_fast_bytes), top),
            .fast_bytes = parser->heap_fast_bytes,
            .inner_bytes = parser->heap_inner_bytes,
            .chunks = parser->heap_chunks,
            .largest_bytes = parser->heap_largest_bytes,
            .top_bytes = top,
        };
    }
    parser->broken |= !parser->in_heap || !parser->heap_has_system;
    parser->in_heap = false;
}

static void take_tag(struct trim_malloc_info_parser *parser, const char *tag)
{
    if (begins(tag, "size") || begins(tag, "unsorted")) {
        take_row(parser, tag);
    } else if (begins(tag, "total")) {
        take_total(parser, tag);
    } else if (begins(tag, "heap")) {
        begin_heap(parser, tag);
    } else if (begins(tag, "/heap")) {
        end_heap(parser);
    } else if (begins(tag, "system") && parser->in_heap && has_type(tag, "current")) {
        parser->heap_has_system = attribute(tag, "size", &parser->heap_system_bytes);
    } else if (begins(tag, "/malloc")) {
        parser->info.complete = !parser->in_heap && parser->info.arenas > 0;
    }
}

void trim_malloc_info_feed(struct trim_malloc_info_parser *parser, const char *piece, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (piece[i] == '<') {
            parser->in_tag = true;
            parser->tag_length = 0;
        } else if (!parser->in_tag) {
            continue;
        } else if (piece[i] == '>') {
            parser->tag[parser->tag_length] = '\0';
            parser->in_tag = false;
            take_tag(parser, parser->tag);
        } else if (parser->tag_length + 1 < sizeof parser->tag) {
            parser->tag[parser->tag_length++] = piece[i];
        } else {
            parser->broken = true;
        }
    }
}

int trim_malloc_info_end(struct trim_malloc_info_parser *parser, struct trim_malloc_info *info)
{
    if (parser->broken || parser->in_tag || !parser->info.complete) {
        return -1;
    }
    for (size_t i = 0; i < parser->arena_count; i++) {
        const struct trim_mixed_bin *bin = &parser->unsorted[i];
        uint64_t inner = add_inner(&parser->info, bin, &parser->sorted);
        struct trim_arena_figures *arena = &parser->arenas[i];
        arena->inner_bytes = add(arena->inner_bytes, inner);
        arena->chunks = add(arena->chunks, whole_chunks(&parser->info, bin, inner));
    }
    *info = parser->info;
    return 0;
}

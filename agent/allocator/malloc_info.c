#include "trimagent/malloc_info.h"

#include <math.h>
#include <string.h>

#include "trimagent/quantity.h"
#include "trimagent/size_class.h"

/*
 * Free chunks in bins carry flags in the low bits of their sizes, PREV_INUSE and NON_MAIN_ARENA,
 * the same in each of a bin; chunks in fastbins are printed without.
 */
#define FLAG_BITS 7

/* Rows count for the largest chunk where theirs is smaller by no more than this part: one of equal
 * chunks may be in the unsorted bin, and the others in another. */
#define LARGEST_PART 8

/* A number that cannot be held is broken input; the largest stands for it, and sums saturate. */
static uint64_t add(uint64_t a, uint64_t b)
{
    uint64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
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

/* Adds the whole pages within count chunks of bytes altogether, the smallest of which is from. */
static void add_inner(struct trim_malloc_info_parser *parser, uint64_t from, uint64_t bytes,
                      uint64_t count)
{
    uint64_t inner = 0;
    double mean = (double)bytes / (double)count;
    double keeps = (double)parser->info.chunk_keeps;
    if (from > parser->info.chunk_keeps) {
        inner = trim_excess(bytes, parser->info.chunk_keeps * count);
    } else if (mean > keeps / 16) {
        /*
         * A bin of mixed sizes, mostly the unsorted one: taken for exponentially distributed, which
         * keeps exp(-keeps / mean) of its bytes in whole pages. Below a sixteenth of a page that is
         * nothing.
         */
        inner = (uint64_t)((double)bytes * exp(-keeps / mean));
    }
    parser->info.inner_bytes = add(parser->info.inner_bytes, inner);
    parser->heap_inner_bytes = add(parser->heap_inner_bytes, inner);
    parser->heap_chunks = add(parser->heap_chunks, inner != 0 ? count : 0);
}

/* The chunks of the rows that reach nearly as far as the largest one. */
static void note_largest(struct trim_malloc_info_parser *parser, uint64_t largest, uint64_t bytes,
                         uint64_t count)
{
    if (parser->heap_largest_bytes < largest - largest / LARGEST_PART) {
        parser->heap_largest_count = 0;
        parser->heap_largest_total = 0;
    }
    parser->heap_largest_bytes = trim_max(parser->heap_largest_bytes, largest);
    if (largest >= parser->heap_largest_bytes - parser->heap_largest_bytes / LARGEST_PART) {
        parser->heap_largest_count = add(parser->heap_largest_count, count);
        parser->heap_largest_total = add(parser->heap_largest_total, bytes);
    }
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
    uint64_t bytes = trim_excess(total, (to & FLAG_BITS) * count);
    note_largest(parser, to & ~(uint64_t)FLAG_BITS, bytes, count);
    parser->heap_sizes |= from <= to ? trim_size_classes(from, to) : 0;
    if (to <= parser->info.chunk_keeps) {
        info->small_bytes = add(info->small_bytes, bytes);
        info->small_count = add(info->small_count, count);
    } else {
        add_inner(parser, from, bytes, count);
        trim_free_picks_pass(&parser->picks, parser->heap_number, bytes / count, bytes);
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
    parser->heap_largest_count = 0;
    parser->heap_largest_total = 0;
    parser->heap_sizes = 0;
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
    if (parser->arena_count < TRIM_ARENA_FIGURES_MAX) {
        parser->arenas[parser->arena_count++] = (struct trim_arena_figures){
            .number = parser->heap_number,
            .system_bytes = parser->heap_system_bytes,
            .free_bytes = trim_excess(add(parser->heap_rest_bytes, parser->heap_fast_bytes), top),
            .fast_bytes = parser->heap_fast_bytes,
            .inner_bytes = parser->heap_inner_bytes,
            .chunks = parser->heap_chunks,
            .largest_bytes = parser->heap_largest_bytes,
            .largest_count = parser->heap_largest_count,
            .largest_total = parser->heap_largest_total,
            .sizes = parser->heap_sizes,
            .top_bytes = top,
        };
    }
    parser->broken |= !parser->in_heap || !parser->heap_has_system;
    parser->in_heap = false;
}

static bool begins(const char *tag, const char *name)
{
    size_t length = strlen(name);
    return strncmp(tag, name, length) == 0 &&
           (tag[length] == ' ' || tag[length] == '\0' || tag[length] == '/');
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
    *info = parser->info;
    return 0;
}

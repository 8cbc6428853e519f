#include "glibc_info.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#include "arena_ring.h"

static int (*malloc_info_function)(int options, FILE *stream);
static FILE *stream;
static struct trim_malloc_info_parser parser;

static ssize_t feed_parser(void *cookie, const char *piece, size_t length)
{
    (void)cookie;
    trim_malloc_info_feed(&parser, piece, length);
    return (ssize_t)length;
}

int trim_glibc_info_read(struct trim_malloc_info *info)
{
    trim_malloc_info_begin(&parser, (uint64_t)sysconf(_SC_PAGESIZE));
    if (malloc_info_function(0, stream) != 0) {
        clearerr(stream);
        return -1;
    }
    return trim_malloc_info_end(&parser, info);
}

/*
 * The stream allocates when it is made, here, and never again. It has no buffer, so that nothing is
 * left for exit() to flush while the worker may still be printing to it.
 */
static FILE *open_stream(void)
{
    FILE *made = fopencookie(NULL, "w", (cookie_io_functions_t){.write = feed_parser});
    if (made != NULL && setvbuf(made, NULL, _IONBF, 0) != 0) {
        (void)fclose(made);
        made = NULL;
    }
    return made;
}

int trim_glibc_info_open(void)
{
    *(void **)&malloc_info_function = dlsym(RTLD_DEFAULT, "malloc_info");
    if (malloc_info_function != NULL && stream == NULL) {
        stream = open_stream();
    }
    return malloc_info_function != NULL && stream != NULL ? 0 : -1;
}

void trim_glibc_info_name(const struct trim_arena_door *door)
{
    trim_arena_ring_name(door, parser.info.arenas, parser.arenas, parser.arena_count);
}

const struct trim_malloc_info_parser *trim_glibc_info_last(void)
{
    return &parser;
}

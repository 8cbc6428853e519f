#include "glibc_figures.h"

#include <dlfcn.h>
#include <stddef.h>

#include "quantity.h"

/* What mallinfo2 returns, declared here because old headers lack it. */
struct mallinfo2_result {
    size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};

static struct mallinfo2_result (*mallinfo2_function)(void);

void trim_glibc_figures_open(void)
{
    *(void **)&mallinfo2_function = dlsym(RTLD_DEFAULT, "mallinfo2");
}

int trim_glibc_figures(struct trim_heap_figures *figures)
{
    if (mallinfo2_function == NULL) {
        return -1;
    }
    struct mallinfo2_result info = mallinfo2_function();
    *figures = (struct trim_heap_figures){
        .source = TRIM_FIGURES_MALLINFO2,
        .arena = info.arena,
        .ordblks = info.ordblks,
        .smblks = info.smblks,
        .hblks = info.hblks,
        .hblkhd = info.hblkhd,
        .fsmblks = info.fsmblks,
        .uordblks = info.uordblks,
        .fordblks = info.fordblks,
        .keepcost = info.keepcost,
    };
    return 0;
}

void trim_glibc_figures_from(const struct trim_malloc_info *info, struct trim_heap_figures *figures)
{
    uint64_t free_bytes = info->fast_bytes + info->rest_bytes;
    *figures = (struct trim_heap_figures){
        .source = TRIM_FIGURES_MALLOC_INFO,
        .arena = info->system_bytes,
        .ordblks = info->rest_count,
        .smblks = info->fast_count,
        .hblks = info->mmap_count,
        .hblkhd = info->mmap_bytes,
        .fsmblks = info->fast_bytes,
        .uordblks = trim_excess(info->system_bytes, free_bytes),
        .fordblks = free_bytes,
        .keepcost = info->main_top_bytes,
    };
}

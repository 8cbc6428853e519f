#include "estimate.h"

#include <stddef.h>

#include "quantity.h"

/* Learning about the fastbins needs a gain that stands out of the model's own error: this part of
 * what was released. */
#define GAIN_PART 8

/* What is guessed of mixed bins stands out where it is at least this part of the arenas. */
#define GUESS_PART 64

/* From this change on of what is locked, the bias says nothing any more. */
#define LOCKED_CHANGE_PERMILLE 50

/* Merging is taken to leave no fewer than this part of the free chunks: what is in use separates
 * the others. */
#define MERGED_PART_MAX 8

void trim_estimate_learned_init(struct trim_estimate_learned *learned)
{
    learned->taught = false;
    learned->bias_bytes = 0;
    learned->fast_share = TRIM_FAST_SHARE_START;
    learned->merge_share = 1000;
    learned->guess_share = 1000;
}

/* Broken figures are cut to more than any machine has, so that no sum of a few of them overflows.
 */
static int64_t as_signed(uint64_t bytes)
{
    return (int64_t)trim_min(bytes, UINT64_C(1) << 56);
}

static uint64_t locked_permille(const struct trim_estimate_input *input)
{
    uint64_t locked = trim_min(input->locked_bytes, input->seen_bytes);
    return locked != 0 ? locked / (input->seen_bytes / 1000 + 1) : 0;
}

/* What remains of the input without the heaps that are locked. */
static struct trim_estimate_input unlocked(const struct trim_estimate_input *input)
{
    struct trim_estimate_input rest = *input;
    if (input->locked_bytes == 0) {
        return rest;
    }
    rest.seen_bytes = trim_excess(input->seen_bytes, input->locked_bytes);
    rest.locked_bytes = 0;
    uint64_t permille = 1000 - locked_permille(input);
    uint64_t *const figures[] = {
        &rest.info.system_bytes, &rest.info.main_system_bytes, &rest.info.fast_count,
        &rest.info.fast_bytes,   &rest.info.rest_count,        &rest.info.rest_bytes,
        &rest.info.inner_bytes,  &rest.info.guess_bytes,       &rest.info.small_count,
        &rest.info.small_bytes,  &rest.info.main_top_bytes,    &rest.info.other_top_bytes,
    };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        *figures[i] = *figures[i] / 1000 * permille;
    }
    return rest;
}

/* The resident bytes of all arenas: those that were looked at, and those that could not be found.
 */
static uint64_t resident(const struct trim_estimate_input *input, bool *assumed)
{
    const struct trim_malloc_info *info = &input->info;
    if (!input->resident_known) {
        *assumed = true;
        return info->system_bytes;
    }
    /* Arenas grow between the two measurements; a real gap is larger than that. */
    uint64_t unseen = trim_excess(info->system_bytes, input->seen_bytes);
    *assumed = unseen > info->system_bytes / 16;
    return input->resident_bytes + (*assumed ? unseen : 0);
}

static uint64_t free_in(const struct trim_malloc_info *info)
{
    return info->fast_bytes + info->rest_bytes;
}

static uint64_t used(const struct trim_malloc_info *info)
{
    return trim_excess(info->system_bytes, free_in(info));
}

/*
 * What chunks in fastbins may add once they are merged: themselves, and the small free chunks
 * between them. Each can join at most its two neighbours, so that few fast chunks do not move many
 * small ones.
 */
static uint64_t fast_gain(const struct trim_malloc_info *info)
{
    if (info->fast_count == 0) {
        return 0;
    }
    uint64_t joined = info->small_bytes;
    if (info->fast_count <= info->small_count / 2) {
        joined = info->small_bytes / info->small_count * info->fast_count * 2;
    }
    return info->fast_bytes + joined;
}

/*
 * What merging adds by the boundaries that it removes: each chunk in a fastbin takes about half a
 * boundary between free chunks with it (0.485-0.497 in five trims of blocks of 16 bytes to 1 KiB),
 * and each free chunk that is left keeps a page and a header back.
 */
static uint64_t merge_gain(const struct trim_malloc_info *info)
{
    uint64_t tops = info->main_top_bytes + info->other_top_bytes;
    uint64_t least = info->rest_count / MERGED_PART_MAX;
    uint64_t removed = trim_min(info->fast_count / 2, info->rest_count - least);
    uint64_t kept = (info->rest_count - removed) * info->chunk_keeps + tops + info->inner_bytes;
    return info->fast_count > 0 ? trim_excess(free_in(info), kept) : 0;
}

static int64_t share_of(uint64_t bytes, uint64_t share)
{
    return as_signed(bytes / 1000 * share);
}

/* Both gains are less than the whole truth on loads of one kind, so the greater one counts. */
static bool merging_counts(const struct trim_estimate_learned *learned,
                           const struct trim_estimate_result *result)
{
    return share_of(result->merge_bytes, learned->merge_share) >
           share_of(result->gain_bytes, learned->fast_share);
}

static int64_t gain(const struct trim_estimate_learned *learned,
                    const struct trim_estimate_result *result)
{
    return merging_counts(learned, result) ? share_of(result->merge_bytes, learned->merge_share)
                                           : share_of(result->gain_bytes, learned->fast_share);
}

/* Whole pages inside free chunks, with the guessed part by its share. */
static int64_t inner(const struct trim_estimate_learned *learned,
                     const struct trim_malloc_info *info)
{
    return as_signed(trim_excess(info->inner_bytes, info->guess_bytes)) +
           share_of(info->guess_bytes, learned->guess_share);
}

/* What the model says, without what was learned of its bias. */
static int64_t model(const struct trim_estimate_learned *learned,
                     const struct trim_estimate_input *input, struct trim_estimate_result *result)
{
    const struct trim_malloc_info *info = &input->info;
    int64_t stays = as_signed(info->system_bytes) - inner(learned, info) -
                    as_signed(info->main_top_bytes) - as_signed(input->dry_tops_bytes);
    int64_t base = as_signed(resident(input, &result->resident_assumed)) - stays;
    result->gain_bytes = fast_gain(info);
    result->merge_bytes = merge_gain(info);
    return base + gain(learned, result);
}

/* What was learned while more or less was locked is forgotten. */
static void follow_locks(struct trim_estimate_learned *learned,
                         const struct trim_estimate_input *input)
{
    uint64_t permille = locked_permille(input);
    if (trim_distance(permille, learned->locked_permille) >= LOCKED_CHANGE_PERMILLE) {
        learned->taught = false;
        learned->bias_bytes = 0;
        learned->locked_permille = permille;
    }
}

void trim_estimate_predict(struct trim_estimate_learned *learned,
                           const struct trim_estimate_input *whole_input,
                           struct trim_estimate_result *result)
{
    follow_locks(learned, whole_input);
    const struct trim_estimate_input rest = unlocked(whole_input);
    const struct trim_estimate_input *input = &rest;
    const struct trim_malloc_info *info = &input->info;
    result->model_bytes = model(learned, input, result);
    /*
     * Nothing releases less than nothing: a model below its bias proves that memory which it takes
     * for resident is not, such as a buffer that was allocated and never touched, or swapped out.
     */
    if (result->model_bytes < learned->bias_bytes) {
        learned->bias_bytes = result->model_bytes;
    }
    int64_t expected = result->model_bytes - learned->bias_bytes;
    int64_t whole = inner(learned, info) + as_signed(info->main_top_bytes) + gain(learned, result);
    if (!learned->taught) {
        expected = whole;
    }
    result->guess_bytes = info->guess_bytes;
    result->guessed_from = expected - share_of(info->guess_bytes, learned->guess_share);
    uint64_t free_bytes = free_in(info);
    result->free_bytes = free_bytes;
    result->used_bytes = used(&whole_input->info);
    result->whole_bytes = trim_min((uint64_t)whole + info->other_top_bytes, free_bytes);
    uint64_t tops = input->tops_count ? input->wet_tops_bytes : 0;
    uint64_t most = trim_excess(free_bytes, info->other_top_bytes) + tops;
    expected = expected <= 0 ? 0 : expected;
    expected += as_signed(tops);
    if (input->resident_known && !result->resident_assumed) {
        most = trim_min(most, input->resident_bytes);
    }
    result->expected_bytes = trim_min((uint64_t)expected, most);
}

uint64_t trim_estimate_guessed(const struct trim_estimate_learned *learned,
                               const struct trim_estimate_result *result)
{
    return (uint64_t)(share_of(result->guess_bytes, learned->guess_share) + gain(learned, result));
}

/* How much of a part came true, in thousandths. */
static uint64_t came_true(int64_t bytes, uint64_t whole)
{
    return bytes <= 0 ? 0 : trim_min((uint64_t)bytes / (whole / 1000 + 1), 1000);
}

/* What was released beyond the model's own part is the share of what it was not sure of. */
static void learn_shares(struct trim_estimate_learned *learned,
                         const struct trim_estimate_result *before, uint64_t system_bytes,
                         uint64_t released_bytes)
{
    bool merging = merging_counts(learned, before);
    uint64_t whole = merging ? before->merge_bytes : before->gain_bytes;
    if (before->guess_bytes > whole) {
        if (before->guess_bytes > system_bytes / GUESS_PART) {
            int64_t bytes = as_signed(released_bytes) - before->guessed_from;
            learned->guess_share = came_true(bytes, before->guess_bytes);
        }
    } else if (whole / GAIN_PART > released_bytes / GAIN_PART / GAIN_PART) {
        int64_t base = before->model_bytes - gain(learned, before);
        int64_t bytes = as_signed(released_bytes) - base + learned->bias_bytes;
        uint64_t *known = merging ? &learned->merge_share : &learned->fast_share;
        *known = (*known + came_true(bytes, whole)) / 2;
    }
}

/*
 * What the model says that should say 0. Of what was freed meanwhile much may be resident: a bias
 * that took it in would hide it until the next trim. 475 MiB that a thread freed beside a release
 * of 4 GiB were never given back.
 */
static int64_t new_bias(int64_t old_bias, int64_t wrong_bytes, uint64_t freed_bytes)
{
    int64_t sure = wrong_bytes - as_signed(freed_bytes);
    if (old_bias < sure) {
        return sure;
    }
    return old_bias < wrong_bytes ? old_bias : wrong_bytes;
}

/* What was freed in heaps that can be released, as far as it is sure to be there. */
static uint64_t freed_meanwhile(const struct trim_estimate_result *before,
                                const struct trim_estimate_input *after)
{
    uint64_t freed = trim_excess(before->used_bytes, used(&after->info));
    return freed - freed / 1000 * locked_permille(after);
}

void trim_estimate_learn(struct trim_estimate_learned *learned,
                         const struct trim_estimate_result *before,
                         const struct trim_estimate_input *after, uint64_t released_bytes,
                         uint64_t left_bytes)
{
    if (left_bytes == 0 && after->locked_bytes == 0) {
        learn_shares(learned, before, after->info.system_bytes, released_bytes);
    }
    follow_locks(learned, after);
    const struct trim_estimate_input rest = unlocked(after);
    struct trim_estimate_result now = {0};
    int64_t wrong_bytes = model(learned, &rest, &now) - as_signed(left_bytes);
    /* Where part of the arenas is taken for resident nothing tells what of it is. */
    uint64_t freed_bytes = now.resident_assumed ? 0 : freed_meanwhile(before, after);
    learned->bias_bytes = new_bias(learned->bias_bytes, wrong_bytes, freed_bytes);
    learned->taught = true;
}

#include "cgroup.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup_path.h"
#include "line_reader.h"
#include "process_memory.h"

/* FNV-1a, as in draft-eastlake-fnv: enough to notice a change. */
#define HASH_BASIS UINT64_C(0xcbf29ce484222325)
#define HASH_PRIME UINT64_C(0x100000001b3)

/* What /proc/self/cgroup says of the controller. */
struct membership {
    uint64_t signature;
    enum trim_cgroup_version version;
    char path[TRIM_CGROUP_PATH_MAX];
};

static uint64_t hash(uint64_t sum, const char *data, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        sum = (sum ^ (unsigned char)data[i]) * HASH_PRIME;
    }
    return sum;
}

static void take_membership(struct membership *membership, struct trim_span path,
                            enum trim_cgroup_version version)
{
    if (path.length < sizeof membership->path) {
        memcpy(membership->path, path.data, path.length);
        membership->path[path.length] = '\0';
        membership->version = version;
    }
}

/* Reads /proc/self/cgroup; with controller NULL only v2's line counts. A file that cannot be read
 * is like an empty one. */
static void read_membership(const char *root, const char *controller, struct membership *membership)
{
    struct trim_line_reader reader;
    membership->signature = HASH_BASIS;
    membership->version = TRIM_CGROUP_NONE;
    if (trim_lines_open(&reader, root, "/proc/self/cgroup") != 0) {
        return;
    }
    const char *text = NULL;
    size_t length = 0;
    bool bound_to_v1 = false;
    while ((text = trim_lines_next(&reader, &length)) != NULL) {
        struct trim_cgroup_line line;
        membership->signature = hash(membership->signature, text, length);
        membership->signature = hash(membership->signature, "\n", 1);
        if (trim_parse_cgroup_line(text, length, &line) != 0) {
            continue;
        }
        if (line.unified) {
            if (!bound_to_v1) {
                take_membership(membership, line.path, TRIM_CGROUP_V2);
            }
        } else if (controller != NULL && trim_list_has(line.controllers, controller)) {
            /* A controller is in one hierarchy only. */
            bound_to_v1 = true;
            membership->version = TRIM_CGROUP_NONE;
            take_membership(membership, line.path, TRIM_CGROUP_V1);
        }
    }
    trim_lines_close(&reader);
}

bool trim_cgroup_parent(const struct trim_cgroup *cgroup, size_t *level)
{
    size_t length = *level;
    if (length <= cgroup->top) {
        return false;
    }
    do {
        length--;
    } while (length > cgroup->top && cgroup->directory[length] != '/');
    *level = length;
    return true;
}

/* Every directory of a cgroup file system has this file, in both versions. What a mount point
 * shows may be hidden by a later mount, so it is looked for. */
static bool is_cgroup(const struct trim_cgroup *cgroup, size_t level)
{
    char path[TRIM_CGROUP_PATH_MAX + sizeof "/cgroup.procs"];
    (void)snprintf(path, sizeof path, "%.*s/cgroup.procs", (int)level, cgroup->directory);
    return access(path, F_OK) == 0;
}

/* Goes up to the nearest cgroup that can be seen. */
static bool settle_on_visible(struct trim_cgroup *cgroup)
{
    size_t level = cgroup->length;
    while (!is_cgroup(cgroup, level)) {
        if (!trim_cgroup_parent(cgroup, &level)) {
            return false;
        }
        cgroup->own = false;
    }
    cgroup->length = level;
    cgroup->directory[level] = '\0';
    return true;
}

static bool is_mount_of(const struct trim_mount_line *mount, const struct trim_cgroup *wanted,
                        enum trim_cgroup_version version)
{
    if (version == TRIM_CGROUP_V2) {
        return trim_span_is(mount->type, "cgroup2");
    }
    return trim_span_is(mount->type, "cgroup") &&
           trim_list_has(mount->super_options, wanted->controller);
}

/* Fills in where a mount shows the cgroup at path. Returns false where it does not. */
static bool locate(struct trim_cgroup *cgroup, const struct trim_mount_line *mount,
                   const struct membership *membership)
{
    char mount_root[TRIM_CGROUP_PATH_MAX];
    long root_length = trim_unescape_path(mount->root, mount_root, sizeof mount_root);
    if (root_length < 0) {
        return false;
    }
    struct trim_span path = {membership->path, strlen(membership->path)};
    struct trim_span below = {"", 0};
    enum trim_cgroup_view view =
        trim_cgroup_view((struct trim_span){mount_root, (size_t)root_length}, path, &below);
    if (view == TRIM_CGROUP_OUTSIDE) {
        return false;
    }
    size_t prefix = strlen(cgroup->root);
    if (prefix >= sizeof cgroup->directory) {
        return false;
    }
    memcpy(cgroup->directory, cgroup->root, prefix);
    long point = trim_unescape_path(mount->mount_point, cgroup->directory + prefix,
                                    sizeof cgroup->directory - prefix);
    if (point < 0) {
        return false;
    }
    cgroup->top = prefix + (size_t)point;
    cgroup->length = cgroup->top + below.length;
    if (cgroup->length >= sizeof cgroup->directory) {
        return false;
    }
    memcpy(cgroup->directory + cgroup->top, below.data, below.length);
    cgroup->directory[cgroup->length] = '\0';
    cgroup->version = membership->version;
    cgroup->own = view == TRIM_CGROUP_INSIDE;
    return settle_on_visible(cgroup);
}

/* Whether a shows more than b: the own cgroup before an ancestor, then more levels above it. */
static bool shows_more(const struct trim_cgroup *a, const struct trim_cgroup *b)
{
    if (b->version == TRIM_CGROUP_NONE || a->own != b->own) {
        return b->version == TRIM_CGROUP_NONE || a->own;
    }
    return a->length - a->top > b->length - b->top;
}

static void search_mounts(struct trim_cgroup *cgroup, const struct membership *membership)
{
    struct trim_line_reader reader;
    if (trim_lines_open(&reader, cgroup->root, "/proc/self/mountinfo") != 0) {
        return;
    }
    const char *text = NULL;
    size_t length = 0;
    struct trim_cgroup candidate = *cgroup;
    while ((text = trim_lines_next(&reader, &length)) != NULL) {
        struct trim_mount_line mount;
        if (trim_parse_mount_line(text, length, &mount) == 0 &&
            is_mount_of(&mount, cgroup, membership->version) &&
            locate(&candidate, &mount, membership) && shows_more(&candidate, cgroup)) {
            *cgroup = candidate;
        }
    }
    trim_lines_close(&reader);
}

static void search(struct trim_cgroup *cgroup)
{
    struct membership membership;
    read_membership(cgroup->root, cgroup->controller, &membership);
    cgroup->signature = membership.signature;
    cgroup->version = TRIM_CGROUP_NONE;
    cgroup->own = false;
    cgroup->top = 0;
    cgroup->length = 0;
    cgroup->directory[0] = '\0';
    if (membership.version != TRIM_CGROUP_NONE) {
        search_mounts(cgroup, &membership);
    }
}

int trim_cgroup_open(struct trim_cgroup *cgroup, const char *root, const char *controller)
{
    cgroup->root = root;
    cgroup->controller = controller;
    search(cgroup);
    return cgroup->version == TRIM_CGROUP_NONE ? -1 : 0;
}

bool trim_cgroup_refresh(struct trim_cgroup *cgroup)
{
    struct membership membership;
    read_membership(cgroup->root, cgroup->controller, &membership);
    if (membership.signature == cgroup->signature &&
        (cgroup->version == TRIM_CGROUP_NONE || is_cgroup(cgroup, cgroup->length))) {
        return false;
    }
    struct trim_cgroup before = *cgroup;
    search(cgroup);
    return before.version != cgroup->version || before.own != cgroup->own ||
           strcmp(before.directory, cgroup->directory) != 0;
}

long trim_cgroup_read(const struct trim_cgroup *cgroup, size_t level, const char *name,
                      char *buffer, size_t capacity)
{
    if (cgroup->version == TRIM_CGROUP_NONE) {
        errno = ENOENT;
        return -1;
    }
    char directory[TRIM_CGROUP_PATH_MAX];
    memcpy(directory, cgroup->directory, level);
    directory[level] = '\0';
    return trim_read_small_file(directory, name, buffer, capacity);
}

void trim_cgroup_add_version(struct trim_text *text, enum trim_cgroup_version version)
{
    trim_text_add(text, "cgroup v%d", version == TRIM_CGROUP_V2 ? 2 : 1);
}

void trim_cgroup_add_path(struct trim_text *text, const struct trim_cgroup *cgroup, size_t level,
                          const char *name)
{
    /* In pieces, since one quotation is cut after some length and the end of the path is the part
     * that tells. */
    for (size_t at = 0; at < level;) {
        size_t piece = level - at < TRIM_TEXT_QUOTED_MAX ? level - at : TRIM_TEXT_QUOTED_MAX;
        trim_text_add_quoted(text, cgroup->directory + at, piece);
        at += piece;
    }
    if (name != NULL) {
        trim_text_add(text, "/%s", name);
    }
}

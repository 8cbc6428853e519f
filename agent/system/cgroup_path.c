#include "cgroup_path.h"

#include <stdint.h>
#include <string.h>

#include "quantity.h"

/* Cuts the piece up to the next separator off *rest. Returns false where there is none. */
static bool cut(struct trim_span *rest, char separator, struct trim_span *piece)
{
    const char *end = memchr(rest->data, separator, rest->length);
    if (end == NULL) {
        return false;
    }
    piece->data = rest->data;
    piece->length = (size_t)(end - rest->data);
    rest->data = end + 1;
    rest->length -= piece->length + 1;
    return true;
}

static bool is_absolute(struct trim_span path)
{
    return path.length > 0 && path.data[0] == '/';
}

int trim_parse_cgroup_line(const char *line, size_t length, struct trim_cgroup_line *parsed)
{
    struct trim_span rest = {line, length};
    struct trim_span hierarchy = {0};
    struct trim_cgroup_line result = {0};
    uint64_t number = 0;
    /* The path is the last field: it may hold colons. */
    if (length == 0 || !cut(&rest, ':', &hierarchy) || !cut(&rest, ':', &result.controllers) ||
        trim_parse_count(hierarchy.data, hierarchy.length, &number) != TRIM_PARSE_OK ||
        !is_absolute(rest)) {
        return -1;
    }
    result.unified = number == 0 && result.controllers.length == 0;
    result.path = rest;
    *parsed = result;
    return 0;
}

int trim_parse_mount_line(const char *line, size_t length, struct trim_mount_line *parsed)
{
    struct trim_span rest = {line, length};
    struct trim_span ignored = {0};
    struct trim_mount_line result = {0};
    /* Mount, parent and device come before the root; the mount's own options behind the point. */
    if (length == 0 || !cut(&rest, ' ', &ignored) || !cut(&rest, ' ', &ignored) ||
        !cut(&rest, ' ', &ignored) || !cut(&rest, ' ', &result.root) ||
        !cut(&rest, ' ', &result.mount_point) || !cut(&rest, ' ', &ignored)) {
        return -1;
    }
    /* Then any number of optional fields, and a hyphen that ends them. */
    do {
        if (!cut(&rest, ' ', &ignored)) {
            return -1;
        }
    } while (!trim_span_is(ignored, "-"));
    if (!cut(&rest, ' ', &result.type) || !cut(&rest, ' ', &ignored) || !is_absolute(result.root) ||
        !is_absolute(result.mount_point)) {
        return -1;
    }
    result.super_options = rest;
    *parsed = result;
    return 0;
}

bool trim_span_is(struct trim_span span, const char *text)
{
    return span.length == strlen(text) && memcmp(span.data, text, span.length) == 0;
}

bool trim_list_has(struct trim_span list, const char *word)
{
    struct trim_span piece = {0};
    while (cut(&list, ',', &piece)) {
        if (trim_span_is(piece, word)) {
            return true;
        }
    }
    return trim_span_is(list, word);
}

/* Reads the byte that the three octal digits at text stand for. Returns false where they are none.
 */
static bool octal_byte(const char *text, char *byte)
{
    unsigned sum = 0;
    for (int i = 0; i < 3; i++) {
        if (text[i] < '0' || text[i] > '7') {
            return false;
        }
        sum = sum * 8 + (unsigned)(text[i] - '0');
    }
    if (sum > UINT8_MAX) {
        return false;
    }
    unsigned char narrow = (unsigned char)sum;
    memcpy(byte, &narrow, 1);
    return true;
}

long trim_unescape_path(struct trim_span path, char *unescaped, size_t capacity)
{
    size_t length = 0;
    size_t at = 0;
    while (at < path.length) {
        char c = path.data[at];
        bool escaped = c == '\\' && path.length - at >= 4 && octal_byte(path.data + at + 1, &c);
        at += escaped ? 4 : 1;
        if (c == '\0' || length + 1 >= capacity) {
            return -1;
        }
        unescaped[length++] = c;
    }
    if (capacity == 0) {
        return -1;
    }
    unescaped[length] = '\0';
    return (long)length;
}

/* Whether path begins with a component "..". */
static bool goes_up(struct trim_span path)
{
    return path.length >= 3 && memcmp(path.data, "/..", 3) == 0 &&
           (path.length == 3 || path.data[3] == '/');
}

/* Takes the leading components ".." off *path and returns their number. */
static size_t take_ups(struct trim_span *path)
{
    size_t ups = 0;
    while (goes_up(*path)) {
        path->data += 3;
        path->length -= 3;
        ups++;
    }
    return ups;
}

static bool holds_up(struct trim_span path)
{
    for (; path.length > 0; path.data++, path.length--) {
        if (goes_up(path)) {
            return true;
        }
    }
    return false;
}

/* A lone slash, and one at the end, say nothing. */
static struct trim_span without_last_slash(struct trim_span path)
{
    while (path.length > 0 && path.data[path.length - 1] == '/') {
        path.length--;
    }
    return path;
}

enum trim_cgroup_view trim_cgroup_view(struct trim_span root, struct trim_span path,
                                       struct trim_span *below)
{
    root = without_last_slash(root);
    path = without_last_slash(path);
    size_t root_ups = take_ups(&root);
    size_t path_ups = take_ups(&path);
    if (root_ups > path_ups && root.length == 0) {
        return TRIM_CGROUP_ABOVE;
    }
    if (root_ups != path_ups || path.length < root.length ||
        memcmp(path.data, root.data, root.length) != 0 ||
        (path.length > root.length && path.data[root.length] != '/')) {
        return TRIM_CGROUP_OUTSIDE;
    }
    path.data += root.length;
    path.length -= root.length;
    if (holds_up(path)) {
        return TRIM_CGROUP_OUTSIDE;
    }
    *below = path;
    return TRIM_CGROUP_INSIDE;
}

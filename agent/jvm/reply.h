/*
 * Where the answer to a command goes: a file that the one who asked has made for it.
 *
 * Late attach tells its caller no more than a number. So the caller makes an empty file that this
 * process may write, names it with the command as its last part, "status,reply=/tmp/FILE", and
 * reads it when the command is done. A file, since a container shares its file system with the
 * host's root, but not its network, which abstract sockets belong to.
 *
 * On the thread that attaches.
 */
#ifndef TRIMAGENT_REPLY_H
#define TRIMAGENT_REPLY_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Room for what late attach gives with its NUL, of which HotSpot takes 1024 bytes at most. */
#define TRIM_REQUEST_MAX 1025

struct trim_request {
    char text[TRIM_REQUEST_MAX]; /* Without the name of the file. */
    const char *reply;           /* That name, in text; NULL: nobody asks for a reply. */
};

/* Pure: takes the request apart. One that is too long is cut; HotSpot gives none. */
void trim_request_parse(struct trim_request *request, const char *text);

/*
 * Writes the answer. The file must be as its caller made it: empty, plain, this user's, with no
 * other name, and no symbolic link, so that nobody can have this process write to another one's.
 * Returns 0, or -1 with errno, EPERM for such a file.
 */
int trim_reply_write(const char *path, const char *answer, size_t length);

#ifdef __cplusplus
}
#endif

#endif

#include "identity.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <unistd.h>

/* Linux's own bound is 65536, but nobody is in so many. */
#define GROUPS_MAX 1024

/* What it gives up meanwhile; -1: nothing. */
static gid_t groups[GROUPS_MAX];
static int group_count = -1;

/* Root's groups are no business of the user's. In a user namespace without a right to do so nobody
 * can give them up (EPERM); they are then the caller's own. */
static int leave_groups(uid_t uid)
{
    if (geteuid() == uid) {
        return 0;
    }
    int count = getgroups(GROUPS_MAX, groups);
    if (count < 0) {
        return -1;
    }
    if (setgroups(0, NULL) != 0) {
        return errno == EPERM ? 0 : -1;
    }
    group_count = count;
    return 0;
}

int ctl_identity_take(uid_t uid, gid_t gid)
{
    /* The groups first: the user may not any more. */
    if (leave_groups(uid) != 0) {
        return -1;
    }
    if (getegid() != gid && setegid(gid) != 0) {
        ctl_identity_return();
        return -1;
    }
    if (geteuid() != uid && seteuid(uid) != 0) {
        ctl_identity_return();
        return -1;
    }
    return 0;
}

void ctl_identity_return(void)
{
    if ((geteuid() != getuid() && seteuid(getuid()) != 0) ||
        (getegid() != getgid() && setegid(getgid()) != 0) ||
        (group_count >= 0 && setgroups((size_t)group_count, groups) != 0)) {
        abort(); /* It never may do more than it could at first; half of it is neither. */
    }
    group_count = -1;
}

int ctl_identity_become(uid_t uid, gid_t gid)
{
    if (leave_groups(uid) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0) {
        return -1;
    }
    group_count = -1;
    return 0;
}

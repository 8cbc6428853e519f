#include "identity.h"

#include <stdlib.h>
#include <unistd.h>

int ctl_identity_take(uid_t uid, gid_t gid)
{
    /* The group first: the user may not any more. */
    if (getegid() != gid && setegid(gid) != 0) {
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
        (getegid() != getgid() && setegid(getgid()) != 0)) {
        abort(); /* It never may do more than it could at first; half of it is neither. */
    }
}

/*
 * Acts as the JVM's user: HotSpot lets nobody else attach (before JDK 10 not even root), and files
 * that are made for it must be its own. Only root needs it, and may.
 */
#ifndef TRIMCTL_IDENTITY_H
#define TRIMCTL_IDENTITY_H

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* From now on this process is uid and gid in what it does, and in no other group. Returns 0, or -1
 * with errno. */
int ctl_identity_take(uid_t uid, gid_t gid);

/* Is itself again. */
void ctl_identity_return(void);

/* Is uid and gid for good, and in no other group. Returns 0, or -1 with errno: then it is neither,
 * and should end. */
int ctl_identity_become(uid_t uid, gid_t gid);

#ifdef __cplusplus
}
#endif

#endif

/*
 * Binds the agent to the oldest versions of the C library's functions, so that one binary loads on
 * old and new glibc: a plain build on glibc 2.36 would need 2.34 for threads and dlsym alone,
 * though nothing newer is used of them.
 *
 * Included by the compiler in front of every file of the library (see CMakeLists.txt). A test reads
 * the result with objdump.
 *
 * Before glibc 2.34 most of these functions lived in libpthread and libdl. Built on a newer one the
 * agent does not name those as needed libraries: they are empty shells there, and loading them was
 * 0.4 of the 1.2 % that the agent added to the start of a trivial JVM; before 2.34 the java
 * launcher has loaded them for everybody. The references are weak instead, so that the agent loads
 * where that is not so, and can say it (jvm/libraries.h).
 */
#ifndef TRIMAGENT_GLIBC_FLOOR_H
#define TRIMAGENT_GLIBC_FLOOR_H

#include <features.h>

#if defined(__x86_64__)
#define TRIM_OLDEST "GLIBC_2.2.5"
#define TRIM_OLDEST_AFFINITY "GLIBC_2.3.4"
#define TRIM_OLDEST_CONDITION "GLIBC_2.3.3"
#define TRIM_OLDEST_NAME "GLIBC_2.12"
#elif defined(__aarch64__)
#define TRIM_OLDEST "GLIBC_2.17"
#define TRIM_OLDEST_AFFINITY "GLIBC_2.17"
#define TRIM_OLDEST_CONDITION "GLIBC_2.17"
#define TRIM_OLDEST_NAME "GLIBC_2.17"
#endif

#if __GLIBC_PREREQ(2, 34)
#define TRIM_WEAK(function) ".weak " function "\n"
#else
#define TRIM_WEAK(function) ""
#endif

#ifdef TRIM_OLDEST
__asm__(TRIM_WEAK("dladdr") ".symver dladdr, dladdr@" TRIM_OLDEST);
__asm__(TRIM_WEAK("dlclose") ".symver dlclose, dlclose@" TRIM_OLDEST);
__asm__(TRIM_WEAK("dlopen") ".symver dlopen, dlopen@" TRIM_OLDEST);
__asm__(TRIM_WEAK("dlsym") ".symver dlsym, dlsym@" TRIM_OLDEST);
__asm__(".symver exp, exp@" TRIM_OLDEST);
__asm__(".symver log, log@" TRIM_OLDEST);
__asm__(".symver pow, pow@" TRIM_OLDEST);
__asm__(TRIM_WEAK("pthread_attr_setstacksize") ".symver pthread_attr_setstacksize, "
                                               "pthread_attr_setstacksize@" TRIM_OLDEST);
__asm__(TRIM_WEAK("pthread_condattr_setclock") ".symver pthread_condattr_setclock, "
                                               "pthread_condattr_setclock@" TRIM_OLDEST_CONDITION);
__asm__(TRIM_WEAK("pthread_create") ".symver pthread_create, pthread_create@" TRIM_OLDEST);
__asm__(TRIM_WEAK("pthread_detach") ".symver pthread_detach, pthread_detach@" TRIM_OLDEST);
__asm__(TRIM_WEAK("pthread_join") ".symver pthread_join, pthread_join@" TRIM_OLDEST);
__asm__(TRIM_WEAK(
    "pthread_setname_np") ".symver pthread_setname_np, pthread_setname_np@" TRIM_OLDEST_NAME);
__asm__(TRIM_WEAK("pthread_sigmask") ".symver pthread_sigmask, pthread_sigmask@" TRIM_OLDEST);
__asm__(".symver sched_getaffinity, sched_getaffinity@" TRIM_OLDEST_AFFINITY);
__asm__(TRIM_WEAK("sem_destroy") ".symver sem_destroy, sem_destroy@" TRIM_OLDEST);
__asm__(TRIM_WEAK("sem_init") ".symver sem_init, sem_init@" TRIM_OLDEST);
__asm__(TRIM_WEAK("sem_post") ".symver sem_post, sem_post@" TRIM_OLDEST);
__asm__(TRIM_WEAK("sem_wait") ".symver sem_wait, sem_wait@" TRIM_OLDEST);
/* What headers from 2.38 on make of them, to read binary literals too; no text that comes here is
 * meant to have any. */
__asm__(".symver __isoc23_strtoul, strtoul@" TRIM_OLDEST);
__asm__(".symver __isoc23_strtoull, strtoull@" TRIM_OLDEST);
#endif

#endif

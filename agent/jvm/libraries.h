/*
 * Libraries that the agent uses if they are there, and does not load.
 */
#ifndef TRIMAGENT_LIBRARIES_H
#define TRIMAGENT_LIBRARIES_H

/*
 * Why the agent must stay inert, as a phrase; NULL where it need not. Without what is missing
 * nothing of it works but options and the log. Any thread.
 *
 * - The C library is not glibc. On musl (Alpine) the agent loads all the same, because it asks for
 *   no function that musl lacks, and musl takes the names of glibc's libraries for its own: a
 *   library that does not load would end the JVM, and one flag may go into pods of both kinds.
 * - The functions of libpthread or libdl cannot be called. From glibc 2.34 on libc has them itself.
 *   Before, the java launcher has loaded both for everybody; a program without threads of its own
 *   that keeps libjvm's libraries to itself (dlopen with RTLD_LOCAL) has not: seen on 2.31.
 */
const char *trim_libraries_refusal(void);

#endif

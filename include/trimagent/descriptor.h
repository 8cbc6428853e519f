/*
 * File descriptors that the agent keeps for the life of the process.
 */
#ifndef TRIMAGENT_DESCRIPTOR_H
#define TRIMAGENT_DESCRIPTOR_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Moves a descriptor out of the numbers 0 to 2. In a process that was started with its standard
 * streams closed these are free, and whatever gets them would be written to as System.out or
 * stderr. Returns the new descriptor, close-on-exec, or -1 with errno; -1 is passed through. On
 * failure fd is closed. Any thread.
 */
int trim_above_standard(int fd);

#ifdef __cplusplus
}
#endif

#endif

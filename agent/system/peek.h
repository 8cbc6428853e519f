/*
 * Reads memory that may be unmapped at any moment: a heap of malloc's is given back when its last
 * chunk is freed.
 *
 * The kernel copies it (process_vm_readv), and says EFAULT where there is none. Some containers'
 * profiles forbid that call. There the memory is written into a pipe, which nothing forbids, and
 * read from it again.
 */
#ifndef TRIMAGENT_PEEK_H
#define TRIMAGENT_PEEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Copies length bytes, at most a page. Returns false where they are not all there, or where the
 * system forbids both ways. About a microsecond. Worker, or a thread that it waits for. */
bool trim_peek(uint64_t address, void *copy, size_t length);

#ifdef __cplusplus
}
#endif

#endif

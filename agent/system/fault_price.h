/*
 * What a page fault costs here: on this machine, in this process, with its kernel and its
 * hypervisor. Taking back what was released costs as much for each page.
 */
#ifndef TRIMAGENT_FAULT_PRICE_H
#define TRIMAGENT_FAULT_PRICE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Touches 64 pages of a new mapping, and gives them back. Returns the CPU time for each byte that
 * came, in picoseconds; 0 where the system refuses. About 30 us; worker only.
 */
uint64_t trim_fault_price_ps_per_byte(void);

#ifdef __cplusplus
}
#endif

#endif

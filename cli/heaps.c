/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/heaps.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

/* As glibc would have it, every thread allocates from heaps of its own, and which of them holds a run's blocks or
 * a chunk's depends on who came first: peaks would grow with the number of runs until all heaps have seen all of
 * them. One heap for all costs a sweep nothing that was measured, for a case allocates a dozen times. And glibc
 * raises the size from which blocks are mapped, and given back, to what was freed last: whole runs would lie among
 * small blocks that stay. What a batch has freed at the heap's end is kept for the next one, up to as much as a
 * batch may hold: to give it back and ask for it anew takes the kernel 4 % of a sweep's time. */
void pro_heaps_keep_small(void) {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 26);
#endif
}

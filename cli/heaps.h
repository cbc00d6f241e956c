/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/heaps.h - how the C library keeps a sweep's memory. */
#ifndef PRO_HEAPS_H
#define PRO_HEAPS_H
/* For a program that simulates many cases: at its start, before there are threads. */
void pro_heaps_keep_small(void);
#endif

/* SPDX-License-Identifier: GPL-3.0-or-later
 * bench/floor.h - the least that a right-hand side can cost: its exponentials, one after the other, nothing else.
 */
#ifndef PRO_FLOOR_H
#define PRO_FLOOR_H

/* Processor time of one exponential among eight, in the arithmetic that pro_level_name names: the engine's own
 * pro_lanes_exp over numbers in the first cache, the best of several passes [s]. */
double pro_floor_exp(void);
#endif

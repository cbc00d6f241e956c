/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/clock.h - how long things take, by the clock that no setting of the time of day moves. */
#ifndef PRO_CLOCK_H
#define PRO_CLOCK_H
#include <time.h>

static inline double pro_clock_now(void) { /* since some moment [s] */
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
#endif

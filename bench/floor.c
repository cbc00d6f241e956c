/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/floor.h"

#include <string.h>

#include "bench/bench.h"
#include "sim/lanes.h"
#include "sim/level.h"

/* This file is compiled once more for each level, where PRO_FLOOR_AS names what it then is. */
#ifndef PRO_FLOOR_AS
#define PRO_FLOOR_AS exp_portable
#define PRO_FLOOR_MAIN
#endif
double PRO_FLOOR_AS(void);

double PRO_FLOOR_AS(void) {
  enum { VECTORS = 64, ROUNDS = 2000, PASSES = 15 };
  static pro_lanes x[VECTORS];
  double best = 1.0, sum = 0.0;
  for (int pass = 0; pass < PASSES; pass++) {
    for (int i = 0; i < VECTORS; i++)
      for (int l = 0; l < PRO_LANES; l++) x[i][l] = -0.4 * i - 0.01 * l;
    double before = pro_bench_seconds();
    for (int round = 0; round < ROUNDS; round++)
      for (int i = 0; i < VECTORS; i++) x[i] = pro_lanes_exp(x[i] - 30.0); /* of what the last round has left */
    double each = (pro_bench_seconds() - before) / ((double)ROUNDS * VECTORS * PRO_LANES);
    if (each < best) best = each;
    for (int i = 0; i < VECTORS; i++) sum += x[i][0];
  }
  return sum < 1.0 ? best : 1.0; /* it is; but the compiler must believe that the numbers are wanted */
}

#ifdef PRO_FLOOR_MAIN
#ifdef PRO_LEVELS
double pro_floor_exp_v2(void), pro_floor_exp_v3(void), pro_floor_exp_v4(void);
#endif

double pro_floor_exp(void) {
  static const struct {
    const char *level;
    double (*exp)(void);
  } all[] = {
#ifdef PRO_LEVELS
      {"x86-64-v4", pro_floor_exp_v4},
      {"x86-64-v3", pro_floor_exp_v3},
      {"x86-64-v2", pro_floor_exp_v2},
#endif
      {"portable", PRO_FLOOR_AS}};
  for (size_t i = 0; i < PRO_COUNT(all); i++)
    if (strcmp(all[i].level, pro_level_name()) == 0) return all[i].exp();
  return 0.0;
}
#endif

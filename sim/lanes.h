/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/lanes.h - eight cases side by side, one in each lane of a vector of doubles: the arithmetic of the physics.
 *
 * No branches but selects, no libm: glibc picks its variants by processor, and what is stored must not depend on
 * the machine. Everything is inline C with IEEE operations in a fixed order, without contraction. */
#ifndef PRO_LANES_H
#define PRO_LANES_H

#include "sim/wide.h"

enum { PRO_LANES = 8 };

typedef double pro_lanes __attribute__((vector_size(64)));       /* one number for each of eight cases */
typedef int64_t pro_lanes_mask __attribute__((vector_size(64))); /* -1 true, 0 false: what comparisons yield */

/* A function that is one text for several uses: what is inlined with a constant leaves out what only others need.
 */
#define PRO_ONE_TEXT static inline __attribute__((always_inline))

typedef uint64_t pro_lanes_bits __attribute__((vector_size(64)));

static inline pro_lanes pro_lanes_all(double x) { return (pro_lanes){x, x, x, x, x, x, x, x}; }

static inline pro_lanes pro_select(pro_lanes_mask when, pro_lanes yes, pro_lanes no) {
  return (pro_lanes)(((pro_lanes_mask)yes & when) | ((pro_lanes_mask)no & ~when));
}

/* a > b and so on, b lanes or a number. gcc 12 compares vectors that are wider than the registers number by
 * number: here they are cut to what registers hold. */
#if defined __AVX512F__ || (!defined __clang__ && __GNUC__ < 12)
#define PRO_COMPARISON(name, op) \
  static inline pro_lanes_mask name(pro_lanes a, pro_lanes b) { return a op b; }
#elif defined __AVX__
typedef double pro_part __attribute__((vector_size(32)));
typedef int64_t pro_part_mask __attribute__((vector_size(32)));
#define PRO_PART(x, k) __builtin_shufflevector(x, x, 4 * k, 4 * k + 1, 4 * k + 2, 4 * k + 3)
#define PRO_COMPARISON(name, op)                                                                   \
  static inline pro_lanes_mask name(pro_lanes a, pro_lanes b) {                                    \
    pro_part_mask low = PRO_PART(a, 0) op PRO_PART(b, 0), high = PRO_PART(a, 1) op PRO_PART(b, 1); \
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);                             \
  }
#else
typedef double pro_part __attribute__((vector_size(16)));
typedef int64_t pro_part_mask __attribute__((vector_size(16)));
#define PRO_PART(x, k) __builtin_shufflevector(x, x, 2 * k, 2 * k + 1)
#define PRO_COMPARISON(name, op)                                                                         \
  static inline pro_lanes_mask name(pro_lanes a, pro_lanes b) {                                          \
    pro_part_mask p0 = PRO_PART(a, 0) op PRO_PART(b, 0), p1 = PRO_PART(a, 1) op PRO_PART(b, 1);          \
    pro_part_mask p2 = PRO_PART(a, 2) op PRO_PART(b, 2), p3 = PRO_PART(a, 3) op PRO_PART(b, 3);          \
    return __builtin_shufflevector(__builtin_shufflevector(p0, p1, 0, 1, 2, 3),                          \
                                   __builtin_shufflevector(p2, p3, 0, 1, 2, 3), 0, 1, 2, 3, 4, 5, 6, 7); \
  }
#endif
PRO_COMPARISON(pro_lanes_above, >)
PRO_COMPARISON(pro_lanes_below, <)
PRO_COMPARISON(pro_lanes_at_least, >=)
PRO_COMPARISON(pro_lanes_at_most, <=)
static inline pro_lanes pro_lanes_same(pro_lanes x) { return x; }
#define PRO_WIDENED(x) _Generic((x), pro_lanes : pro_lanes_same, default : pro_lanes_all)(x)
#define pro_above(a, b) pro_lanes_above(a, PRO_WIDENED(b))
#define pro_below(a, b) pro_lanes_below(a, PRO_WIDENED(b))
#define pro_at_least(a, b) pro_lanes_at_least(a, PRO_WIDENED(b))
#define pro_at_most(a, b) pro_lanes_at_most(a, PRO_WIDENED(b))

static inline int pro_lanes_any(pro_lanes_mask of) {
  int64_t all = 0;
  for (int l = 0; l < PRO_LANES; l++) all |= of[l];
  return all != 0;
}

/* What sim/wide.h does to as many as registers hold, to all eight. */
#define PRO_PARTS(name, call)                                                                           \
  static inline pro_lanes name(pro_lanes a) {                                                           \
    double in[PRO_LANES], out[PRO_LANES];                                                               \
    memcpy(in, &a, sizeof in);                                                                          \
    for (int i = 0; i < PRO_LANES; i += PRO_WIDE) pro_wide_store(out + i, call(pro_wide_load(in + i))); \
    memcpy(&a, out, sizeof a);                                                                          \
    return a;                                                                                           \
  }
#define PRO_PAIRS(name, call)                                                  \
  static inline pro_lanes name(pro_lanes a, pro_lanes b) {                     \
    double x[PRO_LANES], y[PRO_LANES];                                         \
    memcpy(x, &a, sizeof x), memcpy(y, &b, sizeof y);                          \
    for (int i = 0; i < PRO_LANES; i += PRO_WIDE)                              \
      pro_wide_store(x + i, call(pro_wide_load(x + i), pro_wide_load(y + i))); \
    memcpy(&a, x, sizeof a);                                                   \
    return a;                                                                  \
  }
PRO_PAIRS(pro_lanes_max, pro_wide_max)
PRO_PAIRS(pro_lanes_min, pro_wide_min)
static inline pro_lanes pro_lanes_abs(pro_lanes a) { return (pro_lanes)((pro_lanes_mask)a & INT64_MAX); }

static inline pro_lanes pro_lanes_sqrt(pro_lanes a) {
  pro_lanes root;
  for (int l = 0; l < PRO_LANES; l++) root[l] = __builtin_sqrt(a[l]);
  return root;
}

PRO_PARTS(pro_lanes_exp, pro_wide_exp)
PRO_PARTS(pro_lanes_log, pro_wide_log)

/* tanh x = 1 - 2/(e^2x + 1), odd by construction; for gates, where the absolute error (2e-16) is what counts. */
static inline pro_lanes pro_lanes_tanh(pro_lanes x) {
  pro_lanes size = pro_lanes_min(pro_lanes_abs(x), pro_lanes_all(30.0));
  pro_lanes y = 1.0 - 2.0 / (pro_lanes_exp(2.0 * size) + 1.0);
  return pro_select(pro_below(x, 0.0), -y, y);
}

static inline double pro_exp(double x) { return pro_lanes_exp(pro_lanes_all(x))[0]; }
static inline double pro_log(double x) { return pro_lanes_log(pro_lanes_all(x))[0]; }

#endif

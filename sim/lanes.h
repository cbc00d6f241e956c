/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/lanes.h - eight cases side by side, one in each lane of a vector of doubles: the arithmetic of the physics.
 *
 * No branches but selects, no libm: glibc picks its variants by processor, and what is stored must not depend on
 * the machine. Everything is inline C with IEEE operations in a fixed order, without contraction. */
#ifndef PRO_LANES_H
#define PRO_LANES_H

#include <stdint.h>

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
PRO_COMPARISON(pro_lanes_equal, ==)
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

static inline pro_lanes pro_lanes_max(pro_lanes a, pro_lanes b) { return pro_select(pro_above(a, b), a, b); }
static inline pro_lanes pro_lanes_min(pro_lanes a, pro_lanes b) { return pro_select(pro_below(a, b), a, b); }
static inline pro_lanes pro_lanes_abs(pro_lanes a) { return (pro_lanes)((pro_lanes_mask)a & INT64_MAX); }

static inline pro_lanes pro_lanes_sqrt(pro_lanes a) {
  pro_lanes root;
  for (int l = 0; l < PRO_LANES; l++) root[l] = __builtin_sqrt(a[l]);
  return root;
}

/* e^x: x = k ln 2 + r with |r| <= ln 2 / 2, Taylor to r^13 (remainder below 5e-18), then 2^k into the exponent in
 * two halves. Below -745 it is 0, above 709.78 infinity, of NaN NaN; error below 1 ulp for normal results. */
static inline pro_lanes pro_lanes_exp(pro_lanes x) {
  const double shift = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to an integer in the low bits */
  pro_lanes held = pro_lanes_min(pro_lanes_max(x, pro_lanes_all(-745.5)), pro_lanes_all(710.0));
  pro_lanes rounded = held * 1.4426950408889634 + shift;
  pro_lanes k = rounded - shift;
  pro_lanes r = (held - k * 0x1.62e42fefa3800p-1) - k * 0x1.ef35793c76730p-45; /* ln 2 in two parts (fdlibm) */
  /* (e^r - 1 - r)/r^2 in pairs and pairs of pairs (Estrin), which need not wait for each other */
  pro_lanes r2 = r * r, r4 = r2 * r2;
  pro_lanes a = (0.5 + r * (1.0 / 6.0)) + r2 * (1.0 / 24.0 + r * (1.0 / 120.0));
  pro_lanes b = (1.0 / 720.0 + r * (1.0 / 5040.0)) + r2 * (1.0 / 40320.0 + r * (1.0 / 362880.0));
  pro_lanes c = (1.0 / 3628800.0 + r * (1.0 / 39916800.0)) + r2 * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0));
  pro_lanes p = r2 * ((a + r4 * b) + (r4 * r4) * c) + r + 1.0;
  pro_lanes_mask n = (pro_lanes_mask)rounded - (pro_lanes_mask)pro_lanes_all(shift);
  pro_lanes_mask half = (pro_lanes_mask)((pro_lanes_bits)(n + 2048) >> 1) - 1024; /* no vector shifts signs */
  pro_lanes first = (pro_lanes)((half + 1023) << 52), second = (pro_lanes)((n - half + 1023) << 52);
  return pro_select(pro_lanes_equal(x, x), (p * first) * second, x);
}

/* ln x for x > 0: x = 2^k m with m in [sqrt(1/2), sqrt(2)), ln m = 2 atanh((m-1)/(m+1)), odd series to s^21
 * (remainder below 3e-18). Zero gives -infinity, negatives and NaN give NaN; error below 1.5 ulp. */
static inline pro_lanes pro_lanes_log(pro_lanes x) {
  pro_lanes_mask tiny = pro_below(x, 0x1p-1022);
  pro_lanes scaled = pro_select(tiny, x * 0x1p54, x);
  pro_lanes_mask bits = (pro_lanes_mask)scaled;
  pro_lanes_mask k = (pro_lanes_mask)((pro_lanes_bits)bits >> 52) - 1023;
  pro_lanes m = (pro_lanes)((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  pro_lanes_mask high = pro_above(m, 1.4142135623730951);
  m = pro_select(high, m * 0.5, m);
  k = k - high - (tiny & 54);                                              /* a true mask is -1 */
  pro_lanes dk = (pro_lanes)(k + 0x4338000000000000) - 6755399441055744.0; /* k in the low bits of 1.5 * 2^52 */
  pro_lanes f = m - 1.0, s = f / (f + 2.0), z = s * s;
  pro_lanes z2 = z * z, z4 = z2 * z2;
  pro_lanes low = (2.0 / 3.0 + z * (2.0 / 5.0)) + z2 * (2.0 / 7.0 + z * (2.0 / 9.0));
  pro_lanes middle = (2.0 / 11.0 + z * (2.0 / 13.0)) + z2 * (2.0 / 15.0 + z * (2.0 / 17.0));
  pro_lanes p = low + z4 * (middle + z4 * (2.0 / 19.0 + z * (2.0 / 21.0)));
  /* ln(1+f) = f - s (f - z p), with f^2/2 split off so that the rounding of f matters least (fdlibm's arrangement)
   */
  pro_lanes hf = 0.5 * f * f;
  pro_lanes log_m = f - (hf - (s * (hf + z * p) + dk * 0x1.ef35793c76730p-45));
  pro_lanes y = dk * 0x1.62e42fefa3800p-1 + log_m;
  y = pro_select(pro_lanes_equal(x, pro_lanes_all(0.0)), pro_lanes_all(-__builtin_inf()), y);
  y = pro_select(pro_lanes_equal(x, pro_lanes_all(__builtin_inf())), x, y);
  return pro_select(pro_at_least(x, 0.0), y, pro_lanes_all(__builtin_nan("")));
}

/* tanh x = 1 - 2/(e^2x + 1), odd by construction; for gates, where the absolute error (2e-16) is what counts. */
static inline pro_lanes pro_lanes_tanh(pro_lanes x) {
  pro_lanes size = pro_lanes_min(pro_lanes_abs(x), pro_lanes_all(30.0));
  pro_lanes y = 1.0 - 2.0 / (pro_lanes_exp(2.0 * size) + 1.0);
  return pro_select(pro_below(x, 0.0), -y, y);
}

static inline double pro_exp(double x) { return pro_lanes_exp(pro_lanes_all(x))[0]; }
static inline double pro_log(double x) { return pro_lanes_log(pro_lanes_all(x))[0]; }

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <string.h>

#include "sim/lanes.h"
#include "sim/level.h"
#include "sim/noise.h"
#include "sim/sensor.h"

enum { GROUP = PRO_OBSERVER_GROUP, HALF = GROUP / 2 };
static_assert((int)GROUP == (int)PRO_NOISE_GROUP && (int)HALF == (int)PRO_LANES,
              "samples that are read together share their noise's blocks, and a half of them fills the lanes");

/* What a group's readings need that is the same for all groups of a channel. */
typedef struct channel {
  const struct pro_reader *reader;
  pro_noise_source noise;
  int random;    /* there is noise, or loss */
  uint64_t lost; /* spare bits below this say that a sample is missing; with these alike, lost_rest does */
  double lost_rest;
  pro_lanes keep[4]; /* its powers 1, 2 and 4, and 1 ... 8 in their lanes */
} channel;

static channel channel_of(const struct pro_reader *r) {
  channel c = {.reader = r, .noise = pro_noise_source_of(r->noise), .random = r->sigma > 0.0 || r->lost > 0.0};
  double share = r->lost * (1 << PRO_NOISE_SPARE);
  c.lost = (uint64_t)share;
  c.lost_rest = share - (double)c.lost;
  double power = 1.0;
  for (int l = 0; l < PRO_LANES; l++) {
    power *= r->keep;
    c.keep[3][l] = power;
    if (l == 0 || l == 1 || l == 3) c.keep[l == 3 ? 2 : l] = pro_lanes_all(power);
  }
  return c;
}

/* A first-order lag over eight samples. By how much it is above the truth, `behind`, shrinks to `keep` of itself
 * over a sample, after the truth's own step: b[j] = keep (b[j-1] - (x[j] - x[j-1])). Eight of them at once as sums
 * over one, two and four neighbours; where the truth rests nothing is added, so that it is reached exactly. */
static void lag(const channel *c, const double *truth, double *shown, double *before, double *behind) {
  const pro_lanes none = {0};
  pro_lanes x;
  memcpy(&x, truth, sizeof x);
  pro_lanes last = __builtin_shufflevector(x, pro_lanes_all(*before), 8, 0, 1, 2, 3, 4, 5, 6);
  pro_lanes b = c->keep[0] * (last - x);
  b += c->keep[0] * __builtin_shufflevector(b, none, 8, 0, 1, 2, 3, 4, 5, 6);
  b += c->keep[1] * __builtin_shufflevector(b, none, 8, 8, 0, 1, 2, 3, 4, 5);
  b += c->keep[2] * __builtin_shufflevector(b, none, 8, 8, 8, 8, 0, 1, 2, 3);
  b += c->keep[3] * *behind;
  *before = x[PRO_LANES - 1];
  *behind = b[PRO_LANES - 1];
  if (*behind < 1e-200 && *behind > -1e-200) *behind = 0.0; /* else it would stay among the subnormals */
  x += b;
  memcpy(shown, &x, sizeof x);
}

/* Gain and bias, then noise, then clipping and the ADC's rounding. Returns who clipped, the first in bit 0. */
static inline unsigned convert(const struct pro_reader *r, pro_wide shown, pro_wide normal, int32_t *code) {
  typedef int32_t codes __attribute__((vector_size(4 * PRO_WIDE)));
  const double shift = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to an integer in the low bits */
  pro_wide reading = (shown * r->gain + r->bias) + r->sigma * normal;
  pro_wide held = pro_wide_select(reading > r->low, reading, pro_wide_all(r->low));
  held = pro_wide_select(held < r->high, held, pro_wide_all(r->high));
  codes out = __builtin_convertvector((pro_wide_mask)((held - r->offset) * r->per_quantum + shift), codes);
  memcpy(code, &out, sizeof out);
  return pro_wide_signs(held != reading);
}

/* Lag, then what `convert` does; each sample may be missing. Returns who clipped, the first in bit 0. */
static inline unsigned read_group(const channel *c, uint64_t group, const double *truth, double *before,
                                  double *behind, int32_t *code) {
  const struct pro_reader *r = c->reader;
  double lagged[GROUP];
  uint64_t bits[GROUP];
  if (r->keep > 0.0) {
    lag(c, truth, lagged, before, behind);
    lag(c, truth + HALF, lagged + HALF, before, behind);
    truth = lagged;
  }
  unsigned clipped = 0, maybe = 0;
  for (int part = 0; part < PRO_NOISE_PARTS; part++) {
    pro_wide normal[2] = {{0}};
    pro_wide_bits spare[2] = {{0}};
    if (c->random) pro_noise_part(&c->noise, group, part, normal, spare);
    for (int h = 0; h < 2; h++) {
      int at = h * HALF + part * PRO_WIDE;
      clipped |= convert(r, pro_wide_load(truth + at), normal[h], code + at) << at;
      memcpy(bits + at, &spare[h], sizeof spare[h]);
      maybe |= pro_wide_signs((pro_wide_mask)(spare[h] - (c->lost + 1u))) << at;
    }
  }
  if (!(r->lost > 0.0)) return clipped;
  for (; maybe; maybe &= maybe - 1u) {
    int k = __builtin_ctz(maybe);
    if (bits[k] == c->lost && !(pro_rng_uniform(r->loss, group * GROUP + (uint64_t)k) < c->lost_rest)) continue;
    code[k] = PRO_CODE_MISSING;
    clipped &= ~(1u << k);
  }
  return clipped;
}

/* A group of which not all is known or wanted: samples `from` to below `to` of it. Returns how many clipped. */
static int read_part(const channel *c, struct pro_reader *r, uint64_t group, int from, int to, const double *truth,
                     int32_t *code) {
  memcpy(r->held + from, truth, (size_t)(to - from) * sizeof *truth);
  for (int k = to; k < GROUP; k++) r->held[k] = r->held[to - 1];
  double before = r->before, behind = r->behind;
  int32_t all[GROUP];
  unsigned clipped = read_group(c, group, r->held, &before, &behind, all);
  memcpy(code, all + from, (size_t)(to - from) * sizeof *code);
  if (to == GROUP) r->before = before, r->behind = behind;
  return __builtin_popcount(clipped & ((1u << to) - (1u << from)));
}

static long feed_one(struct pro_reader *r, uint64_t next, int32_t *code, const double *truth, size_t n) {
  channel c = channel_of(r);
  if (next == 0 && n > 0) r->before = truth[0]; /* it begins settled */
  long clipped = 0;
  size_t k = 0;
  int from = (int)(next % GROUP);
  if (from > 0) {
    k = n < (size_t)(GROUP - from) ? n : (size_t)(GROUP - from);
    if (k > 0) clipped += read_part(&c, r, next / GROUP, from, from + (int)k, truth, code);
  }
  double before = r->before, behind = r->behind;
  for (; k + GROUP <= n; k += GROUP) {
    unsigned did = read_group(&c, (next + k) / GROUP, truth + k, &before, &behind, code + k);
    if (did) clipped += __builtin_popcount(did);
  }
  r->before = before, r->behind = behind;
  if (k < n) clipped += read_part(&c, r, (next + k) / GROUP, 0, (int)(n - k), truth + k, code + k);
  return clipped;
}

void pro_level_observe(pro_observer *observer, int32_t *const code[], const double *const truth[], size_t n) {
  for (int c = 0; c < observer->channels; c++) {
    struct pro_reader *r = &observer->reader[c];
    assert(truth[r->truth] || n == 0);
    observer->clipped[c] += feed_one(r, observer->next, code[c], truth[r->truth], n);
  }
  observer->next += n;
}

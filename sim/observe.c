/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <string.h>

#include "sim/level.h"
#include "sim/noise.h"
#include "sim/sensor.h"

enum { GROUP = PRO_OBSERVER_GROUP, HALVES = GROUP / PRO_LANES };
static_assert((int)GROUP == (int)PRO_NOISE_GROUP, "samples that are read together share their noise's blocks");

typedef int32_t codes __attribute__((vector_size(32))); /* (PRO_LANES) */

static pro_lanes load(const double *x) {
  pro_lanes y;
  memcpy(&y, x, sizeof y);
  return y;
}

/* What a group's readings need that is the same for all groups of a channel. */
typedef struct channel {
  const struct pro_reader *reader;
  pro_noise_source noise;
  int random;   /* there is noise, or loss */
  int64_t lost; /* spare bits below this say that a sample is missing; with these alike, lost_rest does */
  double lost_rest;
  pro_lanes keep[4]; /* its powers 1, 2 and 4, and 1 ... 8 in their lanes */
} channel;

static channel channel_of(const struct pro_reader *r) {
  channel c = {.reader = r, .noise = pro_noise_source_of(r->noise), .random = r->sigma > 0.0 || r->lost > 0.0};
  double share = r->lost * (1 << PRO_NOISE_SPARE);
  c.lost = (int64_t)share;
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
static pro_lanes lagged(const channel *c, pro_lanes x, double *before, double *behind) {
  const pro_lanes none = {0};
  pro_lanes last = __builtin_shuffle(x, pro_lanes_all(*before), (pro_lanes_mask){8, 0, 1, 2, 3, 4, 5, 6});
  pro_lanes b = c->keep[0] * (last - x);
  b += c->keep[0] * __builtin_shuffle(b, none, (pro_lanes_mask){8, 0, 1, 2, 3, 4, 5, 6});
  b += c->keep[1] * __builtin_shuffle(b, none, (pro_lanes_mask){8, 8, 0, 1, 2, 3, 4, 5});
  b += c->keep[2] * __builtin_shuffle(b, none, (pro_lanes_mask){8, 8, 8, 8, 0, 1, 2, 3});
  b += c->keep[3] * *behind;
  *before = x[PRO_LANES - 1];
  *behind = b[PRO_LANES - 1];
  if (*behind < 1e-200 && *behind > -1e-200) *behind = 0.0; /* else it would stay among the subnormals */
  return x + b;
}

/* Lag, then gain and bias, then noise, then clipping and the ADC's rounding; each sample may be missing. `clipped`
 * is true in the lanes that did. */
static inline void read_group(const channel *c, uint64_t group, const double *truth, double *before,
                              double *behind, int32_t *code, pro_lanes_mask clipped[HALVES]) {
  const double shift = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to an integer in the low bits */
  const struct pro_reader *r = c->reader;
  pro_lanes normal[HALVES] = {{0}};
  pro_words spare[HALVES] = {{0}};
  if (c->random) pro_noise_group(&c->noise, group, normal, spare);
  pro_lanes_mask maybe = {0};
  for (int h = 0; h < HALVES; h++) {
    pro_lanes shown = load(truth + h * PRO_LANES);
    if (r->keep > 0.0) shown = lagged(c, shown, before, behind);
    pro_lanes reading = (shown * r->gain + r->bias) + r->sigma * normal[h];
    clipped[h] = (reading < r->low) | (reading > r->high);
    reading = pro_lanes_min(pro_lanes_max(reading, pro_lanes_all(r->low)), pro_lanes_all(r->high));
    pro_lanes_mask whole = (pro_lanes_mask)((reading - r->offset) * r->per_quantum + shift);
    codes out = __builtin_convertvector(whole, codes);
    memcpy(code + h * PRO_LANES, &out, sizeof out);
    maybe |= (pro_lanes_mask)spare[h] <= c->lost;
  }
  if (!(r->lost > 0.0)) return;
  int64_t any = 0;
  for (int l = 0; l < PRO_LANES; l++) any |= maybe[l];
  if (!any) return;
  for (int k = 0; k < GROUP; k++) {
    int h = k / PRO_LANES, l = k % PRO_LANES;
    int64_t bits = (int64_t)spare[h][l];
    if (bits > c->lost) continue;
    if (bits == c->lost && !(pro_rng_uniform(r->loss, group * GROUP + (uint64_t)k) < c->lost_rest)) continue;
    code[k] = PRO_CODE_MISSING, clipped[h][l] = 0;
  }
}

/* A group of which not all is known or wanted: samples `from` to below `to` of it. */
static long read_part(const channel *c, struct pro_reader *r, uint64_t group, int from, int to,
                      const double *truth, int32_t *code) {
  memcpy(r->held + from, truth, (size_t)(to - from) * sizeof *truth);
  for (int k = to; k < GROUP; k++) r->held[k] = r->held[to - 1];
  double before = r->before, behind = r->behind;
  int32_t all[GROUP];
  pro_lanes_mask clipped[HALVES];
  read_group(c, group, r->held, &before, &behind, all, clipped);
  memcpy(code, all + from, (size_t)(to - from) * sizeof *code);
  if (to == GROUP) r->before = before, r->behind = behind;
  long count = 0;
  for (int k = from; k < to; k++) count -= (long)clipped[k / PRO_LANES][k % PRO_LANES];
  return count;
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
  pro_lanes_mask count = {0};
  for (; k + GROUP <= n; k += GROUP) {
    pro_lanes_mask did[HALVES];
    read_group(&c, (next + k) / GROUP, truth + k, &before, &behind, code + k, did);
    for (int h = 0; h < HALVES; h++) count -= did[h];
  }
  r->before = before, r->behind = behind;
  for (int l = 0; l < PRO_LANES; l++) clipped += (long)count[l];
  if (k < n) clipped += read_part(&c, r, (next + k) / GROUP, 0, (int)(n - k), truth + k, code + k);
  return clipped;
}

void pro_level_observe(pro_observer *observer, int32_t *const code[], const double *const truth[], size_t n) {
  for (int c = 0; c < observer->channels; c++) {
    struct pro_reader *r = &observer->reader[c];
    observer->clipped[c] += feed_one(r, observer->next, code[c], truth[r->truth], n);
  }
  observer->next += n;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/label.h"

#include <math.h>

#include "sim/rng.h"

#define PRO_AS_CLASS_NAME(name, doc) #name,
const char *const pro_class_names[PRO_CLASS_COUNT + 1] = {PRO_CLASS_LIST(PRO_AS_CLASS_NAME) NULL};
#define PRO_AS_SPLIT_NAME(name, share) #name,
const char *const pro_split_names[PRO_SPLIT_COUNT + 1] = {PRO_SPLIT_LIST(PRO_AS_SPLIT_NAME) NULL};

#define GAS_SEEN 1e-7 /* mole fraction [-]: below the sensors' steps, far above the integrator's dust of 1e-18 */

static const pro_truth gases[] = {PRO_TRUTH_gas_H2, PRO_TRUTH_gas_CO, PRO_TRUTH_gas_CO2, PRO_TRUTH_gas_VOC};

uint32_t pro_label_truths(void) {
  uint32_t bits = 1u << PRO_TRUTH_T_core;
  for (size_t g = 0; g < PRO_COUNT(gases); g++) bits |= 1u << gases[g];
  return bits;
}

void pro_label_begin(pro_labeller *out, const pro_case *in, const double *clock) {
  *out = (pro_labeller){.in = in, .clock = clock, .sei = -1, .t = NAN, .T = NAN};
  int reactions = pro_network_reaction_count(&in->network);
  for (int j = 0; j < reactions && out->sei < 0; j++)
    if (in->network.reactions[j].stage == PRO_STAGE_sei) out->sei = j;
}

void pro_label_feed(pro_labeller *l, uint16_t *stages, const pro_trajectory *truth, size_t from, size_t n) {
  const double *clock = l->clock, *T = truth->truth[PRO_TRUTH_T_core];
  const double *sei = l->sei >= 0 ? truth->xi + (size_t)l->sei * truth->samples : NULL;
  const double tenth = sei ? 0.1 * l->in->network.reactions[l->sei].full : 0.0;
  for (size_t k = from; k < from + n; k++) {
    double t = truth->t[k], gas = 0.0;
    unsigned flags = 0;
    if (sei && sei[k] >= tenth) flags |= PRO_STAGE_FLAG_sei;
    for (size_t g = 0; g < PRO_COUNT(gases); g++) gas += truth->truth[gases[g]][k];
    if (gas > GAS_SEEN) l->off_gas = PRO_STAGE_FLAG_off_gas;
    flags |= l->off_gas;
    if (t >= clock[PRO_CLOCK_vent]) flags |= PRO_STAGE_FLAG_vented; /* false where the clock is NaN */
    if (t >= clock[PRO_CLOCK_separator]) flags |= PRO_STAGE_FLAG_separator;
    if (t >= clock[PRO_CLOCK_short]) flags |= PRO_STAGE_FLAG_short;
    if (t >= clock[PRO_CLOCK_runaway_guarded]) {
      flags |= PRO_STAGE_FLAG_runaway;
      double rate = isnan(l->t) ? 0.0 : (T[k] - l->T) / (t - l->t);
      if (t > clock[PRO_CLOCK_max] && rate < 1.0) flags |= PRO_STAGE_FLAG_burnt_out;
    }
    stages[k - from] = (uint16_t)flags;
    l->t = t, l->T = T[k];
  }
}

void pro_label_stages(uint16_t *stages, const pro_case *in, const pro_trajectory *truth) {
  pro_labeller labeller;
  pro_label_begin(&labeller, in, truth->clock);
  pro_label_feed(&labeller, stages, truth, 0, truth->samples);
}

pro_class pro_label_class(const pro_run *run) {
  if (run->truth && run->truth->outcome == PRO_OUTCOME_runaway) return PRO_CLASS_event;
  /* an abuse that was to begin after the end has not happened */
  double t_fault = run->truth ? run->truth->clock[PRO_CLOCK_fault] : run->in.t_fault;
  return isnan(t_fault) ? PRO_CLASS_nominal : PRO_CLASS_near_miss;
}

pro_split pro_label_split(uint64_t seed, int64_t cell_draw) {
#define PRO_AS_SHARE(name, share) share,
  static const double shares[PRO_SPLIT_COUNT] = {PRO_SPLIT_LIST(PRO_AS_SHARE)};
#undef PRO_AS_SHARE
  double u = pro_rng_uniform((pro_stream){seed, (uint64_t)cell_draw, PRO_FOR_SPLIT, 0}, 0), sum = 0.0;
  for (int split = 0; split < PRO_SPLIT_COUNT - 1; split++)
    if (u < (sum += shares[split])) return (pro_split)split;
  return (pro_split)(PRO_SPLIT_COUNT - 1);
}

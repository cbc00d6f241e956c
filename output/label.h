/* SPDX-License-Identifier: GPL-3.0-or-later
 * output/label.h - the truth a predictor is judged against, from clocks and extents alone. */
#ifndef PRO_LABEL_H
#define PRO_LABEL_H
#include "sim/run.h"

/* Bit flags of a sample: name, when it is set. Their order is free; a plot shows the highest set. */
#define PRO_STAGE_FLAG_LIST(X)                                                      \
  X(sei, 1, "a tenth of the SEI has decomposed")                                    \
  X(off_gas, 2, "gas or vapour of the cell has come out: 0.1 ppm of the enclosure") \
  X(vented, 4, "the vent is open")                                                  \
  X(separator, 8, "half of the separator has collapsed")                            \
  X(short, 16, "an internal short has cost 25 mV")                                  \
  X(runaway, 32, "guarded runaway has begun")                                       \
  X(burnt_out, 64, "runaway is over: the core is past its peak and heats by less than 1 K/s")
#define PRO_AS_FLAG(name, bit, doc) PRO_STAGE_FLAG_##name = bit,
typedef enum pro_stage_flag { PRO_STAGE_FLAG_LIST(PRO_AS_FLAG) PRO_STAGE_FLAG_NONE = 0 } pro_stage_flag;
#undef PRO_AS_FLAG

/* What a case is in the end. */
#define PRO_CLASS_LIST(X)                                                    \
  X(event, "it ran away")                                                    \
  X(near_miss, "it was abused and did not run away")                         \
  X(nominal, "it stayed within the nameplate's limits and did not run away") \
  X(sensor_fault, "nominal, with a broken sensor (not made yet)")            \
  X(gas_nuisance, "nominal, with foreign gas (not made yet)")
#define PRO_AS_CLASS(name, doc) PRO_CLASS_##name,
typedef enum pro_class { PRO_CLASS_LIST(PRO_AS_CLASS) PRO_CLASS_COUNT } pro_class;
#undef PRO_AS_CLASS

#define PRO_SPLIT_LIST(X) X(train, 0.60) X(calibration, 0.10) X(validation, 0.10) X(test, 0.20) /* name, share */
#define PRO_AS_SPLIT(name, share) PRO_SPLIT_##name,
typedef enum pro_split { PRO_SPLIT_LIST(PRO_AS_SPLIT) PRO_SPLIT_COUNT } pro_split;
#undef PRO_AS_SPLIT

extern const char *const pro_class_names[PRO_CLASS_COUNT + 1]; /* NULL-terminated */
extern const char *const pro_split_names[PRO_SPLIT_COUNT + 1];

uint32_t pro_label_truths(void); /* what labels are read from, of the truth, as bits 1 << pro_truth */
/* A case's stages piece by piece, in order: what they remember between two samples. */
typedef struct pro_labeller {
  const pro_case *in;
  const double *clock; /* [s] (PRO_CLOCK_COUNT) of the whole case */
  int sei;             /* its reaction; -1: none */
  unsigned off_gas;    /* stays once it is set: fresh air takes the gas away again, but not the fact */
  double t, T;         /* of the core at the sample before [s], [K]; NaN: there is none */
} pro_labeller;
void pro_label_begin(pro_labeller *out, const pro_case *in, const double *clock); /* borrows both */
/* Labels samples [from, from + n) of a piece of the trajectory. */
void pro_label_feed(pro_labeller *labeller, uint16_t *stages, const pro_trajectory *piece, size_t from, size_t n);
void pro_label_stages(uint16_t *stages, const pro_case *in, const pro_trajectory *truth); /* (samples) */
pro_class pro_label_class(const pro_run *run);
pro_split pro_label_split(uint64_t seed, int64_t cell_draw); /* drawn per cell draw, never per sample */
#endif

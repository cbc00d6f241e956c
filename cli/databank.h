/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/databank.h - calorimeter tests in the columns of the Battery Failure Databank's extract, grouped by cell,
 * state of charge and trigger. */
#ifndef PRO_DATABANK_H
#define PRO_DATABANK_H
#include "cli/comparison.h"
#include "cli/predict.h"

#define PRO_MEASURED_LIST(X)                             \
  X(heat, "kJ", "total heat")                            \
  X(body, "%", "body's share of the heat")               \
  X(ejected, "%", "mass ejected")                        \
  X(T_trigger, "degC", "casing at the start of runaway") \
  X(t_trigger, "s", "heater on until runaway")
#define PRO_AS_MEASURED(name, unit, doc) PRO_MEASURED_##name,
typedef enum pro_measured { PRO_MEASURED_LIST(PRO_AS_MEASURED) PRO_MEASURED_COUNT } pro_measured;
#undef PRO_AS_MEASURED
extern const char *const pro_measured_units[PRO_MEASURED_COUNT];
extern const char *const pro_measured_docs[PRO_MEASURED_COUNT];

typedef struct pro_databank_group {
  char cell[64];
  char name[96]; /* "LG 18650-MJ1 (Korean), 100 %, nail" */
  double soc_pct;
  pro_predict_sheet sheet; /* all that a prediction may read */
  size_t tests;
  size_t count[PRO_MEASURED_COUNT];  /* of those that have the value */
  double *value[PRO_MEASURED_COUNT]; /* (count), in the units above */
} pro_databank_group;

typedef struct pro_databank {
  size_t groups;
  pro_databank_group *group; /* sorted by cell, trigger, state of charge */
  size_t unusable;           /* rows left out: no cell, charge, capacity, or a trigger not known */
  char why[96];              /* of the first of those, with its line */
} pro_databank;

/* PRO_EINPUT "file:line:column: ...": a column is missing, a number is none or is out of its range, no row is
 * usable. */
pro_status pro_databank_read(pro_databank *out, const char *path) PRO_MUST_CHECK;
void pro_databank_free(pro_databank *bank);

/* Predicts every group that `wanted` (groups; NULL: all) marks, the mean cell and `draws` others each, from the
 * groups' sheets alone: out (groups, 1 + draws), zeroed where not wanted; heat NaN where a run failed. Notes what
 * had to be guessed and what failed. */
pro_status pro_databank_predict(pro_prediction *out, pro_rows *rows, const pro_databank *bank, uint64_t draws,
                                const unsigned char *wanted) PRO_MUST_CHECK;
/* The prediction in the units above. */
double pro_databank_value(const pro_prediction *prediction, pro_measured what);
#endif

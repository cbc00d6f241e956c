/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/predict.h - what a calorimeter test of a cell should give, from the cell's datasheet and what was done to it
 * alone. No measured value reaches this file. */
#ifndef PRO_PREDICT_H
#define PRO_PREDICT_H
#include "sim/run.h"

#define PRO_TRIGGER_LIST(X)                                                                  \
  X(heater, "a heater around the cell")                                                      \
  X(heater_short, "the same, with a device in the cell that shorts it at its melting point") \
  X(nail, "a nail")
#define PRO_AS_TRIGGER(name, doc) PRO_TRIGGER_##name,
typedef enum pro_trigger { PRO_TRIGGER_LIST(PRO_AS_TRIGGER) PRO_TRIGGER_COUNT } pro_trigger;
#undef PRO_AS_TRIGGER
extern const char *const pro_trigger_names[PRO_TRIGGER_COUNT];

typedef struct pro_predict_sheet {
  char chemistry[64], format[32]; /* as written */
  double capacity;                /* [C] */
  double mass;                    /* [kg] */
  double nominal_voltage;         /* [V] */
  double soc;                     /* [-] */
  int trigger;                    /* pro_trigger */
} pro_predict_sheet;

typedef struct pro_prediction {
  double heat;      /* of reactions and currents [J] */
  double body;      /* of it, what stays with the body [J] */
  double ejected;   /* share of the mass that leaves, solids and gas [-] */
  double T_trigger; /* of the casing as runaway starts [K]; NaN: it does not */
  double t_trigger; /* from the heater's start [s] */
  double t_short;   /* when the device's wax melts [s]; NaN: not */
} pro_prediction;

/* Number `draw` of cells of the type (0: the mean one) in its test. `t_short`: when the device in the cell shorts
 * it [s]; NaN: never, and the case is then one to find that moment with (pro_prediction.t_short). `remark` (size)
 * says what had to be guessed, "" nothing. PRO_EINPUT: a cell that cannot exist. */
extern const double
    pro_predict_heater_share; /* of the heater's power per area of the cell that reaches it [1/m2] */
pro_status pro_predict_case(pro_case *out, char *remark, size_t size, const pro_predict_sheet *sheet,
                            uint64_t draw, double t_short) PRO_MUST_CHECK;
void pro_predict_read(pro_prediction *out, const pro_run *run); /* run->truth is there */
#endif

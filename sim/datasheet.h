/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/datasheet.h - a whole cell from what its datasheet says, by documented rules. */
#ifndef PRO_DATASHEET_H
#define PRO_DATASHEET_H
#include "sim/case.h"

/* Cathode families that the rules know. */
#define PRO_FAMILY_LIST(X) X(lco) X(nmc532) X(nmc622) X(nmc811) X(nca) X(lmo) X(lfp)
#define PRO_AS_FAMILY(name) PRO_FAMILY_##name,
typedef enum pro_family { PRO_FAMILY_LIST(PRO_AS_FAMILY) PRO_FAMILY_COUNT } pro_family;
#undef PRO_AS_FAMILY
extern const char *const pro_family_names[PRO_FAMILY_COUNT + 1]; /* NULL-terminated */

/* NaN where the datasheet does not say. */
typedef struct pro_datasheet {
  int family;                      /* pro_family */
  int format;                      /* pro_format */
  double capacity;                 /* [C] */
  double mass;                     /* [kg] */
  double nominal_voltage;          /* [V] */
  double diameter, length;         /* of a cylinder [m] */
  double thickness, width, height; /* of a pouch or a prismatic cell [m] */
  double resistance;               /* DC [ohm] */
  double voltage_min, voltage_max; /* [V] */
} pro_datasheet;
extern const pro_field pro_datasheet_fields[];

/* Fills `out` with a cell that passes pro_cell_check, and *chemistry with the name of the chemistry that goes with
 * it. PRO_EINPUT: a cell that cannot exist; the message names the field and the rule. */
pro_status pro_datasheet_cell(pro_cell *out, const char **chemistry, const pro_datasheet *sheet) PRO_MUST_CHECK;

/* "18650", "21700", "26650", "D-Cell", ... into format, diameter and length; 0: not known. */
int pro_datasheet_format(pro_datasheet *sheet, const char *name);
#endif

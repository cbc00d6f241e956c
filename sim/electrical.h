/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/electrical.h - open-circuit voltage, its energy, and a short across a cell behind its own resistance. */
#ifndef PRO_ELECTRICAL_H
#define PRO_ELECTRICAL_H
#include "sim/base.h"
#include "sim/lanes.h"

enum { PRO_OCV_POINTS = 16 };

/* Open-circuit voltage over state of charge as a monotone cubic (Fritsch & Carlson 1980, as PCHIP), continued in a
 * straight line beyond its ends. The first point lies below zero charge and at zero volt: a short goes on to drain
 * a cell past its lower limit until its voltage is gone. */
typedef struct pro_ocv {
  const char *name, *source;
  double soc[PRO_OCV_POINTS];     /* ascending [-] */
  double voltage[PRO_OCV_POINTS]; /* [V] */
} pro_ocv;

extern const pro_ocv *const pro_ocv_all[]; /* NULL-terminated; the index is pro_cell.ocv */
extern const char *const pro_ocv_names[];  /* the same order, NULL-terminated */

double pro_ocv_voltage(const pro_ocv *table, double soc, double *slope); /* [V]; slope [V], may be NULL */
double pro_ocv_energy(const pro_ocv *table,
                      double soc); /* integral of voltage from 0 charge [V]: J per C of capacity */

/* A source `emf` [V] behind `resistance` [ohm], a short of `conductance` [S] across it, `current` [A] > 0
 * charging. */
typedef struct pro_circuit {
  double voltage;       /* at the terminals [V] */
  double short_current; /* through the short [A] */
  double heat;          /* in short and resistance together [W] */
} pro_circuit;
pro_circuit pro_circuit_solve(double emf, double resistance, double conductance, double current);
#endif

/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/electrical.h - open-circuit voltage, its energy, and a short across a cell behind its own resistance. */
#ifndef PRO_ELECTRICAL_H
#define PRO_ELECTRICAL_H
#include "sim/base.h"
#include "sim/lanes.h"

enum { PRO_OCV_POINTS = 19 };
#define PRO_CHARGE_DRAINED (-0.05) /* at which every table is at 0 V [-] */

/* Open-circuit voltage over state of charge as a monotone cubic (Fritsch & Carlson 1980, as PCHIP), continued in a
 * straight line beyond its ends. A table passes 0 V at PRO_CHARGE_DRAINED: a short goes on to drain a cell past
 * its lower limit until its voltage is gone. Below lies reversal, above full charge overcharge. */
typedef struct pro_ocv {
  const char *name, *source;
  double soc[PRO_OCV_POINTS];      /* ascending [-] */
  double voltage[PRO_OCV_POINTS];  /* [V] */
  double entropic[PRO_OCV_POINTS]; /* dU/dT, straight lines between, constant beyond [V/K] */
  const char *entropic_source;     /* NULL: not known, all 0 */
} pro_ocv;

/* The tables; the order is that of pro_ocv_all. */
#define PRO_OCV_LIST(X)                                                                                   \
  X(lco_marquis2019)                                                                                      \
  X(nmc_mohtat2020) X(nmc811_chen2020) X(nmc811_oregan2022) X(nmc811_hg2) X(nca_kim2011) X(lmo_doyle1996) \
      X(lfp_prada2013) X(lipo5450_uw) X(nasa_2Ah)
#define PRO_AS_OCV(name) PRO_OCV_##name,
enum { PRO_OCV_LIST(PRO_AS_OCV) PRO_OCV_COUNT };
#undef PRO_AS_OCV
extern const pro_ocv *const pro_ocv_all[]; /* NULL-terminated; the index is pro_cell.ocv */
extern const char *const pro_ocv_names[];  /* the same order, NULL-terminated */

/* The same for lanes: cubics in what lies above `soc`, one between each pair of knots, one beyond either end. */
typedef struct pro_ocv_piece {
  double soc, voltage[4]; /* from there on [-]; coefficients [V] */
  double entropic[2];     /* [V/K] */
} pro_ocv_piece;
enum { PRO_OCV_PIECES = PRO_OCV_POINTS + 1 };
void pro_ocv_cut(pro_ocv_piece pieces[PRO_OCV_PIECES], const pro_ocv *table);
/* Each lane's pieces (lanes, PRO_OCV_PIECES) at its own charge: voltage [V] and dU/dT [V/K], with their slopes. */
void pro_ocv_at(const pro_ocv_piece *pieces, pro_lanes soc, pro_lanes *U, pro_lanes *U_s,
                pro_lanes *dU, pro_lanes *dU_s);

double pro_ocv_voltage(const pro_ocv *table, double soc, double *slope); /* [V]; slope [V], may be NULL */
double pro_ocv_entropic(const pro_ocv *table, double soc,
                        double *slope); /* dU/dT [V/K]; slope in soc [V/K], may be NULL */
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

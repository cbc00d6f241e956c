/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/circuit.h - the open-circuit table of a cell that was only ever charged and discharged at speed: a lumped
 * equivalent circuit, and a lumped body, whose table is part of what is fitted. For calibrations. */
#ifndef PRO_CIRCUIT_H
#define PRO_CIRCUIT_H
#include "cli/calibration.h"
#include "cli/replay.h"

typedef struct pro_circuit_stretch {
  const pro_replay *replay;
  double soc;       /* at its first sample [-] */
  double T_ambient; /* [K] */
} pro_circuit_stretch;

/* Fits voltage and dU/dT at the table's points between empty and full, a resistance, two RC pairs, the growth of
 * all three at low charge, heat capacity and heat transfer, to voltage and temperature of all stretches together.
 * The result stands in `result` like any fit; the table in *out: its voltages and entropic terms (0 beyond those
 * points are those of `like`), borrowed name and source of `like`.
 *
 *   capacity      that the table stands for [C]
 *   activation    of the resistance and of the pairs [J/mol]
 *
 * Same equations as sim/cell_parts.c, in explicit steps of a second. As pro_fit_run. */
pro_status pro_circuit_fit(pro_ocv *out, pro_calibration_result *result, const char *title,
                           const pro_circuit_stretch *stretch, size_t count, const pro_ocv *like, double capacity,
                           const double activation[2]) PRO_MUST_CHECK;
#endif

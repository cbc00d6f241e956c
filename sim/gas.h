/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/gas.h - vapour pressure, flow through a vent, and the enclosure a cell vents into. */
#ifndef PRO_GAS_H
#define PRO_GAS_H
#include "sim/field.h"
#include "sim/lanes.h"

/* Vapour pressure by Antoine, log10(p/kPa) = a - b/(T + c): [Pa] at T [K]. slope = dp/dT [Pa/K], may be NULL. */
pro_lanes pro_vapour_pressure(pro_lanes a, pro_lanes b, pro_lanes c, pro_lanes T, pro_lanes *slope);

/* Mass flow [kg/s] of an ideal gas through an orifice from p [Pa], T [K] to p_back [Pa]; choked below the critical
 * pressure ratio, subsonic above it, smooth to zero within 1 % of equal pressures, and negative (the outside's
 * gas, taken at the same T and molar mass) when p < p_back. */
typedef struct pro_orifice {
  pro_lanes area;          /* times discharge coefficient [m2] */
  pro_lanes heat_ratio;    /* cp/cv of the gas [-] */
  pro_lanes p_back;        /* [Pa] */
  pro_lanes choking_ratio; /* pro_choking_ratio(heat_ratio) */
} pro_orifice;
typedef struct pro_orifice_flow {
  pro_lanes flow;    /* [kg/s] */
  pro_lanes slope_p; /* d flow/dp [kg/(s Pa)] */
} pro_orifice_flow;
/* The flow scales with sqrt(molar_mass / T), which gives its other slopes. */
void pro_orifice_at(pro_orifice_flow *out, const pro_orifice *orifice, pro_lanes p, pro_lanes T,
                    pro_lanes molar_mass);

double pro_choking_ratio(double heat_ratio); /* p_back/p at which the flow chokes [-] */

/* A well-mixed room around the cell; it does not act back on the cell. */
typedef struct pro_enclosure {
  double volume;      /* [m3] */
  double air_changes; /* fresh air [1/s] */
  double leak_area;   /* effective opening to the outside, discharge coefficient included [m2] */
} pro_enclosure;
extern const pro_field pro_enclosure_fields[];
#endif

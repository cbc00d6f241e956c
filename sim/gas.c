/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/gas.h"

#include <math.h>

const pro_field pro_enclosure_fields[] = {
    PRO_FIELD_REAL(pro_enclosure, volume, "m3", 0.1, 1e-6, 1e6, "of air around the cell"),
    PRO_FIELD_REAL(pro_enclosure, air_changes, "1/s", 1.0 / 3600.0, 0.0, 10.0, "fresh air"),
    PRO_FIELD_REAL(
        pro_enclosure, leak_area, "m2", 1e-4, 1e-9, 100.0,
        "opening to the outside, discharge coefficient included; sets the gauge pressure (guess: 1 cm2)"),
    PRO_FIELD_END,
};

pro_lanes pro_vapour_pressure(pro_lanes a, pro_lanes b, pro_lanes c, pro_lanes T, pro_lanes *slope) {
  const double ln10 = 2.302585092994046;
  pro_lanes over = 1.0 / (T + c);
  pro_lanes p = 1000.0 * pro_lanes_exp(ln10 * (a - b * over));
  if (slope) *slope = p * ln10 * b * over * over;
  return p;
}

double pro_choking_ratio(double heat_ratio) {
  return pro_exp(heat_ratio / (heat_ratio - 1.0) * pro_log(2.0 / (heat_ratio + 1.0)));
}

/* Flow function of the pressure ratio r = p_back/p: flow = area p sqrt(M/(R T)) psi(r), with
 * psi^2 = 2 g/(g-1) (r^(2/g) - r^((g+1)/g)) down to the choking ratio and constant below. psi leaves r = 1 like a
 * square root: within `linear` of it a parabola in 1 - r with the same value and slope takes its place. */
static void flow_function(pro_lanes *psi, pro_lanes *slope, pro_lanes r, pro_lanes g, pro_lanes choke) {
  const double linear = 1e-2;
  pro_lanes held = pro_lanes_min(pro_lanes_max(r, choke), pro_lanes_all(1.0 - linear));
  pro_lanes per_g = 1.0 / g, root = pro_lanes_exp(per_g * pro_lanes_log(held)); /* r^(1/g) */
  pro_lanes a = root * root, b = held * root;
  pro_lanes factor = 2.0 * g / (g - 1.0);
  pro_lanes f = pro_lanes_sqrt(factor * (a - b));
  pro_lanes df = factor * per_g * (2.0 * a - (g + 1.0) * b) / (held * 2.0 * f);
  df = pro_select(pro_above(r, choke), df, pro_lanes_all(0.0));
  /* parabola f = u (s + t u) through the edge u = linear, where f and df hold (df/du = -df/dr) */
  pro_lanes u = 1.0 - r;
  pro_lanes t = (-df * linear - f) / (linear * linear), s = f / linear - t * linear;
  pro_lanes_mask near = pro_above(r, 1.0 - linear);
  *psi = pro_select(near, u * (s + t * u), f);
  *slope = pro_select(near, -(s + 2.0 * t * u), df);
}

void pro_orifice_at(pro_orifice_flow *out, const pro_orifice *o, pro_lanes p, pro_lanes T, pro_lanes molar_mass) {
  pro_lanes_mask outward = pro_at_least(p, o->p_back);
  pro_lanes high = pro_select(outward, p, o->p_back), low = pro_select(outward, o->p_back, p);
  pro_lanes psi, slope;
  flow_function(&psi, &slope, low / high, o->heat_ratio, o->choking_ratio);
  pro_lanes scale = o->area * pro_lanes_sqrt(molar_mass / (PRO_GAS_CONSTANT * T));
  pro_lanes flow = scale * high * psi;
  out->flow = pro_select(outward, flow, -flow);
  /* outward: d(p psi(p_back/p))/dp = psi - r psi'; inward: -d(p_back psi(p/p_back))/dp = -psi' */
  out->slope_p = pro_select(outward, scale * (psi - low / high * slope), -scale * slope);
}

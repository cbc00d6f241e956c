/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/case.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "registry/cell.def"

#define PRO_AS_FORMAT_NAME(name) #name,
static const char *const format_names[] = {PRO_FORMAT_LIST(PRO_AS_FORMAT_NAME) NULL};

#define REAL(member, unit, low, high, doc) PRO_FIELD_REAL(pro_cell, member, unit, NAN, low, high, doc)
const pro_field pro_cell_fields[] = {
    PRO_FIELD_CHOICE(pro_cell, format, format_names, 0, "shape of the can"),
    PRO_FIELD_INT(pro_cell, nodes, 1, 1, 2, "temperatures: 1 lumped, 2 core and surface"),
    REAL(mass, "kg", 1e-4, 1e3, "of the whole cell"),
    REAL(heat_capacity, "J/(kg K)", 100.0, 5000.0, "specific, of the whole cell"),
    REAL(volume, "m3", 1e-8, 1.0, "of jelly roll, to which the network's contents refer"),
    REAL(area, "m2", 1e-6, 100.0, "exposed to the surroundings"),
    REAL(film_coefficient, "W/(m2 K)", 0.0, 1e4, "convection to the surroundings"),
    REAL(emissivity, "1", 0.0, 1.0, "radiation to the surroundings"),
    REAL(surface_share, "1", 1e-3, 0.9, "of the heat capacity that is in the surface node"),
    REAL(core_conductance, "W/K", 1e-6, 1e6, "from core to surface"),
    REAL(capacity, "C", 0.0, 1e8, "charge between the voltage limits; 0: no electrical part"),
    PRO_FIELD_CHOICE(pro_cell, ocv, pro_ocv_names, 0, "open-circuit voltage over state of charge"),
    REAL(resistance, "ohm", 1e-7, 1e3, "between electrodes and terminals at rest"),
    REAL(voltage_min, "V", 0.0, 10.0, "nameplate"),
    REAL(voltage_max, "V", 0.0, 10.0, "nameplate"),
    REAL(T_operating_max, "K", 250.0, 450.0, "nameplate"),
    REAL(shutdown_T, "K", 300.0, 700.0, "at which half of the separator's pores have closed"),
    REAL(shutdown_width, "delta_K", 0.1, 50.0, "over which they close"),
    REAL(shutdown_factor, "1", 1.0, 1e6, "by which the resistance grows when all have"),
    REAL(collapse_T, "K", 300.0, 900.0, "at which the separator collapses at collapse_rate"),
    REAL(collapse_width, "delta_K", 0.1, 50.0, "for e times that rate"),
    REAL(collapse_rate, "1/s", 1e-9, 10.0, "at collapse_T"),
    REAL(hard_short_resistance, "ohm", 1e-6, 1e6, "of the wholly collapsed separator"),
    REAL(spot_resistance, "K/W", 0.0, 1e4,
         "from the spot of an internal short made by abuse to the core: the separator collapses at the spot's "
         "temperature"),
    REAL(headspace, "m3", 0.0, 1.0, "free gas volume; 0: no gas part"),
    REAL(burst_pressure, "Pa", 1.0, 1e8, "gauge; opens the vent for good"),
    REAL(vent_area, "m2", 1e-9, 1.0, "of the open vent"),
    REAL(discharge_coefficient, "1", 0.01, 1.0, "of the open vent"),
    REAL(gas_heat_ratio, "1", 1.01, 1.67, "cp/cv of the vented gas"),
    REAL(gas_heat_capacity, "J/(kg K)", 100.0, 2e4, "specific, of the vented gas"),
    REAL(solvent_mass, "kg", 0.0, 1e3, "electrolyte solvent that can evaporate"),
    REAL(solvent_antoine_a, "1", -10.0, 20.0, "log10(p/kPa) = a - b/(T + c)"),
    REAL(solvent_antoine_b, "K", 0.0, 1e4, "see solvent_antoine_a"),
    REAL(solvent_antoine_c, "delta_K", -200.0, 200.0, "see solvent_antoine_a"),
    REAL(solvent_latent_heat, "J/mol", 0.0, 1e6, "of evaporation"),
    REAL(evaporation_time, "s", 1e-3, 1e5, "in which the liquid fills the headspace with vapour"),
    PRO_FIELD_END,
};
#undef REAL

/* Ranges only, not units: each sensor's own unit takes the place of "1" where a scenario is read. */
const pro_field pro_sensor_settings_fields[] = {
    PRO_FIELD_REAL(pro_sensor_settings, lag, "s", NAN, 0.0, 1e5, "first-order time constant"),
    PRO_FIELD_REAL(pro_sensor_settings, noise, "1", NAN, 0.0, 1e12, "white, one sigma of a sample"),
    PRO_FIELD_REAL(pro_sensor_settings, bias, "1", NAN, 0.0, 1e12, "constant offset, one sigma over cases"),
    PRO_FIELD_REAL(pro_sensor_settings, gain, "1", NAN, 0.0, 1.0, "relative gain error, one sigma over cases"),
    PRO_FIELD_REAL(pro_sensor_settings, low, "1", NAN, -1e12, 1e12, "below which the reading clips"),
    PRO_FIELD_REAL(pro_sensor_settings, high, "1", NAN, -1e12, 1e12, "above which the reading clips"),
    PRO_FIELD_REAL(pro_sensor_settings, loss, "1", NAN, 0.0, 1.0, "probability that a sample is missing"),
    PRO_FIELD_END,
};

#define PRO_DECLARE(name) extern const pro_cell_preset pro_cell_##name;
PRO_cell_LIST(PRO_DECLARE)
#define PRO_ENTRY(name) &pro_cell_##name,
    const pro_cell_preset *const pro_cell_all[] = {PRO_cell_LIST(PRO_ENTRY) NULL};

const pro_cell_preset *pro_cell_find(const char *name) {
  for (const pro_cell_preset *const *it = pro_cell_all; *it; it++)
    if (strcmp((*it)->name, name) == 0) return *it;
  return NULL;
}

pro_status pro_cell_check(const pro_cell *cell) {
  if (pro_field_check(pro_cell_fields, cell) != PRO_OK)
    return pro_fail(PRO_EINPUT, "cell.%s", pro_error_message());
  if (cell->voltage_max <= cell->voltage_min)
    return pro_fail(PRO_EINPUT, "cell.voltage_max (%g V) is not above cell.voltage_min (%g V)", cell->voltage_max,
                    cell->voltage_min);
  if (cell->solvent_mass > 0.5 * cell->mass)
    return pro_fail(PRO_EINPUT, "cell.solvent_mass (%g kg) is more than half of cell.mass (%g kg)",
                    cell->solvent_mass, cell->mass);
  return PRO_OK;
}

void pro_channel_add(pro_channel *channel, double t, double value) {
  assert(channel->knots < PRO_KNOTS_MAX && (channel->knots == 0 || t >= channel->t[channel->knots - 1]));
  channel->t[channel->knots] = t;
  channel->value[channel->knots++] = value;
}

void pro_channel_hold(pro_channel *channel, double value) {
  channel->knots = 0;
  pro_channel_add(channel, 0.0, value);
}

double pro_channel_at(const pro_channel *channel, double t, double *slope) {
  if (slope) *slope = 0.0;
  if (channel->knots == 0) return 0.0;
  int next = 0; /* the first knot after t */
  while (next < channel->knots && channel->t[next] <= t) next++;
  if (next == 0) return channel->value[0];
  if (next == channel->knots) return channel->value[next - 1];
  double over = channel->t[next] - channel->t[next - 1], rise = channel->value[next] - channel->value[next - 1];
  if (slope) *slope = rise / over;
  return channel->value[next - 1] + rise * ((t - channel->t[next - 1]) / over);
}

double pro_drive_next_break(const pro_drive *drive, double t) {
  double first = (double)INFINITY;
  for (int c = 0; c < PRO_DRIVE_COUNT; c++)
    for (int k = 0; k < drive->channel[c].knots; k++)
      if (drive->channel[c].t[k] > t && drive->channel[c].t[k] < first) first = drive->channel[c].t[k];
  return first;
}

pro_status pro_case_check(const pro_case *in) {
  PRO_TRY(pro_network_check(&in->network));
  PRO_TRY(pro_cell_check(&in->cell));
  PRO_TRY(pro_field_check(pro_enclosure_fields, &in->enclosure));
  if (!(in->T_initial > 150.0 && in->T_initial < 1000.0))
    return pro_fail(PRO_EINPUT, "initial.T = %g K is out of range (150 to 1000 K)", in->T_initial);
  if (!(in->soc_initial >= 0.0 && in->soc_initial <= 1.0))
    return pro_fail(PRO_EINPUT, "initial.soc = %g is out of range (0 to 1)", in->soc_initial);
  if (!(in->duration > 0.0 && in->duration <= 1e9))
    return pro_fail(PRO_EINPUT, "duration = %g s is out of range (above 0, at most 1e9 s)", in->duration);
  if (!(in->period > 0.0 && in->period <= in->duration))
    return pro_fail(PRO_EINPUT, "period = %g s is out of range (above 0, at most the duration, %g s)", in->period,
                    in->duration);
  if (in->duration / in->period > 5e7)
    return pro_fail(PRO_EINPUT, "duration / period asks for %.3g samples; at most 5e7", in->duration / in->period);
  if (!(in->rtol >= 1e-12 && in->rtol <= 1e-2))
    return pro_fail(PRO_EINPUT, "rtol = %g is out of range (1e-12 to 1e-2)", in->rtol);
  return PRO_OK;
}

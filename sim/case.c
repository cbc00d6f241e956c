/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/case.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "registry/cell.def"
#include "sim/datasheet.h"
#include "sim/lanes.h"
#include "sim/rng.h"
#include "sim/run.h"

#define PRO_AS_FORMAT_NAME(name) #name,
static const char *const format_names[] = {PRO_FORMAT_LIST(PRO_AS_FORMAT_NAME) NULL};

#define REAL(member, unit, low, high, doc) PRO_FIELD_REAL(pro_cell, member, unit, NAN, low, high, doc)
const pro_field pro_cell_fields[] = {
    PRO_FIELD_CHOICE(pro_cell, format, format_names, 0, "shape of the can"),
    PRO_FIELD_INT(pro_cell, nodes, 1, 1, 3,
                  "temperatures: 1 lumped, 2 core and surface, 3 with the side that a heater warms"),
    REAL(mass, "kg", 1e-4, 1e3, "of the whole cell"),
    REAL(heat_capacity, "J/(kg K)", 100.0, 5000.0, "specific, of the whole cell, at 25 degC"),
    REAL(heat_capacity_slope, "1/K", 0.0, 0.01, "its relative growth up to 150 degC, above which it stays"),
    REAL(volume, "m3", 1e-8, 1.0, "of jelly roll, to which the network's contents refer"),
    REAL(area, "m2", 1e-6, 100.0, "exposed to the surroundings"),
    REAL(film_coefficient, "W/(m2 K)", 0.0, 1e4, "convection to the surroundings"),
    REAL(emissivity, "1", 0.0, 1.0, "radiation to the surroundings"),
    REAL(surface_share, "1", 1e-3, 0.9, "of the heat capacity that is in the surface node"),
    REAL(core_conductance, "W/K", 1e-6, 1e6, "from core to surface"),
    REAL(side_share, "1", 0.0, 0.5, "of the heat capacity that is in the heated side's node"),
    REAL(side_conductance, "W/K", 0.0, 1e6, "from the heated side to the core"),
    REAL(capacity, "C", 0.0, 1e8, "charge between the voltage limits when new; 0: no electrical part"),
    PRO_FIELD_CHOICE(pro_cell, ocv, pro_ocv_names, 0, "open-circuit voltage over state of charge"),
    REAL(resistance, "ohm", 1e-7, 1e3, "that acts at once, at 25 degC and middle charge, when new"),
    REAL(resistance_activation, "J/mol", 0.0, 1e5, "of that resistance; colder is more, up to 80 degC"),
    REAL(resistance_low_charge, "1", 0.0, 100.0,
         "by how many times all resistances are larger at no charge; below 1: not at all"),
    REAL(resistance_over_charge, "1", 0.0, 1e3,
         "by how many times they are larger a full charge above full; below 1: not at all"),
    REAL(pair_1_resistance, "ohm", 0.0, 1e3, "of the first RC pair; 0: none"),
    REAL(pair_1_time, "s", 0.0, 1e6, "of the first RC pair"),
    REAL(pair_2_resistance, "ohm", 0.0, 1e3, "of the second RC pair; 0: none"),
    REAL(pair_2_time, "s", 0.0, 1e6, "of the second RC pair"),
    REAL(pair_activation, "J/mol", 0.0, 1e5, "of both pairs"),
    REAL(limit_rate, "1/s", 0.0, 1.0, "current, in capacities, whose depletion doubles the resistance; 0: none"),
    REAL(limit_time, "s", 0.0, 1e5, "in which depletion follows the current"),
    REAL(capacity_loss, "1", 0.0, 0.9, "share of the capacity lost by ageing"),
    REAL(resistance_growth, "1", 0.0, 100.0, "of all resistances by ageing, as a share"),
    REAL(overcharge_loss, "1", 0.0, 1.0,
         "share of an overcharging current that decomposes electrolyte instead of charging"),
    REAL(overcharge_start, "1", 0.0, 0.6, "charge above full from which it does"),
    REAL(overcharge_gas, "mol/C", 0.0, 1e-4, "CO2 in the headspace of the charge that does"),
    REAL(copper_conductance, "S", 0.0, 1e6, "of the short by dissolved copper, per unit of charge below -10 %"),
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
    REAL(spot_resistance, "K/W", 0.0, 1e4, "from the spot of an internal short made by abuse to the core"),
    REAL(spot_share, "1", 0.0, 1.0,
         "of the separator that a spot, or a surface hotter than the core, can melt by itself"),
    REAL(front_rise, "delta_K", 0.0, 2000.0,
         "by which what burns beside a piece of separator heats it, at full charge: what has collapsed then "
         "spreads where that "
         "reaches collapse_T; 0: it does not spread"),
    REAL(headspace, "m3", 0.0, 1.0, "free gas volume; 0: no gas part"),
    REAL(burst_pressure, "Pa", 1.0, 1e8, "gauge; opens the vent for good"),
    REAL(cid_pressure, "Pa", 0.0, 1e8, "gauge; interrupts the current for good; 0: no such device"),
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
    REAL(reacting_share, "1", 0.0, 1.0,
         "of the cell's mass: electrodes and electrolyte, of which ejecta are a part; 0: all of it"),
    REAL(ejecta_share, "1", 0.0, 0.9, "of the cell's mass that can be thrown out through the open vent"),
    REAL(ejecta_entrainment, "1", 0.0, 1e3, "kg of solids that a kg of gas takes along out of a hot cell"),
    REAL(ejecta_T, "K", 0.0, 2000.0, "core temperature above which gas takes solids along"),
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

/* A preset whose datasheet is refused stays what its own members say, which pro_cell_check then refuses; a test
 * sees to it that none is. */
void pro_cell_of_preset(pro_cell *out, const pro_cell_preset *preset) {
  const char *chemistry;
  pro_cell made;
  *out = preset->cell;
  if (!preset->datasheet || pro_datasheet_cell(&made, &chemistry, preset->datasheet) != PRO_OK) return;
  for (const pro_field *f = pro_cell_fields; f->name; f++) {
    double known = pro_field_get(f, &preset->cell);
    if (known != 0.0) pro_field_put(f, &made, known);
  }
  *out = made;
}

const pro_cell_preset *pro_cell_find(const char *name) {
  for (const pro_cell_preset *const *it = pro_cell_all; *it; it++)
    if (strcmp((*it)->name, name) == 0) return *it;
  return NULL;
}

/* A cell that holds charge must be able to: capacity, mass and jelly roll as cells have them, with a margin.
 * Energy per mass: power cells 60, the best of today 320 Wh/kg. Mass per jelly roll: a whole cell has 1.5 to 3.5
 * g/cm3, of which the roll takes three quarters or more. */
static pro_status check_charge(const pro_cell *cell) {
  const pro_ocv *ocv = pro_ocv_all[cell->ocv];
  double energy = cell->capacity * pro_ocv_energy(ocv, 1.0) / cell->mass / 3600.0; /* [Wh/kg] */
  if (energy < 25.0 || energy > 370.0)
    return pro_fail(PRO_EINPUT,
                    "cell.capacity (%g Ah) is far from cell.mass (%g kg): energy per mass would be %.3g Wh/kg at "
                    "cell.ocv = %s; allowed is 25 to 370 Wh/kg",
                    cell->capacity / 3600.0, cell->mass, energy, ocv->name);
  double density = cell->mass / cell->volume;
  if (density < 1500.0 || density > 4700.0)
    return pro_fail(
        PRO_EINPUT,
        "cell.mass (%g kg) is far from cell.volume (%g m3 of jelly roll): mass per volume would be %.3g "
        "g/cm3; allowed is 1.5 to 4.7 g/cm3",
        cell->mass, cell->volume, density * 1e-3);
  double half = pro_ocv_voltage(ocv, 0.5, NULL);
  if (cell->voltage_min >= half || cell->voltage_max <= half)
    return pro_fail(
        PRO_EINPUT,
        "cell.voltage_min (%g V) and cell.voltage_max (%g V) do not enclose the voltage at half charge, "
        "%.3g V at cell.ocv = %s",
        cell->voltage_min, cell->voltage_max, half, ocv->name);
  return PRO_OK;
}

pro_status pro_cell_check(const pro_cell *cell) {
  if (pro_field_check(pro_cell_fields, cell) != PRO_OK)
    return pro_fail(PRO_EINPUT, "cell.%s", pro_error_message());
  if (cell->voltage_max <= cell->voltage_min)
    return pro_fail(PRO_EINPUT, "cell.voltage_max (%g V) is not above cell.voltage_min (%g V)", cell->voltage_max,
                    cell->voltage_min);
  if (cell->reacting_share > 0.0 && cell->ejecta_share > cell->reacting_share)
    return pro_fail(PRO_EINPUT,
                    "cell.ejecta_share (%g) is more than cell.reacting_share (%g), of which it is a part",
                    cell->ejecta_share, cell->reacting_share);
  if ((cell->pair_1_resistance > 0.0 && cell->pair_1_time < 1e-3) ||
      (cell->pair_2_resistance > 0.0 && cell->pair_2_time < 1e-3))
    return pro_fail(
        PRO_EINPUT,
        "an RC pair with a resistance needs its time (cell.pair_1_time, cell.pair_2_time) of 1 ms or more");
  if (cell->limit_rate > 0.0 && cell->limit_time < 1e-2)
    return pro_fail(PRO_EINPUT, "cell.limit_rate needs a cell.limit_time of 10 ms or more");
  if (cell->nodes > 2 && !(cell->side_share > 0.0 && cell->side_conductance > 0.0))
    return pro_fail(PRO_EINPUT, "cell.nodes = 3 needs cell.side_share and cell.side_conductance above 0");
  if (cell->solvent_mass > 0.5 * cell->mass)
    return pro_fail(PRO_EINPUT, "cell.solvent_mass (%g kg) is more than half of cell.mass (%g kg)",
                    cell->solvent_mass, cell->mass);
  return cell->capacity > 0.0 ? check_charge(cell) : PRO_OK;
}

void pro_channel_add(pro_channel *channel, double t, double value) {
  assert(channel->knots < PRO_KNOTS_MAX && (channel->knots == 0 || t >= channel->t[channel->knots - 1]));
  channel->t[channel->knots] = t;
  channel->value[channel->knots++] = value;
}

void pro_channel_hold(pro_channel *channel, double value) {
  memset(channel, 0, sizeof *channel);
  pro_channel_add(channel, 0.0, value);
}

static int is_next(const double *time, size_t n, double shift, double t, size_t next) {
  return next <= n && (next == 0 || time[next - 1] + shift <= t) && (next == n || time[next] + shift > t);
}

/* The first of n ascending times that is after t, all of them `shift` later; most often `last` or the one after
 * it. */
static size_t next_after(const double *time, size_t n, double shift, double t, size_t last) {
  if (is_next(time, n, shift, t, last)) return last;
  if (is_next(time, n, shift, t, last + 1)) return last + 1;
  size_t low = 0, high = n;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (time[middle] + shift <= t)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* What a channel's knots or its course say: (points) times, all `delay` later, and values. */
typedef struct line {
  size_t points;
  const double *t, *value;
  double delay;
} line;

static line line_of(const pro_channel *c) {
  return c->points ? (line){c->points, c->course_t, c->course_value, c->course_delay}
                   : (line){(size_t)c->knots, c->t, c->value, 0.0};
}

/* The largest n >= 0 with first + n * period <= t: by the products that breaks are made of, so that a break is not
 * before itself. */
static double count_of(double first, double period, double t) {
  double n = fmax(floor((t - first) / period), 0.0);
  while (n > 0.0 && first + n * period > t) n--;
  while (first + (n + 1.0) * period <= t) n++;
  return n;
}

static double noise_normal(const pro_noise *noise, uint32_t lane, double index) {
  pro_stream stream = {.seed = noise->seed, .run = noise->run, .purpose = PRO_FOR_DRIVE, .lane = lane};
  return pro_rng_normal(stream, (uint64_t)index);
}

static int parity(double index) { return (int)((uint64_t)index & 1u); }

static double noise_slow(const pro_noise *noise, double index, pro_channel_memory *memory) {
  int k = parity(index);
  if (memory->slow[k].index != index + 1.0) {
    memory->slow[k].index = index + 1.0;
    memory->slow[k].number = noise_normal(noise, 0, index);
  }
  return memory->slow[k].number;
}

/* Value i of the noise. Between two numbers of the slow part the weights' squares do not sum to 1: the root evens
 * the variance. */
static double noise_value(const pro_noise *noise, double i, pro_channel_memory *memory) {
  int k = parity(i);
  if (memory->value[k].index == i + 1.0) return memory->value[k].number;
  double before = floor(i / noise->slow), w = (i - before * noise->slow) / noise->slow;
  double slow = (1.0 - w) * noise_slow(noise, before, memory);
  if (w > 0.0) slow += w * noise_slow(noise, before + 1.0, memory);
  slow /= sqrt((1.0 - w) * (1.0 - w) + w * w);
  double value =
      noise->sigma * (sqrt(noise->slow_share) * slow + sqrt(1.0 - noise->slow_share) * noise_normal(noise, 1, i));
  memory->value[k].index = i + 1.0;
  return memory->value[k].number = fmax(-noise->limit, fmin(noise->limit, value));
}

pro_channel_line pro_channel_follow(const pro_channel *channel, double t, pro_channel_memory *memory) {
  line l = line_of(channel);
  pro_channel_line out = {.end = (double)INFINITY};
  if (l.points == 0) return out;
  double repeat = channel->repeat, first = l.t[0] + l.delay;
  double count = repeat > 0.0 ? count_of(first, repeat, t) : 0.0, shift = l.delay + count * repeat;
  size_t next = memory->next = next_after(l.t, l.points, shift, t, memory->next);
  if (next == 0 || next == l.points) {
    out.value = l.value[next == 0 ? 0 : next - 1];
  } else {
    double over = l.t[next] - l.t[next - 1], by = l.value[next] - l.value[next - 1];
    out.slope = by / over;
    out.value = l.value[next - 1] + by * ((t - (l.t[next - 1] + shift)) / over);
  }
  if (channel->points && channel->course_scale != 0.0)
    out.value *= channel->course_scale, out.slope *= channel->course_scale;
  if (t < first) {
    out.end = first;
    return out;
  }
  if (next < l.points) out.end = l.t[next] + shift;
  if (repeat > 0.0) out.end = fmin(out.end, first + (count + 1.0) * repeat);
  const pro_noise *noise = &channel->noise;
  if (noise->sigma > 0.0) {
    double i = count_of(first, noise->step, t), low = noise_value(noise, i, memory),
           high = noise_value(noise, i + 1.0, memory);
    out.slope += (high - low) / noise->step;
    out.value += low + (high - low) * ((t - first - i * noise->step) / noise->step);
    out.end = fmin(out.end, first + (i + 1.0) * noise->step);
  }
  return out;
}

double pro_channel_at(const pro_channel *channel, double t, double *slope) {
  pro_channel_memory none = {0};
  pro_channel_line out = pro_channel_follow(channel, t, &none);
  if (slope) *slope = out.slope;
  return out.value;
}

int pro_channel_rests(const pro_channel *c) {
  return c->points == 0 && c->knots <= 1 && !(c->repeat > 0.0) && !(c->noise.sigma > 0.0) &&
         (c->knots == 0 || c->t[0] <= 0.0);
}

double pro_drive_next_break(const pro_drive *drive, double t) {
  double first = (double)INFINITY;
  for (int c = 0; c < PRO_DRIVE_COUNT; c++) {
    pro_channel_memory none = {0};
    first = fmin(first, pro_channel_follow(&drive->channel[c], t, &none).end);
  }
  return first;
}

/* What can leave must leave the core some mass: without any, a joule there heats it without bound. */
static pro_status core_lasts(const pro_case *in) {
  const pro_cell *c = &in->cell;
  if (c->ejecta_share == 0.0) return PRO_OK;
  double casing = (c->nodes > 1 ? c->surface_share : 0.0) + (c->nodes > 2 ? c->side_share : 0.0);
  double solvent = c->solvent_mass / c->mass;
  double gas = c->headspace > 0.0 ? pro_network_gas(&in->network, c->volume, c->capacity) / c->mass : 0.0;
  double rest = 1.0 - c->ejecta_share - casing - solvent - gas;
  if (rest >= 0.02) return PRO_OK;
  return pro_fail(
      PRO_EINPUT,
      "cell.ejecta_share (%g), surface_share and side_share (%g), solvent (%.3g) and what %s can make of "
      "gas (%.3g) leave %.3g of the mass to the core; at least 0.02 must stay: ejecta_share %.3f or less would do",
      c->ejecta_share, casing, solvent, in->network.name, gas, rest,
      fmax(0.0, floor(1e3 * (c->ejecta_share + rest - 0.02)) / 1e3));
}

pro_status pro_case_check(const pro_case *in) {
  PRO_TRY(pro_network_check(&in->network));
  PRO_TRY(pro_cell_check(&in->cell));
  PRO_TRY(core_lasts(in));
  PRO_TRY(pro_field_check(pro_enclosure_fields, &in->enclosure));
  if (!(in->T_initial > 150.0 && in->T_initial < 1000.0))
    return pro_fail(PRO_EINPUT, "initial.T = %g K is out of range (150 to 1000 K)", in->T_initial);
  if (!(in->soc_initial >= 0.0 && in->soc_initial <= 1.6))
    return pro_fail(PRO_EINPUT,
                    "initial.soc = %g is out of range (0 to 1; to 1.6 for a cell that was overcharged)",
                    in->soc_initial);
  if (!(in->duration > 0.0 && in->duration <= 1e9))
    return pro_fail(PRO_EINPUT, "duration = %g s is out of range (above 0, at most 1e9 s)", in->duration);
  if (!(in->period > 0.0 && in->period <= in->duration))
    return pro_fail(PRO_EINPUT, "period = %g s is out of range (above 0, at most the duration, %g s)", in->period,
                    in->duration);
  if (in->duration / in->period > 5e7)
    return pro_fail(PRO_EINPUT, "duration / period asks for %.3g samples; at most 5e7", in->duration / in->period);
  if (in->pieces && (in->pieces->length == 0 || in->pieces->length % PRO_LANES || !in->pieces->take))
    return pro_fail(PRO_EBUG, "pieces of %zu samples: a multiple of %d, and somebody who takes them, are needed",
                    in->pieces->length, PRO_LANES);
  if (!(in->rtol >= 1e-12 && in->rtol <= 1e-2))
    return pro_fail(PRO_EINPUT, "rtol = %g is out of range (1e-12 to 1e-2)", in->rtol);
  if (in->steps_max < 0) return pro_fail(PRO_EINPUT, "steps_max = %d is below 0", in->steps_max);
  if (!(in->seconds_max >= 0.0))
    return pro_fail(PRO_EINPUT, "a budget of %g s of wall clock is below 0", in->seconds_max);
  return PRO_OK;
}

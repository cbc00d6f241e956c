/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/datasheet.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846
#define AH 3600.0 /* [C] */
#define WH 3600.0 /* [J] */

#define AS_NAME(name) #name,
const char *const pro_family_names[PRO_FAMILY_COUNT + 1] = {PRO_FAMILY_LIST(AS_NAME) NULL};
static const char *const format_names[] = {PRO_FORMAT_LIST(AS_NAME) NULL};

#define NEEDED(member, unit, low, high, doc) PRO_FIELD_NEEDED(pro_datasheet, member, unit, low, high, doc)
#define OPTIONAL(member, unit, low, high, doc) PRO_FIELD_OPTIONAL(pro_datasheet, member, unit, low, high, doc)
const pro_field pro_datasheet_fields[] = {
    PRO_FIELD_CHOICE(pro_datasheet, family, pro_family_names, 0, "of the cathode"),
    PRO_FIELD_CHOICE(pro_datasheet, format, format_names, 0, "shape of the can"),
    NEEDED(capacity, "C", 36.0, 1e8, "nominal"),
    NEEDED(mass, "kg", 1e-4, 1e3, "of the whole cell"),
    NEEDED(nominal_voltage, "V", 1.0, 5.0, "nominal"),
    OPTIONAL(diameter, "m", 1e-3, 1.0, "of a cylinder; else by the mass"),
    OPTIONAL(length, "m", 1e-3, 2.0, "of a cylinder; else by the mass"),
    OPTIONAL(thickness, "m", 1e-4, 1.0, "of a pouch or a prismatic cell, across its layers; else by the mass"),
    OPTIONAL(width, "m", 1e-3, 3.0, "of a pouch or a prismatic cell, along its lid or seam; else by the mass"),
    OPTIONAL(height, "m", 1e-3, 3.0, "of a pouch or a prismatic cell; else by the mass"),
    OPTIONAL(resistance, "ohm", 1e-6, 100.0, "DC, of some ten seconds; else by the capacity"),
    OPTIONAL(voltage_min, "V", 0.5, 5.0, "else the family's"),
    OPTIONAL(voltage_max, "V", 0.5, 6.0, "else the family's"),
    PRO_FIELD_END,
};
#undef NEEDED
#undef OPTIONAL

/* What follows from the cathode. */
typedef struct family_rules {
  const char *name, *chemistry;
  int ocv;
  double nominal_low, nominal_high; /* of what is sold as such [V] */
  double energy_low, energy_high;   /* per mass, of what is sold as such [Wh/kg] */
  double voltage_min, voltage_max;  /* [V] */
  double heat_capacity;             /* in a steel can [J/(kg K)] */
  double conductivity;              /* across the layers [W/(m K)] */
  double electrolyte;               /* per capacity [kg/Ah] */
  double collapse_T;                /* [K] */
  double short_resistance;          /* of the collapsed separator, times capacity [ohm Ah] */
  double overcharge_loss, overcharge_start; /* [-] */
  double front_rise;                /* [delta_K] */
} family_rules;

/* Nominal voltages and energies per mass: what is on the market, widened by a fifth. *guess*
 * Heat capacity: 18650 cells of layered oxides have 830 to 1000, LFP cells 1000 to 1100 J/(kg K) at 25 degC.
 * Conductivity: 0.75 to 0.8 in public models of oxide cells, 0.9 to 1.5 W/(m K) in those of LFP cells.
 * Electrolyte: 1.2 to 1.7 g/Ah of oxide cells, 3 to 4 g/Ah of LFP; rising as the cathode holds less per mass.
 * collapse_T, short_resistance: calibrated, not measured. They give the 1 K/s temperature of accelerating-rate
 * tests of small cells (LFP: of 280 to 314 Ah cells in the last row) and a discharge in 60 s (20 s, 250 s); LCO,
 * LMO: *guess*. The resistance is what a total of 0.2 ohm Ah (LFP 0.07, large 0.4) leaves beside the hot cell's
 * own 0.02. front_rise: so that a cell pierced at 25 degC runs away from about 48 % charge on, as the Failure
 * Databank's nail tests of an 18650 and a 21700 of NMC811 do between 20 and 60 %; LFP: crushed cells never do.
 * overcharge_loss: what the full cathode cannot give in lithium goes into the electrolyte. *guess*
 * overcharge_start: layered oxides give up a tenth of the capacity and more before; with this the interrupt device of
 * an 18650 opens after 128 s at 5 C, 125 to 129 s in three tests. Spinel and olivine have nothing left. *guess* */
static const family_rules families[PRO_FAMILY_COUNT + 1] = {
    [PRO_FAMILY_lco] = {"lco", "lco", PRO_OCV_lco_marquis2019, 3.5, 3.95, 50.0, 330.0, 3.0, 4.2, 900.0, 0.8,
                        1.5e-3, PRO_ZERO_CELSIUS + 195.0, 0.18, 0.1, 0.1, 154.0},
    [PRO_FAMILY_nmc532] = {"nmc532", "nmc532", PRO_OCV_nmc_mohtat2020, 3.4, 3.9, 50.0, 330.0, 2.8, 4.2, 900.0, 0.8,
                           1.7e-3, PRO_ZERO_CELSIUS + 218.0, 0.18, 0.2, 0.1, 216.0},
    [PRO_FAMILY_nmc622] = {"nmc622", "nmc622", PRO_OCV_nmc_mohtat2020, 3.4, 3.9, 50.0, 330.0, 2.8, 4.2, 900.0, 0.8,
                           1.6e-3, PRO_ZERO_CELSIUS + 200.0, 0.18, 0.2, 0.1, 168.0},
    [PRO_FAMILY_nmc811] = {"nmc811", "nmc811", PRO_OCV_nmc811_chen2020, 3.4, 3.9, 50.0, 350.0, 2.5, 4.2, 900.0,
                           0.8, 1.5e-3, PRO_ZERO_CELSIUS + 192.0, 0.18, 0.3, 0.1, 132.0},
    [PRO_FAMILY_nca] = {"nca", "nca", PRO_OCV_nca_kim2011, 3.4, 3.9, 50.0, 350.0, 2.5, 4.2, 900.0, 0.8, 1.5e-3,
                        PRO_ZERO_CELSIUS + 206.0, 0.18, 0.3, 0.1, 184.0},
    [PRO_FAMILY_lmo] = {"lmo", "lmo", PRO_OCV_lmo_doyle1996, 3.5, 4.05, 40.0, 250.0, 3.0, 4.2, 900.0, 0.8, 2.0e-3,
                        PRO_ZERO_CELSIUS + 195.0, 0.18, 0.6, 0.0, 154.0},
    [PRO_FAMILY_lfp] = {"lfp", "lfp", PRO_OCV_lfp_prada2013, 3.0, 3.4, 40.0, 230.0, 2.5, 3.65, 1000.0, 1.2, 3.0e-3,
                        PRO_ZERO_CELSIUS + 256.0, 0.05, 0.8, 0.0, 100.0},
    [PRO_FAMILY_COUNT] = {"lfp", "lfp_large", PRO_OCV_lfp_prada2013, 3.0, 3.4, 40.0, 230.0, 2.5, 3.65, 1000.0, 1.2,
                          3.5e-3, PRO_ZERO_CELSIUS + 200.0, 0.38, 0.8, 0.0, 60.0},
};

/* Between the small cells (below 10 Ah) and the large ones (40 Ah and more) that accelerating-rate statistics tell
 * apart; cells of 22 and 23 Ah behave as small ones do. */
#define LFP_LARGE (40.0 * AH)

/* What follows from the can. */
typedef struct format_rules {
  double density;       /* of the whole, where no size is given [kg/m3] */
  double jelly;         /* share of the outer volume [-] */
  double headspace;     /* share of the outer volume [-]; pouch: per capacity [m3/Ah] */
  double surface_share; /* of the heat capacity: can and outer windings [-] */
  double added_heat;    /* capacity, over that in a steel can [J/(kg K)] */
  double emissivity;
  double burst; /* gauge [Pa] */
  double discharge_coefficient;
  double overcharge_gas; /* molecules of CO2 in the headspace an electron */
} format_rules;

/* Density: 18650 and 21700 cells 2.6 to 2.8, 280 Ah cells 2.1 to 2.2 g/cm3. Headspace: 1.5 mL of an 18650, some
 * 100 mL of a 280 Ah cell, 6.65 mL of Tran's 4.6 Ah pouch. Surface share: 9 of the 75 J/K of a 21700's public
 * two-node model. Aluminium and foil hold more heat per mass than steel: LFP 280 Ah and Feng's pouch 1050 to 1100.
 * Emissivity: Hatchard et al. 2001; pouch: Ai et al. 2020. Burst: 18650 and 21700 1.8 to 2.3 MPa absolute;
 * prismatic 0.4 to 0.9 MPa; pouch seam 0.159 MPa absolute (Tran 2024). Jelly's shares, the other surface shares,
 * the opened vents' discharge coefficients: *guess*. CO2 of overcharge: 2 Li2CO3 = 4 Li+ + 4 e- + 2 CO2 + O2, and the
 * oxidation of carbonates makes about as much; with overcharge_start calibrated on the tests named there. In cans and
 * pouches it dissolves in more electrolyte and swells them before it opens a vent: taken as none. *guess* */
static const format_rules formats[PRO_FORMAT_COUNT] = {
    [PRO_FORMAT_cylinder] = {2700.0, 0.85, 0.09, 0.12, 0.0, 0.8, 1.9e6, 0.85, 0.5},
    [PRO_FORMAT_pouch] = {2300.0, 0.95, 1.446e-6, 0.05, 50.0, 0.95, 5.74e4, 0.7, 0.0},
    [PRO_FORMAT_prismatic] = {2200.0, 0.90, 0.04, 0.10, 50.0, 0.8, 6.0e5, 0.7, 0.0},
};

static const family_rules *rules_of(const pro_datasheet *s) {
  return &families[s->family == PRO_FAMILY_lfp && s->capacity >= LFP_LARGE ? PRO_FAMILY_COUNT : s->family];
}

static double energy_per_mass(const pro_datasheet *s) { return s->capacity * s->nominal_voltage / s->mass / WH; }

/* ---- what the datasheet says ---- */

/* how many, where the text is nothing else */
static int digits(const char *text) {
  int n = 0;
  while (text[n] >= '0' && text[n] <= '9') n++;
  return text[n] == '\0' ? n : 0;
}

static int same(const char *a, const char *b) {
  for (; *a && *b; a++, b++) {
    char x = *a >= 'A' && *a <= 'Z' ? (char)(*a - 'A' + 'a') : *a,
         y = *b >= 'A' && *b <= 'Z' ? (char)(*b - 'A' + 'a') : *b;
    if (x != y) return 0;
  }
  return *a == *b;
}

int pro_datasheet_format(pro_datasheet *sheet, const char *name) {
  for (int f = 0; f < PRO_FORMAT_COUNT; f++)
    if (same(name, format_names[f])) return sheet->format = f, 1;
  if (same(name, "D-Cell")) { /* Saft VES16 */
    sheet->format = PRO_FORMAT_cylinder, sheet->diameter = 33.0e-3, sheet->length = 60.0e-3;
    return 1;
  }
  int n = digits(name); /* "18650": 18 mm by 65.0 mm; "4680": 46 mm by 80 mm */
  if (n != 4 && n != 5) return 0;
  double diameter = 10.0 * (name[0] - '0') + (name[1] - '0'), length = 0.0;
  for (int i = 2; i < n; i++) length = 10.0 * length + (name[i] - '0');
  if (n == 5 && diameter < 40.0) length *= 0.1; /* tenths up to 32 mm; "46120" is 46 mm by 120 mm */
  if (diameter < 10.0 || length < 5.0) return 0;
  sheet->format = PRO_FORMAT_cylinder, sheet->diameter = diameter * 1e-3, sheet->length = length * 1e-3;
  return 1;
}

/* A member that is 0 is one that a `const` sheet did not mention. */
static void read_zero_as_unsaid(pro_datasheet *s) {
  for (const pro_field *f = pro_datasheet_fields; f->name; f++)
    if (f->need == PRO_OPTIONAL && pro_field_get(f, s) == 0.0) pro_field_put(f, s, (double)NAN);
}

static double cube_root(double x) {
  double y = x > 1.0 ? x : 1.0; /* from above: falls to the root */
  for (int i = 0; i < 200; i++) y -= (y * y * y - x) / (3.0 * y * y);
  return y;
}

/* Where a size is missing: the volume that goes with the mass, in common proportions. *guess* */
static void complete_cylinder(pro_datasheet *s) {
  double volume = s->mass / formats[s->format].density, slender = 3.5; /* 18650 3.6, 21700 3.3 */
  if (isnan(s->diameter))
    s->diameter =
        isnan(s->length) ? cube_root(4.0 * volume / (PI * slender)) : sqrt(4.0 * volume / (PI * s->length));
  if (isnan(s->length)) s->length = 4.0 * volume / (PI * s->diameter * s->diameter);
}

static void complete_slab(pro_datasheet *s) {
  static const double pouch[] = {1.0, 10.0, 14.0}, prismatic[] = {1.0, 4.0, 5.0};
  const double *proportion = s->format == PRO_FORMAT_pouch ? pouch : prismatic;
  double *size[] = {&s->thickness, &s->width, &s->height};
  double left = s->mass / formats[s->format].density;
  int missing = 0;
  for (int i = 0; i < 3; i++) {
    left /= isnan(*size[i]) ? proportion[i] : *size[i];
    missing += isnan(*size[i]);
  }
  double unit = missing == 1 ? left : missing == 2 ? sqrt(left) : cube_root(left);
  for (int i = 0; i < 3; i++)
    if (isnan(*size[i])) *size[i] = proportion[i] * unit;
}

static double outer_volume(const pro_datasheet *s) {
  if (s->format == PRO_FORMAT_cylinder) return 0.25 * PI * s->diameter * s->diameter * s->length;
  return s->thickness * s->width * s->height;
}

static pro_status check_sheet(const pro_datasheet *s) {
  if (pro_field_check(pro_datasheet_fields, s) != PRO_OK)
    return pro_fail(PRO_EINPUT, "datasheet.%s", pro_error_message());
  const family_rules *f = rules_of(s);
  if (s->nominal_voltage < f->nominal_low || s->nominal_voltage > f->nominal_high)
    return pro_fail(
        PRO_EINPUT,
        "datasheet.nominal_voltage = %g V does not go with datasheet.family = %s: allowed is %g to %g V",
        s->nominal_voltage, f->name, f->nominal_low, f->nominal_high);
  double energy = energy_per_mass(s);
  if (energy < f->energy_low || energy > f->energy_high)
    return pro_fail(PRO_EINPUT,
                    "datasheet.capacity = %g Ah is far from datasheet.mass = %g kg: energy per mass would be %.3g "
                    "Wh/kg; allowed "
                    "for %s is %g to %g Wh/kg",
                    s->capacity / AH, s->mass, energy, f->name, f->energy_low, f->energy_high);
  return PRO_OK;
}

static pro_status check_size(const pro_datasheet *s) {
  double density = s->mass / outer_volume(s);
  if (density < 1500.0 || density > 3500.0)
    return pro_fail(PRO_EINPUT,
                    "datasheet.mass = %g kg is far from the size (%s, %.3g mL): density would be %.3g g/cm3; "
                    "allowed is 1.5 to 3.5 "
                    "g/cm3",
                    s->mass, format_names[s->format], outer_volume(s) * 1e6, density * 1e-3);
  double energy = s->capacity * s->nominal_voltage / outer_volume(s) / WH * 1e-3;
  if (energy > 1000.0)
    return pro_fail(PRO_EINPUT,
                    "datasheet.capacity = %g Ah is far from the size (%s, %.3g mL): energy per volume would be "
                    "%.4g Wh/L; allowed "
                    "is up to 1000 Wh/L",
                    s->capacity / AH, format_names[s->format], outer_volume(s) * 1e6, energy);
  return PRO_OK;
}

/* ---- what follows ---- */

/* Core to surface, of an evenly heated body from its centre: 4 pi k L of a cylinder, 8 k A/L of a slab cooled on
 * both faces. */
static double core_conductance(const pro_datasheet *s, double k) {
  if (s->format == PRO_FORMAT_cylinder) return 4.0 * PI * k * s->length;
  return 8.0 * k * s->width * s->height / s->thickness;
}

static double outer_area(const pro_datasheet *s) {
  if (s->format == PRO_FORMAT_cylinder) return PI * s->diameter * (s->length + 0.5 * s->diameter);
  return 2.0 * (s->width * s->height + s->thickness * (s->width + s->height));
}

static void set_body(pro_cell *out, const pro_datasheet *s) {
  const family_rules *family = rules_of(s);
  const format_rules *format = &formats[s->format];
  out->format = s->format;
  out->nodes = 2;
  out->mass = s->mass;
  out->heat_capacity = family->heat_capacity + format->added_heat;
  out->heat_capacity_slope = 0.002; /* 20 to 30 % from 25 to 150 degC: medium confidence */
  out->volume = format->jelly * outer_volume(s);
  out->area = outer_area(s);
  out->film_coefficient = 7.17; /* still air: Kim et al. 2007 */
  out->emissivity = format->emissivity;
  out->surface_share = format->surface_share;
  out->core_conductance = core_conductance(s, family->conductivity);
  /* a heater on one side, where a third node is asked for: a third of what lies around the core, and half its
   * mass. *guess* */
  out->side_share = 0.5 * format->surface_share;
  out->side_conductance = out->core_conductance / 3.0;
}

/* R times capacity: an LG HG2 0.13, its maker's 5 Ah 21700 0.125 to 0.175, a 25 Ah pouch 0.115, a 60 Ah can 0.06,
 * a 280 Ah LFP cell 0.134 ohm Ah; a power cell has half of it and should say so. Split and times: between those of
 * the HG2 (0.35, 0.34, 0.31 of the whole; 12 and 190 s, fitted to its drive cycles) and of a 280 Ah LFP cell
 * (0.375, 0.31, 0.31; 20 and 200 s). Activation energies: 35 kJ/mol graphite, 17.8 NMC, 30 NCA, 39.6 LFP (exchange
 * currents in PyBaMM's sets), 20 for the ohmic part: medium confidence. */
static void set_charge(pro_cell *out, const pro_datasheet *s) {
  const family_rules *family = rules_of(s);
  double resistance = isnan(s->resistance) ? 0.13 * AH / s->capacity : s->resistance;
  out->capacity = s->capacity;
  out->ocv = family->ocv;
  out->resistance = 0.36 * resistance;
  out->resistance_activation = 2.0e4;
  out->resistance_low_charge = 4.0;  /* 1.5 to 2.5 below a tenth: medium confidence; the HG2 4.7 */
  out->resistance_over_charge = 5.0; /* guess */
  out->pair_1_resistance = out->pair_2_resistance = 0.32 * resistance;
  out->pair_1_time = 15.0;
  out->pair_2_time = 200.0;
  out->pair_activation = 3.5e4;
  out->limit_rate = 30.0 / 3600.0; /* 20 to 40 C in 5 to 30 s: medium confidence */
  out->limit_time = 15.0;
  out->overcharge_loss = family->overcharge_loss;
  out->overcharge_start = family->overcharge_start;
  out->overcharge_gas = formats[s->format].overcharge_gas / 96485.33212;
  out->copper_conductance = 0.4 * s->capacity / AH; /* 1 ohm at -20 % of a 25 Ah cell: guess */
  out->voltage_min = isnan(s->voltage_min) ? family->voltage_min : s->voltage_min;
  out->voltage_max = isnan(s->voltage_max) ? family->voltage_max : s->voltage_max;
  out->T_operating_max = 333.15; /* 60 degC, common on datasheets */
}

static void set_separator(pro_cell *out, const pro_datasheet *s) {
  const family_rules *family = rules_of(s);
  out->shutdown_T = PRO_ZERO_CELSIUS + 132.0; /* polyethylene */
  out->shutdown_width = 2.0;
  out->shutdown_factor =
      5000.0; /* 1000 and more; the heat of nail tests at 20 and 40 % charge asks for this: calibrated */
  out->collapse_T = family->collapse_T;
  /* wide enough for a cell's own unevenness; with 8 K a cell would leak for hours at 150 degC */
  out->collapse_width = 4.0;
  out->collapse_rate = 0.1;
  out->hard_short_resistance = family->short_resistance * AH / s->capacity;
  out->spot_resistance = 5.0; /* 1/(4 pi k a): a spot of 2 mm in 8 W/(m K), the layers' geometric mean: guess */
  out->spot_share = 0.0003;   /* guess: a millimetre of some metre of winding */
  /* crushed pouch and prismatic cells run away at less charge: calibrated on indentation tests of 4 and 33 Ah
   * cells */
  out->front_rise =
      (s->format == PRO_FORMAT_cylinder || s->family == PRO_FAMILY_lfp ? 1.0 : 1.65) * family->front_rise;
}

static double vent_area(const pro_datasheet *s) {
  switch (s->format) {
    case PRO_FORMAT_cylinder:
      return 0.0334 * 0.25 * PI * s->diameter * s->diameter; /* 8.5 mm2 of an 18650 */
    case PRO_FORMAT_prismatic:
      return 0.02 * s->thickness * s->width; /* 2.5 cm2 of a 280 Ah cell's lid: low confidence */
    default:
      return 1e-3 * s->width; /* 1 mm along a seam: guess */
  }
}

/* Share of its mass that a full cell loses when it runs away. Oxides: a line through the Failure Databank's means
 * (rev. 2, full charge; Wh/kg: %): 145: 34, 186: 39, 236: 80, 263: 56, 266: 60, 270: 74; rms 10 points. LFP: 18 to
 * 21
 * %, of cells of any size. */
static double mass_lost(const pro_datasheet *s) {
  if (s->family == PRO_FAMILY_lfp) return 0.20;
  return fmin(fmax(0.34 + 0.0028 * (energy_per_mass(s) - 145.0), 0.20), 0.80);
}

static void set_gas(pro_cell *out, const pro_datasheet *s) {
  const format_rules *format = &formats[s->format];
  double electrolyte = rules_of(s)->electrolyte * s->capacity / AH; /* [kg] */
  out->headspace = format->headspace * (s->format == PRO_FORMAT_pouch ? s->capacity / AH : outer_volume(s));
  out->burst_pressure = format->burst;
  /* 0.8 to 1.2 MPa in 18650 cells, at most 20 mm across: medium confidence; other formats have none */
  out->cid_pressure = s->format == PRO_FORMAT_cylinder && s->diameter < 0.020 ? 1.0e6 : 0.0;
  out->vent_area = vent_area(s);
  out->discharge_coefficient = format->discharge_coefficient;
  out->gas_heat_ratio = 1.3, out->gas_heat_capacity = 1700.0; /* of a CO2, CO, H2 and solvent mixture: estimate */
  out->solvent_mass = 2.0 / 3.0 * electrolyte; /* the carbonates that boil; ethylene carbonate stays */
  /* dimethyl carbonate's Antoine times 0.54, for one third each of EC, DMC, EMC: gives 131, 274 and 421 kPa at
   * 120, 150 and 170 degC, against 128, 270 and 420 from the three components */
  out->solvent_antoine_a = 6.1662, out->solvent_antoine_b = 1413.0, out->solvent_antoine_c = -44.25;
  out->solvent_latent_heat =
      3.6e4;                   /* dimethyl carbonate 36, ethyl methyl carbonate 35 kJ/mol: medium confidence */
  /* a pierced oxide cell at 130 degC loses next to nothing in minutes (Failure Databank): guess */
  out->evaporation_time = s->family == PRO_FAMILY_lfp ? 1.0 : 10.0;
  /* graphite 2.8, cathode 5 to 7, foils and separator 2.5 g/Ah (medium), and the electrolyte */
  double electrodes = (s->family == PRO_FAMILY_lfp ? 12.0e-3 : 10.5e-3) * s->capacity / AH;
  out->reacting_share = fmin((electrodes + electrolyte) / s->mass, 0.9);
  /* all of the electrolyte leaves as gas and vapour; the rest of what is lost is thrown out */
  out->ejecta_share = fmin(fmax(mass_lost(s) - electrolyte / s->mass, 0.02), out->reacting_share);
  out->ejecta_entrainment = 6.0;            /* guess, to be calibrated */
  out->ejecta_T = PRO_ZERO_CELSIUS + 200.0; /* guess, to be calibrated */
}

pro_status pro_datasheet_cell(pro_cell *out, const char **chemistry, const pro_datasheet *sheet) {
  pro_datasheet s = *sheet;
  read_zero_as_unsaid(&s);
  PRO_TRY(check_sheet(&s));
  if (s.format == PRO_FORMAT_cylinder)
    complete_cylinder(&s);
  else
    complete_slab(&s);
  PRO_TRY(check_size(&s));
  pro_cell made;
  memset(&made, 0, sizeof made);
  set_body(&made, &s);
  set_charge(&made, &s);
  set_separator(&made, &s);
  set_gas(&made, &s);
  PRO_TRY(pro_cell_check(&made));
  *out = made;
  *chemistry = rules_of(&s)->chemistry;
  return PRO_OK;
}

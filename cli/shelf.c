/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/shelf.h"

#include <math.h>
#include <string.h>

#include "cli/calibration.h"
#include "cli/fields.h"
#include "predictor/detector.h"
#include "scenarios/scenario.h"
#include "sim/chemistry.h"
#include "sim/integrator.h"
#include "sim/sensor.h"
#include "sim/simulate.h"

/* ---- chemistries ---- */

static int chemistry_item(pro_item *out, int k) {
  const pro_network *net = pro_chemistry_all[k];
  if (net) *out = (pro_item){net->name, net->doc, net->source};
  return net != NULL;
}

static void print_factors(FILE *to, const pro_network *net, const pro_reaction *r) {
  for (int f = 0; f < PRO_FACTORS_MAX && r->factors[f].law; f++) {
    const pro_factor *factor = &r->factors[f];
    const char *c = net->species[factor->species].name;
    /* p and q are told where the law's formula has them */
    int has_p = strchr(factor->law->formula, 'p') != NULL && factor->law != &pro_law_linear;
    fprintf(to, "%s%s(%s", f ? " " : "", factor->law->name, strchr(factor->law->formula, 'c') && c ? c : "T");
    if (has_p && factor->p != 0.0) fprintf(to, "; %.6g", factor->p);
    if (has_p && factor->q != 0.0) fprintf(to, ", %.6g", factor->q);
    fprintf(to, ")%s", factor->capped ? "*" : "");
  }
}

static void print_gas(FILE *to, const pro_reaction *r) {
  int any = 0;
  for (int g = 0; g < PRO_GAS_MADE; g++)
    if (r->gas[g] != 0.0) fprintf(to, "%s%s %.4g", any++ ? ", " : "", pro_gas_names[g], r->gas[g]);
  if (!any) fputs("none", to);
}

static void chemistry_describe(FILE *to, int k) {
  const pro_network *net = pro_chemistry_all[k];
  fprintf(
      to,
      "Rate coefficients are capped at k_max = %.6g 1/s; the Ea belong to the gas constant %.10g J/(mol K).\n\n",
      net->k_max, net->gas_constant);
  fputs(
      "| reaction | A [1/s] | Ea [J/mol] | heat [J/kg] | content [kg/m3] | factors | gas [mol/kg] | source |\n"
      "|---|---|---|---|---|---|---|---|\n",
      to);
  for (const pro_reaction *r = net->reactions; r < net->reactions + PRO_REACTIONS_MAX && r->name; r++) {
    fprintf(to, "| `%s` | %.6g | %.6g | %.6g | %.6g | ", r->name, r->A, r->Ea, r->heat, r->content);
    print_factors(to, net, r);
    fputs(" | ", to);
    print_gas(to, r);
    fputs(" | ", to);
    pro_fields_cell(to, r->source);
    fputs(" |\n", to);
  }
  fputs(
      "\nThe cap acts on the product of the Arrhenius term and the factors marked *.\n\n"
      "| species | initial [-] | what it is |\n|---|---|---|\n",
      to);
  for (const pro_species *s = net->species; s < net->species + PRO_SPECIES_MAX && s->name; s++) {
    fprintf(to, "| `%s` | %.6g | ", s->name, s->initial);
    pro_fields_cell(to, s->doc);
    fputs(" |\n", to);
  }
  if (net->gas_source) fprintf(to, "\nGas yields: %s\n", net->gas_source);
}

static void chemistry_json(pro_json *json, int k) {
  const pro_network *net = pro_chemistry_all[k];
  pro_json_number(json, "gas_constant", net->gas_constant);
  pro_json_number(json, "k_max", net->k_max);
  pro_json_text(json, "gas_source", net->gas_source);
  pro_json_array(json, "reactions");
  for (const pro_reaction *r = net->reactions; r < net->reactions + PRO_REACTIONS_MAX && r->name; r++) {
    pro_json_object(json, NULL);
    pro_json_text(json, "name", r->name);
    pro_json_number(json, "A", r->A);
    pro_json_number(json, "Ea", r->Ea);
    pro_json_number(json, "heat", r->heat);
    pro_json_number(json, "content", r->content);
    pro_json_array(json, "factors");
    for (int f = 0; f < PRO_FACTORS_MAX && r->factors[f].law; f++) {
      pro_json_object(json, NULL);
      pro_json_text(json, "law", r->factors[f].law->name);
      pro_json_text(json, "species", net->species[r->factors[f].species].name);
      pro_json_number(json, "p", r->factors[f].p);
      pro_json_number(json, "q", r->factors[f].q);
      pro_json_bool(json, "capped", r->factors[f].capped);
      pro_json_end(json);
    }
    pro_json_end(json);
    pro_json_object(json, "gas");
    for (int g = 0; g < PRO_GAS_MADE; g++)
      if (r->gas[g] != 0.0) pro_json_number(json, pro_gas_names[g], r->gas[g]);
    pro_json_end(json);
    pro_json_text(json, "source", r->source);
    pro_json_end(json);
  }
  pro_json_end(json);
  pro_json_array(json, "species");
  for (const pro_species *s = net->species; s < net->species + PRO_SPECIES_MAX && s->name; s++) {
    pro_json_object(json, NULL);
    pro_json_text(json, "name", s->name);
    pro_json_number(json, "initial", s->initial);
    pro_json_text(json, "doc", s->doc);
    pro_json_end(json);
  }
  pro_json_end(json);
}

/* ---- cells ---- */

static int cell_item(pro_item *out, int k) {
  const pro_cell_preset *cell = pro_cell_all[k];
  if (cell) *out = (pro_item){cell->name, cell->doc, cell->source};
  return cell != NULL;
}

static void cell_describe(FILE *to, int k) {
  pro_cell cell;
  pro_cell_of_preset(&cell, pro_cell_all[k]);
  fprintf(to, "Chemistry: `%s` unless a scenario says otherwise.\n\n", pro_cell_all[k]->chemistry);
  pro_fields_print(to, pro_cell_fields, &cell, "cell.");
}

static void cell_json(pro_json *json, int k) {
  pro_cell cell;
  pro_cell_of_preset(&cell, pro_cell_all[k]);
  pro_json_text(json, "chemistry", pro_cell_all[k]->chemistry);
  pro_fields_json(json, pro_cell_fields, &cell);
}

/* ---- kinds ---- */

static int kind_item(pro_item *out, int k) {
  const pro_kind *kind = pro_kind_all[k];
  if (kind) *out = (pro_item){kind->name, kind->doc, kind->source};
  return kind != NULL;
}

static void kind_describe(FILE *to, int k) {
  char prefix[64];
  snprintf(prefix, sizeof prefix, "%s.", pro_kind_all[k]->name);
  pro_fields_print(to, pro_kind_all[k]->fields, NULL, prefix);
  if (pro_kind_all[k]->file)
    fprintf(to, "| `%sfile` | name | not given | of a file | %s |\n", prefix, pro_kind_all[k]->file->doc);
  fputs("\nThe keys that scenarios of all kinds share: `prodrome describe scenario`.\n", to);
}

static void kind_json(pro_json *json, int k) {
  if (pro_kind_all[k]->file) pro_json_text(json, "file", pro_kind_all[k]->file->doc);
  pro_fields_json(json, pro_kind_all[k]->fields, NULL);
}

/* ---- sensors ---- */

static int sensor_item(pro_item *out, int k) {
  const pro_sensor *sensor = pro_sensor_all[k];
  if (sensor) *out = (pro_item){sensor->name, sensor->doc, sensor->source};
  return sensor != NULL;
}

/* The settings' fields; those in the sensor's own unit say so. */
static const pro_field *sensor_fields(const pro_sensor *sensor) {
  static const char *const own[] = {"noise", "bias", "low", "high"};
  static pro_field fields[16];
  size_t n = 0;
  for (; pro_sensor_settings_fields[n].name; n++) {
    fields[n] = pro_sensor_settings_fields[n];
    for (size_t k = 0; k < PRO_COUNT(own); k++)
      if (strcmp(fields[n].name, own[k]) == 0) fields[n].unit = sensor->unit;
  }
  fields[n].name = NULL;
  return fields;
}

static void sensor_describe(FILE *to, int k) {
  const pro_sensor *s = pro_sensor_all[k];
  fprintf(to, "Reads truth/%s through %d bits: reading = code * %.6g + %.6g, in %s, from %.6g to %.6g.\n\n",
          pro_truth_names[s->truth], s->bits, s->quantum, s->offset, s->unit,
          pro_sensor_code_low(s) * s->quantum + s->offset, pro_sensor_code_high(s) * s->quantum + s->offset);
  char prefix[64];
  snprintf(prefix, sizeof prefix, "sensors.%s.", s->name);
  pro_fields_print(to, sensor_fields(s), &s->typical, prefix);
}

static void sensor_json(pro_json *json, int k) {
  const pro_sensor *s = pro_sensor_all[k];
  pro_json_text(json, "unit", s->unit);
  pro_json_text(json, "truth", pro_truth_names[s->truth]);
  pro_json_integer(json, "bits", s->bits);
  pro_json_number(json, "quantum", s->quantum);
  pro_json_number(json, "offset", s->offset);
  pro_fields_json(json, sensor_fields(s), &s->typical);
}

/* ---- detectors ---- */

static int detector_item(pro_item *out, int k) {
  const pro_detector *detector = pro_detector_all[k];
  if (detector) *out = (pro_item){detector->name, detector->doc, detector->source};
  return detector != NULL;
}

static void detector_describe(FILE *to, int k) {
  const pro_detector *d = pro_detector_all[k];
  fprintf(to, "State: %zu bytes.\n\n", d->state_bytes);
  if (d->fields)
    pro_fields_print(to, d->fields, NULL, "");
  else
    fputs("No parameters.\n", to);
}

static void detector_json(pro_json *json, int k) {
  pro_json_count(json, "state_bytes", pro_detector_all[k]->state_bytes);
  pro_fields_json(json, pro_detector_all[k]->fields, NULL);
}

/* ---- integrators ---- */

static int integrator_item(pro_item *out, int k) {
  const pro_integrator *i = pro_integrator_all[k];
  if (i) *out = (pro_item){i->name, i->doc, i->source};
  return i != NULL;
}

static void integrator_describe(FILE *to, int k) {
  fprintf(to, "Advances %d case%s at once.\n", pro_integrator_all[k]->lanes,
          pro_integrator_all[k]->lanes == 1 ? "" : "s");
}

static void integrator_json(pro_json *json, int k) {
  pro_json_integer(json, "lanes", pro_integrator_all[k]->lanes);
}

/* ---- comparisons ---- */

static int comparison_item(pro_item *out, int k) {
  const pro_comparison *c = pro_comparison_all[k];
  if (c) *out = (pro_item){c->name, c->doc, c->source};
  return c != NULL;
}

static void comparison_describe(FILE *to, int k) {
  const pro_comparison *c = pro_comparison_all[k];
  fprintf(to, "Run it with `prodrome validate %s`.", c->name);
  if (c->data) fprintf(to, " It reads `%s` of the shared data, or what `--data` names.", c->data);
  fputs("\n", to);
}

static void comparison_json(pro_json *json, int k) { pro_json_text(json, "data", pro_comparison_all[k]->data); }

/* ---- calibrations ---- */

static int calibration_item(pro_item *out, int k) {
  const pro_calibration *c = pro_calibration_all[k];
  if (c) *out = (pro_item){c->name, c->doc, c->source};
  return c != NULL;
}

static void calibration_describe(FILE *to, int k) {
  const pro_calibration *c = pro_calibration_all[k];
  fprintf(to,
          "Run it with `prodrome calibrate %s`. It reads `%s` of the shared data.\n\n"
          "| parameter | unit | start | bounds | what it is | its value stands in |\n|---|---|---|---|---|---|\n",
          c->name, c->data);
  for (const pro_calibrated *p = c->parameters; p->fit.name; p++) {
    fprintf(to, "| `%s` | %s | %.6g | %.6g to %.6g | ", p->fit.name, p->fit.unit, p->fit.start, p->fit.low,
            p->fit.high);
    pro_fields_cell(to, p->doc);
    fputs(" | ", to);
    pro_fields_cell(to, p->used);
    fputs(" |\n", to);
  }
}

static void calibration_json(pro_json *json, int k) {
  pro_json_text(json, "data", pro_calibration_all[k]->data);
  pro_json_array(json, "parameters");
  for (const pro_calibrated *p = pro_calibration_all[k]->parameters; p->fit.name; p++) {
    pro_json_object(json, NULL);
    pro_json_text(json, "name", p->fit.name);
    pro_json_text(json, "unit", p->fit.unit);
    pro_json_number(json, "start", p->fit.start);
    pro_json_number(json, "low", p->fit.low);
    pro_json_number(json, "high", p->fit.high);
    pro_json_text(json, "doc", p->doc);
    pro_json_text(json, "used", p->used);
    pro_json_end(json);
  }
  pro_json_end(json);
}

#define SHELF(plural, thing) \
  .name = plural, .one = #thing, .item = thing##_item, .describe = thing##_describe, .json = thing##_json
const pro_shelf pro_shelf_all[] = {
    {SHELF("chemistries", chemistry), .doc = "reaction networks of decomposition"},
    {SHELF("cells", cell), .doc = "geometry, heat, charge, gas and vent, with a chemistry by default"},
    {SHELF("kinds", kind), .doc = "what is done to a cell"},
    {SHELF("sensors", sensor), .doc = "what a battery management system sees"},
    {SHELF("detectors", detector), .doc = "what warns of a runaway"},
    {SHELF("integrators", integrator), .doc = "what solves the equations"},
    {SHELF("comparisons", comparison), .doc = "with measurements, for `prodrome validate`"},
    {SHELF("calibrations", calibration), .doc = "to measurements, for `prodrome calibrate`"},
    {.name = NULL},
};

const pro_shelf *pro_shelf_find(const char *name) {
  for (const pro_shelf *s = pro_shelf_all; s->name; s++)
    if (strcmp(s->name, name) == 0 || strcmp(s->one, name) == 0) return s;
  return NULL;
}

int pro_shelf_index(const pro_shelf *shelf, const char *item) {
  pro_item it;
  for (int k = 0; shelf->item(&it, k); k++)
    if (strcmp(it.name, item) == 0) return k;
  return -1;
}

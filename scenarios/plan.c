/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/chemistry.h"
#include "sim/rng.h"
#include "sim/sensor.h"

void pro_plan_free(pro_plan *plan) {
  if (!plan) return;
  for (size_t i = 0; i < plan->varied; i++) free(plan->vary[i].distribution);
  free(plan->vary);
  free(plan->setting);
  free(plan->file);
  free(plan->title);
  free(plan);
}

double pro_plan_draw(const pro_plan *plan, size_t which, pro_case_number number) {
  const pro_varied *v = &plan->vary[which];
  if (v->draw.kind == PRO_DRAW_grid) return v->draw.value[number.within / v->stride % (uint64_t)v->draw.count];
  if (v->sobol) {
    pro_stream stream = {.seed = number.seed, .purpose = PRO_FOR_SOBOL};
    uint32_t scramble = (uint32_t)pro_rng_bits(stream, 0) | 1u; /* 0 would mean none */
    return pro_draw_at(&v->draw, pro_sobol((uint32_t)number.within, v->dimension, scramble));
  }
  pro_stream stream = {.seed = number.seed, .run = number.k, .purpose = PRO_FOR_PARAMETERS, .lane = v->lane};
  return pro_draw_at(&v->draw, pro_rng_uniform(stream, v->index));
}

static int is_structure(const pro_key *key) {
  return key->field.choices &&
         (key->field.choices == pro_preset_field.choices || key->field.choices == pro_chemistry_field.choices);
}

/* Every member but the drive at its preset's, sensors' or tables' default. */
static void begin(pro_case *out, void *params, const pro_kind *kind, int preset, int chemistry) {
  memset(out, 0, sizeof *out);
  pro_field_defaults(pro_run_fields, out);
  pro_field_defaults(pro_initial_fields, out);
  pro_field_defaults(pro_enclosure_fields, &out->enclosure);
  for (int s = 0; pro_sensor_all[s]; s++) out->sensors[s] = pro_sensor_all[s]->typical;
  memset(params, 0, PRO_KIND_BYTES);
  pro_field_defaults(kind->fields, params);
  const pro_cell_preset *cell = pro_cell_all[preset];
  out->preset = preset;
  out->cell = cell->cell;
  for (int c = 0; chemistry < 0 && pro_chemistry_all[c]; c++)
    if (strcmp(pro_chemistry_all[c]->name, cell->chemistry) == 0) chemistry = c;
  out->chemistry = chemistry < 0 ? 0 : chemistry;
  out->network = *pro_chemistry_all[out->chemistry];
  out->t_fault = NAN;
}

static void put(pro_case *in, void *params, const pro_key *key, double value) {
  void *object = pro_key_object(key, in, params);
  if (object && !is_structure(key)) pro_field_put(&key->field, object, value);
}

static void fix(pro_case *out, void *params, const pro_plan *plan, const pro_case_number *number) {
  int preset = 0, chemistry = -1;
  for (size_t i = 0; i < plan->settings + (number ? plan->varied : 0); i++) {
    int set = i < plan->settings;
    const pro_key *key = set ? &plan->setting[i].key : &plan->vary[i - plan->settings].key;
    if (!is_structure(key)) continue;
    double value = set ? plan->setting[i].value : pro_plan_draw(plan, i - plan->settings, *number);
    *(key->field.choices == pro_preset_field.choices ? &preset : &chemistry) = (int)value;
  }
  begin(out, params, pro_kind_all[plan->kind], preset, chemistry);
  for (size_t i = 0; i < plan->settings; i++) put(out, params, &plan->setting[i].key, plan->setting[i].value);
  out->family = plan->kind;
}

void pro_plan_base(pro_case *out, void *params, const pro_plan *plan) { fix(out, params, plan, NULL); }

pro_status pro_plan_case(pro_case *out, const pro_plan *plan, pro_case_number number) {
  double params[PRO_KIND_BYTES / sizeof(double)];
  fix(out, params, plan, &number);
  for (size_t i = 0; i < plan->varied; i++) put(out, params, &plan->vary[i].key, pro_plan_draw(plan, i, number));
  out->seed = number.seed;
  out->run = number.k;
  out->cell_draw = (int64_t)number.k; /* each case is another cell */
  PRO_TRY(pro_kind_all[plan->kind]->apply(out, params));
  return pro_case_check(out);
}

static int add_once(int out[64], int count, int value) {
  for (int i = 0; i < count; i++)
    if (out[i] == value) return count;
  if (count < 64) out[count++] = value;
  return count;
}

static int possible(int out[64], const pro_plan *plan, const char *path) {
  int count = 0;
  for (size_t i = 0; i < plan->settings; i++)
    if (strcmp(plan->setting[i].key.path, path) == 0) count = add_once(out, count, (int)plan->setting[i].value);
  for (size_t i = 0; i < plan->varied; i++)
    for (int c = 0; strcmp(plan->vary[i].key.path, path) == 0 && c < plan->vary[i].draw.count; c++)
      count = add_once(out, count, (int)plan->vary[i].draw.value[c]);
  return count;
}

int pro_plan_presets(int out[64], const pro_plan *plan) { return possible(out, plan, "cell.preset"); }

int pro_plan_chemistries(int out[64], const pro_plan *plan) {
  int preset[64], count = possible(out, plan, "chemistry");
  if (count) return count;
  for (int i = 0, n = pro_plan_presets(preset, plan); i < n; i++)
    for (int c = 0; pro_chemistry_all[c]; c++)
      if (strcmp(pro_chemistry_all[c]->name, pro_cell_all[preset[i]]->chemistry) == 0)
        count = add_once(out, count, c);
  return count;
}

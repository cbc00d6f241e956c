/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/chemistry.h"
#include "sim/rng.h"
#include "sim/sensor.h"

void pro_plan_free(pro_plan *plan) {
  if (!plan) return;
  for (size_t i = 0; i < plan->varied; i++) free(plan->vary[i].distribution);
  for (int f = 0; f < PRO_FILE_COUNT; f++) free(plan->named[f].path), pro_profile_free(plan->named[f].profile);
  free(plan->vary);
  free(plan->setting);
  free(plan->file);
  free(plan->title);
  free(plan);
}

void pro_plan_file_read(pro_plan *plan, const pro_section *section, const pro_node *node, pro_problems *problems) {
  pro_plan_file *out = &plan->named[section->place == PRO_PLACE_CONTACT ? PRO_FILE_OF_CONTACT : PRO_FILE_OF_KIND];
  const pro_source *source = node->spot.source;
  if (out->path) return; /* a repeated key, which is noted */
  if (node->kind != PRO_NODE_SCALAR || !*node->text) {
    pro_problem(problems, &node->spot, "%s.file is the name of a file", section->name);
    return;
  }
  char *path = pro_path_beside(source->is_file ? source->name : "", node->text); /* an override: from here */
  out->path = strdup(node->text);
  pro_status status =
      path && out->path ? pro_profile_read(&out->profile, path, section->file->wanted) : PRO_ENOMEM;
  free(path);
  if (status == PRO_EMISSING || status == PRO_EIO)
    pro_problem_missing(problems, &node->spot, "%s.file: %s", section->name, pro_error_message());
  if (status == PRO_EINPUT) pro_problem(problems, &node->spot, "%s.file: %s", section->name, pro_error_message());
  if (status == PRO_ENOMEM) pro_problem_no_memory(problems);
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

static int chemistry_index(const char *name) {
  for (int c = 0; pro_chemistry_all[c]; c++)
    if (strcmp(pro_chemistry_all[c]->name, name) == 0) return c;
  return -1;
}

/* Every member but the cell, its chemistry and the drive at its sensors' or tables' default. */
static void begin(pro_case *out, pro_told *told, const pro_kind *kind) {
  memset(out, 0, sizeof *out);
  memset(told, 0, sizeof *told);
  pro_field_defaults(pro_run_fields, out);
  pro_field_defaults(pro_initial_fields, out);
  pro_field_defaults(pro_enclosure_fields, &out->enclosure);
  for (int s = 0; pro_sensor_all[s]; s++) out->sensors[s] = pro_sensor_all[s]->typical;
  pro_field_defaults(pro_datasheet_fields, &told->sheet);
  pro_field_defaults(pro_contact_fields, &told->contact);
  pro_field_defaults(kind->fields, told->params);
  out->t_fault = NAN;
}

static void put(pro_case *in, pro_told *told, const pro_key *key, double value) {
  void *object = pro_key_object(key, in, told);
  if (object && !is_structure(key)) pro_field_put(&key->field, object, value);
}

/* The plan's settings and, of a case, its draws: all of them, or a datasheet's alone. */
static void put_all(pro_case *in, pro_told *told, const pro_plan *plan, const pro_case_number *number, int sheet) {
  for (size_t i = 0; i < plan->settings; i++)
    if (!sheet || plan->setting[i].key.place == PRO_PLACE_SHEET)
      put(in, told, &plan->setting[i].key, plan->setting[i].value);
  for (size_t i = 0; number && i < plan->varied; i++)
    if (!sheet || plan->vary[i].key.place == PRO_PLACE_SHEET)
      put(in, told, &plan->vary[i].key, pro_plan_draw(plan, i, *number));
}

static pro_status make_from_sheet(pro_case *out, const char **chemistry, const pro_told *told) {
  pro_status status = pro_datasheet_cell(&out->cell, chemistry, &told->sheet);
  const char *message = pro_error_message();
  if (status == PRO_OK || strncmp(message, "datasheet.", 10) == 0) return status;
  char copy[1024];
  snprintf(copy, sizeof copy, "%s", message);
  return pro_fail(status, "datasheet.%s", copy);
}

/* The case of the plan's settings and draws. On failure it has no cell, and all else. */
static pro_status fix(pro_case *out, pro_told *told, const pro_plan *plan, const pro_case_number *number) {
  int preset = 0, chemistry = -1;
  const char *name = NULL;
  for (size_t i = 0; i < plan->settings + (number ? plan->varied : 0); i++) {
    int set = i < plan->settings;
    const pro_key *key = set ? &plan->setting[i].key : &plan->vary[i - plan->settings].key;
    if (!is_structure(key)) continue;
    double value = set ? plan->setting[i].value : pro_plan_draw(plan, i - plan->settings, *number);
    *(key->field.choices == pro_preset_field.choices ? &preset : &chemistry) = (int)value;
  }
  begin(out, told, pro_kind_all[plan->kind]);
  pro_status status = PRO_OK;
  if (plan->sheet) {
    put_all(out, told, plan, number, 1);
    status = make_from_sheet(out, &name, told);
    if (status != PRO_OK) memset(&out->cell, 0, sizeof out->cell);
    out->preset = -1;
  } else {
    pro_cell_of_preset(&out->cell, pro_cell_all[preset]);
    name = pro_cell_all[preset]->chemistry;
    out->preset = preset;
  }
  if (chemistry < 0 && name) chemistry = chemistry_index(name);
  out->chemistry = chemistry < 0 ? 0 : chemistry;
  out->network = *pro_chemistry_all[out->chemistry];
  put_all(out, told, plan, number, 0);
  out->family = plan->kind;
  return status;
}

int pro_plan_base(pro_case *out, pro_told *told, const pro_plan *plan) {
  return fix(out, told, plan, NULL) == PRO_OK;
}

pro_status pro_plan_case(pro_case *out, const pro_plan *plan, pro_case_number number) {
  pro_told told;
  const pro_plan_file *file = plan->named;
  PRO_TRY(fix(out, &told, plan, &number));
  out->seed = number.seed;
  out->run = number.k;
  out->cell_draw = (int64_t)number.k; /* each case is another cell */
  PRO_TRY(pro_kind_all[plan->kind]->apply(out, told.params, file[PRO_FILE_OF_KIND].profile));
  PRO_TRY(pro_contact_apply(out, &told.contact, file[PRO_FILE_OF_CONTACT].profile));
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

int pro_family_chemistries(int out[64], int count, int family) {
  /* LFP's depends on the size: by a small cell and a large one */
  const double capacity[] = {2.0 * 3600.0, 100.0 * 3600.0}, mass[] = {0.045, 2.2};
  for (int i = 0; i < 2; i++) {
    pro_datasheet sheet;
    pro_cell cell;
    const char *name = NULL;
    pro_field_defaults(pro_datasheet_fields, &sheet);
    sheet.family = family, sheet.format = PRO_FORMAT_prismatic;
    sheet.capacity = capacity[i], sheet.mass = mass[i],
    sheet.nominal_voltage = family == PRO_FAMILY_lfp ? 3.2 : 3.7;
    int c = pro_datasheet_cell(&cell, &name, &sheet) == PRO_OK && name ? chemistry_index(name) : -1;
    if (c >= 0) count = add_once(out, count, c);
  }
  return count;
}

int pro_plan_chemistries(int out[64], const pro_plan *plan) {
  int from[64], count = possible(out, plan, "chemistry"), n = 0;
  pro_case in;
  pro_told told;
  if (count) return count;
  if (plan->sheet && pro_plan_base(&in, &told, plan)) return out[0] = in.chemistry, 1;
  if (plan->sheet) n = possible(from, plan, "datasheet.family");
  for (int i = 0; i < n; i++) count = pro_family_chemistries(out, count, from[i]);
  if (!plan->sheet) n = pro_plan_presets(from, plan);
  for (int i = 0; !plan->sheet && i < n; i++)
    count = add_once(out, count, chemistry_index(pro_cell_all[from[i]]->chemistry));
  return count;
}

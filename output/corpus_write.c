/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "output/corpus_writer.h"
#include "output/journal.h"
#include "sim/chemistry.h"
#include "sim/sensor.h"
#include "sim/sha256.h"

enum { CHUNK = PRO_CORPUS_CHUNK, ROWS = PRO_CORPUS_ROWS };

/* ---- creating ---- */

static pro_status claim_name(pro_corpus_writer *w, const char *path) {
  const char *slash = strrchr(path, '/');
  struct stat info;
  int there = stat(path, &info) == 0;
  w->sheet.path = w->path = strdup(path);
  if (!w->path) return pro_fail(PRO_ENOMEM, "%s: no memory", path);
  if (*(slash ? slash + 1 : path) == '\0' || (there && S_ISDIR(info.st_mode)))
    return pro_fail(PRO_EIO, "%s: cannot create a corpus there: %s", path, strerror(EISDIR));
  if (there && !S_ISREG(info.st_mode)) /* to rename over a device or a pipe would end it */
    return pro_fail(PRO_EIO, "%s: cannot create a corpus there: not a regular file", path);
  if (!w->plan->shard)
    PRO_TRY(pro_corpus_spare(path)); /* a shard's name is its plan's, whatever became of the file */
  return pro_draft_create(&w->draft, path);
}

static pro_status open_file(pro_corpus_writer *w) {
  hid_t made = pro_put_creation(&w->sheet, H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
  if (made < 0) return pro_corpus_blame(PRO_EIO);
  /* no lock: the name is ours alone, and locks fail on many parallel file systems */
  if (access < 0 || H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V110) < 0 ||
      H5Pset_file_locking(access, 0, 0) < 0 || H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0 ||
      pro_corpus_keep_little(access) < 0)
    return pro_put_fail(&w->sheet, "properties");
  w->sheet.file = H5Fcreate(w->draft.path, H5F_ACC_TRUNC, made, access);
  if (w->sheet.file < 0) return pro_put_fail(&w->sheet, "the file");
  H5Pclose(made), H5Pclose(access);
  w->sheet.text = pro_corpus_text_type();
  return w->sheet.text < 0 ? pro_put_fail(&w->sheet, "text") : PRO_OK;
}

static pro_status create_head(const pro_corpus_writer *w) {
  const pro_corpus_plan *plan = w->plan;
  const pro_sheet *to = &w->sheet;
  char hash[PRO_SHA256_TEXT];
  pro_sha256(hash, plan->scenario, strlen(plan->scenario));
  PRO_TRY(pro_put_text(to, to->file, "title", plan->title));
  PRO_TRY(pro_put_text(to, to->file, "Conventions", "CF-1.10"));
  PRO_TRY(pro_put_text(to, to->file, "schema", PRO_CORPUS_SCHEMA));
  PRO_TRY(pro_put_text(to, to->file, "source", plan->source));
  PRO_TRY(pro_put_text(to, to->file, "scenario", plan->scenario));
  PRO_TRY(pro_put_text(to, to->file, "scenario_sha256", hash));
  PRO_TRY(pro_put_u64(to, to->file, "seed", plan->seed));
  PRO_TRY(pro_put_u64(to, to->file, "cases_per_group", plan->group));
  if (plan->planned) PRO_TRY(pro_put_u64(to, to->file, "cases_planned", plan->planned));
  const char *license = plan->license ? plan->license : "not chosen: left to whoever publishes this file";
  return pro_put_text(to, to->file, "license", license);
}

static pro_status show(hid_t made, void *writer, const char *path, int axes) {
  return pro_corpus_show(made, writer, path, axes);
}

/* Of a dataset along obs: as long as what it shows, where it shows other files' samples. */
static void let_show(pro_corpus_writer *w, pro_shape *shape, char path[80], hid_t at, const char *name) {
  if (!w->plan->windows) return;
  snprintf(path, 80, "%s/%s", at == w->sheet.file ? "" : "/truth", name);
  shape->size[0] = shape->most[0] = pro_corpus_shown_obs(w->plan);
  shape->layout = show, shape->payload = w, shape->path = path;
}

static pro_status column_create(hid_t *out, pro_corpus_writer *w, int belt, hid_t at, const char *name,
                                pro_corpus_type type, const char *unit, const char *doc) {
  const hsize_t n = w->plan->cases, length = w->belt[belt].length;
  const pro_shape shapes[PRO_BELT_COUNT] = {
      {.axes = 1, .axis = {&w->scale[PRO_SCALE_obs]}, .most = {H5S_UNLIMITED}, .chunk = {length}},
      {.axes = 1, .axis = {&w->scale[PRO_SCALE_case]}, .size = {n}, .most = {n}, .chunk = {length}}};
  pro_shape shape = shapes[belt];
  int is_scale = strcmp(name, "case") == 0;
  if (is_scale) shape.axis[0] = NULL;
  char path[80];
  if (belt == PRO_BELT_obs) let_show(w, &shape, path, at, name);
  PRO_TRY(pro_put_dataset(out, &w->sheet, at, name, type, &shape, unit, doc));
  if (is_scale) PRO_TRY(pro_scale_become(&w->sheet, &w->scale[PRO_SCALE_case], *out, name));
  return pro_belt_add(&w->belt[belt], &(pro_column){.dataset = *out, .type = type, .slot = -1});
}

static pro_corpus_type type_of(const pro_sensor *sensor) {
  return sensor->bits == 16 ? PRO_CORPUS_i16 : PRO_CORPUS_i32;
}

static pro_status create_sensors(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  for (int s = 0; pro_sensor_all[s]; s++) {
    const pro_sensor *sensor = pro_sensor_all[s];
    pro_corpus_type type = type_of(sensor);
    hid_t dataset;
    PRO_TRY(column_create(&dataset, w, PRO_BELT_obs, to->file, sensor->name, type, sensor->unit, sensor->doc));
    w->belt[PRO_BELT_obs].column[w->belt[PRO_BELT_obs].columns - 1].seen = &w->seen[s];
    PRO_TRY(pro_put_f64(to, dataset, "scale_factor", sensor->quantum));
    PRO_TRY(pro_put_f64(to, dataset, "add_offset", sensor->offset));
  }
  return PRO_OK;
}

static pro_status create_stages(pro_corpus_writer *w) {
#define PRO_AS_BIT(name, bit, doc) bit,
  static const uint16_t bits[] = {PRO_STAGE_FLAG_LIST(PRO_AS_BIT)};
#define PRO_AS_WORD(name, bit, doc) " " #name
  static const char words[] = PRO_STAGE_FLAG_LIST(PRO_AS_WORD);
#define PRO_AS_LINE(name, bit, doc) "; " #name ": " doc
  static const char lines[] = PRO_STAGE_FLAG_LIST(PRO_AS_LINE);
  const pro_sheet *to = &w->sheet;
  hid_t dataset;
  PRO_TRY(column_create(&dataset, w, PRO_BELT_obs, to->file, "stages", PRO_CORPUS_u16, "1",
                        "what has happened to the cell, one bit each"));
  PRO_TRY(pro_put_numbers(to, dataset, "flag_masks", H5T_STD_U16LE, H5T_NATIVE_UINT16, PRO_COUNT(bits), bits));
  PRO_TRY(pro_put_text(to, dataset, "flag_meanings", words + 1));
  return pro_put_text(to, dataset, "comment", lines + 2);
}

static pro_status create_truth(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  hid_t truth, dataset;
  PRO_TRY(pro_put_group(&truth, to, to->file, "truth", "noise-free state, to judge by: never for a predictor"));
  for (int c = 0; c < PRO_TRUTH_COUNT; c++)
    PRO_TRY(column_create(&dataset, w, PRO_BELT_obs, truth, pro_truth_names[c], PRO_CORPUS_f32, pro_truth_units[c],
                          pro_truth_docs[c]));
  PRO_TRY(pro_scale_pure(to, &w->scale[PRO_SCALE_reaction], truth, "reaction", PRO_CORPUS_SLOTS, PRO_CORPUS_SLOTS,
                         "a reaction's place in its chemistry's table"));
  pro_shape shape = {.axes = 2,
                     .axis = {&w->scale[PRO_SCALE_obs], &w->scale[PRO_SCALE_reaction]},
                     .size = {0, PRO_CORPUS_SLOTS},
                     .most = {H5S_UNLIMITED, PRO_CORPUS_SLOTS},
                     .chunk = {CHUNK, 1}};
  char path[80];
  let_show(w, &shape, path, truth, "extent");
  PRO_TRY(pro_put_dataset(&w->extent, to, truth, "extent", PRO_CORPUS_f32, &shape, "1",
                          "extent of each reaction, named in order by the attribute reactions_of_<chemistry>"));
  for (int slot = 0; slot < PRO_CORPUS_SLOTS; slot++)
    PRO_TRY(pro_belt_add(&w->belt[PRO_BELT_obs],
                         &(pro_column){.dataset = w->extent, .type = PRO_CORPUS_f32, .slot = slot}));
  return PRO_OK;
}

/* Columns in this order: time, the sensors, stages, the truth, its extents. */
static pro_status create_columns(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  PRO_TRY(pro_scale_pure(to, &w->scale[PRO_SCALE_obs], to->file, "obs", 0, H5S_UNLIMITED,
                         "samples of all cases, one case after the other"));
  hid_t time;
  PRO_TRY(
      column_create(&time, w, PRO_BELT_obs, to->file, "time", PRO_CORPUS_f64, "s", "time since the case's start"));
  PRO_TRY(create_sensors(w));
  PRO_TRY(create_stages(w));
  return w->plan->keep_truth ? create_truth(w) : PRO_OK;
}

static pro_status create_parameters(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  hid_t group, dataset;
  PRO_TRY(
      pro_put_group(&group, to, to->file, "param", "what was drawn for each case; NaN where it does not apply"));
  for (size_t p = 0; p < w->plan->parameters; p++) {
    const pro_corpus_parameter *is = &w->plan->parameter[p];
    if (strchr(is->path, '/')) return pro_fail(PRO_EBUG, "%s: a parameter's path is '%s'", w->path, is->path);
    char doc[256];
    snprintf(doc, sizeof doc, "drawn value of %s", is->path);
    PRO_TRY(column_create(&dataset, w, PRO_BELT_case, group, is->path, PRO_CORPUS_f64, is->unit, doc));
    PRO_TRY(pro_put_text(to, dataset, "distribution", is->distribution));
    size_t count = 0;
    while (is->choices && is->choices[count]) count++;
    if (count) PRO_TRY(pro_put_flags(to, dataset, PRO_CORPUS_f64, count, is->choices));
  }
  return PRO_OK;
}

/* Tables in this order: pro_corpus_columns, the parameters, what clipped; messages last. */
static pro_status create_tables(pro_corpus_writer *w) {
  const pro_sheet *to = &w->sheet;
  static const struct {
    const char *path, *doc;
  } groups[] = {{"/", NULL},
                {"/nameplate", "what a battery management system is told of its cell"},
                {"/run_info", "how each run was computed, and its ledgers"}};
  hid_t at = to->file, dataset;
  size_t g = 0;
  for (const pro_corpus_column *c = pro_corpus_columns; c->name; c++) {
    if (strcmp(c->group, groups[g].path) != 0)
      PRO_TRY(pro_put_group(&at, to, to->file, c->group + 1, groups[++g].doc));
    PRO_TRY(column_create(&dataset, w, PRO_BELT_case, at, c->name, c->type, c->unit, c->doc));
    if (strcmp(c->name, "row_size") == 0) PRO_TRY(pro_put_text(to, dataset, "sample_dimension", "obs"));
  }
  PRO_TRY(create_parameters(w));
  for (int s = 0; pro_sensor_all[s]; s++) {
    char name[64], doc[96];
    snprintf(name, sizeof name, "clipped_%s", pro_sensor_all[s]->name);
    snprintf(doc, sizeof doc, "readings of %s that clipped", pro_sensor_all[s]->name);
    PRO_TRY(column_create(&dataset, w, PRO_BELT_case, at, name, PRO_CORPUS_i64, "1", doc));
  }
  return pro_put_text_column(&w->belt[PRO_BELT_case].text, to, at, "message", &w->scale[PRO_SCALE_case],
                             w->plan->cases, "why the run failed; empty where it did not");
}

/* The columns along obs of what has no datasets. */
static pro_status plain_columns(pro_corpus_writer *w) {
  pro_belt *obs = &w->belt[PRO_BELT_obs];
  pro_column column = {.dataset = H5I_INVALID_HID, .type = PRO_CORPUS_f64, .slot = -1};
  PRO_TRY(pro_belt_add(obs, &column));
  for (int s = 0; pro_sensor_all[s]; s++) {
    column.type = type_of(pro_sensor_all[s]);
    PRO_TRY(pro_belt_add(obs, &column));
  }
  column.type = PRO_CORPUS_u16;
  PRO_TRY(pro_belt_add(obs, &column));
  column.type = PRO_CORPUS_f32;
  for (int c = 0; w->plan->keep_truth && c < PRO_TRUTH_COUNT; c++) PRO_TRY(pro_belt_add(obs, &column));
  for (column.slot = 0; w->plan->keep_truth && column.slot < PRO_CORPUS_SLOTS; column.slot++)
    PRO_TRY(pro_belt_add(obs, &column));
  return PRO_OK;
}

static pro_status leave(pro_corpus_writer *w) {
  int whole = w->broken == PRO_OK && w->press && pro_press_break(w->press, PRO_OK) == PRO_OK;
  pro_press_free(w->press);
  pro_status status = pro_journal_close(w->journal);
  if (w->sheet.file >= 0 && whole) H5Tclose(w->sheet.text), H5Fclose(w->sheet.file);
  pro_draft_drop(&w->draft);
  for (int s = 0; s < PRO_SCALE_COUNT; s++) free(w->scale[s].link);
  for (int s = 0; s < PRO_SENSORS_MAX; s++) pro_histogram_clear(&w->seen[s]);
  for (int b = 0; b < PRO_BELT_COUNT; b++) pro_belt_clear(&w->belt[b]);
  free(w->path);
  free(w);
  return status;
}

static pro_status make_writer(pro_corpus_writer **out, const char *path, const pro_corpus_plan *plan) {
  if (plan->cases == 0 || plan->cases > UINT32_MAX || plan->group == 0)
    return pro_fail(PRO_EINPUT, "%s: cannot hold %llu cases in groups of %llu", path,
                    (unsigned long long)plan->cases, (unsigned long long)plan->group);
  if (!plan->integrator) return pro_fail(PRO_EBUG, "%s: its plan names no integrator", path);
  pro_corpus_writer *w = calloc(1, sizeof *w);
  if (!w) return pro_fail(PRO_ENOMEM, "%s: no memory", path);
  w->plan = plan;
  w->draft.fd = -1;
  w->sheet.file = H5I_INVALID_HID;
  w->belt[PRO_BELT_obs] = (pro_belt){.length = CHUNK, .grows = 1, .text = H5I_INVALID_HID};
  w->belt[PRO_BELT_case] = (pro_belt){.length = plan->cases < ROWS ? plan->cases : ROWS, .text = H5I_INVALID_HID};
  *out = w;
  return PRO_OK;
}

/* To the caller if it is whole. */
static pro_status hand_over(pro_corpus_writer **out, pro_corpus_writer *w) {
  pro_status status = w->broken;
  if (status == PRO_OK)
    *out = w;
  else
    (void)leave(w);
  return status;
}

pro_status pro_corpus_create(pro_corpus_writer **out, const char *path, const pro_corpus_plan *plan) {
  pro_corpus_quiet();
  pro_corpus_writer *w;
  PRO_TRY(make_writer(&w, path, plan));
  w->broken = claim_name(w, path);
  if (w->broken == PRO_OK) w->broken = open_file(w);
  if (w->broken == PRO_OK) w->broken = create_head(w);
  if (w->broken == PRO_OK) w->broken = create_columns(w);
  if (w->broken == PRO_OK) w->broken = create_tables(w);
  if (w->broken == PRO_OK) w->broken = pro_press_create(&w->press, &w->sheet, NULL, NULL);
  return hand_over(out, w);
}

void pro_corpus_journal_head(pro_journal_head *out, const pro_corpus_plan *plan) {
  memset(out, 0, sizeof *out); /* heads are compared byte by byte */
  snprintf(out->build, sizeof out->build, "%s", plan->source);
  snprintf(out->plan_sha256, sizeof out->plan_sha256, "%s", plan->shard->plan_sha256);
  out->shard = plan->shard->index, out->shards = plan->shard->count;
  out->row_bytes = sizeof(pro_corpus_row), out->parameters = (uint32_t)plan->parameters;
  out->sensors = (uint32_t)pro_sensor_count();
  out->columns = (uint32_t)(2 + pro_sensor_count() + (plan->keep_truth ? PRO_TRUTH_COUNT + PRO_CORPUS_SLOTS : 0));
}

pro_status pro_corpus_create_journal(pro_corpus_writer **out, const char *path, const pro_corpus_plan *plan,
                                     const pro_journal_news *news, uint64_t chunks) {
  pro_journal_head head;
  pro_corpus_writer *w;
  pro_corpus_journal_head(&head, plan);
  PRO_TRY(make_writer(&w, path, plan));
  w->cases = news->cases, w->belt[PRO_BELT_obs].next = chunks;
  w->path = strdup(path);
  w->sheet.path = w->path;
  w->broken = w->path ? plain_columns(w) : pro_fail(PRO_ENOMEM, "%s: no memory", path);
  if (w->broken == PRO_OK)
    w->broken = pro_journal_create(&w->journal, path, &head, news, news->cases / plan->group);
  if (w->broken == PRO_OK) w->broken = pro_press_create(&w->press, &w->sheet, pro_journal_stack, w->journal);
  return hand_over(out, w);
}

void pro_corpus_abandon(pro_corpus_writer *writer) {
  pro_corpus_quiet();
  if (writer) (void)leave(writer);
}

pro_status pro_corpus_leave_journal(pro_corpus_writer *w) {
  int whole = w->cases == w->plan->cases || w->cases % w->plan->group == 0;
  pro_status status = w->broken;
  if (status == PRO_OK && whole) {
    pro_press_seal(w->press, &w->belt[PRO_BELT_obs], 1);
    status = pro_journal_group(w->journal, pro_belt_at(&w->belt[PRO_BELT_obs]) / CHUNK);
  }
  if (status == PRO_OK) status = pro_press_drain(w->press);
  pro_status left = leave(w);
  return status != PRO_OK ? status : left;
}

/* ---- appending ---- */

static pro_status take_codes(const pro_corpus_writer *w, pro_stack *s, size_t c, const int32_t *code, size_t n) {
  if (s->belt->column[c].type == PRO_CORPUS_i32) {
    memcpy((int32_t *)s->chunk[c].data + s->held, code, n * sizeof *code);
    return PRO_OK;
  }
  int16_t *to = (int16_t *)s->chunk[c].data + s->held;
  int wide = 0;
  for (size_t k = 0; k < n; k++) {
    to[k] = code[k] == PRO_CODE_MISSING ? INT16_MIN : (int16_t)code[k];
    wide |= code[k] != PRO_CODE_MISSING && (code[k] <= INT16_MIN || code[k] > INT16_MAX);
  }
  return wide ? pro_fail(PRO_EBUG, "%s: a code does not fit its 16 bits", w->path) : PRO_OK;
}

static void take_reals(pro_stack *s, size_t c, const double *value, size_t n) {
  float *to = (float *)pro_stack_touch(s, c) + s->held;
  for (size_t k = 0; k < n; k++) to[k] = (float)value[k];
}

/* Copies samples [from, from + n) of a piece behind what the stack holds. */
static pro_status take(pro_corpus_writer *w, pro_stack *s, const pro_trajectory *truth,
                       const pro_observation *seen, size_t from, size_t n) {
  size_t c = 0;
  memcpy((double *)s->chunk[c++].data + s->held, seen->t + from, n * sizeof(double));
  for (int i = 0; pro_sensor_all[i]; i++) PRO_TRY(take_codes(w, s, c++, seen->code[i] + from, n));
  pro_label_feed(&w->labeller, (uint16_t *)s->chunk[c++].data + s->held, truth, from, n);
  if (w->plan->keep_truth) {
    for (int i = 0; i < PRO_TRUTH_COUNT; i++) take_reals(s, c++, truth->truth[i] + from, n);
    for (int j = 0; j < truth->reactions; j++)
      take_reals(s, c++, truth->xi + (size_t)j * truth->samples + from, n);
    while (c < s->belt->columns) pro_stack_skip(s, c++, n);
  }
  s->held += n;
  return PRO_OK;
}

static pro_status take_piece(pro_corpus_writer *w, const pro_trajectory *truth, const pro_observation *seen) {
  pro_belt *belt = &w->belt[PRO_BELT_obs];
  if (!w->run || !w->run->truth || truth->samples != seen->samples || seen->channels != pro_sensor_count() ||
      truth->reactions > PRO_CORPUS_SLOTS || w->taken + truth->samples > w->run->truth->samples)
    return pro_fail(PRO_EBUG, "%s: case %llu is seen otherwise than it was", w->path,
                    (unsigned long long)w->cases);
  for (size_t from = 0, n = truth->samples; from < n;) {
    pro_stack *s;
    PRO_TRY(pro_press_stack(&s, w->press, belt));
    size_t part = n - from < CHUNK - s->held ? n - from : CHUNK - s->held;
    if (w->row.split == PRO_SPLIT_train) PRO_TRY(pro_spans_add(&s->train, s->held, s->held + part));
    PRO_TRY(take(w, s, truth, seen, from, part));
    from += part;
    if (s->held == CHUNK) pro_press_seal(w->press, belt, 1);
  }
  w->taken += truth->samples;
  return PRO_OK;
}

static double plain_nan(double x) { return isnan(x) ? NAN : x; } /* one bit pattern for all of them */

static uint8_t cells_known(void) { /* the number that a cell from a datasheet has, behind the presets' */
  int n = 0;
  while (n < UINT8_MAX && pro_cell_all[n]) n++;
  return (uint8_t)n;
}

static pro_corpus_row row_of(const pro_corpus_writer *w, const pro_run *run) {
  const pro_case *in = &run->in;
  const pro_trajectory *truth = run->truth;
  int electrical = in->cell.capacity > 0.0;
  pro_corpus_row row = {
      .number = (int64_t)((w->plan->shard ? w->plan->shard->first : 0) + w->cases),
      .run = (int64_t)in->run,
      .module = -1,
      .row_start = (int64_t)pro_belt_at(&w->belt[PRO_BELT_obs]),
      .row_size = truth ? (int32_t)truth->samples : 0,
      .class_ = (uint8_t)pro_label_class(run),
      .family = (uint8_t)in->family,
      .chemistry = (uint8_t)in->chemistry,
      .cell = in->preset < 0 ? cells_known() : (uint8_t)in->preset,
      .cell_draw = in->cell_draw,
      .twin_of = -1,
      .split = (uint8_t)pro_label_split(w->plan->seed, in->cell_draw),
      .outcome = (uint8_t)(truth ? truth->outcome : PRO_OUTCOME_failed),
      .T_max = truth ? (float)truth->T_max : NAN,
      .capacity = electrical ? (float)in->cell.capacity : NAN,
      .mass = (float)in->cell.mass,
      .voltage_min = electrical ? (float)in->cell.voltage_min : NAN,
      .voltage_max = electrical ? (float)in->cell.voltage_max : NAN,
      .T_operating_max = (float)in->cell.T_operating_max,
      .format = (uint8_t)in->cell.format,
      .status = (uint8_t)run->status,
      .rate_end = truth ? plain_nan(truth->rate_end) : NAN,
  };
  for (int c = 0; c < PRO_CLOCK_COUNT; c++) row.clock[c] = truth ? plain_nan(truth->clock[c]) : NAN;
  if (truth) {
    row.steps = truth->steps, row.rejected = truth->rejected;
    row.rhs_calls = truth->rhs_calls, row.jacobian_calls = truth->jacobian_calls;
    row.ledger = truth->ledger;
  } else {
    row.ledger = (pro_ledger){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  }
  return row;
}

static pro_status check_run(const pro_corpus_writer *w, const pro_run *run) {
  if (w->run) return pro_fail(PRO_EBUG, "%s: a case is begun within another", w->path);
  if (w->cases == w->plan->cases)
    return pro_fail(PRO_EBUG, "%s: more than the %llu cases planned", w->path, (unsigned long long)w->cases);
  const int whole = run->truth && run->truth->t;
  if ((run->truth != NULL) != (run->status == PRO_OK) || (whole && !run->seen) || (!run->truth && run->seen))
    return pro_fail(PRO_EBUG, "%s: case %llu has samples and failed, or neither", w->path,
                    (unsigned long long)w->cases);
  if (run->truth && run->truth->samples > INT32_MAX)
    return pro_fail(PRO_EBUG, "%s: case %llu has too many samples", w->path, (unsigned long long)w->cases);
  return PRO_OK;
}

static pro_status take_row(pro_corpus_writer *w, const pro_corpus_record *record) {
  pro_belt *belt = &w->belt[PRO_BELT_case];
  pro_stack *s;
  PRO_TRY(pro_press_stack(&s, w->press, belt));
  size_t c = 0;
  for (; pro_corpus_columns[c].name; c++) {
    size_t size = pro_corpus_size(pro_corpus_columns[c].type);
    memcpy(s->chunk[c].data + s->held * size, (const char *)&record->row + pro_corpus_columns[c].offset, size);
  }
  for (size_t p = 0; p < w->plan->parameters; p++)
    ((double *)s->chunk[c++].data)[s->held] = plain_nan(record->param[p]);
  for (int i = 0; pro_sensor_all[i]; i++)
    ((int64_t *)s->chunk[c++].data)[s->held] = record->clipped ? record->clipped[i] : 0;
  if (record->message && record->message[0]) {
    s->text[s->held] = strdup(record->message);
    if (!s->text[s->held]) return pro_fail(PRO_ENOMEM, "%s: no memory for a message", w->path);
  }
  if (++s->held == belt->length) pro_press_seal(w->press, belt, 1);
  return PRO_OK;
}

pro_status pro_corpus_take_record(pro_corpus_writer *w, const pro_corpus_record *record) {
  if (w->journal)
    PRO_TRY(pro_journal_row(w->journal, record));
  else
    PRO_TRY(take_row(w, record));
  w->has_chemistry[record->row.chemistry] = w->has_cell[record->row.cell] = 1;
  w->rtol_least = w->cases == 0 ? record->rtol : fmin(w->rtol_least, record->rtol);
  w->rtol_most = fmax(w->rtol_most, record->rtol);
  w->cases++, w->next_number = (uint64_t)record->row.number + 1;
  return PRO_OK;
}

pro_status pro_corpus_begin_group(pro_corpus_writer *w) {
  if (w->cases % w->plan->group != 0) return PRO_OK;
  pro_press_seal(w->press, &w->belt[PRO_BELT_obs], 1);
  return w->journal ? pro_journal_group(w->journal, pro_belt_at(&w->belt[PRO_BELT_obs]) / CHUNK) : PRO_OK;
}

static pro_status begin(pro_corpus_writer *w, const pro_run *run) {
  PRO_TRY(check_run(w, run));
  PRO_TRY(pro_corpus_begin_group(w));
  w->row = row_of(w, run);
  if (run->truth) pro_label_begin(&w->labeller, &run->in, run->truth->clock);
  w->run = run, w->taken = 0;
  return PRO_OK;
}

static pro_status end(pro_corpus_writer *w, const double *param) {
  const pro_run *run = w->run;
  if (!run || w->taken != (run->truth ? run->truth->samples : 0))
    return pro_fail(PRO_EBUG, "%s: case %llu lacks samples", w->path, (unsigned long long)w->cases);
  w->run = NULL;
  const pro_corpus_record record = {.row = w->row,
                                    .rtol = run->in.rtol,
                                    .param = param,
                                    .clipped = run->seen ? run->seen->clipped : NULL,
                                    .message = run->status != PRO_OK ? run->message : NULL};
  return pro_corpus_take_record(w, &record);
}

static pro_status append(pro_corpus_writer *w, const pro_run *run, const double *param) {
  PRO_TRY(begin(w, run));
  if (run->truth) PRO_TRY(take_piece(w, run->truth, run->seen));
  return end(w, param);
}

pro_status pro_corpus_told(pro_corpus_writer *w, pro_status status) {
  return w->broken = pro_press_break(w->press, status);
}

pro_status pro_corpus_append(pro_corpus_writer *w, const pro_run *run, const double *param) {
  if (w->broken != PRO_OK) return pro_corpus_told(w, w->broken);
  if (run->truth && !run->truth->t)
    return pro_corpus_told(w, pro_corpus_append_long(w, run, param, w->plan->integrator));
  return pro_corpus_told(w, append(w, run, param));
}

pro_status pro_corpus_begin(pro_corpus_writer *w, const pro_run *run) {
  return pro_corpus_told(w, w->broken == PRO_OK ? begin(w, run) : w->broken);
}

pro_status pro_corpus_piece(pro_corpus_writer *w, const pro_trajectory *truth, const pro_observation *seen) {
  return pro_corpus_told(w, w->broken == PRO_OK ? take_piece(w, truth, seen) : w->broken);
}

pro_status pro_corpus_end(pro_corpus_writer *w, const double *param) {
  return pro_corpus_told(w, w->broken == PRO_OK ? end(w, param) : w->broken);
}

pro_status pro_corpus_help(pro_corpus_writer *writer) { return pro_press_help(writer->press); }

/* ---- the whole ---- */

pro_status pro_corpus_commit(pro_corpus_writer *writer) {
  int placed;
  return pro_corpus_place(&placed, writer);
}

pro_status pro_corpus_place(int *placed, pro_corpus_writer *writer) {
  pro_corpus_quiet();
  if (writer->broken == PRO_OK) writer->broken = pro_corpus_finish(writer);
  if (writer->broken == PRO_OK) writer->broken = pro_corpus_publish(writer);
  pro_status status = writer->broken;
  *placed = writer->draft.published;
  (void)leave(writer);
  return status;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/circuit.h"
#include "cli/drive.h"
#include "sim/datasheet.h"

#define OWN "of these cells alone: no preset has it"
/* What all cells share, from two that are new: */
static const pro_calibrated shared[] = {
    {{"capacity_loss", "1", 0.05, 0.0, 0.4, 0}, OWN, "of the two new cells, of 2 Ah"},
    {{"resistance", "ohm", 0.06, 0.01, 0.3, 1}, OWN, "that acts at once, at 25 degC"},
    {{"resistance_activation", "J/mol", 2.0e4, 0.0, 6.0e4, 0}, OWN, "of that resistance"},
    {{"pair_1_resistance", "ohm", 0.03, 0.003, 0.3, 1}, OWN, "of the faster RC pair"},
    {{"pair_1_time", "s", 20.0, 2.0, 100.0, 1}, OWN, "of the faster RC pair"},
    {{"pair_2_resistance", "ohm", 0.03, 0.003, 0.3, 1}, OWN, "of the slower RC pair"},
    {{"pair_2_time", "s", 250.0, 101.0, 1500.0, 1}, OWN, "of the slower RC pair"},
    {{"resistance_low_charge", "1", 2.0, 1.0, 10.0, 1}, OWN, "by how many times they are larger at no charge"},
    {{"film_coefficient", "W/(m2 K)", 15.0, 1.0, 100.0, 1}, OWN, "to the air of the chamber at 24 degC"},
    {{"film_coefficient:last", "W/(m2 K)", 30.0, 1.0, 100.0, 1}, OWN, "at 43 degC"},
    {{"pair_activation", "J/mol", 3.5e4, 0.0, 6.0e4, 0}, OWN, "of both pairs"},
    {{"heat_capacity", "J/(kg K)", 900.0, 700.0, 1500.0, 1}, OWN, "of what is taken to be 44 g"},
    {{"T_offset", "K", 0.0, -3.0, 5.0, 0}, OWN, "of the air over what is stated"},
    {{0}, NULL, NULL},
};
/* What sets each cell's age: */
static const pro_calibrated ageing[] = {
    {{"capacity_loss", "1", 0.1, 0.0, 0.7, 0}, OWN, "at the first file, of 2 Ah"},
    {{"capacity_loss:last", "1", 0.2, 0.0, 0.7, 0}, OWN, "at the last"},
    {{"resistance_growth", "1", 0.2, 0.0, 5.0, 0}, OWN, "at the first file, of all resistances"},
    {{"resistance_growth:last", "1", 0.5, 0.0, 5.0, 0}, OWN, "at the last"},
    {{"pair_2_resistance", "ohm", 0.075, 0.003, 1.0, 1}, OWN, "of the slower RC pair: diffusion in the cold"},
    {{"resistance_low_charge", "1", 3.3, 1.0, 20.0, 1}, OWN, "by how many times they are larger at no charge"},
    {{"film_coefficient", "W/(m2 K)", 10.0, 1.0, 100.0, 1}, OWN, "to the chamber's air; radiation beside it"},
    {{"T_offset", "K", 0.0, -3.0, 5.0, 0}, OWN, "of the air over what is stated"},
    {{0}, NULL, NULL},
};

enum { PER_CELL = 6, SEGMENTS = 2 };
static const struct {
  const char *name;
  int cycle[PER_CELL];
  double ambient[PER_CELL]; /* [degC] */
} cells[] = {
    {"B0025", {0, 5, 11, 16, 22, 27}, {24, 24, 24, 24, 24, 24}},
    {"B0029", {0, 8, 15, 23, 30, 38}, {43, 43, 43, 43, 43, 43}},
    {"B0038", {0, 9, 18, 27, 36, 45}, {24, 24, 44, 44, 44, 44}},
    {"B0045", {0, 14, 28, 42, 56, 70}, {4, 4, 4, 4, 4, 4}},
    {"B0049", {0, 4, 9, 13, 18, 22}, {4, 4, 4, 4, 4, 4}},
};

#define CAPACITY (2.0 * 3600.0) /* nominal [C] */
#define TABLE_CAPACITY \
  (1.93 * 3600.0) /* that the table stands for: a little more than the new cells took in [C] */

static const pro_drive_file new_cells[] = {
    {"B0025_cyc000.csv", 1, 0, 0.0, PRO_ENDS_FULL, PRO_ZERO_CELSIUS + 24.0, NAN, 0.0},
    {"B0025_cyc000.csv", 1, 1, 0.0, 1.0, PRO_ZERO_CELSIUS + 24.0, NAN, 0.0},
    {"B0029_cyc000.csv", 1, 0, 0.0, PRO_ENDS_FULL, PRO_ZERO_CELSIUS + 43.0, NAN, 1.0}, /* "last": that chamber */
    {"B0029_cyc000.csv", 1, 1, 0.0, 1.0, PRO_ZERO_CELSIUS + 43.0, NAN, 1.0},
};
enum { NEW = PRO_COUNT(new_cells), TABLE = 2 }; /* the table is that of B0029: warm, and least resistance */

/* Charge and discharge of a cell's files; those of its first, third and last are fitted: B0038 was moved to
 * another temperature before its third. */
static size_t list_files(pro_drive_file *to, char name[][32], size_t cell) {
  size_t n = 0;
  for (size_t k = 0; k < PER_CELL; k++) {
    snprintf(name[k], sizeof name[k], "%s_cyc%03d.csv", cells[cell].name, cells[cell].cycle[k]);
    double age = (double)cells[cell].cycle[k] / cells[cell].cycle[PER_CELL - 1];
    for (int segment = 0; segment < SEGMENTS; segment++)
      to[n++] = (pro_drive_file){name[k],
                                 k == 0 || k == 2 || k == PER_CELL - 1,
                                 segment,
                                 0.0,
                                 segment ? 1.0 : PRO_ENDS_FULL,
                                 cells[cell].ambient[k] + PRO_ZERO_CELSIUS,
                                 NAN,
                                 age};
  }
  return n;
}

static pro_status make_base(pro_case *out) {
  const pro_datasheet sheet = {.family = PRO_FAMILY_lco,
                               .format = PRO_FORMAT_cylinder,
                               .diameter = 18.0e-3,
                               .length = 65.0e-3,
                               .capacity = CAPACITY,
                               .mass = 44.0e-3 /* guess */,
                               .nominal_voltage = 3.7};
  pro_cell cell;
  const char *chemistry;
  PRO_TRY(pro_datasheet_cell(&cell, &chemistry, &sheet));
  cell.ocv = PRO_OCV_nasa_2Ah;
  PRO_TRY(pro_comparison_begin(out, &cell, chemistry));
  pro_replay_calm(out);
  return PRO_OK;
}

static pro_status estimate_table(pro_calibration_result *to, const pro_case *base, const char *data) {
  pro_replay replay[NEW] = {{.samples = 0}};
  pro_circuit_stretch stretch[NEW];
  pro_ocv table;
  pro_status status = PRO_OK;
  for (int k = TABLE; k < NEW && status == PRO_OK; k++) {
    const pro_drive_file *f = &new_cells[k];
    status =
        pro_replay_read(&replay[k], data, f->file, &(pro_replay_cut){.segment = f->segment, .tolerance = 0.02});
    double soc = f->soc < 0.0 ? 1.0 - replay[k].charge / TABLE_CAPACITY : f->soc;
    stretch[k] = (pro_circuit_stretch){&replay[k], soc, f->T_ambient + 1.5};
  }
  if (status == PRO_OK)
    status = pro_circuit_fit(&table, to, "open-circuit table", stretch + TABLE, NEW - TABLE,
                             pro_ocv_all[PRO_OCV_nmc_mohtat2020], TABLE_CAPACITY,
                             (double[]){base->cell.resistance_activation, base->cell.pair_activation});
  for (int k = 0; k < NEW; k++) pro_replay_free(&replay[k]);
  return status;
}

static double of_file(double a, double b, size_t n, size_t m) { /* rms of two parts */
  return sqrt((a * a * (double)n + b * b * (double)m) / (double)(n + m));
}

static pro_status run_cell(pro_calibration_result *to, const pro_case *base, const char *data, size_t cell,
                           int *good, int *all) {
  pro_drive_file files[PER_CELL * SEGMENTS];
  pro_drive_score score[PER_CELL * SEGMENTS];
  char name[PER_CELL][32];
  size_t n = list_files(files, name, cell);
  PRO_TRY(pro_drive_calibrate(to, cells[cell].name, data, base, ageing, files, n, NULL, score));
  for (size_t k = 0; k < PER_CELL; k++) {
    const pro_drive_score *a = &score[SEGMENTS * k], *b = a + 1;
    double voltage = of_file(a->voltage, b->voltage, a->samples, b->samples),
           T = of_file(a->T, b->T, a->samples, b->samples);
    const char *how = files[SEGMENTS * k].fitted ? "fitted" : "not fitted";
    pro_rows_add(&to->rows, name[k], "mV", NAN, 0.0, 40.0, 1e3 * voltage, "voltage, rms error (%s)", how);
    pro_rows_add(&to->rows, name[k], "K", NAN, 0.0, 1.0, T, "temperature, rms error (%s)", how);
    good[0] += voltage <= 0.040, good[1] += T <= 1.0, ++*all;
  }
  return PRO_OK;
}

static pro_status run(pro_calibration_result *to, const char *data) {
  pro_case base;
  PRO_TRY(make_base(&base));
  PRO_TRY(estimate_table(to, &base, data));
  double best[PRO_FIT_PARAMETERS_MAX];
  pro_drive_score score[NEW];
  PRO_TRY(pro_drive_calibrate(to, "B0025 and B0029, new", data, &base, shared, new_cells, PRO_COUNT(new_cells),
                              best, score));
  for (int k = 0; shared[k].fit.name; k++) {
    const pro_field *field = pro_field_find(pro_cell_fields, shared[k].fit.name);
    if (field && field->offset != offsetof(pro_cell, capacity_loss)) pro_field_put(field, &base.cell, best[k]);
  }
  int good[2] = {0, 0}, all = 0;
  for (size_t c = 0; c < PRO_COUNT(cells); c++) PRO_TRY(run_cell(to, &base, data, c, good, &all));
  pro_rows_add(&to->rows, "all", "%", NAN, NAN, NAN, 100.0 * good[0] / all, "files within 40 mV, of %d", all);
  pro_rows_add(&to->rows, "all", "%", NAN, NAN, NAN, 100.0 * good[1] / all, "files within 1 K, of %d", all);
  return PRO_OK;
}

const pro_calibration pro_calibration_drive_nasa = {
    .name = "drive_nasa",
    .doc = "capacity and resistance of five ageing 2 Ah 18650 cells at 4 to 44 degC",
    .source = "NASA Ames Prognostics Center of Excellence (B. Saha, K. Goebel 2007)",
    .data = "measured/nasa_pcoe",
    .parameters = ageing,
    .run = run,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cli/circuit.h"
#include "cli/drive.h"
#include "sim/datasheet.h"

#define OWN "sim/cell/lco_pouch_5450.c"
static const pro_calibrated parameters[] = {
    {{"resistance", "ohm", 0.0095, 0.001, 0.05, 1}, OWN, "that acts at once, at 25 degC"},
    {{"pair_1_resistance", "ohm", 0.007, 0.0005, 0.05, 1}, OWN, "of the faster RC pair"},
    {{"pair_1_time", "s", 20.0, 2.0, 100.0, 1}, OWN, "of the faster RC pair"},
    {{"pair_2_resistance", "ohm", 0.007, 0.0005, 0.05, 1}, OWN, "of the slower RC pair"},
    {{"pair_2_time", "s", 250.0, 101.0, 1500.0, 1}, OWN, "of the slower RC pair"},
    {{"resistance_low_charge", "1", 2.0, 1.0, 10.0, 1}, OWN, "by how many times they are larger at no charge"},
    {{"film_coefficient", "W/(m2 K)", 10.0, 2.0, 100.0, 1}, OWN, "to the air; radiation is counted beside it"},
    {{"heat_capacity", "J/(kg K)", 950.0, 800.0, 2000.0, 1}, OWN, "of what is taken to be 0.11 kg"},
    {{0}, NULL, NULL},
};

#define CAPACITY (5.15 * 3600.0)         /* that the table stands for: a little more than any run took [C] */
#define T_ROOM (PRO_ZERO_CELSIUS + 23.0) /* "about 23 degC" */

#define CYCLE(file, fitted) \
  { file, fitted, -1, 0.0, 1.0, T_ROOM, NAN, 0.0 } /* from full */
static const pro_drive_file files[] = {
    CYCLE("CRate1_Cycle01.csv", 1), CYCLE("CRate3_Cycle01.csv", 1), CYCLE("CRate2_Cycle01.csv", 0),
    CYCLE("CRate4_Cycle01.csv", 0), CYCLE("CRate1_Cycle29.csv", 0), CYCLE("CRate2_Cycle29.csv", 0),
    CYCLE("CRate3_Cycle29.csv", 0), CYCLE("CRate4_Cycle29.csv", 0),
};

static pro_status make_base(pro_case *out) {
  const pro_datasheet sheet = {.family = PRO_FAMILY_lco,
                               .format = PRO_FORMAT_pouch,
                               .capacity = 5.45 * 3600.0,
                               .mass = 0.11 /* guess */,
                               .nominal_voltage = 3.7,
                               .voltage_min = 3.0,
                               .voltage_max = 4.2};
  pro_cell cell;
  const char *chemistry;
  PRO_TRY(pro_datasheet_cell(&cell, &chemistry, &sheet));
  cell.capacity = CAPACITY, cell.ocv = PRO_OCV_lipo5450_uw;
  PRO_TRY(pro_comparison_begin(out, &cell, chemistry));
  pro_replay_calm(out);
  return PRO_OK;
}

static pro_status estimate_table(pro_calibration_result *to, const pro_case *base, const char *data) {
  pro_replay replay[2] = {{.samples = 0}};
  pro_circuit_stretch stretch[2];
  pro_ocv table;
  pro_status status = PRO_OK;
  for (int k = 0; k < 2 && status == PRO_OK; k++) {
    status = pro_replay_read(&replay[k], data, files[k].file, &(pro_replay_cut){.segment = -1, .tolerance = 0.02});
    stretch[k] = (pro_circuit_stretch){&replay[k], 1.0, T_ROOM};
  }
  if (status == PRO_OK)
    status = pro_circuit_fit(&table, to, "open-circuit table", stretch, 2, pro_ocv_all[PRO_OCV_lco_marquis2019],
                             CAPACITY, (double[]){base->cell.resistance_activation, base->cell.pair_activation});
  for (int k = 0; k < 2; k++) pro_replay_free(&replay[k]);
  return status;
}

static pro_status run(pro_calibration_result *to, const char *data) {
  pro_case base;
  PRO_TRY(make_base(&base));
  PRO_TRY(estimate_table(to, &base, data));
  return pro_drive_calibrate(to, "1C and 3C, cycle 1", data, &base, parameters, files, PRO_COUNT(files), NULL,
                             NULL);
}

const pro_calibration pro_calibration_drive_lipo5450 = {
    .name = "drive_lipo5450",
    .doc = "open-circuit table, resistances and warmth of a 5.45 Ah pouch from its cycles at 1C and 3C",
    .source = "University of Wisconsin-Madison (SAE 2023-01-0522), Zenodo 10.5281/zenodo.7553043, Apache-2.0",
    .data = "measured/lipo5450_uw",
    .parameters = parameters,
    .run = run,
};

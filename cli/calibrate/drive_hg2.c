/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cli/drive.h"

#define STANDS(member) "sim/cell/nmc811_18650_hg2.c: " member
static const pro_calibrated parameters[] = {
    {{"capacity", "C", 10188.0, 9500.0, 11000.0, 0}, STANDS("capacity"), "between the table's ends"},
    {{"resistance", "ohm", 0.0173, 0.005, 0.08, 1}, STANDS("resistance"), "that acts at once, at 25 degC"},
    {{"pair_1_resistance", "ohm", 0.013, 0.002, 0.06, 1}, STANDS("pair_1_resistance"), "of the faster RC pair"},
    {{"pair_1_time", "s", 20.0, 2.0, 60.0, 1}, STANDS("pair_1_time"), "of the faster RC pair"},
    {{"pair_2_resistance", "ohm", 0.013, 0.002, 0.06, 1}, STANDS("pair_2_resistance"), "of the slower RC pair"},
    {{"pair_2_time", "s", 250.0, 60.0, 1500.0, 1}, STANDS("pair_2_time"), "of the slower RC pair"},
    {{"resistance_low_charge", "1", 2.0, 1.0, 10.0, 1},
     STANDS("resistance_low_charge"),
     "by how many times resistances are larger at no charge"},
    {{"film_coefficient", "W/(m2 K)", 20.0, 2.0, 300.0, 1},
     "the test's own: not in the preset",
     "to the air of the chamber; radiation is counted beside it"},
    {{"heat_capacity", "J/(kg K)", 900.0, 800.0, 1100.0, 0}, STANDS("heat_capacity"), "of the 47 g cell"},
    {{0}, NULL, NULL},
};

#define RESTED 0.9990 /* charge after every one of its charges: 4.1853 V at rest [-] */
#define REST_T (PRO_ZERO_CELSIUS + 23.87)

#define CYCLE(file, fitted) \
  { file, fitted, -1, 0.0, NAN, NAN, NAN, 0.0 }
/* begins a sampling interval of 60 s into its current */
#define UNDER_LOAD(file, fitted) \
  { file, fitted, -1, 60.0, RESTED, REST_T, REST_T, 0.0 }
static const pro_drive_file files[] = {
    CYCLE("25degC_551_US06.csv", 1),          CYCLE("25degC_552_Mixed3.csv", 1),
    CYCLE("25degC_551_Cap_1C.csv", 1),        UNDER_LOAD("25degC_549_Dis_2C.csv", 1),
    CYCLE("25degC_551_Mixed1.csv", 0),        CYCLE("25degC_552_Mixed5.csv", 0),
    CYCLE("25degC_552_Mixed6.csv", 0),        CYCLE("25degC_552_Mixed7.csv", 0),
    CYCLE("25degC_552_Cap_1C.csv", 0),        UNDER_LOAD("25degC_549_Dis_0p5C.csv", 0),
    CYCLE("25degC_552_PausCycl.csv", 0),      CYCLE("25degC_551_HWFET.csv", 0),
    UNDER_LOAD("25degC_549_C20DisCh.csv", 0),
};

static pro_status run(pro_calibration_result *to, const char *data) {
  pro_case base;
  PRO_TRY(pro_comparison_preset(&base, "nmc811_18650_hg2", NULL));
  pro_replay_calm(&base);
  return pro_drive_calibrate(to, "US06, Mixed3, 1C, 2C", data, &base, parameters, files, PRO_COUNT(files), NULL,
                             NULL);
}

const pro_calibration pro_calibration_drive_hg2 = {
    .name = "drive_hg2",
    .doc = "resistances, capacity and warmth of an LG HG2 from drive cycles and discharges at 24 degC",
    .source = "P. Kollmeyer et al., McMaster University, LG HG2 (Mendeley cp3473x7xv), CC BY 4.0",
    .data = "measured/lg_hg2",
    .parameters = parameters,
    .run = run,
};

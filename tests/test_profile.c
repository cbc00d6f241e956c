/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_scenarios prodrome_sim
 * What a scenario takes from elsewhere: files that kinds follow, and cells from their datasheets. */
#include "scenarios/profile.h"

#include "sim/datasheet.h"
#include "tests/support.h"
#include "tests/texts.h"

/* ---- files ---- */

static const char *const with_file =
    "kind: oven\ncell: lco_18650\ninitial: {T: 25 degC, soc: 1}\nduration: 1 h\nperiod: 1 s\n"
    "oven: {file: profile.csv, delay: 10 s}\n";

/* `text` and beside it profile.csv. */
static pro_status read_beside(pro_scenario **out, const char *text, const char *profile, size_t count,
                              const char *const *overrides) {
  char path[128];
  const char *scenario = file_of(text);
  snprintf(path, sizeof path, "%s/profile.csv", folder);
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  fputs(profile, file);
  fclose(file);
  pro_status status = pro_scenario_read(out, scenario, count, overrides);
  unlink(path);
  forget();
  return status;
}

static pro_scenario *beside(const char *text, const char *profile) {
  pro_scenario *s = NULL;
  pro_status status = read_beside(&s, text, profile, 0, NULL);
  ck_assert_msg(status == PRO_OK, "%s", pro_error_message());
  return s;
}

START_TEST(a_file_stands_beside_its_scenario_and_its_hash_in_the_resolved_text) {
  pro_scenario *a = beside(with_file, "time_s,T_degC\n5,25\n105,125\n");
  pro_scenario *b = beside(with_file, "time_s,T_degC\n5,25\n105,126\n"),
               *c = beside(with_file, "time_s,T_degC\n5,25\n105,125\n");
  pro_case in;
  ck_assert_int_eq(pro_scenario_case(&in, a, 0), PRO_OK);
  const pro_channel *oven = &in.drive.channel[PRO_DRIVE_T_ambient];
  ck_assert_double_eq_tol(pro_channel_at(oven, 10.0, NULL), 298.15, 1e-12);
  ck_assert_double_eq_tol(pro_channel_at(oven, 60.0, NULL), 348.15, 1e-12); /* 5 s of the file are its beginning */
  ck_assert_double_eq_tol(pro_channel_at(oven, 1e5, NULL), 398.15, 1e-12);
  ck_assert_double_eq(in.t_fault, 10.0);
  ck_assert_ptr_nonnull(strstr(pro_scenario_resolved(a), "  file: \"profile.csv\" # sha256 "));
  ck_assert_ptr_null(strstr(pro_scenario_resolved(a), "  T: 25 degC"));
  ck_assert_str_ne(pro_scenario_resolved(a), pro_scenario_resolved(b));
  ck_assert_str_eq(pro_scenario_resolved(a), pro_scenario_resolved(c));
  pro_scenario *again = beside(pro_scenario_resolved(a), "time_s,T_degC\n5,25\n105,125\n");
  ck_assert_str_eq(pro_scenario_resolved(a), pro_scenario_resolved(again));
  pro_scenario_free(a), pro_scenario_free(b), pro_scenario_free(c), pro_scenario_free(again);
}
END_TEST

START_TEST(columns_are_known_by_name_and_unit) {
  static const struct {
    const char *text;
    double T; /* at 70 s, with the delay of 10 s [K] */
  } rows[] = {
      {"time_s,T_degC\n0,10\n60,20\n", 293.15},
      {"Test Time / min;Surface Temperature / degC\r\n0;10,5\r\n1;20,5\r\n", 293.65},
      {"# a comment\nt [min]\tT_ambient [K]\n0\t290\n1\t300\n", 300.0},
      {"time_s,T_degC,T_ambient_C,V\n0,10,50,x\n60,20,60,y\n", 333.15}, /* what surrounds comes first */
      {"time_s,T_degC\n0,10\n60,20\n60,30\n", 303.15},                  /* a jump */
      {"time_s,T_degC\n0,10\n30,\n60,20\n", 293.15},                    /* a gap */
      {"\"time_s\",\"T_degC\"\n\"0\",\"10\"\n\"60\",\"20\"\n", 293.15},
      {"\xEF\xBB\xBFtime_s,T_core,T_degC\n0,1,10\n60,1,20\n", 293.15},
  };
  for (size_t i = 0; i < PRO_COUNT(rows); i++) {
    pro_scenario *s = beside(with_file, rows[i].text);
    pro_case in;
    ck_assert_int_eq(pro_scenario_case(&in, s, 0), PRO_OK);
    ck_assert_double_eq_tol(pro_channel_at(&in.drive.channel[PRO_DRIVE_T_ambient], 70.0, NULL), rows[i].T, 1e-9);
    pro_scenario_free(s);
  }
}
END_TEST

START_TEST(a_file_varies_with_the_cell_it_drives) {
  pro_scenario *s = beside(
      "kind: duty_cycle\ncell: lco_18650\ninitial: {T: 25 degC, soc: 50 %}\nduration: 1 h\nperiod: 1 s\n"
      "duty_cycle: {pattern: file, file: profile.csv, repeat: on}\ncontact: {conductance: 0.1 W/K, T: 30 degC}\n"
      "vary:\n  duty_cycle.scale: {uniform: [0.5, 2]}\n",
      "time_s,current_A,T_ambient_degC\n0,1,20\n50,-1,20\n100,1,20\n");
  for (uint64_t k = 0; k < 5; k++) {
    pro_case in;
    ck_assert_int_eq(pro_scenario_case(&in, s, k), PRO_OK);
    ck_assert_double_eq_tol(pro_channel_at(&in.drive.channel[PRO_DRIVE_current], 150.0, NULL),
                            -draw_of(s, "duty_cycle.scale", k), 1e-12);
    ck_assert_double_eq(pro_channel_at(&in.drive.channel[PRO_DRIVE_T_contact], 1.0, NULL), 303.15);
    ck_assert(isnan(in.t_fault));
  }
  ck_assert_ptr_nonnull(strstr(pro_scenario_resolved(s), "contact:\n  conductance: 0.1 W/K\n"));
  pro_scenario_free(s);
}
END_TEST

START_TEST(an_override_names_its_file_from_here) {
  char path[512], override[600];
  path_to(path, sizeof path, "scenarios", "oven_profile.csv");
  snprintf(override, sizeof override, "oven.file=%s", path);
  const char *const set[] = {override};
  pro_scenario *s = read_shipped("oven_profile.yaml", 1, set);
  pro_case in;
  ck_assert_int_eq(pro_scenario_case(&in, s, 0), PRO_OK);
  ck_assert_double_eq_tol(pro_channel_at(&in.drive.channel[PRO_DRIVE_T_ambient], 2000.0, NULL), 373.15, 1e-9);
  pro_scenario_free(s);
  const char *const wrong[] = {"oven.file=nowhere.csv"};
  path_to(path, sizeof path, "scenarios", "oven_profile.yaml");
  s = NULL;
  ck_assert_int_eq(pro_scenario_read(&s, path, 1, wrong), PRO_EMISSING);
  ck_assert_msg(has("--set oven.file=nowhere.csv: error: oven.file: nowhere.csv: No such file"), "%s",
                pro_error_message());
}
END_TEST

/* ---- a cell from its datasheet ---- */

static const char *const from_sheet =
    "kind: oven\ninitial: {T: 25 degC, soc: 1}\nduration: 1 h\nperiod: 1 s\noven: {T: 150 degC}\n"
    "datasheet: {family: nmc811, format: cylinder, capacity: 5 Ah, nominal_voltage: 3.6 V}\n"
    "cell: {emissivity: 0.5}\nvary:\n  datasheet.mass: {uniform: [66 g, 72 g]}\n";

START_TEST(a_datasheet_makes_the_cell_and_its_fields_override_it) {
  pro_scenario *s = read_text(from_sheet), *again = read_text(pro_scenario_resolved(s));
  ck_assert_str_eq(pro_scenario_resolved(s), pro_scenario_resolved(again));
  expect_equal_cases(s, again, 10);
  for (uint64_t k = 0; k < 5; k++) {
    pro_case in;
    pro_datasheet sheet;
    pro_cell cell;
    const char *chemistry = NULL;
    ck_assert_int_eq(pro_scenario_case(&in, s, k), PRO_OK);
    pro_field_defaults(pro_datasheet_fields, &sheet);
    sheet.family = PRO_FAMILY_nmc811, sheet.format = PRO_FORMAT_cylinder;
    sheet.capacity = 18000.0, sheet.nominal_voltage = 3.6, sheet.mass = draw_of(s, "datasheet.mass", k);
    ck_assert_int_eq(pro_datasheet_cell(&cell, &chemistry, &sheet), PRO_OK);
    cell.emissivity = 0.5;
    for (const pro_field *f = pro_cell_fields; f->name; f++)
      ck_assert_msg(pro_field_get(f, &cell) == pro_field_get(f, &in.cell), "%s differs", f->name);
    ck_assert_str_eq(in.network.name, chemistry);
    ck_assert_int_eq(in.preset, -1);
  }
  pro_scenario_free(s);
  pro_scenario_free(again);
}
END_TEST

START_TEST(a_fixed_datasheet_is_resolved_to_its_cell) {
  static const char *const set[] = {"datasheet.mass=69 g", "datasheet.family=lfp",
                                    "datasheet.nominal_voltage=3.2 V", "datasheet.capacity=2 Ah"};
  pro_scenario *s = NULL;
  pro_status status = pro_scenario_read(&s, file_of(from_sheet), PRO_COUNT(set), set);
  forget();
  ck_assert_msg(status == PRO_OK, "%s", pro_error_message());
  pro_scenario *again = read_text(pro_scenario_resolved(s));
  expect_equal_cases(s, again, 1);
  ck_assert_ptr_nonnull(strstr(pro_scenario_resolved(s), "  emissivity: 0.5\n"));
  ck_assert_ptr_nonnull(strstr(pro_scenario_resolved(s), "  mass: 0.069 kg\n"));
  ck_assert_ptr_nonnull(strstr(pro_scenario_resolved(s), "chemistry: lfp\n"));
  pro_scenario_free(s);
  pro_scenario_free(again);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("profile");
  TCase *tests = tcase_create("profile");
  tcase_add_test(tests, a_file_stands_beside_its_scenario_and_its_hash_in_the_resolved_text);
  tcase_add_test(tests, columns_are_known_by_name_and_unit);
  tcase_add_test(tests, a_file_varies_with_the_cell_it_drives);
  tcase_add_test(tests, an_override_names_its_file_from_here);
  tcase_add_test(tests, a_datasheet_makes_the_cell_and_its_fields_override_it);
  tcase_add_test(tests, a_fixed_datasheet_is_resolved_to_its_cell);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_cli */
#include "cli/comparison.h"

#include <check.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/columns.h"
#include "cli/databank.h"
#include "cli/help.h"
#include "cli/sheet.h"

const pro_command *const pro_command_all[] = {NULL}; /* main.c has it */

/* ---- statistics ---- */

START_TEST(percentiles_lie_on_straight_lines_between_the_values) {
  double x[] = {4.0, 1.0, 3.0, 2.0};
  ck_assert_double_eq(pro_percentile(x, 4, 0.0), 1.0);
  ck_assert_double_eq(pro_percentile(x, 4, 1.0), 4.0);
  ck_assert_double_eq_tol(pro_percentile(x, 4, 0.5), 2.5, 1e-15);
  ck_assert_double_eq_tol(pro_percentile(x, 4, 0.05), 1.15, 1e-15); /* 3 * 0.05 above the first */
  ck_assert_double_eq(pro_percentile(x, 1, 0.95), 1.0);
  ck_assert(isnan(pro_percentile(x, 0, 0.5)));
}
END_TEST

/* The expansion's error is largest at its first use, 11 degrees of freedom. */
START_TEST(students_quantiles_are_those_of_gsl) {
  for (size_t v = 1; v < 200; v++)
    ck_assert_double_eq_tol(pro_student_975(v), gsl_cdf_tdist_Pinv(0.975, (double)v), 1e-5);
  ck_assert(isinf(pro_student_975(0)));
}
END_TEST

/* 2, 4, 4, 4, 5, 5, 7, 9: mean 5, sum of squares 32. */
START_TEST(moments_are_those_of_a_sample) {
  const double x[] = {2, 4, 4, 4, 5, 5, 7, 9};
  ck_assert_double_eq_tol(pro_mean(x, 8), 5.0, 1e-15);
  ck_assert_double_eq_tol(pro_deviation(x, 8), sqrt(32.0 / 7.0), 1e-14);
  ck_assert_double_eq_tol(pro_mean_interval(x, 8), 2.3646243 * sqrt(32.0 / 7.0 / 8.0), 1e-6);
  ck_assert(isnan(pro_mean(x, 0)) && isnan(pro_deviation(x, 1)) && isinf(pro_mean_interval(x, 1)));
}
END_TEST

/* ---- rows ---- */

START_TEST(a_row_passes_inside_its_band_and_a_band_may_be_open) {
  pro_rows rows = {0};
  pro_rows_add(&rows, "a", "K", 1.0, 0.0, 2.0, 2.0, "at the edge");
  pro_rows_add(&rows, "a", "K", 1.0, 0.0, 2.0, 2.1, "outside");
  pro_rows_add(&rows, "a", "K", 1.0, -INFINITY, 2.0, -50.0, "open below");
  pro_rows_add(&rows, "a", "K", 1.0, 0.0, 2.0, NAN, "failed");
  pro_rows_add(&rows, "a", "K", 1.0, NAN, NAN, 7.0, "%d only told", 1);
  ck_assert_uint_eq(pro_rows_count(&rows, PRO_JUDGED_pass), 2);
  ck_assert_uint_eq(pro_rows_count(&rows, PRO_JUDGED_miss), 2);
  ck_assert_uint_eq(pro_rows_count(&rows, PRO_JUDGED_recorded), 1);
  ck_assert_str_eq(rows.row[4].what, "1 only told");
  pro_rows_free(&rows);
}
END_TEST

/* ---- what tables say ---- */

START_TEST(chemistries_are_known_as_people_write_them) {
  static const struct {
    const char *text;
    double density; /* [Wh/kg] */
    pro_family family;
    int guessed;
  } rows[] = {{"nmc811", NAN, PRO_FAMILY_nmc811, 0},
              {"NCM 523", NAN, PRO_FAMILY_nmc532, 0},
              {"NMC811(H-NMC)/graphite-SiOx", NAN, PRO_FAMILY_nmc811, 0},
              {"lco", NAN, PRO_FAMILY_lco, 0},
              {"LCO?", NAN, PRO_FAMILY_lco, 1},
              {"LFP/graphite (A123 20 Ah)", NAN, PRO_FAMILY_lfp, 0},
              {"LiFePO4", NAN, PRO_FAMILY_lfp, 0},
              {"NCA", NAN, PRO_FAMILY_nca, 0},
              {"nmc/lmo", 150.0, PRO_FAMILY_nmc532, 1},
              {"LMO-LNO", NAN, PRO_FAMILY_nmc532, 1},
              {"nmc", 260.0, PRO_FAMILY_nmc811, 1},
              {"nmc", 220.0, PRO_FAMILY_nmc622, 1},
              {"nmc", NAN, PRO_FAMILY_nmc532, 1},
              {"", 250.0, PRO_FAMILY_nmc811, 1},
              {"?", NAN, PRO_FAMILY_nmc532, 1},
              {"not stated", 180.0, PRO_FAMILY_nmc532, 1}};
  for (size_t k = 0; k < PRO_COUNT(rows); k++) {
    int guessed = -1;
    pro_family family = pro_family_guess(rows[k].text, rows[k].density, &guessed);
    ck_assert_msg(family == rows[k].family && guessed == rows[k].guessed, "'%s' became %s, guessed %d",
                  rows[k].text, pro_family_names[family], guessed);
  }
}
END_TEST

START_TEST(a_mass_and_a_format_that_are_not_told_are_guessed_and_said) {
  pro_datasheet d;
  char remark[256];
  pro_sheet_make(&d, remark, sizeof remark, &(pro_sheet_said){"nca", "18650", 3.0 * 3600.0, 0.0455, 3.6});
  ck_assert_str_eq(remark, "");
  ck_assert_int_eq(d.format, PRO_FORMAT_cylinder);
  pro_sheet_make(&d, remark, sizeof remark, &(pro_sheet_said){"lfp", "20 Ah pouch", 20.0 * 3600.0, NAN, NAN});
  ck_assert_int_eq(d.format, PRO_FORMAT_pouch);
  ck_assert_double_eq_tol(d.mass, 20.0 * 3.2 / 125.0, 1e-9);
  ck_assert_ptr_nonnull(strstr(remark, "mass not told"));
}
END_TEST

/* ---- the databank ---- */

static char path[] = "/tmp/prodrome-test-XXXXXX";

static const char *file_of(const char *text) {
  snprintf(path, sizeof path, "/tmp/prodrome-test-XXXXXX");
  int file = mkstemp(path);
  ck_assert_int_ge(file, 0);
  ck_assert_int_eq((int)write(file, text, strlen(text)), (int)strlen(text));
  close(file);
  return path;
}

#define HEAD                                                                                         \
  "cell,chemistry_guess,test_id,trigger,soc_pct,mass_g,total_heat_kJ,body_heat_kJ,mass_ejected_pct," \
  "casing_T_at_trigger_degC,heater_time_s,format,capacity_Ah,nominal_V\n"

START_TEST(tests_are_grouped_and_what_is_missing_is_missing) {
  pro_databank bank;
  pro_status status =
      pro_databank_read(&bank, file_of(HEAD "B,,1,Heater (Non-ISC),100,47,80,20,70,250,90,18650,3.5,3.6\n"
                                            "A,nca,2,Nail,100,46,60,30,,,,18650,3,3.6\n"
                                            "B,nmc811,3,Heater (Non-ISC),100,49,90,,71,,91,,3.5,\n"
                                            "B,nmc811,4,Heater (ISC),100,48,70,7,72,120,40,18650,3.5,3.6\n"
                                            "B,nmc811,5,Drop test,100,48,70,7,72,120,40,18650,3.5,3.6\n"
                                            "B,nmc811,6,Nail,,48,70,7,72,120,40,18650,3.5,3.6\n"
                                            "\"B\",nmc811,7,Nail,50,48,-1,7,72,120,40,18650,3.5,3.6\n"));
  unlink(path);
  ck_assert_msg(status == PRO_OK, "%s", pro_error_message());
  ck_assert_uint_eq(bank.groups, 4);
  ck_assert_uint_eq(bank.unusable, 2);
  ck_assert_str_eq(bank.why, "row 5 has a trigger that is neither heater nor nail");
  const pro_databank_group *a = &bank.group[0], *b = &bank.group[1], *c = &bank.group[2], *d = &bank.group[3];
  ck_assert_str_eq(a->name, "A, 100 %, nail");
  ck_assert_uint_eq(a->count[PRO_MEASURED_ejected], 0);
  ck_assert_uint_eq(b->tests, 2);
  ck_assert_uint_eq(b->count[PRO_MEASURED_heat], 2);
  ck_assert_uint_eq(b->count[PRO_MEASURED_body], 1);
  ck_assert_double_eq_tol(b->value[PRO_MEASURED_body][0], 25.0, 1e-12);
  ck_assert_double_eq_tol(b->sheet.mass, 0.048, 1e-12);
  ck_assert_double_eq_tol(b->sheet.nominal_voltage, 3.6, 1e-12);
  ck_assert_str_eq(b->sheet.chemistry, "nmc811"); /* from the row that says it */
  ck_assert_int_eq(c->sheet.trigger, PRO_TRIGGER_heater_short);
  ck_assert_int_eq(d->sheet.trigger, PRO_TRIGGER_nail);
  ck_assert_uint_eq(d->count[PRO_MEASURED_body], 0); /* a share of a heat below zero is none */
  pro_databank_free(&bank);
}
END_TEST

static void refused(const char *text, const char *message) {
  pro_databank bank;
  char wanted[512];
  file_of(text);
  ck_assert_int_eq(pro_databank_read(&bank, path), PRO_EINPUT);
  unlink(path);
  snprintf(wanted, sizeof wanted, "%s:%s", path, message);
  ck_assert_str_eq(pro_error_message(), wanted);
}

START_TEST(a_bad_table_is_refused_where_it_is_bad) {
  refused("cell,soc_pct\nA,100\n", "1:1: no column chemistry_guess among the 2 named here");
  refused(HEAD, "2:1: no rows below the header");
  refused(HEAD "A,nca,2,Nail,hundred,46,60,30,,,,18650,3,3.6\n", "2:14: soc_pct: \"hundred\" is not a number");
  refused(HEAD "A,nca,2,Nail,100,-46,60,30,,,,18650,3,3.6\n",
          "2:18: mass_g = -46 is out of range (0.1 to 100000)");
  refused(HEAD "A,nca,2,Nail,180,46,60,30,,,,18650,3,3.6\n", "2:14: soc_pct = 180 is out of range (0 to 100)");
  refused(HEAD "A,nca,2,Nail,,46,60,30,,,,18650,3,3.6\n",
          "2:1: none of the 1 rows is usable: row 1 has no soc_pct");
  refused(HEAD "A,nca,2,Nail,100,46,60,30,,,,18650,3,3.6,9\n",
          "2:42: a cell too many: the header names 14 columns");
}
END_TEST

/* ---- the registry ---- */

START_TEST(comparisons_say_what_they_are) {
  for (int k = 0; pro_comparison_all[k]; k++) {
    const pro_comparison *c = pro_comparison_all[k];
    ck_assert(c->name && c->doc && c->run);
    ck_assert_msg(c->source || !c->data, "%s reads data whose source it does not name", c->name);
    for (int i = 0; i < k; i++) ck_assert_str_ne(c->name, pro_comparison_all[i]->name);
  }
}
END_TEST

START_TEST(draws_of_cells_scatter_as_said_and_the_first_is_the_mean_cell) {
  pro_case mean, in;
  ck_assert_int_eq(pro_comparison_preset(&mean, "lco_18650", NULL), PRO_OK);
  enum { N = 2000 };
  double *x = malloc(3 * N * sizeof *x);
  int sei = pro_comparison_reaction(&mean, "sei_decomposition");
  ck_assert_int_ge(sei, 0);
  for (uint64_t k = 0; k <= N; k++) {
    in = mean;
    pro_comparison_scatter(&in, k);
    if (k == 0) {
      ck_assert_int_eq(memcmp(&in, &mean, sizeof in), 0);
      continue;
    }
    x[k - 1] = log10(in.network.reactions[sei].A / mean.network.reactions[sei].A);
    x[N + k - 1] = in.cell.collapse_T - mean.cell.collapse_T;
    x[2 * N + k - 1] = in.cell.heat_capacity / mean.cell.heat_capacity;
  }
  /* a deviation of 2000 draws is known to 1.6 %: five of those */
  ck_assert_double_eq_tol(pro_deviation(x, N), 0.3, 0.08 * 0.3);
  ck_assert_double_eq_tol(pro_deviation(x + N, N), 8.0, 0.08 * 8.0);
  ck_assert_double_eq_tol(pro_deviation(x + 2 * N, N), 0.03, 0.08 * 0.03);
  free(x);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("comparison");
  TCase *cases = tcase_create("all");
  tcase_add_test(cases, percentiles_lie_on_straight_lines_between_the_values);
  tcase_add_test(cases, students_quantiles_are_those_of_gsl);
  tcase_add_test(cases, moments_are_those_of_a_sample);
  tcase_add_test(cases, a_row_passes_inside_its_band_and_a_band_may_be_open);
  tcase_add_test(cases, chemistries_are_known_as_people_write_them);
  tcase_add_test(cases, a_mass_and_a_format_that_are_not_told_are_guessed_and_said);
  tcase_add_test(cases, tests_are_grouped_and_what_is_missing_is_missing);
  tcase_add_test(cases, a_bad_table_is_refused_where_it_is_bad);
  tcase_add_test(cases, comparisons_say_what_they_are);
  tcase_add_test(cases, draws_of_cells_scatter_as_said_and_the_first_is_the_mean_cell);
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

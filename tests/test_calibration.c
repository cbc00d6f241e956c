/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_cli */
#include "cli/calibration.h"

#include <math.h>

#include "cli/circuit.h"
#include "tests/support.h"

START_TEST(every_calibration_says_what_it_fits) {
  for (int k = 0; pro_calibration_all[k]; k++) {
    const pro_calibration *c = pro_calibration_all[k];
    ck_assert_msg(support_is_snake_case(c->name), "%s", c->name);
    ck_assert_msg(c->doc && *c->doc && c->source && *c->source && c->data && *c->data && c->run, "%s", c->name);
    for (int i = 0; i < k; i++) ck_assert_str_ne(c->name, pro_calibration_all[i]->name);
    int n = pro_calibrated_count(c->parameters);
    ck_assert_msg(n > 0 && n <= PRO_FIT_PARAMETERS_MAX, "%s", c->name);
    for (const pro_calibrated *p = c->parameters; p->fit.name; p++) {
      const pro_fit_parameter *f = &p->fit;
      ck_assert_msg(f->unit && p->doc && *p->doc && p->used && *p->used, "%s: %s", c->name, f->name);
      ck_assert_msg(f->low < f->high && f->start >= f->low && f->start <= f->high, "%s: %s", c->name, f->name);
      ck_assert_msg(!f->logarithmic || f->low > 0.0, "%s: %s", c->name, f->name);
    }
  }
}
END_TEST

/* Those that replay measured traces name members of the cell, some at the last file's age. */
START_TEST(what_a_replay_fits_is_a_member_of_the_cell) {
  for (int k = 0; pro_calibration_all[k]; k++) {
    const pro_calibration *c = pro_calibration_all[k];
    if (strncmp(c->name, "drive_", 6) != 0) continue;
    for (const pro_calibrated *p = c->parameters; p->fit.name; p++) {
      char name[64];
      snprintf(name, sizeof name, "%s", p->fit.name);
      if (strcmp(name, "T_offset") == 0) continue;
      char *last = strstr(name, ":last");
      if (last) *last = '\0';
      const pro_field *field = pro_field_find(pro_cell_fields, name);
      ck_assert_msg(field != NULL, "%s: %s", c->name, p->fit.name);
      const char *unit = strcmp(field->unit, "delta_K") == 0 ? "K" : field->unit;
      ck_assert_msg(strcmp(unit, p->fit.unit) == 0, "%s: %s in %s", c->name, p->fit.name, p->fit.unit);
      ck_assert_msg(p->fit.low >= field->low && p->fit.high <= field->high, "%s: %s", c->name, p->fit.name);
    }
  }
}
END_TEST

/* A trace made with a known table, 0.03 ohm and a body of 60 J/K is traced back to them: full to empty at 2 A with
 * a rest in the middle, and back at 1.5 A. */
enum { STEP = 5, SAMPLES = 2000 };

static void make_trace(pro_replay *r, double *block, const pro_ocv *table, double capacity, double soc, double T) {
  r->t = block, r->current = block + SAMPLES, r->voltage = block + 2 * SAMPLES, r->T = block + 3 * SAMPLES;
  for (; r->samples < SAMPLES; r->samples++) {
    size_t k = r->samples;
    double t = STEP * (double)k, I = t < 1200.0 ? -2.0 : t < 1500.0 ? 0.0 : t < 3000.0 ? -2.0 : 1.5;
    if (soc > 1.0) break;
    r->t[k] = t, r->current[k] = I, r->T[k] = T;
    r->voltage[k] = pro_ocv_voltage(table, soc, NULL) + 0.03 * I;
    double next_t = STEP * (double)(k + 1), next = next_t < 1200.0   ? -2.0
                                                   : next_t < 1500.0 ? 0.0
                                                   : next_t < 3000.0 ? -2.0
                                                                     : 1.5;
    double mean = 0.5 * (I + next); /* straight between samples, as a replay has it */
    T += STEP * (mean * mean * 0.03 + mean * T * pro_ocv_entropic(table, soc, NULL) - 0.1 * (T - 298.15)) / 60.0;
    soc += mean * STEP / capacity;
  }
}

START_TEST(a_table_is_found_again_in_cycles) {
  const double capacity = 5400.0;
  double *block = calloc(4 * SAMPLES, sizeof *block);
  pro_ocv truth = *pro_ocv_all[PRO_OCV_nmc811_chen2020], like = *pro_ocv_all[PRO_OCV_nmc_mohtat2020], found;
  pro_replay replay = {.samples = 0};
  ck_assert_ptr_nonnull(block);
  make_trace(&replay, block, &truth, capacity, 1.0, 298.15);
  ck_assert_uint_gt(replay.samples, 500);
  pro_circuit_stretch stretch = {&replay, 1.0, 298.15};
  pro_calibration_result result = {.rows.quiet = 1};
  ck_assert_int_eq(pro_circuit_fit(&found, &result, "made", &stretch, 1, &like, capacity, (double[]){0.0, 0.0}),
                   PRO_OK);
  ck_assert_int_eq(result.count, 1);
  /* Between 10 and 95 %, where the trace was long: to 5 mV and 0.05 mV/K. A table's end is only touched. */
  for (int k = 0; k < PRO_OCV_POINTS; k++) {
    if (found.soc[k] < 0.09 || found.soc[k] > 0.96) continue;
    ck_assert_double_eq_tol(found.voltage[k], truth.voltage[k], 5e-3);
    ck_assert_double_eq_tol(found.entropic[k], truth.entropic[k], 5e-5);
  }
  pro_calibration_result_free(&result);
  free(block);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("calibration");
  TCase *cases = tcase_create("calibration");
  tcase_set_timeout(cases, 120.0);
  tcase_add_test(cases, every_calibration_says_what_it_fits);
  tcase_add_test(cases, what_a_replay_fits_is_a_member_of_the_cell);
  tcase_add_test(cases, a_table_is_found_again_in_cycles);
  suite_add_tcase(suite, cases);
  return support_main(suite);
}

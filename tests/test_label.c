/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test: quick; links: prodrome_output prodrome_sim */
#include "output/label.h"

#include "tests/corpus_maker.h"
#include "tests/support.h"

enum { JUMP = MADE_SAMPLES / 2 }; /* of made_run: runaway at 250 s, vent at 230 s */

static uint16_t stages[MADE_SAMPLES];

START_TEST(each_flag_is_set_from_its_moment_on) {
  pro_run run = made_run(1, MADE_SAMPLES);
  double *clock = run.truth->clock;
  clock[PRO_CLOCK_separator] = 240.5, clock[PRO_CLOCK_short] = 241.0;
  for (size_t k = 0; k < MADE_SAMPLES;
       k++) /* a rate below 1 K/s before and after the jump of 300 K at sample 251 */
    run.truth->truth[PRO_TRUTH_gas_VOC][k] = k == 232 ? 1e-3 : 1e-18;
  pro_label_stages(stages, &run.in, run.truth);
  const struct {
    int flag, first;
  } wanted[] = {{PRO_STAGE_FLAG_vented, 230},        {PRO_STAGE_FLAG_off_gas, 232},
                {PRO_STAGE_FLAG_separator, 241},     {PRO_STAGE_FLAG_short, 241},
                {PRO_STAGE_FLAG_runaway, JUMP},      {PRO_STAGE_FLAG_sei, JUMP + 1},
                {PRO_STAGE_FLAG_burnt_out, JUMP + 2}};
  for (size_t w = 0; w < PRO_COUNT(wanted); w++)
    for (int k = 0; k < MADE_SAMPLES; k++)
      ck_assert_msg(!!(stages[k] & wanted[w].flag) == (k >= wanted[w].first), "flag %d at sample %d",
                    wanted[w].flag, k);
  pro_run_clear(&run);
}
END_TEST

START_TEST(a_quiet_run_has_no_flags) {
  pro_run run = made_run(2, MADE_SAMPLES);
  pro_label_stages(stages, &run.in, run.truth);
  for (int k = 0; k < MADE_SAMPLES; k++) ck_assert_uint_eq(stages[k], 0);
  pro_run_clear(&run);
}
END_TEST

START_TEST(class_follows_outcome_and_fault) {
  pro_run run = made_run(1, 10);
  ck_assert_int_eq(pro_label_class(&run), PRO_CLASS_event);
  run.truth->outcome = PRO_OUTCOME_safe;
  ck_assert_int_eq(pro_label_class(&run), PRO_CLASS_near_miss);
  run.truth->outcome = PRO_OUTCOME_unresolved;
  ck_assert_int_eq(pro_label_class(&run), PRO_CLASS_near_miss);
  run.truth->clock[PRO_CLOCK_fault] = NAN; /* the abuse was to begin after the end */
  ck_assert_int_eq(pro_label_class(&run), PRO_CLASS_nominal);
  run.in.t_fault = NAN;
  ck_assert_int_eq(pro_label_class(&run), PRO_CLASS_nominal);
  pro_run_clear(&run);
  ck_assert_int_eq(pro_label_class(&run), PRO_CLASS_nominal); /* a failed run has no truth */
}
END_TEST

/* Full cells and lumped ones, of which some vent and run away: what is recorded for labels and sensors alone is
 * what stands there when all is recorded, and nothing else is. */
START_TEST(what_labels_read_does_not_depend_on_the_rest) {
  static const char *const presets[] = {"lco_18650", "lco_18650_kim", "nmc_pouch_25Ah"};
  uint32_t wanted = pro_label_truths() | pro_sensor_truths();
  int flags = 0;
  for (size_t p = 0; p < PRO_COUNT(presets); p++) {
    pro_run run[2];
    memset(run, 0, sizeof run);
    for (int k = 0; k < 2; k++) {
      support_case(&run[k].in, presets[p]);
      pro_channel_hold(&run[k].in.drive.channel[PRO_DRIVE_T_ambient], 455.0);
      run[k].in.duration = 9000.0, run[k].in.rtol = 1e-5;
      run[k].in.truth_columns = k ? pro_label_truths() : 0;
      ck_assert_int_eq(pro_run_case(&run[k], pro_integrator_fast()), PRO_OK);
      ck_assert_int_eq(run[k].status, PRO_OK);
    }
    const pro_trajectory *all = run[0].truth, *few = run[1].truth;
    size_t n = all->samples, size = n * sizeof(double);
    ck_assert_uint_eq(few->samples, n);
    for (int c = 0; c < PRO_TRUTH_COUNT; c++) {
      ck_assert_ptr_nonnull(all->truth[c]);
      ck_assert_msg((few->truth[c] != NULL) == (wanted >> c & 1u), "%s", pro_truth_names[c]);
      if (few->truth[c]) ck_assert_msg(memcmp(all->truth[c], few->truth[c], size) == 0, "%s", pro_truth_names[c]);
    }
    ck_assert(memcmp(all->t, few->t, size) == 0);
    ck_assert(memcmp(all->xi, few->xi, size * (size_t)all->reactions) == 0);
    ck_assert(memcmp(all->clock, few->clock, sizeof all->clock) == 0);
    for (int s = 0; s < pro_sensor_count(); s++)
      ck_assert(memcmp(run[0].seen->code[s], run[1].seen->code[s], n * sizeof(int32_t)) == 0);
    uint16_t *stage[2];
    for (int k = 0; k < 2; k++) {
      stage[k] = calloc(n, sizeof **stage);
      ck_assert_ptr_nonnull(stage[k]);
      pro_label_stages(stage[k], &run[k].in, run[k].truth);
      pro_run_clear(&run[k]);
    }
    ck_assert(memcmp(stage[0], stage[1], n * sizeof **stage) == 0);
    for (size_t k = 0; k < n; k++) flags |= stage[0][k];
    free(stage[0]), free(stage[1]);
  }
  const int seen = PRO_STAGE_FLAG_vented | PRO_STAGE_FLAG_off_gas | PRO_STAGE_FLAG_runaway | PRO_STAGE_FLAG_sei;
  ck_assert_int_eq(flags & seen, seen);
}
END_TEST

START_TEST(every_name_is_there) {
  ck_assert_str_eq(pro_class_names[PRO_CLASS_near_miss], "near_miss");
  ck_assert_ptr_null(pro_class_names[PRO_CLASS_COUNT]);
  ck_assert_str_eq(pro_split_names[PRO_SPLIT_test], "test");
  ck_assert_ptr_null(pro_split_names[PRO_SPLIT_COUNT]);
  double sum = 0.0;
#define PRO_AS_SUM(name, share) sum += share;
  PRO_SPLIT_LIST(PRO_AS_SUM)
  ck_assert_double_eq_tol(sum, 1.0, 1e-15); /* four roundings */
}
END_TEST

/* 100000 draws: the share of each split has sigma sqrt(p (1 - p)/n) <= 0.0016; five of them. */
START_TEST(splits_have_their_shares_and_depend_on_seed_and_draw_alone) {
  static const double share[PRO_SPLIT_COUNT] = {0.60, 0.10, 0.10, 0.20};
  int count[PRO_SPLIT_COUNT] = {0}, moved = 0;
  for (int64_t draw = 0; draw < 100000; draw++) {
    pro_split split = pro_label_split(3, draw);
    count[split]++;
    moved += split != pro_label_split(4, draw);
    ck_assert(split == pro_label_split(3, draw));
  }
  for (int s = 0; s < PRO_SPLIT_COUNT; s++) ck_assert_double_eq_tol(count[s] / 1e5, share[s], 0.008);
  ck_assert_int_gt(moved, 50000); /* another seed is another draw: 1 - sum of squares = 0.58 of them move */
}
END_TEST

int main(void) {
  Suite *suite = suite_create("label");
  TCase *tests = tcase_create("all");
  tcase_add_test(tests, each_flag_is_set_from_its_moment_on);
  tcase_add_test(tests, a_quiet_run_has_no_flags);
  tcase_add_test(tests, class_follows_outcome_and_fault);
  tcase_add_test(tests, what_labels_read_does_not_depend_on_the_rest);
  tcase_add_test(tests, every_name_is_there);
  tcase_add_test(tests, splits_have_their_shares_and_depend_on_seed_and_draw_alone);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

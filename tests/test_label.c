/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test: quick; links: prodrome_output prodrome_sim */
#include "output/label.h"

#include "tests/corpus_maker.h"

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
  tcase_add_test(tests, every_name_is_there);
  tcase_add_test(tests, splits_have_their_shares_and_depend_on_seed_and_draw_alone);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

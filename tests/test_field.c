/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_sim */
#include "sim/field.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct kettle {
  double T, film, lag, share;
  int nodes, mode;
} kettle;
static const char *const modes[] = {"off", "simmer", "boil", NULL};
static const pro_field fields[] = {
    PRO_FIELD_NEEDED(kettle, T, "K", 200.0, 900.0, "temperature"),
    PRO_FIELD_OPTIONAL(kettle, film, "W/(m2 K)", 0.0, 1000.0, "takes the place of another"),
    PRO_FIELD_REAL(kettle, lag, "s", 2.5, 0.0, 1e3, "time constant"),
    PRO_FIELD_REAL(kettle, share, "1", 0.25, 0.0, 1.0, "share"),
    PRO_FIELD_INT(kettle, nodes, 2, 1, 2, "nodes"),
    PRO_FIELD_CHOICE(kettle, mode, modes, 1, "mode"),
    PRO_FIELD_END,
};

START_TEST(defaults_leave_needed_and_optional_open) {
  kettle k;
  pro_field_defaults(fields, &k);
  ck_assert(isnan(k.T) && isnan(k.film));
  ck_assert_double_eq(k.lag, 2.5);
  ck_assert_int_eq(k.nodes, 2);
  ck_assert_int_eq(k.mode, 1);
  ck_assert_int_eq(pro_field_check(fields, &k), PRO_EINPUT);
  ck_assert_ptr_nonnull(strstr(pro_error_message(), "T must be given"));
  k.T = 300.0;
  ck_assert_int_eq(pro_field_check(fields, &k), PRO_OK);
  k.nodes = 3;
  ck_assert_int_eq(pro_field_check(fields, &k), PRO_EINPUT);
  k.nodes = 1, k.mode = 3;
  ck_assert_int_eq(pro_field_check(fields, &k), PRO_EINPUT);
  k.mode = 2, k.lag = NAN;
  ck_assert_int_eq(pro_field_check(fields, &k), PRO_EINPUT);
}
END_TEST

START_TEST(text_sets_each_kind_of_field) {
  kettle k;
  pro_field_defaults(fields, &k);
  ck_assert_int_eq(pro_field_set(fields, &k, "T", "155 degC"), PRO_OK);
  ck_assert_int_eq(pro_field_set(fields, &k, "share", "50 %"), PRO_OK);
  ck_assert_int_eq(pro_field_set(fields, &k, "nodes", "1"), PRO_OK);
  ck_assert_int_eq(pro_field_set(fields, &k, "mode", "boil"), PRO_OK);
  ck_assert_double_eq(k.T, 428.15);
  ck_assert_double_eq(k.share, 0.5);
  ck_assert_int_eq(k.nodes, 1);
  ck_assert_int_eq(k.mode, 2);
}
END_TEST

START_TEST(wrong_text_says_field_value_and_what_is_allowed) {
  static const char *const rows[][3] = {
      {"T", "20 K",
       "T = 20 K (-253.15 degC) is out of range: allowed is 200 K (-73.15 degC) to 900 K (626.85 degC)"},
      {"T", "155", "T: '155' has no unit"},
      {"share", "1.5", "share = 1.5 is out of range: allowed is 0 to 1"},
      {"nodes", "1.5", "nodes = 1.5 is not a whole number"},
      {"nodes", "3", "allowed is 1 to 2"},
      {"mode", "biol", "mode = 'biol' is none of: off, simmer, boil; did you mean 'boil'?"},
      {"mode", "", "none of"},
      {"lagg", "1 s", "there is no 'lagg'; did you mean 'lag'?"},
  };
  for (size_t i = 0; i < PRO_COUNT(rows); i++) {
    kettle k, before;
    pro_field_defaults(fields, &k);
    before = k;
    ck_assert_int_eq(pro_field_set(fields, &k, rows[i][0], rows[i][1]), PRO_EINPUT);
    ck_assert_msg(strstr(pro_error_message(), rows[i][2]), "%s", pro_error_message());
    ck_assert_mem_eq(&k, &before, sizeof k);
  }
}
END_TEST

START_TEST(what_is_printed_reads_back_to_the_same_bits) {
  static const double values[] = {428.15, 0.1 + 0.2, 1.0 / 3.0, 273.15, 899.99999999999989, 300.0};
  const pro_field *T = pro_field_find(fields, "T");
  for (size_t i = 0; i < PRO_COUNT(values); i++) {
    char text[64];
    double back;
    pro_field any = *T;
    any.low = -INFINITY;
    pro_field_print(text, sizeof text, &any, values[i]);
    ck_assert_int_eq(pro_field_parse(&back, &any, text), PRO_OK);
    ck_assert(memcmp(&back, &values[i], sizeof back) == 0);
  }
  char text[64];
  pro_field_print(text, sizeof text, T, 428.15);
  ck_assert_str_eq(text, "428.15 K");
  pro_field_print(text, sizeof text, pro_field_find(fields, "mode"), 2.0);
  ck_assert_str_eq(text, "boil");
}
END_TEST

START_TEST(the_closest_name_is_found_or_none) {
  static const char *const names[] = {"duration", "period", "seed", "oven", "T_surface", "T_ambient", NULL};
  ck_assert_str_eq(pro_closest("durration", names), "duration");
  ck_assert_str_eq(pro_closest("Duration", names), "duration");
  ck_assert_str_eq(pro_closest("ovne", names), "oven");
  ck_assert_str_eq(pro_closest("T_surfcae", names), "T_surface");
  ck_assert_ptr_null(pro_closest("zebra", names));
  ck_assert_ptr_null(pro_closest("", names));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("field");
  TCase *tests = tcase_create("field");
  tcase_add_test(tests, defaults_leave_needed_and_optional_open);
  tcase_add_test(tests, text_sets_each_kind_of_field);
  tcase_add_test(tests, wrong_text_says_field_value_and_what_is_allowed);
  tcase_add_test(tests, what_is_printed_reads_back_to_the_same_bits);
  tcase_add_test(tests, the_closest_name_is_found_or_none);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_sim */
#include "sim/unit.h"

#include <check.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/case.h"

/* Values are exact or one rounding away: units are quotients of numbers that doubles hold. */
START_TEST(values_come_out_in_si) {
  static const struct {
    const char *text, *si;
    double want;
  } rows[] = {
      {"155 degC", "K", 428.15},
      {"155degC", "K", 428.15},
      {" 155  degC ", "K", 428.15},
      {"155 \u00b0C", "K", 428.15},
      {"-40 degC", "K", 233.15},
      {"\u221240 \u2103", "K", 233.15},
      {"428.15 K", "K", 428.15},
      {"7.17 W/(m2 K)", "W/(m2 K)", 7.17},
      {"7.17 W m-2 K-1", "W/(m2 K)", 7.17},
      {"7.17 W/m2/K", "W/(m2 K)", 7.17},
      {"7.17 W/(m^2*K)", "W/(m2 K)", 7.17},
      {"7.17 W\u00b7m\u207b\u00b2\u00b7K\u207b\u00b9", "W/(m2 K)", 7.17},
      {"5 W/(m2 degC)", "W/(m2 K)", 5.0},
      {"5 K/min", "K/s", 5.0 / 60.0},
      {"5 degC/min", "K/s", 5.0 / 60.0},
      {"40 mohm", "ohm", 0.040},
      {"40 m\u03a9", "ohm", 0.040},
      {"3 kohm", "ohm", 3000.0},
      {"10 delta_K", "delta_K", 10.0},
      {"10 degC", "delta_K", 10.0},
      {"10 K", "delta_K", 10.0},
      {"0.5", "1", 0.5},
      {"50 %", "1", 0.5},
      {"50%", "1", 0.5},
      {"200 ppm", "1", 2e-4},
      {"135.08 kJ/mol", "J/mol", 135080.0},
      {"2.5e13 1/s", "1/s", 2.5e13},
      {"2.5E13 s-1", "1/s", 2.5e13},
      {"+12 h", "s", 43200.0},
      {".5 min", "s", 30.0},
      {"5. min", "s", 300.0},
      {"2 h", "s", 7200.0},
      {"25 Ah", "C", 90000.0},
      {"2500 mAh", "C", 9000.0},
      {"18 mm", "m", 0.018},
      {"16.5 cm3", "m3", 16.5e-6},
      {"1 L", "m3", 1e-3},
      {"45 g", "kg", 0.045},
      {"610.4 kg/m3", "kg/m3", 610.4},
      {"10 bar", "Pa", 1e6},
      {"5 kPa", "Pa", 5000.0},
      {"1 atm", "Pa", 101325.0},
      {"830 J/(kg K)", "J/(kg K)", 830.0},
      {"0.83 kJ/kg/K", "J/(kg K)", 830.0},
      {"1 ((m))", "m", 1.0},
  };
  for (size_t i = 0; i < PRO_COUNT(rows); i++) {
    double got = NAN;
    pro_status status = pro_unit_read(&got, rows[i].text, rows[i].si);
    ck_assert_msg(status == PRO_OK, "%s: %s", rows[i].text, pro_error_message());
    ck_assert_msg(fabs(got - rows[i].want) <= 3e-16 * fabs(rows[i].want), "%s gave %.17g", rows[i].text, got);
  }
}
END_TEST

START_TEST(what_is_no_value_is_refused_and_says_why) {
  static const struct {
    const char *text, *si, *says;
  } rows[] = {
      {"155", "K", "155 degC or 428.15 K"},
      {"7.17", "W/(m2 K)", "7.17 W/(m2 K)"},
      {"10", "s", "has no unit: write e.g. 10 s"},
      {"155 C", "K", "write degC or K"},
      {"155 degc", "K", "did you mean 'degC'?"},
      {"155 degF", "K", "did you mean 'degC'?"},
      {"155 celsius", "K", "did you mean 'degC'?"},
      {"10 sec", "s", "did you mean 's'?"},
      {"10 Ohm", "ohm", "did you mean 'ohm'?"},
      {"155 s", "K", "'s' does not fit: degC or K"},
      {"5 delta_K", "K", "a difference"},
      {"7 W/m2 K", "W/(m2 K)", "mind the parentheses"},
      {"5 m", "1", "without a unit"},
      {"0x10 K", "K", "not a decimal number"},
      {"inf K", "K", "not a decimal number"},
      {"nan", "1", "not a decimal number"},
      {"1e999 K", "K", "too large"},
      {"1e-999", "1", "too small"},
      {"1e308 km", "m", "too large"},
      {"1,5 K", "K", "decimal sign is a point"},
      {"1_000 K", "K", "unknown unit"},
      {"1 000 K", "K", "'000 K'"},
      {"", "K", "missing"},
      {"   ", "K", "missing"},
      {"K", "K", "not a decimal number"},
      {"- 5 K", "K", "not a decimal number"},
      {"5 K/", "K/s", "missing at the end"},
      {"5 (K", "K", "lacks a ')'"},
      {"5 K)", "K", "left over"},
      {"5 m^", "m", "whole number"},
      {"5 m99", "m", "power"},
      {"5 ((((((((((((m))))))))))))", "m", "nests too deeply"},
      {"5 K; rm", "K", "not part of a unit"},
      {"5 \xff\xfe", "K", "unit"},
      {"1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000 K",
       "K", "too long"},
  };
  for (size_t i = 0; i < PRO_COUNT(rows); i++) {
    double got = 7.0;
    pro_status status = pro_unit_read(&got, rows[i].text, rows[i].si);
    ck_assert_msg(status == PRO_EINPUT, "'%s' was taken for %g", rows[i].text, got);
    ck_assert_msg(strstr(pro_error_message(), rows[i].says), "'%s': %s", rows[i].text, pro_error_message());
    ck_assert_double_eq(got, 7.0); /* untouched */
  }
}
END_TEST

START_TEST(scales_are_factor_and_offset) {
  double factor, offset;
  ck_assert_int_eq(pro_unit_scale(&factor, &offset, "degC", "K"), PRO_OK);
  ck_assert_double_eq(factor, 1.0);
  ck_assert_double_eq(offset, 273.15);
  ck_assert_int_eq(pro_unit_scale(&factor, &offset, "degC", "delta_K"), PRO_OK);
  ck_assert_double_eq(offset, 0.0);
  ck_assert_int_eq(pro_unit_scale(&factor, &offset, "mV", "V"), PRO_OK);
  ck_assert_double_eq(factor, 1e-3);
  ck_assert_int_eq(pro_unit_scale(&factor, &offset, "mV", "A"), PRO_EINPUT);
}
END_TEST

/* In a German locale strtod wants a comma; where that locale is not installed the test holds trivially. */
START_TEST(numbers_do_not_depend_on_the_locale) {
  setlocale(LC_ALL, "de_DE.UTF-8");
  double got = 0.0;
  ck_assert_int_eq(pro_unit_read(&got, "7.5 K", "K"), PRO_OK);
  setlocale(LC_ALL, "C");
  ck_assert_double_eq(got, 7.5);
}
END_TEST

/* Every spelling is plain UDUNITS: no slash, no parentheses; and it names the same unit. */
START_TEST(udunits_spellings_are_the_same_units) {
  static const char *const si[] = {"K",    "delta_K", "1",      "s",         "W/(m2 K)", "J/(kg K)", "J/mol",
                                   "J/kg", "kg/m3",   "1/s",    "K/s",       "W/K",      "V",        "A",
                                   "Pa",   "m3/s",    "kg/mol", "J/(mol K)", "W/(m K)",  "mol/kg"};
  for (size_t i = 0; i < PRO_COUNT(si); i++) {
    const char *spelled = pro_unit_udunits(si[i]);
    ck_assert_msg(!strpbrk(spelled, "/()_"), "%s", spelled);
    double factor, offset;
    ck_assert_msg(pro_unit_scale(&factor, &offset, spelled, si[i]) == PRO_OK, "%s: %s", si[i],
                  pro_error_message());
    ck_assert_double_eq(factor, 1.0);
  }
  ck_assert_str_eq(pro_unit_udunits("W/(m2 K)"), "W m-2 K-1");
  static const pro_field *const tables[] = {pro_cell_fields,    pro_enclosure_fields, pro_reaction_fields,
                                            pro_network_fields, pro_species_fields,   pro_sensor_settings_fields};
  for (size_t t = 0; t < PRO_COUNT(tables); t++)
    for (const pro_field *f = tables[t]; f->name; f++)
      ck_assert_msg(!strpbrk(pro_unit_udunits(f->unit), "/()_"), "%s [%s]", f->name, f->unit);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("unit");
  TCase *tests = tcase_create("unit");
  tcase_add_test(tests, values_come_out_in_si);
  tcase_add_test(tests, what_is_no_value_is_refused_and_says_why);
  tcase_add_test(tests, scales_are_factor_and_offset);
  tcase_add_test(tests, numbers_do_not_depend_on_the_locale);
  tcase_add_test(tests, udunits_spellings_are_the_same_units);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_sim */
#include "sim/law.h"

#include "tests/support.h"

static pro_law_value at(const pro_law *law, double T, double c, double p, double q) {
  pro_lanes wide_T = pro_lanes_all(T), wide_c = pro_lanes_all(c), wide_p = pro_lanes_all(p),
            wide_q = pro_lanes_all(q);
  pro_law_value out;
  law->at(&out, &wide_T, &wide_c, &wide_p, &wide_q);
  return out;
}

/* The laws with the parameters they are used with. `edge`: species value at which the slope jumps;
 * NaN: nowhere. */
typedef struct use {
  const pro_law *law;
  double p, q, c_high, edge;
} use;
static const use uses[] = {
    {&pro_law_linear, 0.0, 0.0, 3.0, (double)NAN},
    {&pro_law_vacancy, 0.0, 0.0, 3.0, (double)NAN},
    {&pro_law_seed, 0.0, 0.0, 3.0, 0.0},
    {&pro_law_converted, 0.0, 0.0, 0.999, 1.0},
    {&pro_law_power, 0.5, 1e-3, 3.0, 1e-3},
    {&pro_law_power, 0.67, 0.01, 3.0, 0.01},
    {&pro_law_power, 2.5, 0.0, 3.0, 0.0},
    {&pro_law_power, 1.0, 0.0, 3.0, 0.0},
    {&pro_law_tunnel, 0.033, 0.0, 0.8, (double)NAN},
    {&pro_law_tunnel, 1.0, 0.0, 5.0, (double)NAN},
    {&pro_law_gate, 323.15, 1.0, 1.0, (double)NAN},
    {&pro_law_gate, 453.15, 5.0, 1.0, (double)NAN},
    {&pro_law_switch, 5.0 / 0.035, 533.15, 1.0, (double)NAN},
};

/* Central differences of fourth order over a step h: their error is h^4 f'''''/30 by truncation and 1e-16 f/h by
 * rounding, both below 1e-9 of f/scale for h = 1e-3 scale, where scale is the distance over which the
 * law bends. */
static double difference(const use *u, double T, double c, double h, int in_T) {
  double f[5];
  for (int k = -2; k <= 2; k++)
    f[k + 2] = at(u->law, in_T ? T + k * h : T, in_T ? c : c + k * h, u->p, u->q).value[0];
  return (8.0 * (f[3] - f[1]) - (f[4] - f[0])) / (12.0 * h);
}

START_TEST(slopes_are_those_of_the_value) {
  support_random random = {11, 0};
  for (size_t i = 0; i < PRO_COUNT(uses); i++) {
    const use *u = &uses[i];
    double width = u->law == &pro_law_gate ? u->q : u->law == &pro_law_switch ? 1.0 : 10.0;
    double centre = u->law == &pro_law_gate ? u->p : u->law == &pro_law_switch ? u->q : 400.0;
    for (int k = 0; k < 4000; k++) {
      double T = centre + width * support_between(&random, -6.0, 6.0);
      double c = support_between(&random, -0.2, u->c_high);
      if (k % 4 == 0) c = u->q * support_between(&random, -1.0, 3.0);
      double scale = u->law == &pro_law_tunnel ? u->p : fmax(fabs(c), 1e-6), h = 1e-3 * scale;
      if (fabs(c - u->edge) < 3.0 * h) continue; /* differences across a bend mean nothing */
      pro_law_value v = at(u->law, T, c, u->p, u->q);
      double tol = 1e-9 * (fabs(v.value[0]) / scale + fabs(v.slope_c[0])) + 1e-12;
      double want = difference(u, T, c, h, 0);
      support_check(fabs(v.slope_c[0] - want) <= tol, "%s(c = %g; %g, %g): slope %.12g, differences %.12g",
                    u->law->name, c, u->p, u->q, v.slope_c[0], want);
      double hT = 3e-3 * width, tol_T = 1e-9 * fmax(1.0, fabs(u->p)) / width;
      want = difference(u, T, c, hT, 1);
      support_check(fabs(v.slope_T[0] - want) <= tol_T, "%s(T = %g; %g, %g): slope %.12g, differences %.12g",
                    u->law->name, T, u->p, u->q, v.slope_T[0], want);
    }
  }
}
END_TEST

START_TEST(every_law_is_used_in_the_slope_test_and_says_what_it_is) {
  for (int i = 0; pro_law_all[i]; i++) {
    const pro_law *law = pro_law_all[i];
    int found = 0;
    for (size_t k = 0; k < PRO_COUNT(uses); k++) found |= uses[k].law == law;
    support_check(found, "%s: its slopes are not tested", law->name);
    ck_assert(support_is_snake_case(law->name) && law->formula[0] && law->doc[0]);
    for (int k = 0; k < i; k++) ck_assert_str_ne(law->name, pro_law_all[k]->name);
  }
}
END_TEST

START_TEST(below_zero_a_catalyst_has_neither_rate_nor_slope) {
  const pro_law *of_species[] = {&pro_law_seed, &pro_law_power};
  for (size_t i = 0; i < PRO_COUNT(of_species); i++)
    for (int k = 0; k < 3; k++) {
      static const double c[] = {0.0, -1e-12, -0.5};
      pro_law_value v = at(of_species[i], 400.0, c[k], 0.5, 1e-3);
      ck_assert_double_eq(v.value[0], 0.0);
      ck_assert_double_eq(v.slope_c[0], 0.0);
    }
  pro_law_value v = at(&pro_law_converted, 400.0, 1.25, 0.0, 0.0);
  ck_assert_double_eq(v.value[0], 0.0);
  ck_assert_double_eq(v.slope_c[0], 0.0);
}
END_TEST

START_TEST(beyond_its_bound_a_reactant_is_pulled_back) {
  ck_assert_double_eq(at(&pro_law_linear, 400.0, -1e-6, 0.0, 0.0).value[0], -1e-6);
  ck_assert_double_lt(at(&pro_law_vacancy, 400.0, 1.25, 0.0, 0.0).value[0], 0.0);
}
END_TEST

/* The line from the origin meets c^p at c = q, and its slope q^(p-1) is the largest there is. */
START_TEST(power_is_a_line_below_q_and_the_power_above) {
  double p = 0.5, q = 1e-4;
  ck_assert_double_eq_tol(at(&pro_law_power, 400.0, 0.5 * q, p, q).value[0], 0.5 * sqrt(q), 1e-17);
  ck_assert_double_eq_tol(at(&pro_law_power, 400.0, q * (1.0 - 1e-12), p, q).value[0], sqrt(q), 2e-14);
  ck_assert_double_eq_tol(at(&pro_law_power, 400.0, q * (1.0 + 1e-12), p, q).value[0], sqrt(q), 2e-14);
  ck_assert_double_eq_tol(at(&pro_law_power, 400.0, q, p, q).value[0], sqrt(q), 1e-16);
  /* c^p = exp(p log c): a few ulps of the exponent */
  for (double c = q; c < 2.0; c *= 1.37)
    ck_assert_double_eq_tol(at(&pro_law_power, 400.0, c, p, q).value[0], sqrt(c), 1e-14 * sqrt(c));
  for (double c = 1e-9; c < 2.0; c *= 1.37)
    ck_assert_double_le(at(&pro_law_power, 400.0, c, p, q).slope_c[0], 1.0000001 / sqrt(q));
}
END_TEST

START_TEST(gate_and_switch_open_where_they_say) {
  ck_assert_double_eq(at(&pro_law_gate, 323.15, 0.0, 323.15, 1.0).value[0], 0.5);
  ck_assert_double_eq_tol(at(&pro_law_gate, 333.15, 0.0, 323.15, 1.0).value[0], 1.0, 1e-8);
  ck_assert_double_eq_tol(at(&pro_law_gate, 313.15, 0.0, 323.15, 1.0).value[0], 0.0, 1e-8);
  double p = 5.0 / 0.035;
  ck_assert_double_eq_tol(at(&pro_law_switch, 500.0, 0.0, p, 533.15).value[0], 1.0, 1e-12);
  ck_assert_double_eq_tol(at(&pro_law_switch, 533.15, 0.0, p, 533.15).value[0], 0.5 * (1.0 + p), 1e-12 * p);
  ck_assert_double_eq_tol(at(&pro_law_switch, 560.0, 0.0, p, 533.15).value[0], p, 1e-12 * p);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("law");
  TCase *tests = tcase_create("law");
  tcase_add_test(tests, slopes_are_those_of_the_value);
  tcase_add_test(tests, every_law_is_used_in_the_slope_test_and_says_what_it_is);
  tcase_add_test(tests, below_zero_a_catalyst_has_neither_rate_nor_slope);
  tcase_add_test(tests, beyond_its_bound_a_reactant_is_pulled_back);
  tcase_add_test(tests, power_is_a_line_below_q_and_the_power_above);
  tcase_add_test(tests, gate_and_switch_open_where_they_say);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}

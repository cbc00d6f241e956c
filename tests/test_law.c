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
    {&pro_law_available, 0.0, 0.0, 3.0, 0.0},
    {&pro_law_tunnel_critical, 1.63, 9.47, 40.0, (double)NAN},
    {&pro_law_tunnel_critical, 0.0627, 0.2, 0.8, (double)NAN},
    {&pro_law_saturation, 1.2, 0.0, 100.0, 0.0},
    {&pro_law_saturation, 0.01, 0.0, 3.0, 0.0},
    {&pro_law_diffusion, 1.1417914188e9, 12027.18, 1.0, (double)NAN},
    {&pro_law_diffusion, 8.758e8, 11247.8, 1.0, (double)NAN},
    {&pro_law_tracing_can_60Ah, 0.0, 0.0, 1.0, (double)NAN},
    {&pro_law_tracing_essl2020, 0.0, 0.0, 1.0, (double)NAN},
};

/* knots of the tabulated laws [degC]: their slope in T jumps there */
static const double knots[] = {-60, 150, 165, 170, 178, 180, 190, 200, 210, 230, 240, 2000};
static int is_tabulated(const pro_law *law) {
  return law == &pro_law_tracing_can_60Ah || law == &pro_law_tracing_essl2020;
}
static int near_knot(const pro_law *law, double T, double h) {
  if (!is_tabulated(law)) return 0;
  for (size_t i = 0; i < PRO_COUNT(knots); i++)
    if (fabs(T - PRO_ZERO_CELSIUS - knots[i]) < 3.0 * h) return 1;
  return 0;
}

/* the distance over which a law bends in c */
static double bend(const use *u, double c) {
  if (u->law == &pro_law_tunnel) return u->p;
  if (u->law == &pro_law_tunnel_critical) return u->q / 200.0;
  if (u->law == &pro_law_saturation) return fmax(c, 0.0) + u->p;
  return fmax(fabs(c), 1e-6);
}

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
    double centre = u->law == &pro_law_gate     ? u->p
                    : u->law == &pro_law_switch ? u->q
                    : is_tabulated(u->law)      ? 450.0
                                                : 400.0;
    for (int k = 0; k < 4000; k++) {
      double T = centre + width * support_between(&random, -6.0, 6.0);
      double c = support_between(&random, -0.2, u->c_high);
      if (k % 4 == 0) c = u->q * support_between(&random, -1.0, 3.0);
      double scale = bend(u, c), h = 1e-3 * scale;
      if (fabs(c - u->edge) < 3.0 * h) continue; /* differences across a bend mean nothing */
      pro_law_value v = at(u->law, T, c, u->p, u->q);
      double tol = 1e-9 * (fabs(v.value[0]) / scale + fabs(v.slope_c[0])) + 1e-12;
      double want = difference(u, T, c, h, 0);
      support_check(fabs(v.slope_c[0] - want) <= tol, "%s(c = %g; %g, %g): slope %.12g, differences %.12g",
                    u->law->name, c, u->p, u->q, v.slope_c[0], want);
      double hT = (is_tabulated(u->law) ? 3e-4 : 3e-3) * width;
      double tol_T = 1e-9 * (1.0 + fabs(v.value[0]) + (u->law == &pro_law_switch ? u->p : 0.0)) / width;
      if (near_knot(u->law, T, hT)) continue;
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

START_TEST(below_zero_there_is_neither_rate_nor_slope) {
  const pro_law *of_species[] = {&pro_law_seed, &pro_law_power, &pro_law_available, &pro_law_saturation};
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

START_TEST(critical_film_is_the_tunnel_below_and_constant_above) {
  double p = 1.63, q = 9.47, w = q / 200.0;
  for (double c = -1.0; c < q - 21.0 * w; c += 0.1)
    ck_assert_double_eq_tol(at(&pro_law_tunnel_critical, 400.0, c, p, q).value[0], exp(-c / p),
                            1e-9 * exp(-c / p));
  for (double c = q + 21.0 * w; c < 200.0; c *= 1.2) {
    pro_law_value v = at(&pro_law_tunnel_critical, 400.0, c, p, q);
    ck_assert_double_eq_tol(v.value[0], exp(-q / p), 1e-9 * exp(-q / p));
    ck_assert_double_eq_tol(v.slope_c[0], 0.0, 1e-9 * exp(-q / p));
  }
  ck_assert_double_eq_tol(at(&pro_law_tunnel_critical, 400.0, q, p, q).value[0], exp(-(q - w * log(2.0)) / p),
                          1e-14);
}
END_TEST

START_TEST(saturation_halves_at_its_parameter) {
  ck_assert_double_eq(at(&pro_law_saturation, 400.0, 1.2, 1.2, 0.0).value[0], 0.5);
  ck_assert_double_eq_tol(at(&pro_law_saturation, 400.0, 1e9, 1.2, 0.0).value[0], 1.0, 2e-9);
}
END_TEST

/* Validation A3c: the limiter of LIM1TR's damkohler_anode at 448.15 K, printed to ten digits. */
START_TEST(diffusion_has_the_published_factor) {
  double got = at(&pro_law_diffusion, 448.15, 0.0, 1.1417914188e9, 12027.1814300).value[0];
  ck_assert_double_eq_tol(got, 0.9974814171, 1e-10);
}
END_TEST

/* at the knots the table itself, between them the straight line, beyond them the end */
START_TEST(tracing_goes_through_its_table) {
  static const struct {
    const pro_law *law;
    double celsius, g;
  } want[] = {{&pro_law_tracing_can_60Ah, -60, -5.2478},
              {&pro_law_tracing_can_60Ah, -100, -5.2478},
              {&pro_law_tracing_can_60Ah, 180, 0.18495},
              {&pro_law_tracing_can_60Ah, 185, 0.5 * (0.18495 + 1.4357)},
              {&pro_law_tracing_can_60Ah, 240, 1.8715},
              {&pro_law_tracing_can_60Ah, 700, 1.8715},
              {&pro_law_tracing_can_60Ah, 2500, 1.8715},
              {&pro_law_tracing_essl2020, 150, -1.7065},
              {&pro_law_tracing_essl2020, 195, 0.5 * (-0.74351 + 1.6079)},
              {&pro_law_tracing_essl2020, 900, 2.7198}};
  for (size_t i = 0; i < PRO_COUNT(want); i++) {
    double got = log10(at(want[i].law, want[i].celsius + PRO_ZERO_CELSIUS, 0.5, 0.0, 0.0).value[0]);
    support_check(fabs(got - want[i].g) < 1e-12, "%s at %g degC: %.15g, not %.15g", want[i].law->name,
                  want[i].celsius, got, want[i].g);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("law");
  TCase *tests = tcase_create("law");
  tcase_add_test(tests, slopes_are_those_of_the_value);
  tcase_add_test(tests, every_law_is_used_in_the_slope_test_and_says_what_it_is);
  tcase_add_test(tests, below_zero_there_is_neither_rate_nor_slope);
  tcase_add_test(tests, beyond_its_bound_a_reactant_is_pulled_back);
  tcase_add_test(tests, power_is_a_line_below_q_and_the_power_above);
  tcase_add_test(tests, gate_and_switch_open_where_they_say);
  tcase_add_test(tests, critical_film_is_the_tunnel_below_and_constant_above);
  tcase_add_test(tests, saturation_halves_at_its_parameter);
  tcase_add_test(tests, diffusion_has_the_published_factor);
  tcase_add_test(tests, tracing_goes_through_its_table);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}

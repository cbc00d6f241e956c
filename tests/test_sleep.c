/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_bench; wraps: pro_network_rates
 * Chemistry sleeps where it may (rates are counted: the linker puts the function below before the one of sim/, in
 * portable arithmetic only), and nowhere else: what comes suddenly after a rest is followed as CVODE follows it.
 */
#include "bench/bench.h"
#include "sim/integrator.h"
#include "tests/support.h"

static long rates;
void __real_pro_network_rates(const pro_network_lanes *, const pro_lanes *, const pro_lanes *, const pro_lanes *,
                              pro_lanes *);
void __wrap_pro_network_rates(const pro_network_lanes *, const pro_lanes *, const pro_lanes *, const pro_lanes *,
                              pro_lanes *);
void __wrap_pro_network_rates(const pro_network_lanes *net, const pro_lanes *T, const pro_lanes *soc,
                              const pro_lanes *xi, pro_lanes *rate) {
  rates++;
  __real_pro_network_rates(net, T, soc, xi, rate);
}

/* A current of up to a capacity an hour that changes every second, at 25 degC: a look a step, at its end, and
 * now and then a step awake, which has nine. */
START_TEST(a_healthy_cell_sleeps) {
  pro_run run = {0};
  support_case(&run.in, "nmc811_18650");
  pro_channel *current = &run.in.drive.channel[PRO_DRIVE_current];
  double most = run.in.cell.capacity / 3600.0;
  *current = (pro_channel){0};
  pro_channel_add(current, 0.0, 0.0);
  current->noise = (pro_noise){
      .sigma = 0.25 * most, .limit = most, .step = 1.0, .slow_share = 0.6, .slow = 50, .seed = 3, .run = 1};
  run.in.soc_initial = 0.5, run.in.duration = 600.0, run.in.period = 600.0;
  rates = 0;
  ck_assert_int_eq(pro_run_case(&run, pro_integrator_find("rosenbrock")), PRO_OK);
  ck_assert_msg(run.status == PRO_OK, "%s", run.message);
  ck_assert_int_ge(run.truth->steps, 600);
  ck_assert_msg((double)rates < 3.0 * (double)run.truth->steps, "%ld rates in %ld steps", rates, run.truth->steps);
  pro_run_clear(&run);
}
END_TEST

typedef struct shock {
  const char *what, *preset;
  pro_drive_channel channel;
  double T, rest; /* at rest at T for `rest` [K], [s] */
  double rise;    /* in which the channel gets to `value`; 0: a jump [s] */
  double lasts;   /* [s] */
  double value;   /* [W], [A], [S]; of the current as a share of the capacity an hour */
} shock;
static const shock shocks[] = {
    {"a heater ramps", "nmc811_18650", PRO_DRIVE_heater, 298.15, 500.0, 20.0, 0.0, 40.0},
    {"a heater ramps on a warm cell", "nmc811_18650", PRO_DRIVE_heater, 320.0, 500.0, 10.0, 0.0, 40.0},
    {"a heater ramps fast", "nmc811_18650", PRO_DRIVE_heater, 298.15, 20000.0, 2.0, 0.0, 800.0},
    {"a heater jumps", "lco_18650", PRO_DRIVE_heater, 310.0, 500.0, 0.0, 5.0, 60.0},
    {"a side is heated", "lfp_prismatic_22Ah", PRO_DRIVE_heater, 340.0, 500.0, 0.0, 3.0, 3000.0},
    {"a side is heated by and by", "lfp_prismatic_22Ah", PRO_DRIVE_heater, 320.0, 500.0, 20.0, 0.0, 1000.0},
    {"surroundings jump", "nca_18650", PRO_DRIVE_T_ambient, 310.0, 500.0, 0.0, 30.0, 700.0},
    {"surroundings ramp", "nca_18650", PRO_DRIVE_T_ambient, 310.0, 500.0, 60.0, 0.0, 400.0},
    {"a short ramps", "nmc811_21700", PRO_DRIVE_short_conductance, 320.0, 500.0, 20.0, 0.0, 5.0},
    {"a short jumps", "nmc811_21700", PRO_DRIVE_short_conductance, 320.0, 500.0, 0.0, 10.0, 5.0},
    {"a current ramps", "nmc811_21700", PRO_DRIVE_current, 310.0, 500.0, 60.0, 0.0, -20.0},
    {"a current jumps", "nmc811_21700", PRO_DRIVE_current, 310.0, 500.0, 0.0, 30.0, -20.0},
};

static void make(pro_run *run, const shock *s, double rtol) {
  *run = (pro_run){0};
  pro_case *in = &run->in;
  support_case(in, s->preset);
  in->T_initial = s->T, in->soc_initial = 0.8, in->rtol = rtol;
  for (int c = 0; c < PRO_DRIVE_COUNT; c++)
    if (c == PRO_DRIVE_T_ambient) pro_channel_hold(&in->drive.channel[c], s->T);
  pro_channel *to = &in->drive.channel[s->channel];
  double before = s->channel == PRO_DRIVE_T_ambient ? s->T : 0.0,
         value = s->channel == PRO_DRIVE_current ? s->value * in->cell.capacity / 3600.0 : s->value;
  *to = (pro_channel){0};
  pro_channel_add(to, 0.0, before);
  pro_channel_add(to, s->rest, before);
  pro_channel_add(to, s->rest + s->rise, value);
  if (s->lasts > 0.0) pro_channel_add(to, s->rest + s->rise + s->lasts, value);
  pro_channel_add(to, s->rest + s->rise + s->lasts, before);
  in->duration = s->rest + s->rise + s->lasts;
  in->period = in->duration;
}

/* Within half of the tolerance; with what sleeps within a twentieth of it, the rest is the integrator's. */
START_TEST(what_comes_after_a_rest_is_not_slept_through) {
  const shock *s = &shocks[_i];
  static const double rtol[] = {1e-6, 1e-4};
  pro_run slow;
  make(&slow, s, 1e-10);
  ck_assert_int_eq(pro_run_case(&slow, pro_integrator_find("cvode")), PRO_OK);
  ck_assert_msg(slow.status == PRO_OK, "%s: %s", s->what, slow.message);
  const pro_trajectory *b = slow.truth;
  size_t last = b->samples - 1;
  double T = b->truth[PRO_TRUTH_T_core][last], rise = fabs(b->truth[PRO_TRUTH_T_surface][last] - s->T);
  support_check(rise > 0.5, "%s: it heats by %g K only", s->what, rise);
  for (size_t r = 0; r < PRO_COUNT(rtol); r++) {
    pro_run fast;
    make(&fast, s, rtol[r]);
    ck_assert_int_eq(pro_run_case(&fast, pro_integrator_find("rosenbrock")), PRO_OK);
    ck_assert_msg(fast.status == PRO_OK, "%s: %s", s->what, fast.message);
    const pro_trajectory *a = fast.truth;
    double got = a->truth[PRO_TRUTH_T_core][last];
    support_check(fabs(got - T) <= 10.0 * rtol[r] * T, "%s: T is %.9g K, by CVODE %.9g K", s->what, got, T);
    for (int j = 0; j < a->reactions; j++) {
      double x = a->xi[(size_t)j * a->samples + last], y = b->xi[(size_t)j * b->samples + last];
      support_check(fabs(x - y) <= 0.5 * rtol[r] * (fabs(y) + 1e-4),
                    "%s, rtol %g: extent %d is %.9g, by CVODE %.9g", s->what, rtol[r], j, x, y);
    }
    double x = a->truth[PRO_TRUTH_separator_collapse][last], y = b->truth[PRO_TRUTH_separator_collapse][last];
    support_check(fabs(x - y) <= 0.5 * rtol[r] * (y + 0.1), "%s, rtol %g: collapse is %.9g, by CVODE %.9g",
                  s->what, rtol[r], x, y);
    pro_run_clear(&fast);
  }
  pro_run_clear(&slow);
}
END_TEST

int main(void) {
  setenv("PRODROME_LEVEL", "portable", 1);
  Suite *suite = suite_create("sleep");
  TCase *tests = tcase_create("sleep");
  tcase_set_timeout(tests, 120.0);
  tcase_add_test(tests, a_healthy_cell_sleeps);
  tcase_add_loop_test(tests, what_comes_after_a_rest_is_not_slept_through, 0, PRO_COUNT(shocks));
  suite_add_tcase(suite, tests);
  return support_main(suite);
}

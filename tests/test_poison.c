/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_bench
 * wraps: pro_system_rhs pro_system_look pro_system_jacobian pro_cell_look pro_cell_glance
 * What is no number, in any term and at any call: the case fails, alone and with a message, or goes on as if
 * nothing had been. The linker puts the functions below before those of sim/ (portable arithmetic only). */
#include "bench/bench.h"
#include "sim/integrator.h"
#include "tests/support.h"

/* ---- poison ---- */

#define MARK 0.99908203125 /* initial charge of the case that is poisoned */

typedef enum place { IN_RHS, IN_JACOBIAN, IN_VIEW, PLACES } place;

static struct poison {
  place where;
  int term;   /* state, entry of the Jacobian, field of the view */
  long first; /* call from which on; counted from 1 */
  int once;
  double value;
  long calls[PLACES]; /* of the marked case so far */
} poison;

static int marked(const pro_cell_lanes *cell) {
  int any = 0;
  for (int l = 0; l < PRO_LANES; l++) any |= cell->soc_initial[l] == MARK;
  return any;
}

static void spoil(const pro_cell_lanes *cell, place where, pro_lanes *term, int n) {
  if (!marked(cell)) return;
  long call = ++poison.calls[where];
  if (where != poison.where || poison.term >= n || poison.first == 0) return;
  if (call < poison.first || (poison.once && call > poison.first)) return;
  for (int l = 0; l < PRO_LANES; l++)
    if (cell->soc_initial[l] == MARK) term[poison.term][l] = poison.value;
}

enum { FIELDS = sizeof(pro_cell_view) / sizeof(pro_lanes) };

void __real_pro_system_rhs(const pro_system *, const pro_lanes *, const pro_lanes *, pro_lanes *,
                           const pro_sleep *);
void __real_pro_system_look(const pro_system *, const pro_lanes *, const pro_lanes *, pro_lanes *, pro_cell_view *,
                            pro_drive_lanes *);
void __real_pro_system_jacobian(const pro_system *, const pro_lanes *, const pro_lanes *, pro_lanes *);
void __real_pro_cell_look(pro_cell_view *, const pro_cell_lanes *, const pro_drive_lanes *, const pro_modes *,
                          const pro_lanes *);
void __real_pro_cell_glance(pro_cell_view *, const pro_cell_lanes *, const pro_drive_lanes *, const pro_modes *,
                            const pro_lanes *, int);
void __wrap_pro_system_rhs(const pro_system *, const pro_lanes *, const pro_lanes *, pro_lanes *,
                           const pro_sleep *);
void __wrap_pro_system_look(const pro_system *, const pro_lanes *, const pro_lanes *, pro_lanes *, pro_cell_view *,
                            pro_drive_lanes *);
void __wrap_pro_system_jacobian(const pro_system *, const pro_lanes *, const pro_lanes *, pro_lanes *);
void __wrap_pro_cell_look(pro_cell_view *, const pro_cell_lanes *, const pro_drive_lanes *, const pro_modes *,
                          const pro_lanes *);
void __wrap_pro_cell_glance(pro_cell_view *, const pro_cell_lanes *, const pro_drive_lanes *, const pro_modes *,
                            const pro_lanes *, int);

void __wrap_pro_system_rhs(const pro_system *s, const pro_lanes *t, const pro_lanes *y, pro_lanes *f,
                           const pro_sleep *asleep) {
  __real_pro_system_rhs(s, t, y, f, asleep);
  spoil(&s->cell, IN_RHS, f, s->cell.layout.n);
}

void __wrap_pro_system_look(const pro_system *s, const pro_lanes *t, const pro_lanes *y, pro_lanes *f,
                            pro_cell_view *view, pro_drive_lanes *drive) {
  __real_pro_system_look(s, t, y, f, view, drive);
  spoil(&s->cell, IN_RHS, f, s->cell.layout.n);
  spoil(&s->cell, IN_VIEW, (pro_lanes *)view, FIELDS);
}

void __wrap_pro_cell_look(pro_cell_view *view, const pro_cell_lanes *cell, const pro_drive_lanes *drive,
                          const pro_modes *modes, const pro_lanes *y) {
  __real_pro_cell_look(view, cell, drive, modes, y);
  spoil(cell, IN_VIEW, (pro_lanes *)view, FIELDS);
}

void __wrap_pro_cell_glance(pro_cell_view *view, const pro_cell_lanes *cell, const pro_drive_lanes *drive,
                            const pro_modes *modes, const pro_lanes *y, int heats) {
  __real_pro_cell_glance(view, cell, drive, modes, y, heats);
  spoil(cell, IN_VIEW, (pro_lanes *)view, FIELDS);
}

static int entries_seen;

void __wrap_pro_system_jacobian(const pro_system *s, const pro_lanes *t, const pro_lanes *y, pro_lanes *jacobian) {
  __real_pro_system_jacobian(s, t, y, jacobian);
  entries_seen = s->where->values;
  spoil(&s->cell, IN_JACOBIAN, jacobian, entries_seen);
}

/* ---- cases ---- */

enum { CASES = 3, SICK = 1 };

/* A hot cell with an internal short: vent, shorts and the onset of a runaway lie within. */
static void make(pro_run *run, int k) {
  *run = (pro_run){0};
  pro_bench_abuse(&run->in, "nmc811_18650", 8);
  pro_channel *made = &run->in.drive.channel[PRO_DRIVE_short_conductance];
  double value = made->value[made->knots - 1];
  *made = (pro_channel){0};
  pro_channel_add(made, 0.0, 0.0);
  pro_channel_add(made, 1.0, value * (1.0 + 0.1 * k));
  run->in.T_initial = 440.0, run->in.soc_initial = k == SICK ? MARK : 0.9;
  run->in.duration = 40.0, run->in.period = 2.0, run->in.run = (uint64_t)k;
  run->in.rtol = 1e-4, run->in.steps_max = 100000;
}

static void run_all(pro_run run[CASES], const pro_integrator *with) {
  pro_run *list[CASES];
  for (int k = 0; k < CASES; k++) make(&run[k], k), list[k] = &run[k];
  memset(poison.calls, 0, sizeof poison.calls);
  ck_assert_msg(pro_run_cases(list, CASES, with) == PRO_OK, "%s", pro_error_message());
}

static int same(const pro_trajectory *a, const pro_trajectory *b) {
  int equal = a && b && a->samples == b->samples && !memcmp(a->clock, b->clock, sizeof a->clock) &&
              a->T_max == b->T_max && a->steps == b->steps && a->rejected == b->rejected;
  for (int c = 0; equal && c < PRO_TRUTH_COUNT; c++)
    equal = !memcmp(a->truth[c], b->truth[c], a->samples * sizeof(double));
  return equal;
}

static int all_numbers(const pro_trajectory *y) {
  double sum =
      y->T_max + y->rate_max + y->rate_end + y->ledger.energy_gap + y->ledger.mass_gap + y->ledger.charge_gap;
  for (size_t k = 0; k < y->samples; k++) {
    for (int c = 0; c < PRO_TRUTH_COUNT; c++) sum += y->truth[c][k];
    for (int j = 0; j < y->reactions; j++) sum += y->xi[(size_t)j * y->samples + k];
  }
  for (int c = 0; c < PRO_CLOCK_COUNT; c++) /* a clock and its temperature are there together */
    if (isnan(y->clock[c]) != isnan(y->T_at[c])) return 0;
  return isfinite(sum);
}

static const char *const place_names[PLACES] = {"rate", "Jacobian's entry", "view's field"};

/* Runs with the poison as it stands; must_fail: it cannot do without that term. Returns whether it failed. */
static int suffer(const pro_run *healthy, const pro_integrator *with, int must_fail) {
  pro_run run[CASES];
  run_all(run, with);
  char what[160];
  snprintf(what, sizeof what, "%s, %s %d is %g %s call %ld", pro_integrator_name(with), place_names[poison.where],
           poison.term, poison.value, poison.once ? "at" : "from", poison.first);
  for (int k = 0; k < CASES; k++)
    if (k != SICK) support_check(same(run[k].truth, healthy[k].truth), "%s: case %d differs", what, k);
  const pro_run *sick = &run[SICK];
  int failed = sick->status != PRO_OK;
  if (failed) {
    support_check(sick->status == PRO_ENUMERIC && !sick->truth && !sick->seen, "%s: %s", what,
                  pro_status_name(sick->status));
    support_check(strncmp(sick->message, "at t = ", 7) == 0 && strlen(sick->message) > 30, "%s: '%s'", what,
                  sick->message);
  } else {
    support_check(!must_fail, "%s: and the case counts as completed", what);
    support_check(all_numbers(sick->truth), "%s: the case counts as completed, but not all are numbers", what);
    support_check(sick->truth->outcome == healthy[SICK].truth->outcome, "%s: another outcome", what);
  }
  for (int k = 0; k < CASES; k++) pro_run_clear(&run[k]);
  return failed;
}

/* rate_surface is for calorimeters: nobody else looks at it. */
static int is_unused(int term) {
  return poison.where == IN_VIEW && (size_t)term == offsetof(pro_cell_view, rate_surface) / sizeof(pro_lanes);
}

START_TEST(what_is_no_number_fails_its_case_alone) {
  const pro_integrator *with = pro_integrator_all[_i / PLACES];
  const place where = (place)(_i % PLACES);
  const int whole = getenv("PRO_LONG") != NULL;
  pro_run healthy[CASES];
  poison = (struct poison){0};
  run_all(healthy, with);
  for (int k = 0; k < CASES; k++) ck_assert_msg(healthy[k].truth != NULL, "%s", healthy[k].message);
  const pro_trajectory *y = healthy[SICK].truth;
  ck_assert(!isnan(y->clock[PRO_CLOCK_vent]) && !isnan(y->clock[PRO_CLOCK_runaway]) && all_numbers(y));
  const long last = poison.calls[where];
  ck_assert_int_gt(last, 40);
  pro_cell_lanes *cell = aligned_alloc(64, sizeof *cell);
  pro_cell_fill(cell, &healthy[SICK].in);
  const int terms = where == IN_RHS ? cell->layout.n : where == IN_VIEW ? FIELDS : entries_seen;
  free(cell);
  ck_assert_int_gt(terms, 10);
  static const double values[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
  const long calls[] = {1, 2, 10, last / 2, last};
  int failed = 0, went_on = 0;
  for (int term = 0; term < terms; term++)
    for (size_t c = 0; c < PRO_COUNT(calls); c++)
      for (int v = 0; v < (int)PRO_COUNT(values); v++)
        for (int once = 0; once < 2; once++) {
          /* quick: most terms, each at one call, with one of the values that lasts or not */
          if (!whole && (v != (term + (int)c) % 3 || once != (term / 3 + (int)c) % 2)) continue;
          if (!whole && (term % 5 != (int)c || term % (terms / 80 + 1))) continue;
          poison =
              (struct poison){.where = where, .term = term, .first = calls[c], .once = once, .value = values[v]};
          int must_fail = !once && calls[c] < last && !is_unused(term);
          *(suffer(healthy, with, must_fail) ? &failed : &went_on) += 1;
        }
  ck_assert_int_gt(3 * failed, went_on); /* the poison works */
  ck_assert_int_gt(went_on, 0);          /* and once is not for ever */
  for (int k = 0; k < CASES; k++) pro_run_clear(&healthy[k]);
}
END_TEST

/* Who takes pieces is given numbers alone, and the case fails as it does whole. */
static pro_status take_numbers(void *payload, const pro_trajectory *piece) {
  ++*(int *)payload;
  for (size_t k = 0; k < piece->samples; k++)
    for (int c = 0; c < PRO_TRUTH_COUNT; c++)
      ck_assert_msg(isfinite(piece->truth[c][k]), "%s at %g s", pro_truth_names[c], piece->t[k]);
  return PRO_OK;
}

START_TEST(no_piece_holds_what_is_no_number) {
  const long first[] = {0, 1, 100, 200}; /* 0: never */
  for (size_t i = 0; i < PRO_COUNT(first); i++) {
    int taken = 0;
    const pro_pieces pieces = {.length = 8, .take = take_numbers, .payload = &taken};
    pro_run run;
    /* a heat, which samples alone look at */
    poison = (struct poison){.where = IN_VIEW, .term = offsetof(pro_cell_view, heat_exchange) / sizeof(pro_lanes)};
    poison.first = first[i] ? first[i] : 1000000, poison.value = (double)NAN;
    make(&run, SICK), run.in.pieces = &pieces;
    ck_assert_int_eq(pro_run_case(&run, pro_integrator_all[_i]), PRO_OK);
    ck_assert_int_eq(run.status, first[i] ? PRO_ENUMERIC : PRO_OK);
    ck_assert(i > 0 ? taken < 3 : taken == 3); /* of 21 samples */
    pro_run_clear(&run);
  }
}
END_TEST

/* Every look reads the voltage, the one at the voltage before the short included. */
START_TEST(once_is_enough_for_what_is_seen) {
  pro_run healthy[CASES];
  poison = (struct poison){0};
  run_all(healthy, pro_integrator_all[_i]);
  for (long call = 1; call <= 6; call++) {
    poison = (struct poison){.where = IN_VIEW,
                             .term = offsetof(pro_cell_view, voltage) / sizeof(pro_lanes),
                             .first = call,
                             .once = 1,
                             .value = (double)NAN};
    suffer(healthy, pro_integrator_all[_i], 1);
  }
  for (int k = 0; k < CASES; k++) pro_run_clear(&healthy[k]);
}
END_TEST

int main(void) {
  setenv("PRODROME_LEVEL", "portable", 1);
  Suite *suite = suite_create("poison");
  TCase *tests = tcase_create("poison");
  int integrators = 0;
  while (pro_integrator_all[integrators]) integrators++;
  tcase_set_timeout(tests, 4800.0); /* with PRO_LONG=1 half an hour */
  tcase_add_loop_test(tests, what_is_no_number_fails_its_case_alone, 0, integrators * PLACES);
  tcase_add_loop_test(tests, once_is_enough_for_what_is_seen, 0, integrators);
  tcase_add_loop_test(tests, no_piece_holds_what_is_no_number, 0, integrators);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}

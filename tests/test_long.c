/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: full; links: prodrome_bench prodrome_scenarios prodrome_output
 * Cases too long to be held: run twice, taken in pieces, the same bytes; and a bound on memory, whatever stands
 * first in a sweep. A week at 1 Hz before 10000 short cases, 100000 with PRO_LONG=1. */
#include <sys/resource.h>
#include <sys/wait.h>

#include "bench/bench.h"
#include "scenarios/ensemble.h"
#include "tests/corpus_maker.h"
#include "tests/support.h"

static pro_status take(void *payload, const pro_run *run) { return pro_corpus_append(payload, run, NULL); }
static pro_status help(void *payload) { return pro_corpus_help(payload); }

static pro_status sweep(const char *path, pro_ensemble *ensemble, int keep_truth) {
  pro_corpus_plan plan = made_plan(ensemble->count, 50);
  plan.integrator = "rosenbrock", plan.parameters = 0, plan.keep_truth = keep_truth;
  pro_corpus_writer *writer;
  PRO_TRY(pro_corpus_create(&writer, path, &plan));
  ensemble->sink = take, ensemble->help = help, ensemble->payload = writer;
  if (!keep_truth) ensemble->truth_columns = pro_label_truths();
  pro_status status = pro_ensemble_run(ensemble);
  if (status == PRO_OK) return pro_corpus_commit(writer);
  pro_corpus_abandon(writer);
  return status;
}

/* ---- the same bytes ---- */

static pro_status make_abuse(pro_case *out, uint64_t k, const void *recipe) {
  (void)recipe;
  pro_bench_abuse(out, k % 2 ? "nca_18650" : "lfp_18650", (int)k);
  out->period = k == 3 ? 7200.0 : 0.2; /* 36001 samples are three pieces; two are none */
  out->run = k, out->cell_draw = (int64_t)k;
  if (k == 5) out->rtol = 1e-4;
  return PRO_OK;
}

static void same_files(const char *one, const char *other) {
  FILE *a = fopen(one, "rb"), *b = fopen(other, "rb");
  ck_assert(a && b);
  for (long at = 0;; at++) {
    int x = getc(a), y = getc(b);
    ck_assert_msg(x == y, "%s and %s part at byte %ld", one, other, at);
    if (x == EOF) break;
  }
  fclose(a), fclose(b);
}

START_TEST(pieces_are_the_whole) {
  const char *whole = in_folder("whole.h5"), *pieces = in_folder("pieces.h5");
  pro_ensemble ensemble = {.make = make_abuse, .count = PRO_BENCH_ABUSES, .threads = 1};
  ck_assert_msg(sweep(whole, &ensemble, _i) == PRO_OK, "%s", pro_error_message());
  ensemble.threads = 2, ensemble.long_samples = 1000;
  ck_assert_msg(sweep(pieces, &ensemble, _i) == PRO_OK, "%s", pro_error_message());
  same_files(whole, pieces);
}
END_TEST

static pro_status refuse(void *payload, const pro_trajectory *piece) {
  ++*(int *)payload;
  return piece->t[0] > 1000.0 ? pro_fail(PRO_EIO, "no room for samples from %g s on", piece->t[0]) : PRO_OK;
}

START_TEST(who_refuses_a_piece_ends_the_case) {
  int asked = 0;
  const pro_pieces pieces = {.length = 800, .take = refuse, .payload = &asked};
  pro_case in;
  pro_trajectory *none = NULL;
  ck_assert_int_eq(make_abuse(&in, 1, NULL), PRO_OK);
  in.period = 1.0, in.pieces = &pieces;
  ck_assert_int_eq(pro_simulate(&none, &in, pro_integrator_fast()), PRO_EIO);
  ck_assert_str_eq(pro_error_message(), "no room for samples from 1600 s on");
  ck_assert_int_eq(asked, 3);
  ck_assert_ptr_null(none);
}
END_TEST

START_TEST(pieces_that_make_no_sense_are_refused) {
  static const size_t lengths[] = {0, 10, 8};
  pro_case in;
  pro_trajectory *none = NULL;
  pro_state *left = NULL;
  ck_assert_int_eq(make_abuse(&in, 1, NULL), PRO_OK);
  for (size_t i = 0; i < PRO_COUNT(lengths); i++) {
    const pro_pieces pieces = {.length = lengths[i], .take = i == 2 ? NULL : refuse};
    in.pieces = &pieces;
    ck_assert_int_eq(pro_simulate(&none, &in, pro_integrator_fast()), PRO_EBUG);
  }
  const pro_pieces pieces = {.length = 8, .take = refuse};
  in.pieces = &pieces;
  ck_assert_int_eq(pro_simulate_until(&left, &in, 10.0, pro_integrator_fast()), PRO_EBUG);
  ck_assert(!none && !left);
}
END_TEST

/* A long case that cannot be run again fails what writes it, and nothing is written after it. */
START_TEST(a_writer_that_fails_stays_so) {
  pro_corpus_plan plan = made_plan(2, 2);
  pro_corpus_writer *writer;
  plan.parameters = 0; /* its integrator, made_up, is none */
  ck_assert_int_eq(pro_corpus_create(&writer, in_folder("fails.h5"), &plan), PRO_OK);
  pro_run run = made_run(0, 500);
  pro_trajectory untold = *run.truth;
  untold.t = NULL;
  pro_run brief = {.in = run.in, .truth = &untold, .status = PRO_OK};
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(pro_corpus_append(writer, i ? &run : &brief, NULL), PRO_EBUG);
    ck_assert_str_eq(pro_error_message(), "case 0 cannot be run again by 'made_up'");
    (void)pro_fail(PRO_EIO, "said of something else meanwhile");
  }
  pro_corpus_abandon(writer);
  plan.integrator = NULL;
  ck_assert_int_eq(pro_corpus_create(&writer, in_folder("fails.h5"), &plan), PRO_EBUG);
  pro_run_clear(&run);
}
END_TEST

/* ---- memory ---- */

static pro_status make_minutes(pro_case *out, uint64_t k, const void *recipe) {
  const int *week = recipe;
  pro_bench_case(out, "lco_18650");
  out->duration = k == 0 && *week ? 7.0 * 86400.0 : 60.0, out->period = 1.0;
  out->run = k, out->cell_draw = (int64_t)k;
  return PRO_OK;
}

/* The highest peak so far of a process that sweeps them [MB]. */
static double peak_of(const char *path, uint64_t count, int week) {
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    pro_ensemble ensemble = {
        .make = make_minutes, .recipe = &week, .count = count, .threads = 2, .long_samples = PRO_LONG_SAMPLES};
    _exit(sweep(path, &ensemble, 1) == PRO_OK ? 0 : 1);
  }
  int status;
  struct rusage used;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(getrusage(RUSAGE_CHILDREN, &used), 0);
  ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  return (double)used.ru_maxrss / 1024.0;
}

/* Whole, the week would take 140 MB of truth and 24 of readings. */
START_TEST(a_week_comes_first) {
  const char *path = in_folder("week.h5");
  const uint64_t many = getenv("PRO_LONG") ? 100000 : 10000;
  double few = peak_of(path, 1000, 0), all = peak_of(path, many + 1, 1);
  /* beside the bound of all sweeps what a case in pieces holds: 16384 samples of 33 columns, 4.3 MB, once as they
   * are and once as they are packed */
  ck_assert_msg(all <= 1.2 * few + 10.0, "%.1f MB, and %.1f MB for 1000 short ones", all, few);
  pro_corpus_summary summary;
  ck_assert_msg(pro_corpus_verify(&summary, path, 2, NULL) == PRO_OK, "%s", pro_error_message());
  ck_assert_uint_eq(summary.samples, 7 * 86400 + 1 + many * 61);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("long");
  TCase *tests = tcase_create("long");
  tcase_set_timeout(tests, 1500.0);
  tcase_add_checked_fixture(tests, folder_begin, folder_end);
  tcase_add_loop_test(tests, pieces_are_the_whole, 0, 2);
  tcase_add_test(tests, who_refuses_a_piece_ends_the_case);
  tcase_add_test(tests, pieces_that_make_no_sense_are_refused);
  tcase_add_test(tests, a_writer_that_fails_stays_so);
  tcase_add_test(tests, a_week_comes_first);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * peers - the oven ensemble by the engine and by what a user would otherwise run, on the same equations. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/peer.h"
#include "cli/json.h"
#include "sim/level.h"

static const char usage[] =
    "usage: peers MEMBERS.csv [--cases N] [--repeats N] [--python PROGRAM] [--json]\n"
    "\n"
    "Runs the lumped oven cases of MEMBERS.csv (7200 s, nothing recorded) by this engine and by what a user "
    "would\n"
    "otherwise run, on the same equations, and prints processor time of one thread, errors of the onset against\n"
    "the file's, and counts. Compare ratios of one call, not times of two.\n"
    "\n"
    "  --cases N         the first N members (all); scipy gets 20 of them, evenly spread\n"
    "  --repeats N       interleaved repeats, 1 to 99 (5)\n"
    "  --python PROGRAM  which has numpy, scipy, perhaps numba (/usr/bin/python3)\n"
    "  --json            one JSON document; docs/speed_table.py makes tables of it\n";

enum { REPEATS_MAX = 99, SCIPY_CASES = 20 };
static const double rtols[] = {1e-4, 1e-6, 1e-8};
enum { RTOLS = (int)PRO_COUNT(rtols) };

/* ---- the peers ---- */

static pro_status engine(pro_member_result *out, double *seconds, const pro_member *members, size_t n, double rtol,
                         const char *name) {
  const struct pro_integrator *with;
  PRO_TRY(pro_bench_integrator(&with, name));
  return pro_members_run(out, seconds, members, n, rtol, PRO_MEMBER_UNCAPPED, with);
}

static pro_status rosenbrock(pro_member_result *out, double *seconds, const pro_member *members, size_t n,
                             double rtol) {
  PRO_TRY(engine(out, seconds, members, n, rtol, "rosenbrock"));
  for (size_t i = 0; i < n; i++) out[i].factorisations = out[i].steps + out[i].rejected; /* one a try */
  return PRO_OK;
}

static pro_status engine_cvode(pro_member_result *out, double *seconds, const pro_member *members, size_t n,
                               double rtol) {
  return engine(out, seconds, members, n, rtol, "cvode");
}

#ifdef PRO_PEER_OPTIMISED
#define OPTIMISED(run) run
#else
#define OPTIMISED(run) NULL
#endif

static const struct peer {
  const char *key, *name;
  pro_peer_fn *run; /* NULL: not built in, or peers.py's */
  const char *tool; /* peers.py's; NULL: none of them */
} peers[] = {
    {"prodrome", "prodrome (rosenbrock)", rosenbrock, NULL},
    {"prodrome_cvode", "prodrome by packaged CVODE", engine_cvode, NULL},
    {"cvode_reused", "CVODE as packaged", pro_peer_cvode_reused, NULL},
    {"cvode_fresh", "CVODE as packaged, Jacobian each step", pro_peer_cvode_fresh, NULL},
    {"cvode_optimised_reused", "CVODE optimised", OPTIMISED(pro_peer_cvode_reused_optimised), NULL},
    {"cvode_optimised_fresh", "CVODE optimised, Jacobian each step", OPTIMISED(pro_peer_cvode_fresh_optimised),
     NULL},
    {"gsl_msbdf", "GSL msbdf", pro_peer_gsl, NULL},
    {"scipy_lsoda", "scipy LSODA, numpy", NULL, "lsoda"},
    {"scipy_bdf", "scipy BDF, numpy", NULL, "bdf"},
    {"scipy_lsoda_numba", "scipy LSODA, numba", NULL, "lsoda_numba"},
};
enum { PEERS = (int)PRO_COUNT(peers) };

typedef struct measured {
  pro_member_totals totals;
  double seconds[REPEATS_MAX]; /* of a case */
  pro_spread spread;
} measured;

typedef struct bench {
  const char *path;
  const pro_member *members;
  size_t n, subset;
  size_t at[SCIPY_CASES];
  pro_member_result *results;
  int repeats;
  pro_peer_python *python;
  char why[200]; /* there is none */
  measured of[PEERS][RTOLS];
} bench_state;

static int is_there(const bench_state *b, const struct peer *p) {
  return p->tool ? b->python && pro_peer_python_has(b->python, p->tool) : p->run != NULL;
}

static const char *why_not(const bench_state *b, const struct peer *p) {
  if (!p->tool) return "not built in: sh bench/optimised_sundials.sh DIR, then cmake -DPRO_PEER_SUNDIALS=DIR";
  return b->python ? "not there: Debian's python3-numba" : b->why;
}

static pro_status run_once(bench_state *b, int which, int k, int repeat) {
  const struct peer *p = &peers[which];
  measured *m = &b->of[which][k];
  size_t n = p->tool ? b->subset : b->n;
  double seconds;
  if (p->tool)
    PRO_TRY(pro_peer_python_run(b->python, p->tool, b->results, &seconds, b->members, b->at, n, rtols[k]));
  else
    PRO_TRY(p->run(b->results, &seconds, b->members, n, rtols[k]));
  m->seconds[repeat] = seconds / (double)n;
  return repeat == 0 ? pro_members_total(&m->totals, b->results, b->members, n) : PRO_OK;
}

static pro_status measure(bench_state *b) {
  for (int repeat = 0; repeat < b->repeats; repeat++)
    for (int k = 0; k < RTOLS; k++)
      for (int p = 0; p < PEERS; p++)
        if (is_there(b, &peers[p])) PRO_TRY(run_once(b, p, k, repeat));
  for (int p = 0; p < PEERS; p++)
    for (int k = 0; k < RTOLS && is_there(b, &peers[p]); k++)
      b->of[p][k].spread = pro_spread_of(b->of[p][k].seconds, (size_t)b->repeats);
  return PRO_OK;
}

/* ---- where it was measured ---- */

static const char *processor(void) {
  static char line[256];
  FILE *file = fopen("/proc/cpuinfo", "r");
  const char *name = NULL;
  while (file && !name && fgets(line, (int)sizeof line, file)) {
    char *colon = strchr(line, ':');
    if (strncmp(line, "model name", 10) != 0 || !colon) continue;
    line[strcspn(line, "\n")] = '\0';
    name = colon + 2;
  }
  if (file) fclose(file);
  return name ? name : "a processor that is not named";
}

static const char *optimised_version(void) {
#ifdef PRO_PEER_OPTIMISED
  return pro_peer_cvode_version_optimised();
#else
  return NULL;
#endif
}

/* ---- printing ---- */

static void print_count(double value, int width) {
  if (isnan(value))
    printf(" %*s", width, "-");
  else
    printf(" %*.0f", width, value);
}

static void print_text(const bench_state *b) {
  const char *optimised = optimised_version();
  printf("%zu members (scipy: %zu of them), medians of %d interleaved repeats\n", b->n, b->subset, b->repeats);
  printf("%s; engine built for %s; SUNDIALS %s packaged, %s optimised; GSL %s; %s\n\n", processor(),
         pro_level_name(), pro_peer_cvode_version(), optimised ? optimised : "none", pro_peer_gsl_version(),
         b->python ? pro_peer_python_versions(b->python) : b->why);
  printf("%-38s %6s %31s %8s %6s %6s %9s %9s %9s %7s %7s %7s %7s %7s\n", "tool", "rtol", "us a case", "ratio",
         "failed", "other", "onset p50", "p99", "end p99", "steps", "reject", "rhs", "jacob", "factor");
  for (int p = 0; p < PEERS; p++) {
    if (!is_there(b, &peers[p])) printf("%-38s %s\n", peers[p].name, why_not(b, &peers[p]));
    for (int k = 0; k < RTOLS && is_there(b, &peers[p]); k++) {
      const measured *m = &b->of[p][k];
      const pro_member_totals *t = &m->totals;
      printf("%-38s %6.0e %10.1f (%8.1f-%8.1f) %8.1f %6zu %6zu %9.1e %9.1e %9.1e", peers[p].name, rtols[k],
             1e6 * m->spread.median, 1e6 * m->spread.low, 1e6 * m->spread.high,
             m->spread.median / b->of[0][k].spread.median, t->failed, t->mismatched, t->onset.median, t->onset.p99,
             t->state.p99);
      const double counts[] = {t->steps, t->rejected, t->rhs_calls, t->jacobian_calls, t->factorisations};
      for (size_t c = 0; c < PRO_COUNT(counts); c++) print_count(counts[c], 7);
      putchar('\n');
    }
  }
}

static void print_run(pro_json *json, const bench_state *b, int p, int k) {
  const measured *m = &b->of[p][k];
  const pro_member_totals *t = &m->totals;
  pro_json_object(json, NULL);
  pro_json_number(json, "rtol", rtols[k]);
  pro_json_count(json, "cases", t->members);
  pro_json_number(json, "seconds_median", m->spread.median);
  pro_json_number(json, "seconds_low", m->spread.low);
  pro_json_number(json, "seconds_high", m->spread.high);
  pro_json_number(json, "ratio", m->spread.median / b->of[0][k].spread.median);
  pro_json_count(json, "failed", t->failed);
  pro_json_count(json, "onset_mismatched", t->mismatched);
  pro_json_number(json, "onset_error_median", t->onset.median);
  pro_json_number(json, "onset_error_p99", t->onset.p99);
  pro_json_number(json, "state_error_median", t->state.median);
  pro_json_number(json, "state_error_p99", t->state.p99);
  pro_json_number(json, "steps", t->steps);
  pro_json_number(json, "rejected", t->rejected);
  pro_json_number(json, "rhs_calls", t->rhs_calls);
  pro_json_number(json, "jacobian_calls", t->jacobian_calls);
  pro_json_number(json, "factorisations", t->factorisations);
  pro_json_end(json);
}

static void print_json(const bench_state *b) {
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_text(&json, "file", b->path);
  pro_json_count(&json, "members", b->n);
  pro_json_integer(&json, "repeats", b->repeats);
  pro_json_text(&json, "processor", processor());
  pro_json_text(&json, "compiler", __VERSION__);
  pro_json_text(&json, "level", pro_level_name());
  pro_json_text(&json, "sundials", pro_peer_cvode_version());
  pro_json_text(&json, "sundials_optimised", optimised_version());
  pro_json_text(&json, "gsl", pro_peer_gsl_version());
  pro_json_text(&json, "python", b->python ? pro_peer_python_versions(b->python) : NULL);
  pro_json_array(&json, "peers");
  for (int p = 0; p < PEERS; p++) {
    int there = is_there(b, &peers[p]);
    pro_json_object(&json, NULL);
    pro_json_text(&json, "key", peers[p].key);
    pro_json_text(&json, "name", peers[p].name);
    pro_json_text(&json, "absent", there ? NULL : why_not(b, &peers[p]));
    pro_json_array(&json, "runs");
    for (int k = 0; k < RTOLS && there; k++) print_run(&json, b, p, k);
    pro_json_end(&json);
    pro_json_end(&json);
  }
  pro_json_end(&json);
  pro_json_end(&json);
}

/* ---- all of it ---- */

static pro_status run(bench_state *b, const char *python, int as_json) {
  b->results = malloc(b->n * sizeof *b->results);
  if (!b->results) return pro_fail(PRO_ENOMEM, "no memory for %zu results", b->n);
  b->subset = b->n < SCIPY_CASES ? b->n : SCIPY_CASES;
  for (size_t i = 0; i < b->subset; i++) b->at[i] = i * b->n / b->subset;
  pro_status status = pro_peer_python_open(&b->python, b->why, python, b->path);
  if (status == PRO_OK) status = measure(b);
  if (status == PRO_OK) (as_json ? print_json : print_text)(b);
  pro_peer_python_close(b->python);
  free(b->results);
  return status;
}

static pro_status bench(pro_arguments *args) {
  static bench_state b;
  double repeats = 5.0, cases = INFINITY;
  const char *python = access("/usr/bin/python3", X_OK) == 0 ? "/usr/bin/python3" : "python3";
  int as_json = pro_arguments_flag(args, "--json");
  PRO_TRY(pro_arguments_number(&repeats, args, "--repeats", 1.0, REPEATS_MAX));
  PRO_TRY(pro_arguments_number(&cases, args, "--cases", 1.0, 1e9));
  PRO_TRY(pro_arguments_text(&python, args, "--python"));
  PRO_TRY(pro_arguments_end(args, 1));
  if (args->count == 0) return pro_fail(PRO_EUSAGE, "which members? peers MEMBERS.csv; see --help");
  pro_member *members;
  PRO_TRY(pro_members_read(&members, &b.n, args->value[0]));
  if (cases < (double)b.n) b.n = (size_t)cases;
  b.path = args->value[0], b.members = members, b.repeats = (int)repeats;
  pro_status status = run(&b, python, as_json);
  free(members);
  PRO_TRY(status);
  return fflush(stdout) == 0 ? PRO_OK : pro_fail(PRO_EIO, "stdout cannot be written");
}

int main(int argc, char **argv) { return pro_bench_main(argc, argv, "peers", usage, bench); }

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/tally.h"

#include <inttypes.h>
#include <sys/resource.h>

static double seconds_of(const struct timeval *t) { return (double)t->tv_sec + 1e-6 * (double)t->tv_usec; }

double pro_tally_cpu_seconds(void) {
  double sum = 0.0;
  const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
  for (int i = 0; i < 2; i++) {
    struct rusage used;
    if (getrusage(whose[i], &used) == 0) sum += seconds_of(&used.ru_utime) + seconds_of(&used.ru_stime);
  }
  return sum;
}

double pro_tally_peak_MB(void) {
  struct rusage used;
  return getrusage(RUSAGE_SELF, &used) == 0 ? 1.024e-3 * (double)used.ru_maxrss : 0.0;
}

static uint64_t good(const pro_tally *t) { return t->cases - t->failed - t->missing; }

void pro_tally_print(const pro_tally *t, FILE *to) {
  fprintf(to,
          "%" PRIu64 " cases = %" PRIu64 " ok + %" PRIu64 " failed + %" PRIu64
          " missing; %.1f s, %.1f s of processor, %.0f MB at most\n",
          t->cases, good(t), t->failed, t->missing, t->seconds, pro_tally_cpu_seconds(), pro_tally_peak_MB());
}

void pro_tally_json(const pro_tally *t, pro_json *json) {
  pro_json_count(json, "cases", t->cases);
  pro_json_count(json, "ok", good(t));
  pro_json_count(json, "failed", t->failed);
  pro_json_count(json, "missing", t->missing);
  pro_json_number(json, "seconds", t->seconds);
  pro_json_number(json, "cpu_seconds", pro_tally_cpu_seconds());
  pro_json_number(json, "peak_MB", pro_tally_peak_MB());
}

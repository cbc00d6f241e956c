/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void pro_progress_begin(pro_progress *progress, const char *what, uint64_t total, int quiet) {
  const char *term = getenv("TERM");
  *progress = (pro_progress){.what = what, .total = total, .quiet = quiet, .start = now()};
  progress->terminal = isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
  progress->shown = progress->start;
}

double pro_progress_seconds(const pro_progress *progress) { return now() - progress->start; }

static void print_left(double seconds) {
  long s = (long)(seconds + 0.5);
  if (s >= 3600)
    fprintf(stderr, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
  else
    fprintf(stderr, "%ld:%02ld", s / 60, s % 60);
}

static void print_bar(const pro_progress *p, uint64_t done, double left) {
  char bar[31];
  size_t full = (size_t)(30.0 * (double)done / (double)p->total);
  for (size_t k = 0; k < 30; k++) bar[k] = k < full ? '#' : '.';
  bar[30] = '\0';
  fprintf(stderr, "\r\033[K[%s] %3.0f %%  %" PRIu64 " of %" PRIu64 " %s, ", bar,
          100.0 * (double)done / (double)p->total, done, p->total, p->what);
  print_left(left);
  fputs(" left", stderr);
  fflush(stderr);
}

void pro_progress_step(pro_progress *p, uint64_t done) {
  if (p->quiet || p->total == 0) return;
  double t = now(), since = t - p->shown;
  double left = done > 0 ? (t - p->start) * (double)(p->total - done) / (double)done : 0.0;
  uint64_t tenth = done * 10 / p->total;
  if (p->terminal) {
    if (since < 0.1) return;
    print_bar(p, done, left);
  } else {
    /* a tenth is news at most once a second, or short jobs would only scroll */
    if (!((tenth > p->tenth_shown && since >= 1.0) || since >= 30.0)) return;
    fprintf(stderr, "%" PRIu64 " of %" PRIu64 " %s, ", done, p->total, p->what);
    print_left(left);
    fputs(" left\n", stderr);
  }
  p->tenth_shown = tenth;
  p->shown = t;
}

void pro_progress_note(pro_progress *progress, const char *what) {
  if (progress->quiet) return;
  if (progress->terminal)
    fprintf(stderr, "\r\033[K%s ...", what);
  else
    fprintf(stderr, "%.1f s: %s\n", pro_progress_seconds(progress), what);
}

void pro_progress_end(pro_progress *progress) {
  if (progress->terminal && !progress->quiet) fputs("\r\033[K", stderr);
}

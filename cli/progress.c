/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/progress.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/json.h"
#include "sim/clock.h"

const pro_option pro_option_quiet = {"quiet", 'q', NULL, "no progress on stderr", 0};
const pro_option pro_option_log_format = {
    "log-format", 0, "FORMAT", "of progress: text, or json, an object a line", 0};

pro_status pro_progress_options(int *quiet, int *json, const pro_args *args) {
  const char *format = pro_args_value(args, &pro_option_log_format);
  *quiet = pro_args_has(args, &pro_option_quiet);
  *json = format && strcmp(format, "json") == 0;
  if (format && !*json && strcmp(format, "text") != 0)
    return pro_fail(PRO_EUSAGE, "--log-format '%.64s': text or json is needed", format);
  return PRO_OK;
}

void pro_progress_begin(pro_progress *progress, const char *what, uint64_t total, int quiet) {
  const char *term = getenv("TERM");
  *progress = (pro_progress){.what = what, .total = total, .quiet = quiet, .start = pro_clock_now()};
  progress->terminal = isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
  progress->shown = progress->start;
}

double pro_progress_seconds(const pro_progress *progress) { return pro_clock_now() - progress->start; }

typedef struct view { /* of a moment */
  uint64_t done;
  double seconds, rate, left, share; /* left NaN: nothing is known yet */
} view;

static view look(const pro_progress *p, uint64_t done) {
  view v = {.done = done, .seconds = pro_clock_now() - p->start, .left = (double)NAN};
  double did = p->weights > 0.0 ? p->weight - p->weight_before : (double)(done - p->before);
  double rest = p->weights > 0.0 ? p->weights - p->weight : (double)(p->total - done);
  v.share = p->weights > 0.0 ? p->weight / p->weights : (double)done / (double)p->total;
  if (v.seconds > 0.0) v.rate = (double)(done - p->before) / v.seconds;
  if (did > 0.0) v.left = v.seconds * rest / did;
  return v;
}

static void print_left(double seconds) {
  if (isnan(seconds)) return;
  long s = (long)(seconds + 0.5);
  if (s >= 3600)
    fprintf(stderr, ", %ld:%02ld:%02ld left", s / 3600, s / 60 % 60, s % 60);
  else
    fprintf(stderr, ", %ld:%02ld left", s / 60, s % 60);
}

static void print_text(const pro_progress *p, const view *v) {
  fprintf(stderr, "%" PRIu64 " of %" PRIu64 " %s, %.3g/s", v->done, p->total, p->what, v->rate);
  if (p->failed > 0) fprintf(stderr, ", %" PRIu64 " failed", p->failed);
  print_left(v->left);
}

static void print_bar(const pro_progress *p, const view *v) {
  char bar[31];
  size_t full = (size_t)(30.0 * v->share);
  for (size_t k = 0; k < 30; k++) bar[k] = k < full ? '#' : '.';
  bar[30] = '\0';
  fprintf(stderr, "\r\033[K[%s] %3.0f %%  ", bar, 100.0 * v->share);
  print_text(p, v);
  fflush(stderr);
}

static void print_json(const pro_progress *p, const view *v, const char *note) {
  pro_json json;
  pro_json_line(&json, stderr);
  pro_json_number(&json, "seconds", v->seconds);
  if (note) pro_json_text(&json, "note", note);
  pro_json_text(&json, "what", p->what);
  pro_json_count(&json, "done", v->done);
  pro_json_count(&json, "total", p->total);
  pro_json_count(&json, "failed", p->failed);
  pro_json_number(&json, "rate", v->rate);
  pro_json_number(&json, "seconds_left", v->left);
  pro_json_end(&json);
}

void pro_progress_step(pro_progress *p, uint64_t done) {
  p->done = done;
  if (p->quiet || p->total == 0) return;
  double t = pro_clock_now(), since = t - p->shown;
  uint64_t tenth = done * 10 / p->total;
  if (p->terminal && !p->json) {
    if (since < 0.1) return;
    view v = look(p, done);
    print_bar(p, &v);
  } else {
    /* a tenth is news at most once a second, or short jobs would only scroll */
    if (!((tenth > p->tenth_shown && since >= 1.0) || since >= 30.0)) return;
    view v = look(p, done);
    if (p->json)
      print_json(p, &v, NULL);
    else
      print_text(p, &v), fputc('\n', stderr);
  }
  p->tenth_shown = tenth;
  p->shown = t;
}

void pro_progress_note(pro_progress *progress, const char *what) {
  if (progress->quiet) return;
  view v = look(progress, progress->done);
  if (progress->json)
    print_json(progress, &v, what);
  else if (progress->terminal)
    fprintf(stderr, "\r\033[K%s ...", what);
  else
    fprintf(stderr, "%.1f s: %s\n", v.seconds, what);
}

void pro_progress_end(pro_progress *progress) {
  if (progress->terminal && !progress->quiet && !progress->json) fputs("\r\033[K", stderr);
}

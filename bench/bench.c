/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/bench.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/chemistry.h"
#include "sim/integrator.h"
#include "sim/sensor.h"

static void take_out(pro_arguments *args, int at, int n) {
  for (int i = at; i + n < args->count; i++) args->value[i] = args->value[i + n];
  args->count -= n;
}

int pro_arguments_flag(pro_arguments *args, const char *name) {
  int there = 0;
  for (int i = 0; i < args->count;) {
    if (strcmp(args->value[i], name) == 0)
      there = 1, take_out(args, i, 1);
    else
      i++;
  }
  return there;
}

pro_status pro_arguments_text(const char **out, pro_arguments *args, const char *name) {
  size_t n = strlen(name);
  for (int i = 0; i < args->count;) {
    const char *word = args->value[i];
    if (strncmp(word, name, n) == 0 && word[n] == '=') {
      *out = word + n + 1;
      take_out(args, i, 1);
    } else if (strcmp(word, name) == 0) {
      if (i + 1 >= args->count) return pro_fail(PRO_EUSAGE, "%s needs a value", name);
      *out = args->value[i + 1];
      take_out(args, i, 2);
    } else {
      i++;
    }
  }
  return PRO_OK;
}

pro_status pro_arguments_number(double *out, pro_arguments *args, const char *name, double low, double high) {
  const char *text = NULL;
  PRO_TRY(pro_arguments_text(&text, args, name));
  if (!text) return PRO_OK;
  char *end;
  double value = strtod(text, &end);
  if (end == text || *end != '\0' || !(value >= low && value <= high))
    return pro_fail(PRO_EUSAGE, "%s %s: a number from %g to %g is needed", name, text, low, high);
  *out = value;
  return PRO_OK;
}

pro_status pro_arguments_end(const pro_arguments *args, int most) {
  for (int i = 0; i < args->count; i++)
    if (args->value[i][0] == '-' && args->value[i][1] != '\0')
      return pro_fail(PRO_EUSAGE, "no option %s here; --help lists what there is", args->value[i]);
  if (args->count > most) return pro_fail(PRO_EUSAGE, "%s is one word too many; see --help", args->value[most]);
  return PRO_OK;
}

pro_status pro_bench_integrator(const pro_integrator **out, const char *name) {
  *out = name ? pro_integrator_find(name) : pro_integrator_all[0];
  if (*out) return PRO_OK;
  char names[256] = "";
  for (const pro_integrator *const *it = pro_integrator_all; *it; it++) {
    size_t used = strlen(names);
    snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", (*it)->name);
  }
  return pro_fail(PRO_EUSAGE, "no integrator %s; there is %s", name, names);
}

int pro_bench_exit(const char *program, pro_status status) {
  if (status != PRO_OK) fprintf(stderr, "%s: %s\n", program, pro_error_message());
  return pro_status_exit_code(status);
}

int pro_bench_main(int argc, char **argv, const char *program, const char *usage,
                   pro_status (*bench)(pro_arguments *args)) {
  pro_arguments args = {argc - 1, argv + 1};
  if (!pro_arguments_flag(&args, "--help")) return pro_bench_exit(program, bench(&args));
  fputs(usage, stdout);
  return 0;
}

void pro_bench_case(pro_case *out, const char *preset_name) {
  const pro_cell_preset *preset = pro_cell_find(preset_name);
  assert(preset);
  memset(out, 0, sizeof *out);
  pro_cell_of_preset(&out->cell, preset);
  out->network = *pro_chemistry_find(preset->chemistry);
  pro_field_defaults(pro_enclosure_fields, &out->enclosure);
  for (int s = 0; s < pro_sensor_count(); s++) out->sensors[s] = pro_sensor_all[s]->typical;
  out->T_initial = 298.15;
  out->soc_initial = 1.0;
  out->t_fault = 0.0;
  out->T_mark = NAN;
  out->rtol = 1e-6;
  out->steps_max = PRO_STEPS_MAX;
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_T_ambient], 298.15);
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_film_coefficient], out->cell.film_coefficient);
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_emissivity], out->cell.emissivity);
  for (int i = 0; pro_cell_all[i]; i++)
    if (pro_cell_all[i] == preset) out->preset = i;
  for (int i = 0; pro_chemistry_all[i]; i++)
    if (strcmp(pro_chemistry_all[i]->name, preset->chemistry) == 0) out->chemistry = i;
}

static const struct abuse {
  const char *name;
  pro_drive_channel channel;
  double value, scale; /* value + scale * stored energy [J] */
} abuses[PRO_BENCH_ABUSES] = {
    {"oven 120 degC", PRO_DRIVE_T_ambient, 393.15, 0.0},
    {"oven 145 degC", PRO_DRIVE_T_ambient, 418.15, 0.0},
    {"oven 160 degC", PRO_DRIVE_T_ambient, 433.15, 0.0},
    {"oven 180 degC", PRO_DRIVE_T_ambient, 453.15, 0.0},
    {"heater, all that is stored in 12 h", PRO_DRIVE_heater, 0.0, 1.0 / 43200.0},
    {"heater, all that is stored in 1 h", PRO_DRIVE_heater, 0.0, 1.0 / 3600.0},
    {"heater, all that is stored in 15 min", PRO_DRIVE_heater, 0.0, 1.0 / 900.0},
    {"short, empty in 10 h", PRO_DRIVE_short_conductance, 0.0, 1.0 / 36000.0},
    {"short, empty in 5 min", PRO_DRIVE_short_conductance, 0.0, 1.0 / 300.0},
};

const char *pro_bench_abuse(pro_case *out, const char *preset, int k) {
  const struct abuse *a = &abuses[k];
  pro_bench_case(out, preset);
  double stored = out->cell.capacity * pro_ocv_energy(pro_ocv_all[out->cell.ocv], 1.0),
         value = a->value + a->scale * stored;
  if (a->channel == PRO_DRIVE_short_conductance)
    value /= out->cell.voltage_max * out->cell.voltage_max; /* W to S */
  out->drive.channel[a->channel].knots = 0;
  if (a->channel == PRO_DRIVE_T_ambient) {
    pro_channel_hold(&out->drive.channel[a->channel], value);
  } else { /* it begins after ten minutes */
    pro_channel_add(&out->drive.channel[a->channel], 0.0, 0.0);
    pro_channel_add(&out->drive.channel[a->channel], 600.0, 0.0);
    pro_channel_add(&out->drive.channel[a->channel], 600.0, value);
    out->t_fault = 600.0;
  }
  out->duration = 7200.0, out->period = 1.0;
  return a->name;
}

double pro_bench_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double pro_bench_used_seconds(const struct rusage *used) {
  const struct timeval user = used->ru_utime, system = used->ru_stime;
  return (double)(user.tv_sec + system.tv_sec) + 1e-6 * (double)(user.tv_usec + system.tv_usec);
}

double pro_bench_children_seconds(void) {
  struct rusage used;
  getrusage(RUSAGE_CHILDREN, &used);
  return pro_bench_used_seconds(&used);
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double quantile(const double *sorted, size_t n, double q) {
  double at = q * (double)(n - 1);
  size_t k = (size_t)at;
  return k + 1 < n ? sorted[k] + (at - (double)k) * (sorted[k + 1] - sorted[k]) : sorted[n - 1];
}

pro_spread pro_spread_of(double *x, size_t n) {
  if (n == 0) return (pro_spread){0, NAN, NAN, NAN, NAN};
  qsort(x, n, sizeof *x, ascending);
  return (pro_spread){n, x[0], quantile(x, n, 0.5), quantile(x, n, 0.99), x[n - 1]};
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/samples.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/label.h"
#include "sim/sensor.h"

#define FIRST "time_s" /* column */

static void print_name(FILE *to, const char *prefix, const char *name, const char *unit) {
  fprintf(to, ",%s%s", prefix, name);
  if (strcmp(unit, "1") != 0) fprintf(to, "_%s", unit);
}

static void print_header(FILE *to, const pro_run *run) {
  fputs(FIRST, to);
  for (int c = 0; c < run->seen->channels; c++)
    print_name(to, "", pro_sensor_all[c]->name, pro_sensor_all[c]->unit);
  for (int c = 0; c < PRO_TRUTH_COUNT; c++) print_name(to, "truth_", pro_truth_names[c], pro_truth_units[c]);
  for (int j = 0; j < run->truth->reactions; j++)
    print_name(to, "truth_xi_", run->in.network.reactions[j].name, "1");
  fputs(",stages\n", to);
}

static void print_row(FILE *to, const pro_run *run, const uint16_t *stages, size_t k) {
  const pro_trajectory *truth = run->truth;
  fprintf(to, "%.10g", truth->t[k]);
  for (int c = 0; c < run->seen->channels; c++) {
    int32_t code = run->seen->code[c][k];
    const pro_sensor *s = pro_sensor_all[c];
    if (code == PRO_CODE_MISSING)
      fputc(',', to);
    else
      fprintf(to, ",%.10g", code * s->quantum + s->offset);
  }
  for (int c = 0; c < PRO_TRUTH_COUNT; c++) fprintf(to, ",%.10g", truth->truth[c][k]);
  for (int j = 0; j < truth->reactions; j++) fprintf(to, ",%.10g", truth->xi[(size_t)j * truth->samples + k]);
  fprintf(to, ",%" PRIu16 "\n", stages[k]);
}

static void hold_interruptions(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, NULL);
}

static int is_interrupted(void) {
  sigset_t pending;
  return sigpending(&pending) == 0 && (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1);
}

/* What else is there may be a scenario or a plan, named by mistake. */
static pro_status spare(const char *path) {
  char begin[sizeof FIRST - 1] = "";
  FILE *there = fopen(path, "r");
  if (!there)
    return pro_fail(PRO_EIO, "%s: is there and cannot be looked at: %s; another name would do", path,
                    strerror(errno));
  int is_ours = fread(begin, 1, sizeof begin, there) == sizeof begin && memcmp(begin, FIRST, sizeof begin) == 0;
  fclose(there);
  return is_ours ? PRO_OK
                 : pro_fail(PRO_EINPUT,
                            "%s: is there and holds no samples; remove it if it is not wanted, or choose another "
                            "name",
                            path);
}

/* A file made under another name first and renamed; a device or a pipe is written as it stands. */
static pro_status write_file(const char *path, const pro_run *run, const uint16_t *stages) {
  struct stat info;
  int there = stat(path, &info) == 0, direct = there && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
  if (there && S_ISREG(info.st_mode) && info.st_size > 0) PRO_TRY(spare(path));
  size_t size = strlen(path) + 32;
  char *part = malloc(size);
  if (!part) return pro_fail(PRO_ENOMEM, "%s: no memory", path);
  if (direct)
    snprintf(part, size, "%s", path);
  else
    snprintf(part, size, "%s.%ld.part", path, (long)getpid());
  if (!direct) hold_interruptions(); /* so that a file half written is removed; a pipe's reader may never come */
  /* "x": through nobody's link; what a killed run left under this name goes */
  FILE *to = fopen(part, direct ? "w" : "wx");
  if (!to && !direct && errno == EEXIST && unlink(part) == 0) to = fopen(part, "wx");
  if (!to) {
    pro_status status = pro_fail(PRO_EIO, "%s: cannot be created: %s", path, strerror(errno));
    free(part);
    return status;
  }
  print_header(to, run);
  int stop = 0;
  for (size_t k = 0; k < run->truth->samples && !ferror(to) && !stop; k++) {
    print_row(to, run, stages, k);
    stop = !direct && is_interrupted();
  }
  errno = 0;
  int failed = fflush(to) != 0 || ferror(to) || (!direct && fsync(fileno(to)) != 0);
  int cause = errno;
  if (fclose(to) != 0 && !failed) failed = 1, cause = errno;
  stop = stop || (!direct && is_interrupted());
  if (!failed && !stop && !direct && rename(part, path) != 0) failed = 1, cause = errno;
  if ((failed || stop) && !direct) unlink(part);
  free(part);
  if (stop) return pro_fail(PRO_EINTERRUPTED, "interrupted: %s is not written; running it again is safe", path);
  if (failed) return pro_fail(PRO_EIO, "%s: cannot be written: %s", path, cause ? strerror(cause) : "write error");
  return PRO_OK;
}

pro_status pro_samples_write(const char *path, const pro_run *run) {
  uint16_t *stages = malloc(run->truth->samples * sizeof *stages);
  if (!stages) return pro_fail(PRO_ENOMEM, "%s: no memory for %zu samples", path, run->truth->samples);
  pro_label_stages(stages, &run->in, run->truth);
  sigset_t before;
  sigprocmask(SIG_BLOCK, NULL, &before);
  pro_status status = write_file(path, run, stages);
  if (status != PRO_EINTERRUPTED) sigprocmask(SIG_SETMASK, &before, NULL);
  free(stages);
  return status;
}

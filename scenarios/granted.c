/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef __linux__
#define _GNU_SOURCE /* sched_getaffinity; before all includes */
#endif
#include "scenarios/granted.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH = 4352 };

static int processors(void) {
#ifdef __linux__
  enum { MOST = 1 << 16 };
  for (int most = 1024; most <= MOST; most *= 4) { /* a machine may have more than a cpu_set_t holds */
    cpu_set_t *set = CPU_ALLOC((size_t)most);
    size_t size = CPU_ALLOC_SIZE((size_t)most);
    int known = set && sched_getaffinity(0, size, set) == 0, n = known ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (n > 0) return n;
  }
#endif
  long n = sysconf(_SC_NPROCESSORS_ONLN);
  return n > 1 ? (int)n : 1;
}

/* ---- quotas ---- */

/* The first line of a file; 0: there is none. */
static int read_line(char *line, int size, const char *path) {
  FILE *file = fopen(path, "r");
  int good = file && fgets(line, size, file);
  if (file) fclose(file);
  return good;
}

static double least(double a, double b) { return a > 0.0 && (b <= 0.0 || a < b) ? a : b; }

/* "max 100000" or "150000 100000"; 0: no quota. */
static double share_of_v2(const char *folder) {
  char path[PATH + 16], line[128];
  double quota, period;
  snprintf(path, sizeof path, "%s/cpu.max", folder);
  if (!read_line(line, sizeof line, path) || sscanf(line, "%lf %lf", &quota, &period) != 2) return 0.0;
  return quota > 0.0 && period > 0.0 ? quota / period : 0.0;
}

static double share_of_v1(const char *folder) {
  char path[PATH + 24], line[128];
  snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
  double quota = read_line(line, sizeof line, path) ? atof(line) : 0.0;
  snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
  double period = read_line(line, sizeof line, path) ? atof(line) : 0.0;
  return quota > 0.0 && period > 0.0 ? quota / period : 0.0; /* -1: none */
}

/* The least share of a group and all above it. */
static double share_along(const char *mount, char *group, double (*share_of)(const char *folder)) {
  char folder[PATH];
  double share = 0.0;
  for (;;) {
    snprintf(folder, sizeof folder, "%.2000s%.2000s", mount, group);
    share = least(share, share_of(folder));
    char *slash = strrchr(group, '/');
    if (!slash) return share;
    *slash = '\0';
  }
}

/* Whether "cpuacct,cpu" names cpu: which comes first is the system's choice. */
static int names_cpu(const char *controllers) {
  for (const char *at = controllers; *at;) {
    size_t n = strcspn(at, ",");
    if (n == 3 && strncmp(at, "cpu", n) == 0) return 1;
    at += n + (at[n] == ',');
  }
  return 0;
}

int pro_granted_quota(const char *root) {
  char path[PATH], line[2200];
  double share = 0.0;
  snprintf(path, sizeof path, "%.2000s/proc/self/cgroup", root);
  FILE *file = fopen(path, "r");
  while (file && fgets(line, sizeof line, file)) { /* "0::/a/b", or "4:cpu,cpuacct:/a/b" */
    line[strcspn(line, "\n")] = '\0';
    char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group) continue;
    *group++ = '\0';
    int v2 = controllers[1] == '\0';
    if (!v2 && !names_cpu(controllers + 1)) continue;
    snprintf(path, sizeof path, "%.2000s/sys/fs/cgroup%s", root, v2 ? "" : "/cpu");
    share = least(share, share_along(path, group, v2 ? share_of_v2 : share_of_v1));
  }
  if (file) fclose(file);
  return share > 0.0 ? (int)fmin(ceil(share), 1e6) : 0;
}

/* ---- wishes ---- */

int pro_granted_wish(void) {
  static const char *const names[] = {"OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    const char *text = getenv(names[i]);
    char *end;
    long n = text ? strtol(text, &end, 10) : 0;
    if (n > 0 && n <= 65536 && end != text && (*end == '\0' || *end == ','))
      return (int)n; /* "4,2": of nested teams */
  }
  return 0;
}

int pro_threads_available(void) {
  int n = processors(), quota = pro_granted_quota(""), wish = pro_granted_wish();
  if (quota > 0 && quota < n) n = quota;
  if (wish > 0 && wish < n) n = wish;
  return n;
}

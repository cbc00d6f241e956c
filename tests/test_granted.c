/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test: quick; links: prodrome_scenarios */
#define _GNU_SOURCE /* sched_setaffinity */
#include "scenarios/granted.h"

#include <check.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support.h"

static char root[] = "/tmp/prodrome-granted-XXXXXX";

static void put(const char *path, const char *text) { /* folders made on the way */
  char name[512];
  snprintf(name, sizeof name, "%s%s", root, path);
  for (char *slash = name + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
    *slash = '\0';
    mkdir(name, 0755);
  }
  FILE *file = fopen(name, "w");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
}

static void leave(void) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", root);
  ck_assert_int_eq(system(command), 0);
}

START_TEST(quotas_of_a_group_and_of_all_above_it_count) {
  ck_assert_ptr_nonnull(mkdtemp(root));
  ck_assert_int_eq(pro_granted_quota(root), 0); /* nothing there */
  put("/proc/self/cgroup", "0::/slurm/job_7/task_0\n");
  ck_assert_int_eq(pro_granted_quota(root), 0);
  put("/sys/fs/cgroup/slurm/job_7/task_0/cpu.max", "max 100000\n");
  ck_assert_int_eq(pro_granted_quota(root), 0);
  put("/sys/fs/cgroup/slurm/job_7/cpu.max", "250000 100000\n");
  ck_assert_int_eq(pro_granted_quota(root), 3); /* two and a half: rounded up */
  put("/sys/fs/cgroup/slurm/cpu.max", "800000 100000\n");
  ck_assert_int_eq(pro_granted_quota(root), 3);
  put("/sys/fs/cgroup/cpu.max", "10000 100000\n");
  ck_assert_int_eq(pro_granted_quota(root), 1);
  put("/sys/fs/cgroup/cpu.max", "nonsense\n");
  ck_assert_int_eq(pro_granted_quota(root), 3);
  leave();
}
END_TEST

START_TEST(quotas_of_the_first_version_count) {
  ck_assert_ptr_nonnull(mkdtemp(root));
  put("/proc/self/cgroup", "5:memory:/x\n4:cpu,cpuacct:/docker/abc\nnonsense\n1:cpuset:/y\n");
  ck_assert_int_eq(pro_granted_quota(root), 0);
  put("/sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us", "-1\n");
  put("/sys/fs/cgroup/cpu/docker/abc/cpu.cfs_period_us", "100000\n");
  ck_assert_int_eq(pro_granted_quota(root), 0);
  put("/sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us", "400000\n");
  ck_assert_int_eq(pro_granted_quota(root), 4);
  put("/proc/self/cgroup", "4:cpuacct,cpu:/docker/abc\n");
  ck_assert_int_eq(pro_granted_quota(root), 4);
  put("/proc/self/cgroup", "4:cpuset,cpuacct:/docker/abc\n"); /* neither is it */
  ck_assert_int_eq(pro_granted_quota(root), 0);
  leave();
}
END_TEST

START_TEST(wishes_are_whole_numbers) {
  unsetenv("OMP_NUM_THREADS"), unsetenv("SLURM_CPUS_PER_TASK");
  ck_assert_int_eq(pro_granted_wish(), 0);
  setenv("SLURM_CPUS_PER_TASK", "6", 1);
  ck_assert_int_eq(pro_granted_wish(), 6);
  setenv("OMP_NUM_THREADS", "3,2", 1);
  ck_assert_int_eq(pro_granted_wish(), 3);
  static const char *const nonsense[] = {"", "0", "-2", "many", "3x", "99999999999"};
  for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
    setenv("OMP_NUM_THREADS", nonsense[i], 1);
    ck_assert_int_eq(pro_granted_wish(), 6);
  }
}
END_TEST

START_TEST(no_more_than_the_affinity_and_no_less_than_one) {
  unsetenv("OMP_NUM_THREADS"), unsetenv("SLURM_CPUS_PER_TASK");
  int all = pro_threads_available();
  ck_assert_int_ge(all, 1);
  cpu_set_t before, one;
  ck_assert_int_eq(sched_getaffinity(0, sizeof before, &before), 0);
  int first = 0;
  while (!CPU_ISSET(first, &before)) first++;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ck_assert_int_eq(sched_setaffinity(0, sizeof one, &one), 0);
  ck_assert_int_eq(pro_threads_available(), 1);
  ck_assert_int_eq(sched_setaffinity(0, sizeof before, &before), 0);
  setenv("OMP_NUM_THREADS", "1", 1);
  ck_assert_int_eq(pro_threads_available(), 1);
  setenv("OMP_NUM_THREADS", "60000", 1);
  ck_assert_int_eq(pro_threads_available(), all);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("granted");
  TCase *all = tcase_create("all");
  suite_add_tcase(suite, all);
  tcase_add_test(all, quotas_of_a_group_and_of_all_above_it_count);
  tcase_add_test(all, quotas_of_the_first_version_count);
  tcase_add_test(all, wishes_are_whole_numbers);
  tcase_add_test(all, no_more_than_the_affinity_and_no_less_than_one);
  return support_main(suite);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test: quick; links: prodrome_output prodrome_scenarios prodrome_sim */
/* A file is read in a child process first, since some damaged ones crash HDF5. The file is blamed for what a file
 * can do, and for nothing else that ends a process: who makes damaged shards again must not be told so of a good
 * one. */
#define _DEFAULT_SOURCE
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "output/corpus_hdf5.h"

static const char file[] = "/proc/self/exe"; /* any */

/* A crash as it is without a sanitizer, which would exit. */
static pro_status raise_it(void *number, const char *path) {
  static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE};
  (void)path;
  for (size_t i = 0; i < PRO_COUNT(crashes); i++) signal(crashes[i], SIG_DFL);
  raise(*(int *)number);
  return PRO_OK;
}

static const struct {
  int signal;
  pro_status wanted;
  const char *says;
} ends[] = {{SIGSEGV, PRO_EINPUT, "damaged: HDF5 crashes"},
            {SIGBUS, PRO_EINPUT, "damaged: HDF5 crashes"},
            {SIGABRT, PRO_EINPUT, "damaged: HDF5 crashes"},
            {SIGFPE, PRO_EINPUT, "damaged: HDF5 crashes"},
            {SIGILL, PRO_EINPUT, "damaged: HDF5 crashes"},
            {SIGXCPU, PRO_EINPUT, "damaged: HDF5 comes to no end"}, /* its own limit */
            {SIGKILL, PRO_ENOMEM, "killed, as it is where memory is short"},
            {SIGHUP, PRO_EIO, "ended by signal 1"},
            {SIGQUIT, PRO_EIO, "ended by signal 3"},
            {SIGINT, PRO_OK, ""}, /* the parent is who is asked to stop */
            {SIGTERM, PRO_OK, ""},
            {SIGUSR1, PRO_OK, ""}};

START_TEST(a_file_is_blamed_for_what_a_file_can_do) {
  int number = ends[_i].signal;
  pro_status status = pro_corpus_in_child(raise_it, &number, sizeof number, file, NULL);
  ck_assert_msg(status == ends[_i].wanted, "signal %d: %d", number, (int)status);
  if (status == PRO_OK) return;
  ck_assert_msg(strstr(pro_error_message(), ends[_i].says) && strstr(pro_error_message(), file), "signal %d: %s",
                number, pro_error_message());
}
END_TEST

static pro_status work_for_ever(void *payload, const char *path) {
  (void)path;
  for (volatile int *n = payload; *n >= 0;) *n = !*n;
  return PRO_OK;
}

/* A login node's `ulimit -t`: no end within it says nothing about the file. */
START_TEST(a_limit_of_the_caller_is_not_the_files_fault) {
  struct rlimit limit;
  int payload = 0;
  ck_assert_int_eq(getrlimit(RLIMIT_CPU, &limit), 0);
  limit.rlim_cur = 1;
  ck_assert_int_eq(setrlimit(RLIMIT_CPU, &limit), 0);
  ck_assert_int_eq(pro_corpus_in_child(work_for_ever, &payload, sizeof payload, file, NULL), PRO_EIO);
  ck_assert_ptr_nonnull(strstr(pro_error_message(), "ulimit -t"));
}
END_TEST

static volatile int stop;
static void on_alarm(int number) { stop = number; }

START_TEST(who_waits_for_it_can_be_stopped) {
  int payload = 0;
  const struct itimerval soon = {.it_value = {0, 100000}};
  struct sigaction action = {.sa_handler = on_alarm, .sa_flags = _i ? SA_RESTART : 0};
  ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
  ck_assert_int_eq(setitimer(ITIMER_REAL, &soon, NULL), 0);
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  ck_assert_int_eq(pro_corpus_in_child(work_for_ever, &payload, sizeof payload, file, &stop), PRO_EINTERRUPTED);
  clock_gettime(CLOCK_MONOTONIC, &end);
  ck_assert_int_lt(end.tv_sec - begin.tv_sec, 5);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("child");
  TCase *tests = tcase_create("all");
  tcase_add_loop_test(tests, a_file_is_blamed_for_what_a_file_can_do, 0, (int)PRO_COUNT(ends));
  tcase_add_test(tests, a_limit_of_the_caller_is_not_the_files_fault);
  tcase_add_loop_test(tests, who_waits_for_it_can_be_stopped, 0, 2);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

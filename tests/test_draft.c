/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test: quick; links: prodrome_output prodrome_sim */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "output/draft.h"

static char folder[] = "/tmp/prodrome_draft_XXXXXX", target[64];

static void set_up(void) {
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(target, sizeof target, "%s/a.h5", folder);
}

static pro_status remove_it(void *payload, const char *path) {
  (void)payload;
  unlink(path);
  return PRO_OK;
}

static void tear_down(void) {
  unlink(target);
  ck_assert_int_eq(pro_beside(target, "", remove_it, NULL), PRO_OK);
  ck_assert_int_eq(rmdir(folder), 0);
}

static pid_t dead_process(void) {
  pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, NULL, 0);
  return child;
}

/* .a.h5.HOST.PROCESS.part, open */
static int leave(char path[256], const char *host, pid_t process) {
  snprintf(path, 256, "%s/.a.h5.%s.%ld.part", folder, host, (long)process);
  int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0666);
  ck_assert_int_ge(fd, 0);
  return fd;
}

static void begin_and_drop(void) {
  pro_draft draft;
  ck_assert_int_eq(pro_draft_create(&draft, target), PRO_OK);
  ck_assert_int_eq(access(draft.path, F_OK), 0);
  pro_draft_drop(&draft);
}

START_TEST(it_takes_the_place_of_its_target_and_leaves_nothing) {
  pro_draft draft;
  char text[8] = "";
  ck_assert_int_eq(pro_draft_create(&draft, target), PRO_OK);
  ck_assert_int_eq(pro_draft_write(&draft, target, "whole", 5), PRO_OK);
  ck_assert_int_ne(access(target, F_OK), 0);
  ck_assert_int_eq(pro_draft_publish(&draft, target), PRO_OK);
  pro_draft_drop(&draft);
  int fd = open(target, O_RDONLY);
  ck_assert_int_eq(read(fd, text, sizeof text), 5);
  ck_assert_str_eq(text, "whole");
  close(fd);
  unlink(target);
  ck_assert_int_eq(rmdir(folder), 0); /* nothing else was there */
  ck_assert_int_eq(mkdir(folder, 0777), 0);
}
END_TEST

START_TEST(what_the_dead_left_goes) {
  char host[64], path[256];
  pro_host_name(host);
  close(leave(path, host, dead_process()));
  begin_and_drop();
  ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(what_a_living_process_makes_stays) {
  char host[64], path[256];
  pro_host_name(host);
  close(leave(path, host, getppid()));
  begin_and_drop();
  ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

START_TEST(what_another_machine_makes_stays) {
  char path[256];
  close(leave(path, "another-machine", dead_process()));
  begin_and_drop();
  ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

/* of a process that has another number, or none, where we are */
START_TEST(what_is_locked_stays) {
  char host[64], path[256];
  pro_host_name(host);
  int fd = leave(path, host, dead_process());
  ck_assert_int_eq(flock(fd, LOCK_SH), 0);
  begin_and_drop();
  ck_assert_int_eq(access(path, F_OK), 0);
  close(fd);
}
END_TEST

START_TEST(two_of_one_process_do_not_meet) {
  pro_draft one, two;
  ck_assert_int_eq(pro_draft_create(&one, target), PRO_OK);
  ck_assert_int_eq(pro_draft_create(&two, target), PRO_OK);
  ck_assert_str_ne(one.path, two.path);
  ck_assert_int_eq(access(one.path, F_OK), 0);
  pro_draft_drop(&one), pro_draft_drop(&two);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("draft");
  TCase *all = tcase_create("all");
  tcase_add_checked_fixture(all, set_up, tear_down);
  tcase_add_test(all, it_takes_the_place_of_its_target_and_leaves_nothing);
  tcase_add_test(all, what_the_dead_left_goes);
  tcase_add_test(all, what_a_living_process_makes_stays);
  tcase_add_test(all, what_another_machine_makes_stays);
  tcase_add_test(all, what_is_locked_stays);
  tcase_add_test(all, two_of_one_process_do_not_meet);
  suite_add_tcase(suite, all);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test: quick; links: prodrome_output prodrome_sim */
#include "output/crew.h"

#include <stdatomic.h>

#include "tests/support.h"

enum { PARTS = 1000, THREADS = 8 };

typedef struct tally {
  atomic_int done[PARTS], busy[THREADS], clashes;
  int threads;
} tally;

static void count(void *payload, size_t part, int member) {
  tally *t = payload;
  if (member < 0 || member >= t->threads || atomic_fetch_add(&t->busy[member], 1) != 0)
    atomic_fetch_add(&t->clashes, 1);
  atomic_fetch_add(&t->done[part], 1);
  atomic_fetch_sub(&t->busy[member], 1);
}

START_TEST(each_part_is_done_once_by_a_member_of_its_own) {
  static const size_t parts[] = {0, 1, 3, PARTS};
  for (int threads = 1; threads <= THREADS; threads++)
    for (size_t p = 0; p < PRO_COUNT(parts); p++) {
      tally t = {.threads = threads};
      pro_crew_do(threads, parts[p], count, &t);
      ck_assert_int_eq(t.clashes, 0);
      for (size_t k = 0; k < PARTS; k++) ck_assert_int_eq(t.done[k], k < parts[p]);
    }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("crew");
  TCase *tests = tcase_create("all");
  tcase_add_test(tests, each_part_is_done_once_by_a_member_of_its_own);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}

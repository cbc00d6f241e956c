/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_peers */
#include "bench/peer.h"

#include <stdio.h>
#include <string.h>

#include "bench/kim_cell.h"
#include "sim/simulate.h"
#include "tests/support.h"

static pro_member *members;
static size_t count;

static void read_members(void) {
  const char *shared = getenv("PRO_SHARED");
  char path[4096];
  snprintf(path, sizeof path, "%s/data/kim_ensemble/members.csv", shared ? shared : ".");
  pro_status status = pro_members_read(&members, &count, path);
  if (status == PRO_EMISSING)
    fprintf(stderr, "test_peers: SKIPPED, the 200 members: %s\n", pro_error_message());
  else
    ck_assert_msg(status == PRO_OK, "%s", pro_error_message());
}

static void free_members(void) {
  free(members);
  members = NULL;
}

/* Central differences of a step of 1e-6 of the scale are good to about 1e-9 of the larger entries: allow 1e-5. */
START_TEST(the_jacobian_is_the_slope_of_the_right_hand_side) {
  if (!members) return;
  static const double scale[PRO_KIM_N] = {0.15, 0.75, 0.033, 1.0, 1.0, 100.0};
  static const double at[PRO_KIM_N] = {0.1, 0.6, 0.05, 0.3, 0.8, 520.0};
  double J[PRO_KIM_N][PRO_KIM_N];
  pro_kim_jacobian(&members[0], at, J);
  for (int j = 0; j < PRO_KIM_N; j++) {
    double y[PRO_KIM_N], up[PRO_KIM_N], down[PRO_KIM_N], h = 1e-6 * scale[j];
    memcpy(y, at, sizeof y);
    y[j] = at[j] + h, pro_kim_rhs(&members[0], y, up);
    y[j] = at[j] - h, pro_kim_rhs(&members[0], y, down);
    for (int i = 0; i < PRO_KIM_N; i++) {
      double slope = (up[i] - down[i]) / (2.0 * h);
      ck_assert_msg(fabs(J[i][j] - slope) <= 1e-5 * (1e-3 + fabs(slope)), "[%d][%d]: %.9g, not %.9g", i, j,
                    J[i][j], slope);
    }
  }
}
END_TEST

/* Both at rtol 1e-10, where each is within 1e-7 of the reference: 1e-6 tells other equations from these. */
START_TEST(the_hand_written_cell_is_the_engines) {
  if (!members) return;
  pro_member_result *hand = malloc(count * sizeof *hand), *engine = malloc(count * sizeof *engine);
  double seconds;
  ck_assert_int_eq(pro_peer_cvode_fresh(hand, &seconds, members, count, 1e-10), PRO_OK);
  ck_assert_int_eq(
      pro_members_run(engine, &seconds, members, count, 1e-10, PRO_MEMBER_UNCAPPED, pro_integrator_fast()),
      PRO_OK);
  size_t onsets = 0;
  for (size_t i = 0; i < count; i++) {
    ck_assert_int_eq(hand[i].status, PRO_OK);
    ck_assert_int_eq(engine[i].status, PRO_OK);
    ck_assert_msg((hand[i].onset < 0.0) == (engine[i].onset < 0.0), "member %zu", i);
    ck_assert_msg(hand[i].state_error < 1e-5 && engine[i].state_error < 1e-5, "member %zu: states %.2e and %.2e",
                  i, hand[i].state_error, engine[i].state_error);
    if (hand[i].onset < 0.0) continue;
    onsets++;
    ck_assert_msg(fabs(hand[i].onset / engine[i].onset - 1.0) < 1e-6, "member %zu: onset %.9g s, engine %.9g s", i,
                  hand[i].onset, engine[i].onset);
  }
  ck_assert_uint_eq(onsets, 163);
  free(hand);
  free(engine);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("peers");
  TCase *all = tcase_create("oven ensemble");
  tcase_add_unchecked_fixture(all, read_members, free_members);
  tcase_add_test(all, the_jacobian_is_the_slope_of_the_right_hand_side);
  tcase_add_test(all, the_hand_written_cell_is_the_engines);
  suite_add_tcase(suite, all);
  return support_main(suite);
}

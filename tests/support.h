/* SPDX-License-Identifier: GPL-3.0-or-later
 * tests/support.h - cases made by hand, and other small helpers that tests share. */
#ifndef PRO_TESTS_SUPPORT_H
#define PRO_TESTS_SUPPORT_H
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/chemistry.h"
#include "sim/rng.h"
#include "sim/sensor.h"
#include "sim/simulate.h"

/* Fails as ck_assert_msg does, but does not note each time that it passed: for loops of many thousands. */
#define support_check(holds, ...)            \
  do {                                       \
    if (!(holds)) ck_abort_msg(__VA_ARGS__); \
  } while (0)

/* A preset at rest: 20 000 s in surroundings of its own temperature, the fault at t = 0, rtol 1e-8. */
static inline void support_case(pro_case *in, const char *preset) {
  const pro_cell_preset *found = pro_cell_find(preset);
  ck_assert_msg(found != NULL, "no cell preset %s", preset);
  memset(in, 0, sizeof *in);
  pro_cell_of_preset(&in->cell, found);
  in->network = *pro_chemistry_find(found->chemistry);
  in->enclosure = (pro_enclosure){.volume = 0.1, .air_changes = 1.0 / 3600.0, .leak_area = 1e-4};
  for (int s = 0; s < pro_sensor_count(); s++) in->sensors[s] = pro_sensor_all[s]->typical;
  in->T_initial = 301.15;
  in->soc_initial = 1.0;
  in->duration = 20000.0, in->period = 10.0;
  in->t_fault = 0.0;
  in->T_mark = (double)NAN;
  in->rtol = 1e-8;
  in->steps_max = PRO_STEPS_MAX;
  pro_channel_hold(&in->drive.channel[PRO_DRIVE_T_ambient], in->T_initial);
  pro_channel_hold(&in->drive.channel[PRO_DRIVE_film_coefficient], in->cell.film_coefficient);
  pro_channel_hold(&in->drive.channel[PRO_DRIVE_emissivity], in->cell.emissivity);
}

/* No heat to or from the surroundings. */
static inline void support_adiabatic(pro_case *in) {
  pro_channel_hold(&in->drive.channel[PRO_DRIVE_film_coefficient], 0.0);
  pro_channel_hold(&in->drive.channel[PRO_DRIVE_emissivity], 0.0);
}

/* One first-order reaction of rate constant A [1/s] at every temperature, without heat: for cases to build upon.
 */
static inline pro_network support_network(double A) {
  return (pro_network){.name = "by_hand",
                       .doc = "a network made for a test",
                       .source = "none",
                       .gas_constant = 8.314,
                       .k_max = 1e300,
                       .gas_source = "none",
                       .species = {{"c", 1.0, "reactant"}},
                       .reactions = {{.name = "reaction",
                                      .A = A,
                                      .content = 1000.0,
                                      .factors = {{.law = &pro_law_linear}},
                                      .change = {-1.0},
                                      .full = 1.0,
                                      .source = "none"}}};
}

/* A case in which nothing reacts. */
static inline void support_inert(pro_case *in) { in->network = support_network(1e-30); }

static inline pro_trajectory *support_run(const pro_case *in) {
  pro_trajectory *out = NULL;
  pro_status status = pro_simulate(&out, in, NULL);
  ck_assert_msg(status == PRO_OK, "%s: %s", pro_status_name(status), pro_error_message());
  return out;
}

/* Seeded numbers in [low, high): the next of a sequence. */
typedef struct support_random {
  uint64_t seed, index;
} support_random;
static inline double support_between(support_random *random, double low, double high) {
  pro_stream stream = {random->seed, 0, PRO_FOR_PARAMETERS, 0};
  return low + (high - low) * pro_rng_uniform(stream, random->index++);
}

static inline int support_is_snake_case(const char *name) {
  if (!name || !*name) return 0;
  for (const char *c = name; *c; c++)
    if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '_')) return 0;
  return name[0] != '_' && !(name[0] >= '0' && name[0] <= '9');
}

/* Where the sources lie. */
static inline const char *support_source(void) {
  const char *source = getenv("PRO_SOURCE");
  return source ? source : ".";
}

/* Runs the tests of one file; returns what main should. */
static inline int support_main(Suite *suite) {
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
#endif

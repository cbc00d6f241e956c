/* SPDX-License-Identifier: GPL-3.0-or-later
 * tests/texts.h - scenarios out of texts, for tests of what can be said in them. */
#ifndef PRO_TESTS_TEXTS_H
#define PRO_TESTS_TEXTS_H
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/scenario.h"

static inline void path_to(char *to, size_t size, const char *folder, const char *name) {
  const char *source = getenv("PRO_SOURCE");
  snprintf(to, size, "%s/%s/%s", source ? source : ".", folder, name);
}

static inline pro_scenario *read_with(const char *path, size_t count, const char *const *overrides) {
  pro_scenario *s = NULL;
  pro_status status = pro_scenario_read(&s, path, count, overrides);
  ck_assert_msg(status == PRO_OK, "%s", pro_error_message());
  return s;
}

static inline pro_scenario *read_shipped(const char *name, size_t count, const char *const *overrides) {
  char path[512];
  path_to(path, sizeof path, "scenarios", name);
  return read_with(path, count, overrides);
}

/* A file of this text, in a folder that the caller removes with `forget`. */
static char folder[64];
static inline const char *file_of(const char *text) {
  static char path[128];
  snprintf(folder, sizeof folder, "/tmp/prodrome-test-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/some.yaml", folder);
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
  return path;
}

static inline void forget(void) {
  char path[128];
  snprintf(path, sizeof path, "%s/some.yaml", folder);
  unlink(path);
  rmdir(folder);
}

static inline pro_scenario *read_text(const char *text) {
  pro_scenario *s = NULL;
  pro_status status = pro_scenario_read(&s, file_of(text), 0, NULL);
  forget();
  ck_assert_msg(status == PRO_OK, "%s", pro_error_message());
  return s;
}

static inline int has(const char *part) { return strstr(pro_error_message(), part) != NULL; }

/* Cases hold pointers to names and laws, equal for one chemistry: bytes compare. Padding is zeroed by the maker.
 */
static inline void expect_equal_cases(const pro_scenario *a, const pro_scenario *b, uint64_t count) {
  for (uint64_t k = 0; k < count; k++) {
    pro_case x, y;
    ck_assert_msg(pro_scenario_case(&x, a, k) == PRO_OK, "%s", pro_error_message());
    ck_assert_msg(pro_scenario_case(&y, b, k) == PRO_OK, "%s", pro_error_message());
    ck_assert_mem_eq(&x, &y, sizeof x);
  }
}

static inline double draw_of(const pro_scenario *s, const char *path, uint64_t k) {
  double values[64];
  pro_scenario_draws(values, s, k);
  for (size_t p = 0; p < pro_scenario_parameter_count(s); p++)
    if (strcmp(pro_scenario_parameter(s, p)->path, path) == 0) return values[p];
  ck_abort_msg("%s does not vary", path);
  return NAN;
}
#endif

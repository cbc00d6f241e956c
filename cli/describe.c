/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/find.h"
#include "cli/shelf.h"

enum { MATCHES_MAX = 256 };
#define KEYS "scenario"
typedef struct match {
  const pro_shelf *shelf;
  int index;
} match;

static int find_matches(match *out, const char *name) {
  int n = 0;
  const pro_shelf *whole = pro_shelf_find(name);
  pro_item item;
  if (whole)
    for (int k = 0; n < MATCHES_MAX && whole->item(&item, k); k++) out[n++] = (match){whole, k};
  for (const pro_shelf *s = pro_shelf_all; s->name && !whole && n < MATCHES_MAX; s++) {
    int k = pro_shelf_index(s, name);
    if (k >= 0) out[n++] = (match){s, k};
  }
  return n;
}

static void print_match(FILE *to, const match *m) {
  pro_item item;
  m->shelf->item(&item, m->index);
  fprintf(to, "## %s `%s`\n\n%s\n\n", m->shelf->one, item.name, item.doc);
  if (item.source) fprintf(to, "Source: %s\n\n", item.source);
  m->shelf->describe(to, m->index);
}

static void print_match_json(pro_json *json, const match *m) {
  pro_item item;
  m->shelf->item(&item, m->index);
  pro_json_object(json, NULL);
  pro_json_text(json, "registry", m->shelf->name);
  pro_json_text(json, "name", item.name);
  pro_json_text(json, "doc", item.doc);
  pro_json_text(json, "source", item.source);
  m->shelf->json(json, m->index);
  pro_json_end(json);
}

static void print_matches(const match *m, int n, int as_json) {
  if (!as_json) {
    for (int k = 0; k < n; k++) {
      if (k) fputc('\n', stdout);
      print_match(stdout, &m[k]);
    }
    return;
  }
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_array(&json, "entries");
  for (int k = 0; k < n; k++) print_match_json(&json, &m[k]);
  pro_json_end(&json);
  pro_json_end(&json);
}

static pro_status print_keys(int as_json) {
  if (!as_json) {
    pro_scenario_describe_keys(NULL, stdout);
    return PRO_OK;
  }
  char *text = NULL;
  size_t size = 0;
  FILE *to = open_memstream(&text, &size);
  if (to) pro_scenario_describe_keys(NULL, to);
  int bad = !to || ferror(to);
  if ((to && fclose(to) != 0) || bad) {
    free(text);
    return pro_fail(PRO_ENOMEM, "no memory for the keys");
  }
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_text(&json, "markdown", text);
  pro_json_end(&json);
  free(text);
  return PRO_OK;
}

static void print_parameters_json(pro_json *json, const pro_scenario *s) {
  pro_json_array(json, "parameters");
  for (size_t p = 0; p < pro_scenario_parameter_count(s); p++) {
    const pro_parameter *row = pro_scenario_parameter(s, p);
    pro_json_object(json, NULL);
    pro_json_text(json, "path", row->path);
    pro_json_text(json, "unit", row->unit);
    pro_json_text(json, "distribution", row->distribution);
    pro_json_end(json);
  }
  pro_json_end(json);
}

static pro_status print_scenario(const char *path, int as_json) {
  pro_scenario *s = NULL;
  PRO_TRY(pro_scenario_read(&s, path, 0, NULL));
  if (as_json) {
    pro_json json;
    pro_json_begin(&json, stdout);
    pro_json_text(&json, "scenario", path);
    pro_json_text(&json, "title", pro_scenario_title(s));
    pro_json_count(&json, "runs", pro_scenario_runs(s));
    pro_json_count(&json, "seed", pro_scenario_seed(s));
    print_parameters_json(&json, s);
    pro_json_text(&json, "resolved", pro_scenario_resolved(s));
    pro_json_end(&json);
  } else {
    printf("## scenario `%s`\n\n%s\n\n%" PRIu64 " runs, seed %" PRIu64 "\n\n", path, pro_scenario_title(s),
           pro_scenario_runs(s), pro_scenario_seed(s));
    if (pro_scenario_parameter_count(s) > 0)
      fputs("| drawn | unit | distribution (SI) |\n|---|---|---|\n", stdout);
    for (size_t p = 0; p < pro_scenario_parameter_count(s); p++) {
      const pro_parameter *row = pro_scenario_parameter(s, p);
      printf("| `%s` | %s | %s |\n", row->path, row->unit, row->distribution);
    }
    printf("\nResolved:\n\n```yaml\n%s```\n", pro_scenario_resolved(s));
  }
  pro_scenario_free(s);
  return PRO_OK;
}

static pro_status no_such(const char *name) {
  const char *names[MATCHES_MAX + 1] = {NULL};
  int n = 0;
  names[n++] = KEYS;
  for (const pro_shelf *s = pro_shelf_all; s->name; s++) {
    pro_item item;
    if (n < MATCHES_MAX) names[n++] = s->name;
    for (int k = 0; n < MATCHES_MAX && s->item(&item, k); k++) names[n++] = item.name;
  }
  return pro_args_unknown("entry", name, names, "list");
}

static pro_status run_describe(const pro_args *args) {
  const char *name = args->operand[0];
  int json = pro_args_has(args, &pro_option_json);
  match found[MATCHES_MAX];
  char path[PRO_FIND_PATH];
  if (strcmp(name, KEYS) == 0) return print_keys(json);
  int n = find_matches(found, name);
  if (n > 0) {
    print_matches(found, n, json);
    return PRO_OK;
  }
  if (pro_find_scenario_path(path, name) != PRO_OK) return no_such(name);
  return print_scenario(path, json);
}

const pro_command pro_command_describe = {
    .name = "describe",
    .operands = "NAME",
    .summary = "one chemistry, cell, kind, sensor, detector, integrator or scenario, as Markdown",
    .doc =
        "NAME may also be a whole list (`describe cells`), or `scenario`: every key that a scenario may hold, "
        "with "
        "unit, default, range and meaning.",
    .least = 1,
    .most = 1,
    .run = run_describe,
};

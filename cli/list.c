/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/find.h"
#include "cli/shelf.h"

static pro_status check_name(const char *name) {
  const char *names[16] = {NULL};
  int n = 0;
  for (const pro_shelf *s = pro_shelf_all; s->name; s++) names[n++] = s->name;
  names[n] = "scenarios";
  for (int k = 0; k <= n; k++)
    if (strcmp(names[k], name) == 0) return PRO_OK;
  return pro_args_unknown("list", name, names, "list --help");
}

static int is_wanted(const pro_args *args, const char *name) {
  return args->operand_count == 0 || strcmp(args->operand[0], name) == 0;
}

/* The caller frees it; NULL: the file cannot be read. */
static char *title_of(const char *name) {
  char path[PRO_FIND_PATH];
  pro_scenario *scenario = NULL;
  snprintf(path, sizeof path, "%s/%s.yaml", PRO_SCENARIO_DIR, name);
  if (pro_scenario_read(&scenario, path, 0, NULL) != PRO_OK) return NULL;
  char *title = strdup(pro_scenario_title(scenario));
  pro_scenario_free(scenario);
  return title;
}

static void print_item(pro_json *json, const char *name, const char *doc) {
  if (json) {
    pro_json_object(json, NULL);
    pro_json_text(json, "name", name);
    pro_json_text(json, "doc", doc);
    pro_json_end(json);
  } else {
    printf("  %-20s  %s\n", name, doc);
  }
}

static void print_shelf(pro_json *json, const pro_shelf *shelf) {
  pro_item item;
  if (json)
    pro_json_array(json, shelf->name);
  else
    printf("%s: %s\n", shelf->name, shelf->doc);
  for (int k = 0; shelf->item(&item, k); k++) print_item(json, item.name, item.doc);
  if (json) pro_json_end(json);
}

static void print_scenarios(pro_json *json, char **names) {
  if (json)
    pro_json_array(json, "scenarios");
  else
    printf("scenarios: shipped ones, in %s\n", PRO_SCENARIO_DIR);
  for (int k = 0; names[k]; k++) {
    char *title = title_of(names[k]);
    print_item(json, names[k], title ? title : "(cannot be read)");
    free(title);
  }
  if (json) pro_json_end(json);
}

static pro_status run_list(const pro_args *args) {
  char **scenarios = NULL;
  if (args->operand_count > 0) PRO_TRY(check_name(args->operand[0]));
  PRO_TRY(pro_find_shipped(&scenarios));
  pro_json writer, *json = pro_args_has(args, &pro_option_json) ? &writer : NULL;
  if (json) pro_json_begin(json, stdout);
  const char *between = "";
  for (const pro_shelf *s = pro_shelf_all; s->name; s++) {
    if (!is_wanted(args, s->name)) continue;
    if (!json) fputs(between, stdout);
    print_shelf(json, s);
    between = "\n";
  }
  if (is_wanted(args, "scenarios")) {
    if (!json) fputs(between, stdout);
    print_scenarios(json, scenarios);
  }
  if (json) pro_json_end(json);
  free(scenarios);
  return PRO_OK;
}

const pro_command pro_command_list = {
    .name = "list",
    .operands = "[WHAT]",
    .summary = "what there is; `prodrome describe NAME` tells more of each",
    .doc =
        "WHAT: chemistries, cells, kinds, sensors, detectors, integrators, comparisons, calibrations or "
        "scenarios; all of them "
        "without.",
    .least = 0,
    .most = 1,
    .run = run_list,
};

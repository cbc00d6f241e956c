/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/find.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/simulate.h"

static int is_there(const char *path) {
  struct stat info;
  return stat(path, &info) == 0;
}

static const char ending[] = ".yaml";

static int is_scenario(const struct dirent *entry) {
  size_t n = strlen(entry->d_name);
  return n > sizeof ending - 1 && strcmp(entry->d_name + n - (sizeof ending - 1), ending) == 0;
}

/* In the order of bytes, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

pro_status pro_find_shipped(char ***list) {
  struct dirent **entry = NULL;
  int n = scandir(PRO_SCENARIO_DIR, &entry, is_scenario, by_name);
  if (n < 0) n = 0;
  size_t bytes = ((size_t)n + 1) * sizeof(char *);
  for (int k = 0; k < n; k++) bytes += strlen(entry[k]->d_name) + 1;
  char **names = malloc(bytes), *text = (char *)(names + n + 1);
  for (int k = 0; k < n; k++) {
    if (names) {
      size_t length = strlen(entry[k]->d_name) - (sizeof ending - 1);
      names[k] = memcpy(text, entry[k]->d_name, length);
      text[length] = '\0';
      text += length + 1;
    }
    free(entry[k]);
  }
  free(entry);
  if (!names) return pro_fail(PRO_ENOMEM, "no memory for a list of scenarios");
  names[n] = NULL;
  *list = names;
  return PRO_OK;
}

pro_status pro_find_scenario_path(char path[PRO_FIND_PATH], const char *name) {
  if (strlen(name) >= PRO_FIND_PATH - sizeof PRO_SCENARIO_DIR - sizeof ending)
    return pro_fail(PRO_EMISSING, "%.64s...: the path is too long", name);
  snprintf(path, PRO_FIND_PATH, "%s", name);
  if (is_there(path) || strchr(name, '/')) return PRO_OK; /* what is wrong with it, reading will tell */
  snprintf(path, PRO_FIND_PATH, "%s/%s", PRO_SCENARIO_DIR, name);
  if (*name && is_there(path)) return PRO_OK;
  strcat(path, ending);
  if (is_there(path)) return PRO_OK;
  char **names = NULL;
  PRO_TRY(pro_find_shipped(&names));
  const char *close = pro_closest(name, (const char *const *)names);
  pro_status status =
      pro_fail(PRO_EMISSING,
               "%s: no such file, and no scenario of that name is shipped%s%s%s; see `prodrome list scenarios`",
               name, close ? "; did you mean '" : "", close ? close : "", close ? "'?" : "");
  free(names);
  return status;
}

pro_status pro_find_scenario(pro_scenario **out, const pro_args *args) {
  char path[PRO_FIND_PATH];
  uint64_t seed = 0;
  PRO_TRY(pro_args_count(&seed, args, &pro_option_seed, 0, UINT64_MAX));
  const char **set = NULL;
  size_t sets = 0;
  PRO_TRY(pro_args_values(&set, &sets, args, &pro_option_set));
  pro_status status = PRO_OK;
  for (size_t k = 0; k < sets && status == PRO_OK; k++)
    if (!strchr(set[k], '=') || set[k][0] == '=')
      status = pro_fail(PRO_EUSAGE, "--set '%.64s': KEY=VALUE is needed, as in oven.T='155 degC'", set[k]);
  if (status == PRO_OK) status = pro_find_scenario_path(path, args->operand[0]);
  if (status == PRO_OK) status = pro_scenario_read(out, path, sets, set);
  free(set);
  if (status == PRO_OK && pro_args_has(args, &pro_option_seed)) pro_scenario_set_seed(*out, seed);
  return status;
}

pro_status pro_find_integrator(const struct pro_integrator **out, const pro_args *args) {
  const char *name = pro_args_value(args, &pro_option_integrator);
  *out = name ? pro_integrator_find(name) : pro_integrator_fast();
  if (*out) return PRO_OK;
  const char *names[64] = {NULL};
  for (int k = 0; k < 63 && pro_integrator_all[k]; k++) names[k] = pro_integrator_name(pro_integrator_all[k]);
  return pro_args_unknown("integrator", name, names, "list integrators");
}

pro_status pro_find_detectors(pro_found *out, const pro_args *args, int with_oracle) {
  const char *name = pro_args_value(args, &pro_option_detector), *names[PRO_FIND_DETECTORS + 2] = {NULL};
  int all = !name || strcmp(name, "all") == 0, known = 0;
  *out = (pro_found){0};
  for (const pro_detector *const *it = pro_detector_all; *it && known < PRO_FIND_DETECTORS - 1; it++) {
    names[known++] = (*it)->name;
    if (all || strcmp((*it)->name, name) == 0) out->detector[out->count++] = *it;
  }
  if (with_oracle) {
    names[known++] = PRO_FIND_ORACLE;
    if (all || strcmp(PRO_FIND_ORACLE, name) == 0) out->detector[out->count++] = NULL;
  }
  if (out->count > 0) return PRO_OK;
  names[known] = "all";
  return pro_args_unknown("detector", name, names, "list detectors");
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/override.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/kind.h"

enum { PATH_MAX_BYTES = 128 };

typedef struct override {
  pro_source *value; /* its text; called "--set KEY=VALUE" */
  char key[PATH_MAX_BYTES];
  pro_node *node;
  int used;
} override;

struct pro_overrides {
  size_t count;
  override *list;
};

void pro_overrides_free(pro_overrides *overrides) {
  if (!overrides) return;
  for (size_t i = 0; i < overrides->count; i++) {
    pro_yaml_free(overrides->list[i].node);
    pro_source_free(overrides->list[i].value);
  }
  free(overrides->list);
  free(overrides);
}

static int is_path(const char *key) {
  size_t n = strlen(key);
  if (n == 0 || n >= PATH_MAX_BYTES || key[0] == '.' || key[n - 1] == '.' || strstr(key, "..")) return 0;
  return strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == n;
}

static pro_status parse_one(override *o, const char *text, pro_problems *problems) {
  char *name = malloc(strlen(text) + 8);
  if (!name) return pro_fail(PRO_ENOMEM, "no memory for --set");
  snprintf(name, strlen(text) + 8, "--set %s", text);
  const char *equals = strchr(text, '=');
  pro_status status = pro_source_make(&o->value, name, equals ? equals + 1 : "");
  free(name);
  PRO_TRY(status);
  pro_spot spot = {.source = o->value};
  size_t length = equals ? (size_t)(equals - text) : 0;
  snprintf(o->key, sizeof o->key, "%.*s", (int)(length < sizeof o->key ? length : 0), text);
  if (!equals || !is_path(o->key))
    pro_problem(problems, &spot, "an override is KEY=VALUE, e.g. --set \"oven.T=155 degC\"");
  else if (strspn(equals + 1, " \t\n") == strlen(equals + 1))
    pro_problem(problems, &spot, "the value is missing");
  else
    o->node = pro_yaml_parse(o->value, problems);
  return PRO_OK;
}

pro_status pro_overrides_parse(pro_overrides **out, size_t count, const char *const *texts,
                               pro_problems *problems) {
  pro_overrides *all = calloc(1, sizeof *all);
  if (all) all->list = calloc(count + 1, sizeof *all->list);
  if (!all || !all->list) {
    free(all);
    return pro_fail(PRO_ENOMEM, "no memory for --set");
  }
  *out = all;
  for (; all->count < count; all->count++) PRO_TRY(parse_one(&all->list[all->count], texts[all->count], problems));
  return PRO_OK;
}

static void put(pro_node *map, const char *key, const pro_spot *spot, pro_node *value, pro_problems *problems) {
  if (pro_yaml_put(map, key, spot, value) != 0) pro_problem_no_memory(problems);
}

/* map[key] as a mapping, made if need be; NULL with the problem noted. */
static pro_node *descend(pro_node *map, const char *key, const pro_spot *spot, pro_problems *problems) {
  pro_node *below = pro_yaml_find(map, key);
  if (below && below->kind == PRO_NODE_MAP) return below;
  if (below && strcmp(key, "cell") != 0) {
    pro_problem(problems, &below->spot, "'%s' is no section, but is overridden as one", key);
    return NULL;
  }
  pro_node *made = pro_yaml_map(spot), *preset = below ? pro_yaml_copy(below) : NULL; /* "cell: NAME" for short */
  if (!made || (below && !preset)) {
    pro_yaml_free(made);
    pro_problem_no_memory(problems);
    return NULL;
  }
  pro_spot preset_spot = below ? below->spot : *spot;
  put(map, key, spot, made, problems);
  if (preset) put(made, "preset", &preset_spot, preset, problems);
  return made;
}

static void take_away(pro_node *root, const char *path) {
  char part[PATH_MAX_BYTES];
  const char *dot = strchr(path, '.');
  if (!dot) {
    pro_yaml_remove(root, path);
    return;
  }
  snprintf(part, sizeof part, "%.*s", (int)(dot - path), path);
  pro_node *below = pro_yaml_find(root, part);
  if (below && below->kind == PRO_NODE_MAP)
    take_away(below, dot + 1);
  else if (below && strcmp(path, "cell.preset") == 0)
    pro_yaml_remove(root, "cell");
}

static void apply(pro_node *root, const char *path, const pro_spot *spot, const pro_node *value,
                  pro_problems *problems) {
  pro_node *copy = pro_yaml_copy(value), *vary = pro_yaml_find(root, "vary");
  if (!copy) {
    pro_problem_no_memory(problems);
    return;
  }
  if (strncmp(path, "vary.", 5) == 0) {
    take_away(root, path + 5);
    vary = descend(root, "vary", spot, problems);
    if (vary)
      put(vary, path + 5, spot, copy, problems);
    else
      pro_yaml_free(copy);
    return;
  }
  if (vary && vary->kind == PRO_NODE_MAP) {
    pro_yaml_remove(vary, path);
    if (strcmp(path, "cell") == 0) pro_yaml_remove(vary, "cell.preset");
  }
  pro_node *map = root;
  for (const char *dot; map && (dot = strchr(path, '.')); path = dot + 1) {
    char part[PATH_MAX_BYTES];
    snprintf(part, sizeof part, "%.*s", (int)(dot - path), path);
    map = descend(map, part, spot, problems);
  }
  pro_node *cell = map == root && strcmp(path, "cell") == 0 && copy->kind == PRO_NODE_SCALAR
                       ? pro_yaml_find(root, "cell")
                       : NULL;
  if (cell && cell->kind == PRO_NODE_MAP)
    map = cell, path = "preset"; /* "cell=NAME" keeps the rest of the section */
  if (map)
    put(map, path, spot, copy, problems);
  else
    pro_yaml_free(copy);
}

static int is_campaigns(const char *key) {
  static const char *const own[] = {"campaign", "title", "runs", "seed", "group"};
  for (size_t i = 0; i < PRO_COUNT(own); i++)
    if (strcmp(own[i], key) == 0) return 1;
  return 0;
}

static void apply_one(pro_node *root, override *o, pro_problems *problems) {
  pro_spot spot = {.source = o->value};
  o->used = 1;
  if (o->node && root->kind == PRO_NODE_MAP) apply(root, o->key, &spot, o->node, problems);
}

void pro_override_top(pro_node *root, const pro_overrides *overrides, int campaign, pro_problems *problems) {
  for (size_t i = 0; i < overrides->count; i++)
    if (!campaign || is_campaigns(overrides->list[i].key)) apply_one(root, &overrides->list[i], problems);
}

void pro_override_file(pro_node *root, const pro_overrides *overrides, pro_problems *problems) {
  const pro_node *kind = pro_yaml_find(root, "kind");
  for (size_t i = 0; i < overrides->count; i++) {
    override *o = &overrides->list[i];
    const char *path = strncmp(o->key, "vary.", 5) == 0 ? o->key + 5 : o->key;
    char section[PATH_MAX_BYTES];
    snprintf(section, sizeof section, "%.*s", (int)strcspn(path, "."), path);
    int others =
        pro_kind_find(section) >= 0 && kind && kind->kind == PRO_NODE_SCALAR && strcmp(kind->text, section) != 0;
    if (!is_campaigns(o->key) && !others) apply_one(root, o, problems);
  }
}

void pro_override_unused(const pro_overrides *overrides, pro_problems *problems) {
  for (size_t i = 0; i < overrides->count; i++) {
    pro_spot spot = {.source = overrides->list[i].value};
    if (overrides->list[i].node && !overrides->list[i].used)
      pro_problem(problems, &spot, "no file of the campaign is of that kind");
  }
}

void pro_override_by_map(pro_node *root, const pro_node *set, pro_problems *problems) {
  for (size_t i = 0; set && root->kind == PRO_NODE_MAP && i + 1 < set->count; i += 2) {
    if (is_path(set->child[i]->text))
      apply(root, set->child[i]->text, &set->child[i]->spot, set->child[i + 1], problems);
    else
      pro_problem(problems, &set->child[i]->spot, "a path such as oven.T is expected");
  }
}

void pro_problem_unless_known(pro_problems *problems, const pro_node *key, const char *where,
                              const char *const *allowed) {
  char list[400];
  size_t n = 0;
  for (const char *const *name = allowed; *name; name++) {
    if (strcmp(*name, key->text) == 0) return;
    n += (size_t)snprintf(list + n, sizeof list - n, "%s%.60s", n ? ", " : "", *name);
    if (n > sizeof list - 80) break;
  }
  const char *close = pro_closest(key->text, allowed);
  pro_problem(problems, &key->spot, "unknown key '%.64s' in %s%s%s%s Allowed: %s", key->text, where,
              close ? "; did you mean '" : ".", close ? close : "", close ? "'?" : "", list);
}

int pro_read_whole(pro_problems *problems, const pro_node *map, uint64_t *out, const char *name, uint64_t low,
                   uint64_t high) {
  const pro_node *node = pro_yaml_find(map, name);
  if (!node) return 0;
  uint64_t value = 0;
  const char *p = node->kind == PRO_NODE_SCALAR ? node->text : "";
  int good = *p != '\0';
  for (; good && *p; p++) {
    good = *p >= '0' && *p <= '9' && value <= (UINT64_MAX - (uint64_t)(*p - '0')) / 10;
    value = 10 * value + (uint64_t)(*p - '0');
  }
  if (good && value >= low && value <= high) return *out = value, 1;
  pro_problem(problems, &node->spot, "%s = '%.32s' is no whole number from %llu to %llu", name,
              node->kind == PRO_NODE_SCALAR ? node->text : "...", (unsigned long long)low,
              (unsigned long long)high);
  return 0;
}

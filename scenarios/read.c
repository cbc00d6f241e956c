/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/override.h"
#include "scenarios/plan.h"
#include "sim/chemistry.h"
#include "sim/sensor.h"

enum { NAMES_MAX = 160, LIST_BYTES = 700 };

const char *const pro_sampler_names[] = {"random", "sobol", NULL};

const pro_top_key pro_top_keys[] = {
    {"kind", NULL, "what is done to the cell: the name of an abuse"},
    {"title", "the file's name", "one line for people"},
    {"cell", NULL,
     "a preset's name, or a mapping with `preset` and any field of section cell; no preset where section "
     "datasheet is there"},
    {"chemistry", "the preset's", "a reaction network's name"},
    {"runs", "1", "how many cases a sweep makes"},
    {"seed", "1", "of every random number"},
    {"group", "50", "consecutive cases that a corpus stores together"},
    {"sampler", "random", "`random`, or `sobol` for a scrambled Sobol sequence"},
    {"sensors", "typical ones", "a mapping of sensors, each with fields of its section"},
    {"vary", "nothing", "a mapping from paths to draws"},
    {NULL, NULL, NULL},
};

typedef struct reader {
  const pro_node *root;
  pro_problems *problems;
  pro_plan *plan;
  pro_sections sections;       /* what may be addressed */
  int kind_known, chemistries; /* chemistries: 0 when none is known */
} reader;

/* ---- names for messages ---- */

typedef struct names {
  int count;
  const char *list[NAMES_MAX];
} names;

static void add_name(names *to, const char *name) {
  for (int i = 0; i < to->count; i++)
    if (strcmp(to->list[i], name) == 0) return;
  if (to->count < NAMES_MAX - 1) to->list[to->count++] = name;
  to->list[to->count] = NULL;
}

static void join(char to[LIST_BYTES], const char *const *list) {
  size_t n = 0;
  to[0] = '\0';
  for (; *list && n < LIST_BYTES - 80; list++)
    n += (size_t)snprintf(to + n, LIST_BYTES - n, "%s%.60s", n ? ", " : "", *list);
  if (*list) snprintf(to + n, LIST_BYTES - n, ", ...");
}

/* "unknown key 'TT' in oven; did you mean 'T'? Allowed: T, delay" */
static void unknown(const reader *r, const pro_node *at, const char *what, const char *where,
                    const char *const *allowed) {
  char list[LIST_BYTES];
  join(list, allowed);
  const char *close = pro_closest(at->text, allowed);
  pro_problem(r->problems, &at->spot, "unknown %s '%.64s'%s%s%s%s%s Allowed: %s", what, at->text,
              *where ? " in " : "", where, close ? "; did you mean '" : ".", close ? close : "", close ? "'?" : "",
              list);
}

static const char *kind_text(const pro_node *node) {
  return node->kind == PRO_NODE_LIST ? "a list" : node->kind == PRO_NODE_MAP ? "a mapping" : "a plain value";
}

/* ---- settings ---- */

static pro_spot top_of(const reader *r) { return (pro_spot){r->root->spot.source, r->root->spot.at, 1}; }

static const pro_setting *setting_of(const reader *r, const char *path) {
  for (size_t i = 0; i < r->plan->settings; i++)
    if (strcmp(r->plan->setting[i].key.path, path) == 0) return &r->plan->setting[i];
  return NULL;
}

static const pro_varied *varied_of(const reader *r, const char *path) {
  for (size_t i = 0; i < r->plan->varied; i++)
    if (strcmp(r->plan->vary[i].key.path, path) == 0) return &r->plan->vary[i];
  return NULL;
}

/* The node's value as the key's; 0 with the problem noted. */
static int value_of(const reader *r, double *out, const pro_key *key, const pro_node *node) {
  pro_field room;
  if (node->kind != PRO_NODE_SCALAR) {
    pro_problem(r->problems, &node->spot, "%s is one value, not %s (what varies stands in section vary)",
                key->path, kind_text(node));
    return 0;
  }
  if (pro_field_parse(out, pro_key_field(key, &room), node->text) == PRO_OK) return 1;
  char why[512];
  snprintf(why, sizeof why, "%s", pro_error_message());
  room.high = 1e300;
  int overcharged = room.offset == offsetof(pro_case, soc_initial) && key->place == PRO_PLACE_CASE &&
                    pro_field_parse(out, &room, node->text) == PRO_OK;
  pro_problem(
      r->problems, &node->spot, "%s%s", why,
      overcharged
          ? "; above 1 a cell begins only where kind overcharge goes on charging it, and then at 1.2 at most"
          : "");
  return 0;
}

static void set(reader *r, const pro_key *key, const pro_node *key_node, const pro_node *node) {
  double value;
  if (!value_of(r, &value, key, node))
    value = NAN; /* noted; kept all the same, so that it is not called missing too */
  pro_setting *grown = realloc(r->plan->setting, (r->plan->settings + 1) * sizeof *grown);
  if (!grown) {
    pro_problem_no_memory(r->problems);
    return;
  }
  r->plan->setting = grown;
  grown[r->plan->settings++] = (pro_setting){.key = *key, .value = value, .spot = key_node->spot};
}

static void set_path(reader *r, const char *path, const pro_node *key_node, const pro_node *node) {
  pro_key key;
  if (pro_key_find(&key, &r->sections, path)) set(r, &key, key_node, node);
}

static void read_section(reader *r, const pro_section *section, const pro_node *map) {
  if (map->kind != PRO_NODE_MAP) {
    pro_problem(r->problems, &map->spot, "section %s is a mapping of its keys, not %s", section->name,
                kind_text(map));
    return;
  }
  for (size_t i = 0; i + 1 < map->count; i += 2) {
    const pro_node *name = map->child[i], *value = map->child[i + 1];
    const pro_field *field = pro_field_find(section->fields, name->text);
    pro_key key;
    if (field) {
      pro_key_make(&key, section, field);
      set(r, &key, name, value);
    } else if (section->place == PRO_PLACE_CELL && strcmp(name->text, "preset") == 0) {
      set_path(r, "cell.preset", name, value);
    } else if (section->file && strcmp(name->text, "file") == 0) {
      pro_plan_file_read(r->plan, section, value, r->problems);
    } else {
      names allowed = {0};
      if (section->place == PRO_PLACE_CELL) add_name(&allowed, "preset");
      for (const pro_field *f = section->fields; f->name; f++) add_name(&allowed, f->name);
      if (section->file) add_name(&allowed, "file");
      unknown(r, name, "key", section->name, allowed.list);
    }
  }
}

static void read_sensors(reader *r, const pro_node *map) {
  if (map->kind != PRO_NODE_MAP) {
    pro_problem(r->problems, &map->spot, "section sensors is a mapping from sensors to their settings, not %s",
                kind_text(map));
    return;
  }
  for (size_t i = 0; i + 1 < map->count; i += 2) {
    int sensor = pro_sensor_find(map->child[i]->text);
    char name[PRO_PATH_BYTES];
    snprintf(name, sizeof name, "sensors.%.64s", map->child[i]->text);
    if (sensor >= 0)
      read_section(r, pro_sections_find(&r->sections, name), map->child[i + 1]);
    else {
      names allowed = {0};
      for (int s = 0; pro_sensor_all[s]; s++) add_name(&allowed, pro_sensor_all[s]->name);
      unknown(r, map->child[i], "sensor", "", allowed.list);
    }
  }
}

/* ---- keys of the top ---- */

/* A scalar among names: its index, or -1 with the problem noted. */
static int read_name(const reader *r, const pro_node *node, const char *what, const char *const *allowed) {
  if (node->kind != PRO_NODE_SCALAR) {
    pro_problem(r->problems, &node->spot, "%s is a name, not %s", what, kind_text(node));
    return -1;
  }
  for (int i = 0; allowed[i]; i++)
    if (strcmp(allowed[i], node->text) == 0) return i;
  unknown(r, node, what, "", allowed);
  return -1;
}

static void read_kind(reader *r) {
  const pro_node *node = pro_yaml_find(r->root, "kind");
  names allowed = {0};
  char list[LIST_BYTES];
  for (int k = 0; pro_kind_all[k]; k++) add_name(&allowed, pro_kind_all[k]->name);
  if (!node) {
    pro_spot top = top_of(r);
    join(list, allowed.list);
    pro_problem(r->problems, &top, "key 'kind' is missing: what is done to the cell. Allowed: %s", list);
    return;
  }
  int kind = read_name(r, node, "kind", allowed.list);
  r->kind_known = kind >= 0;
  r->plan->kind = kind >= 0 ? kind : 0;
}

static int add_index(int *to, int count, int value) {
  for (int i = 0; i < count; i++)
    if (to[i] == value) return count;
  if (count < 64) to[count++] = value;
  return count;
}

/* The names that key `path` may take, before anything is checked: the one set, or those of its draw. */
static int glance(const reader *r, int out[64], const char *path, const pro_node *fixed,
                  const char *const *known) {
  const pro_node *vary = pro_yaml_find(r->root, "vary"), *draw = vary ? pro_yaml_find(vary, path) : NULL;
  const pro_node *list = draw && draw->kind == PRO_NODE_MAP && draw->count == 2 ? draw->child[1] : fixed;
  int count = 0;
  for (size_t i = 0; list && i < (list->kind == PRO_NODE_LIST ? list->count : 1); i++) {
    const pro_node *name = list->kind == PRO_NODE_LIST ? list->child[i] : list;
    for (int c = 0; name->kind == PRO_NODE_SCALAR && known[c]; c++)
      if (strcmp(known[c], name->text) == 0) count = add_index(out, count, c);
  }
  return count;
}

/* Is there a section datasheet, or a draw of one of its keys? */
static int has_sheet(const pro_node *root) {
  const pro_node *vary = pro_yaml_find(root, "vary");
  if (pro_yaml_find(root, "datasheet")) return 1;
  for (size_t i = 0; vary && vary->kind == PRO_NODE_MAP && i + 1 < vary->count; i += 2)
    if (strncmp(vary->child[i]->text, "datasheet.", 10) == 0) return 1;
  return 0;
}

/* Which reactions and species can be named depends on the chemistry, wherever in the file that stands. */
static void make_sections(reader *r) {
  const pro_node *cell = pro_yaml_find(r->root, "cell"), *sheet = pro_yaml_find(r->root, "datasheet"),
                 *preset = cell && cell->kind == PRO_NODE_MAP ? pro_yaml_find(cell, "preset") : cell;
  int presets[64], chemistry[64], count;
  count = glance(r, chemistry, "chemistry", pro_yaml_find(r->root, "chemistry"), pro_chemistry_field.choices);
  if (count == 0 && r->plan->sheet) {
    int n =
        glance(r, presets, "datasheet.family", sheet ? pro_yaml_find(sheet, "family") : NULL, pro_family_names);
    for (int i = 0; i < n; i++) count = pro_family_chemistries(chemistry, count, presets[i]);
  } else if (count == 0) {
    int n = glance(r, presets, "cell.preset", preset, pro_preset_field.choices);
    for (int i = 0; i < n; i++)
      for (int c = 0; pro_chemistry_all[c]; c++)
        if (strcmp(pro_chemistry_all[c]->name, pro_cell_all[presets[i]]->chemistry) == 0)
          count = add_index(chemistry, count, c);
  }
  r->chemistries = count;
  pro_sections_make(&r->sections, r->kind_known ? pro_kind_all[r->plan->kind] : NULL, count, chemistry);
}

/* Does any chemistry have a reaction or species of this name? Its name, or NULL. */
static const char *owner_of(const char *part) {
  static const pro_kind *const none = NULL;
  for (int c = 0; pro_chemistry_all[c]; c++) {
    pro_sections all;
    pro_sections_make(&all, none, 1, &c);
    const pro_section *s = pro_sections_find(&all, part);
    if (s && (s->place == PRO_PLACE_REACTION || s->place == PRO_PLACE_SPECIES)) return pro_chemistry_all[c]->name;
  }
  return NULL;
}

static void unknown_top(const reader *r, const pro_node *name) {
  const char *dot = strchr(name->text, '.'), *owner = owner_of(name->text);
  if (pro_kind_find(name->text) >= 0) {
    if (r->kind_known)
      pro_problem(r->problems, &name->spot, "section %s belongs to kind %s, but this scenario's kind is %s",
                  name->text, name->text, pro_kind_all[r->plan->kind]->name);
    return; /* else the missing or unknown kind has been noted, and nobody knows about this one */
  }
  if (owner) {
    if (r->chemistries)
      pro_problem(r->problems, &name->spot, "'%s' is of chemistry %s, which not every case of this scenario has",
                  name->text, owner);
    return;
  }
  if (dot) {
    pro_problem(r->problems, &name->spot, "unknown key '%.64s': write '%.*s:' and below it '%.64s:'", name->text,
                (int)(dot - name->text), name->text, dot + 1);
    return;
  }
  names allowed = {0};
  for (const pro_top_key *k = pro_top_keys; k->name; k++) add_name(&allowed, k->name);
  for (const pro_field *f = pro_run_fields; f->name; f++) add_name(&allowed, f->name);
  for (int i = 0; i < r->sections.count; i++)
    if (r->sections.list[i].name[0] && r->sections.list[i].place != PRO_PLACE_SENSOR)
      add_name(&allowed, r->sections.list[i].name);
  unknown(r, name, "key", "", allowed.list);
}

static void read_top(reader *r) {
  for (size_t i = 0; i + 1 < r->root->count; i += 2) {
    const pro_node *name = r->root->child[i], *value = r->root->child[i + 1];
    const char *key = name->text;
    const pro_section *section = *key ? pro_sections_find(&r->sections, key) : NULL;
    if (strcmp(key, "kind") == 0 || strcmp(key, "vary") == 0 || strcmp(key, "runs") == 0 ||
        strcmp(key, "seed") == 0 || strcmp(key, "group") == 0)
      continue; /* read by their own functions */
    if (strcmp(key, "title") == 0) {
      free(r->plan->title);
      r->plan->title = strdup(value->kind == PRO_NODE_SCALAR ? value->text : "");
      if (value->kind != PRO_NODE_SCALAR || strlen(value->text) > 200 || strchr(value->text, '\n'))
        pro_problem(r->problems, &value->spot, "title is one line of at most 200 bytes");
    } else if (strcmp(key, "sampler") == 0) {
      r->plan->sobol = read_name(r, value, "sampler", pro_sampler_names) == 1;
    } else if (strcmp(key, "cell") == 0 && value->kind == PRO_NODE_SCALAR) {
      set_path(r, "cell.preset", value, value);
    } else if (strcmp(key, "sensors") == 0) {
      read_sensors(r, value);
    } else if (strcmp(key, "chemistry") == 0 || pro_field_find(pro_run_fields, key)) {
      set_path(r, key, name, value);
    } else if (section) {
      read_section(r, section, value);
    } else {
      unknown_top(r, name);
    }
  }
}

/* ---- vary ---- */

typedef struct text {
  char *to;
  size_t used, size;
} text;

static void say(text *out, const char *format, ...) PRO_PRINTF(2, 3);
static void say(text *out, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int n = vsnprintf(out->to + out->used, out->size - out->used, format, args);
  va_end(args);
  if (n > 0) out->used = out->used + (size_t)n < out->size ? out->used + (size_t)n : out->size - 1;
}

static void say_value(text *out, const pro_field *field, double value) {
  char word[64];
  pro_field plain = *field;
  if (plain.kind != PRO_CHOICE) plain.unit = "1"; /* SI, and the parameter says which */
  pro_field_print(word, sizeof word, &plain, value);
  say(out, "%s", word);
}

/* "normal(mean 1, sigma 0.1, 0.5, 1.5)" */
static char *describe_draw(const pro_draw *draw, const pro_field *field, int sobol) {
  char room[PRO_DRAW_CHOICES_MAX * 40];
  text out = {.to = room, .size = sizeof room};
  say(&out, "%s(", pro_draw_names[draw->kind]);
  if (draw->kind == PRO_DRAW_normal) {
    say(&out, "mean "), say_value(&out, field, draw->mean);
    say(&out, ", sigma "), say_value(&out, field, draw->sigma), say(&out, ", ");
  }
  if (draw->kind == PRO_DRAW_choice || draw->kind == PRO_DRAW_grid)
    for (int i = 0; i < draw->count; i++) say(&out, "%s", i ? ", " : ""), say_value(&out, field, draw->value[i]);
  else
    say_value(&out, field, draw->low), say(&out, ", "), say_value(&out, field, draw->high);
  say(&out, sobol ? ") by sobol" : ")");
  return strdup(room);
}

static int read_ends(const reader *r, pro_draw *draw, const pro_key *key, const pro_node *list, const char *name) {
  if (list->kind != PRO_NODE_LIST || list->count != 2) {
    pro_problem(r->problems, &list->spot, "%s takes two values in brackets, [low, high], not %s", name,
                kind_text(list));
    return 0;
  }
  int good = value_of(r, &draw->low, key, list->child[0]);
  if (!value_of(r, &draw->high, key, list->child[1]) || !good) return 0;
  if (!(draw->low < draw->high)) {
    pro_problem(r->problems, &list->child[1]->spot, "%s of %s: its high end is not above its low end", name,
                key->path);
    return 0;
  }
  if (draw->kind == PRO_DRAW_loguniform && draw->low <= 0.0) {
    pro_problem(r->problems, &list->child[0]->spot, "loguniform of %s: its low end must be above zero", key->path);
    return 0;
  }
  return 1;
}

static int read_normal(const reader *r, pro_draw *draw, const pro_key *key, const pro_node *map) {
  static const char *const parts[] = {"mean", "sigma", "low", "high", NULL};
  pro_key width = *key;
  if (strcmp(key->field.unit, "K") == 0) width.field.unit = "delta_K";
  width.field.low = 0.0, width.field.high = 1e300;
  snprintf(width.path, sizeof width.path, "sigma");
  if (map->kind != PRO_NODE_MAP) {
    pro_problem(r->problems, &map->spot,
                "normal takes a mapping, {mean: ..., sigma: ..., low: ..., high: ...}, not %s", kind_text(map));
    return 0;
  }
  draw->mean = draw->sigma = NAN;
  draw->low = key->field.low, draw->high = key->field.high; /* what the key allows, unless the file cuts closer */
  int good = 1;
  for (size_t i = 0; i + 1 < map->count; i += 2) {
    double *to[] = {&draw->mean, &draw->sigma, &draw->low, &draw->high};
    int part = read_name(r, map->child[i], "part of normal", parts);
    good = part >= 0 && value_of(r, to[part], part == 1 ? &width : key, map->child[i + 1]) && good;
  }
  if (!good) return 0;
  const char *wrong = isnan(draw->mean)           ? "needs its mean"
                      : isnan(draw->sigma)        ? "needs its sigma"
                      : !(draw->sigma > 0.0)      ? "needs a sigma above zero"
                      : !(draw->low < draw->high) ? "has a high bound that is not above its low bound"
                      /* Below this the bounds are far out in a tail: surely not what was meant. */
                      : pro_draw_share(draw) < 1e-9 ? "has bounds that leave less than 1e-9 of it"
                                                    : NULL;
  if (wrong) pro_problem(r->problems, &map->spot, "normal of %s %s", key->path, wrong);
  return !wrong;
}

static int read_values(const reader *r, pro_draw *draw, const pro_key *key, const pro_node *list,
                       const char *name) {
  if (list->kind != PRO_NODE_LIST || list->count == 0 || list->count > PRO_DRAW_CHOICES_MAX) {
    pro_problem(r->problems, &list->spot, "%s takes 1 to %d values in brackets", name, PRO_DRAW_CHOICES_MAX);
    return 0;
  }
  int good = 1;
  for (size_t i = 0; i < list->count; i++) good = value_of(r, &draw->value[i], key, list->child[i]) && good;
  draw->count = (int)list->count;
  return good;
}

/* FNV-1a: the lane depends on the path alone. */
static uint32_t lane_of(const char *path) {
  uint32_t hash = 2166136261u;
  for (; *path; path++) hash = (hash ^ (unsigned char)*path) * 16777619u;
  return hash;
}

static int read_draw(reader *r, pro_varied *v, const pro_node *node) {
  static const char *const allowed[] = {"uniform", "loguniform", "normal", "choice", "grid", "sobol", NULL};
  const pro_key *key = &v->key;
  if (node->kind != PRO_NODE_MAP || node->count != 2) {
    pro_problem(r->problems, &node->spot,
                "%s varies by one draw, e.g. {uniform: [low, high]}. Allowed: uniform, loguniform, "
                "normal, choice, grid, sobol",
                key->path);
    return 0;
  }
  const pro_node *name = node->child[0], *value = node->child[1];
  int which = read_name(r, name, "draw", allowed);
  if (which < 0) return 0;
  int plain_sobol = which == 5;
  v->draw.kind = plain_sobol ? PRO_DRAW_uniform : (pro_draw_kind)which;
  int listed = v->draw.kind == PRO_DRAW_choice || v->draw.kind == PRO_DRAW_grid;
  v->sobol = plain_sobol || (r->plan->sobol && v->draw.kind != PRO_DRAW_grid);
  if (key->field.kind != PRO_REAL && !listed) {
    pro_problem(r->problems, &name->spot, "%s is %s: it varies by choice or grid", key->path,
                key->field.kind == PRO_INT ? "a whole number" : "a name");
    return 0;
  }
  return listed                            ? read_values(r, &v->draw, key, value, name->text)
         : v->draw.kind == PRO_DRAW_normal ? read_normal(r, &v->draw, key, value)
                                           : read_ends(r, &v->draw, key, value, name->text);
}

/* A path that does not exist: what is near depends on how far it is right. */
static void unknown_path(const reader *r, const pro_node *name) {
  const char *dot = strrchr(name->text, '.');
  char before[PRO_PATH_BYTES];
  snprintf(before, sizeof before, "%.*s", dot ? (int)(dot - name->text) : 0, name->text);
  const pro_section *section = dot ? pro_sections_find(&r->sections, before) : NULL;
  names allowed = {0};
  if (section) {
    pro_node last = *name;
    last.text = name->text + (dot + 1 - name->text);
    if (section->place == PRO_PLACE_CELL) add_name(&allowed, "preset");
    for (const pro_field *f = section->fields; f->name; f++) add_name(&allowed, f->name);
    unknown(r, &last, "key", section->name, allowed.list);
    return;
  }
  if (r->kind_known && pro_kind_find(before) >= 0) {
    pro_problem(r->problems, &name->spot, "section %s belongs to kind %s, but this scenario's kind is %s", before,
                before, pro_kind_all[r->plan->kind]->name);
    return;
  }
  if (!r->kind_known || !r->chemistries) {
    if (pro_kind_find(before) >= 0 || owner_of(before)) return; /* noted at its root */
  }
  if (dot && owner_of(before)) {
    pro_problem(r->problems, &name->spot, "'%s' is of chemistry %s, which not every case of this scenario has",
                before, owner_of(before));
    return;
  }
  section = dot ? NULL : pro_sections_find(&r->sections, name->text);
  if (section && *section->name) {
    pro_problem(r->problems, &name->spot,
                "'%s' is a section: what varies is named by its path, e.g. '%s.%s: {choice: [...]}'",
                section->name, section->name, section->fields[0].name);
    return;
  }
  add_name(&allowed, "chemistry");
  for (const pro_field *f = pro_run_fields; f->name; f++) add_name(&allowed, f->name);
  for (int i = 0; i < r->sections.count; i++)
    if (r->sections.list[i].name[0]) add_name(&allowed, r->sections.list[i].name);
  pro_node head = *name;
  head.text = dot ? before : name->text;
  unknown(r, &head, dot ? "section" : "key", "a path such as oven.T", allowed.list);
}

static void vary_one(reader *r, const pro_node *name, const pro_node *node) {
  pro_plan *plan = r->plan;
  pro_varied v = {.spot = name->spot, .lane = lane_of(name->text)};
  if (!pro_key_find(&v.key, &r->sections, name->text)) {
    unknown_path(r, name);
    return;
  }
  if (setting_of(r, v.key.path)) {
    pro_problem(r->problems, &name->spot,
                "%s varies here and is set elsewhere in the file: one of the two has to go", v.key.path);
    return;
  }
  pro_varied *grown = realloc(plan->vary, (plan->varied + 1) * sizeof *grown);
  if (!grown) {
    pro_problem_no_memory(r->problems);
    return;
  }
  plan->vary = grown;
  int good = read_draw(r, &v, node);
  v.dimension = 0, v.stride = 1;
  for (size_t i = 0; i < plan->varied; i++) {
    v.dimension += grown[i].sobol;
    v.index += grown[i].lane == v.lane;
    if (grown[i].draw.kind == PRO_DRAW_grid) v.stride *= (uint64_t)grown[i].draw.count;
  }
  if (v.sobol && v.dimension >= PRO_SOBOL_DIMENSIONS)
    pro_problem(r->problems, &name->spot, "sobol has %d dimensions; this would be one more", PRO_SOBOL_DIMENSIONS);
  if (good && v.draw.kind == PRO_DRAW_grid && v.stride > UINT32_MAX / (uint64_t)v.draw.count) {
    pro_problem(r->problems, &name->spot, "the grids have more than 2^32 points together");
    good = 0;
  }
  if (!good) v.draw.count = 1; /* noted; kept, so that it is not called missing too */
  v.distribution = good ? describe_draw(&v.draw, &v.key.field, v.sobol) : NULL;
  if (good && !v.distribution) pro_problem_no_memory(r->problems);
  plan->vary[plan->varied++] = v;
}

static void read_vary(reader *r) {
  const pro_node *vary = pro_yaml_find(r->root, "vary");
  if (!vary) return;
  if (vary->kind != PRO_NODE_MAP) {
    pro_problem(r->problems, &vary->spot,
                "section vary is a mapping from paths to draws, e.g. oven.T: {uniform: [140 degC, 170 degC]}");
    return;
  }
  for (size_t i = 0; i + 1 < vary->count; i += 2) vary_one(r, vary->child[i], vary->child[i + 1]);
}

/* ---- the whole ---- */

static void miss(const reader *r, const pro_section *section, const pro_field *field, const char *path) {
  const pro_node *node = *section->name ? pro_yaml_find(r->root, section->name) : NULL;
  pro_spot spot = node ? node->spot : top_of(r);
  pro_problem(r->problems, &spot, "key '%s' is missing: %s%s%s%s", path, field->doc,
              strcmp(field->unit, "1") ? " [" : "", strcmp(field->unit, "1") ? field->unit : "",
              strcmp(field->unit, "1") ? "]" : "");
}

/* A file says what a field would: 1 where that is so, and a problem where both are there. */
static int is_replaced(const reader *r, const pro_section *section, const char *field, const char *path) {
  const pro_plan_file *file =
      &r->plan->named[section->place == PRO_PLACE_CONTACT ? PRO_FILE_OF_CONTACT : PRO_FILE_OF_KIND];
  if (!section->file || !section->file->replaces || strcmp(section->file->replaces, field) != 0 || !file->path)
    return 0;
  const pro_setting *s = setting_of(r, path);
  const pro_varied *v = varied_of(r, path);
  if (s || v)
    pro_problem(r->problems, s ? &s->spot : &v->spot, "%s is given, and so is %s.file, which takes its place",
                path, section->name);
  return 1;
}

static void check_needed(const reader *r) {
  for (int i = 0; i < r->sections.count; i++) {
    const pro_section *section = &r->sections.list[i];
    if (section->place == PRO_PLACE_SHEET && !r->plan->sheet) continue;
    for (const pro_field *f = section->fields; f->name; f++) {
      pro_key key;
      pro_key_make(&key, section, f);
      if (is_replaced(r, section, f->name, key.path)) continue;
      if (f->need == PRO_NEEDED && !setting_of(r, key.path) && !varied_of(r, key.path))
        miss(r, section, f, key.path);
    }
  }
  const pro_setting *preset = setting_of(r, "cell.preset");
  const pro_varied *presets = varied_of(r, "cell.preset");
  if (r->plan->sheet && (preset || presets))
    pro_problem(r->problems, preset ? &preset->spot : &presets->spot,
                "cell.preset is given, and so is section datasheet: one of the two says which cell");
  if (!r->plan->sheet && !preset && !presets) {
    char list[LIST_BYTES];
    pro_spot top = top_of(r);
    join(list, pro_preset_field.choices);
    pro_problem(r->problems, &top, "key 'cell.preset' is missing: which cell, or section datasheet. Allowed: %s",
                list);
  }
}

/* Values that are right one by one may contradict each other. If the first cases all do, the file is wrong; if
 * some do, they fail as runs. */
static void probe(const reader *r) {
  pro_case in;
  pro_case_number number = {.seed = r->plan->seed};
  uint64_t cases = r->plan->varied ? PRO_PROBES : 1;
  char path[PRO_PATH_BYTES];
  for (number.k = 0; number.k < cases; number.k++) {
    number.within = number.k;
    if (pro_plan_case(&in, r->plan, number) == PRO_OK) return;
  }
  snprintf(path, sizeof path, "%.*s", (int)strcspn(pro_error_message(), " =:"), pro_error_message());
  const pro_setting *s = setting_of(r, path);
  const pro_varied *v = varied_of(r, path);
  char reason[1024];
  snprintf(reason, sizeof reason, "%s", pro_error_message());
  path[strcspn(path, ".")] = '\0';
  const pro_node *section = pro_yaml_find(r->root, path);
  pro_spot spot = s ? s->spot : v ? v->spot : section ? section->spot : top_of(r);
  pro_problem(r->problems, &spot, "%s", reason);
}

static char *file_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return strdup(slash ? slash + 1 : path);
}

static void read_all(reader *r) {
  pro_plan *plan = r->plan;
  size_t before = pro_problems_count(r->problems);
  if (r->root->kind != PRO_NODE_MAP) {
    pro_problem(r->problems, &r->root->spot, "a scenario is a mapping of keys to values, not %s",
                kind_text(r->root));
    return;
  }
  read_kind(r);
  plan->sheet = has_sheet(r->root);
  make_sections(r);
  pro_read_whole(r->problems, r->root, &plan->runs, "runs", 1, UINT64_C(1) << 32);
  pro_read_whole(r->problems, r->root, &plan->seed, "seed", 0, UINT64_MAX);
  pro_read_whole(r->problems, r->root, &plan->group, "group", 1, 1000000);
  read_top(r);
  read_vary(r);
  check_needed(r);
  if (pro_problems_count(r->problems) == before) probe(r);
}

pro_plan *pro_plan_read(const pro_node *root, pro_problems *problems) {
  pro_plan *plan = calloc(1, sizeof *plan);
  reader *r = calloc(1, sizeof *r);
  size_t before = pro_problems_count(problems);
  if (plan) {
    plan->file = file_name(root->spot.source->name);
    plan->title = file_name(root->spot.source->name);
    plan->runs = 1, plan->seed = 1, plan->group = 50;
  }
  if (!plan || !r || !plan->file || !plan->title)
    pro_problem_no_memory(problems);
  else {
    *r = (reader){.root = root, .problems = problems, .plan = plan};
    read_all(r);
    if (!plan->title) pro_problem_no_memory(problems);
  }
  free(r);
  if (pro_problems_count(problems) == before) return plan;
  pro_plan_free(plan);
  return NULL;
}

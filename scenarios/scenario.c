/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/scenario.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/override.h"
#include "scenarios/plan.h"
#include "scenarios/resolve.h"
#include "sim/rng.h"

enum { ENTRIES_MAX = 32, WEIGHTS_MAX = 1000, SEED_BYTES = 32 };

typedef struct entry {
  pro_plan *plan;
  uint32_t weight;
} entry;

struct pro_scenario {
  char *title, *resolved;
  char *seed_at; /* in `resolved`: its last line */
  uint64_t runs, seed, group;
  int campaign, entries;
  entry list[ENTRIES_MAX];
  uint32_t weights; /* their sum */
  size_t parameters;
  pro_parameter *parameter;
  int *which; /* (entries, parameters): index into the plan's `vary`, or -1 */
};

void pro_scenario_free(pro_scenario *scenario) {
  if (!scenario) return;
  for (int i = 0; i < scenario->entries; i++) pro_plan_free(scenario->list[i].plan);
  for (size_t i = 0; i < scenario->parameters; i++) free((char *)scenario->parameter[i].distribution);
  free(scenario->parameter);
  free(scenario->which);
  free(scenario->title);
  free(scenario->resolved);
  free(scenario);
}

uint64_t pro_scenario_runs(const pro_scenario *scenario) { return scenario->runs; }
uint64_t pro_scenario_seed(const pro_scenario *scenario) { return scenario->seed; }
uint64_t pro_scenario_group(const pro_scenario *scenario) { return scenario->group; }
const char *pro_scenario_title(const pro_scenario *scenario) { return scenario->title; }
const char *pro_scenario_resolved(const pro_scenario *scenario) { return scenario->resolved; }

void pro_scenario_set_seed(pro_scenario *scenario, uint64_t seed) {
  scenario->seed = seed;
  snprintf(scenario->seed_at, SEED_BYTES, "seed: %" PRIu64 "\n", seed);
}

/* ---- which file case k is of ---- */

/* Cases come in blocks of as many as the weights' sum; a block holds each file as often as its weight says, in an
 * order drawn for the block. So shares are exact, and the number of a case within its file needs no counting. */
static int pick(const pro_scenario *s, uint64_t k, uint64_t *within) {
  unsigned char slot[WEIGHTS_MAX];
  uint64_t block = k / s->weights, place = k % s->weights, before = 0;
  uint32_t n = 0;
  *within = k;
  if (!s->campaign) return 0;
  for (int i = 0; i < s->entries; i++)
    for (uint32_t w = 0; w < s->list[i].weight; w++) slot[n++] = (unsigned char)i;
  pro_stream stream = {.seed = s->seed, .run = block, .purpose = PRO_FOR_MIX};
  for (uint32_t i = n; i > 1; i--) { /* Fisher & Yates */
    uint32_t j = (uint32_t)(pro_rng_bits(stream, i) % i);
    unsigned char swap = slot[j];
    slot[j] = slot[i - 1];
    slot[i - 1] = swap;
  }
  for (uint64_t i = 0; i < place; i++) before += slot[i] == slot[place];
  *within = block * s->list[slot[place]].weight + before;
  return slot[place];
}

pro_status pro_scenario_case(pro_case *out, const pro_scenario *scenario, uint64_t k) {
  pro_case_number number = {.seed = scenario->seed, .k = k};
  int i = pick(scenario, k, &number.within);
  return pro_plan_case(out, scenario->list[i].plan, number);
}

/* ---- what varies ---- */

size_t pro_scenario_parameter_count(const pro_scenario *scenario) { return scenario->parameters; }

const pro_parameter *pro_scenario_parameter(const pro_scenario *scenario, size_t index) {
  return index < scenario->parameters ? &scenario->parameter[index] : NULL;
}

void pro_scenario_draws(double *value, const pro_scenario *scenario, uint64_t k) {
  pro_case_number number = {.seed = scenario->seed, .k = k};
  int i = pick(scenario, k, &number.within);
  const int *which = scenario->which + (size_t)i * scenario->parameters;
  for (size_t p = 0; p < scenario->parameters; p++)
    value[p] = which[p] < 0 ? (double)NAN : pro_plan_draw(scenario->list[i].plan, (size_t)which[p], number);
}

static const pro_varied *varied_of(const pro_plan *plan, const char *path, int *index) {
  for (size_t i = 0; i < plan->varied; i++)
    if (strcmp(plan->vary[i].key.path, path) == 0) return *index = (int)i, &plan->vary[i];
  return *index = -1, NULL;
}

/* The distribution of a path: of its one file, or of each file that says another thing, named. */
static char *distribution_of(const pro_scenario *s, const char *path) {
  const char *first = NULL;
  char *text = NULL;
  size_t size;
  int same = 1, index;
  for (int i = 0; i < s->entries; i++) {
    const pro_varied *v = varied_of(s->list[i].plan, path, &index);
    if (v && !first) first = v->distribution;
    if (v && strcmp(first, v->distribution) != 0) same = 0;
  }
  if (same) return strdup(first);
  FILE *to = open_memstream(&text, &size);
  if (!to) return NULL;
  for (int i = 0, n = 0; i < s->entries; i++) {
    const pro_varied *v = varied_of(s->list[i].plan, path, &index);
    if (v) fprintf(to, "%s%s: %s", n++ ? "; " : "", s->list[i].plan->file, v->distribution);
  }
  fclose(to);
  return text;
}

static pro_status list_parameters(pro_scenario *s) {
  size_t most = 0;
  for (int i = 0; i < s->entries; i++) most += s->list[i].plan->varied;
  s->parameter = calloc(most + 1, sizeof *s->parameter);
  s->which = calloc(most + 1, ENTRIES_MAX * sizeof *s->which);
  if (!s->parameter || !s->which) return pro_fail(PRO_ENOMEM, "no memory for %zu parameters", most);
  for (int i = 0; i < s->entries; i++)
    for (size_t v = 0; v < s->list[i].plan->varied; v++) {
      const pro_key *key = &s->list[i].plan->vary[v].key;
      size_t known = 0;
      while (known < s->parameters && strcmp(s->parameter[known].path, key->path) != 0) known++;
      if (known < s->parameters) continue;
      char *distribution = distribution_of(s, key->path);
      if (!distribution) return pro_fail(PRO_ENOMEM, "no memory for %zu parameters", most);
      s->parameter[s->parameters++] =
          (pro_parameter){.path = key->path,
                          .unit = key->field.unit,
                          .distribution = distribution,
                          .choices = key->field.kind == PRO_CHOICE ? key->field.choices : NULL};
    }
  for (int i = 0; i < s->entries; i++)
    for (size_t p = 0; p < s->parameters; p++)
      varied_of(s->list[i].plan, s->parameter[p].path, &s->which[(size_t)i * s->parameters + p]);
  return PRO_OK;
}

static pro_status resolve(pro_scenario *s) {
  size_t size = 0;
  FILE *to = open_memstream(&s->resolved, &size);
  if (!to) return pro_fail(PRO_ENOMEM, "no memory for the resolved scenario");
  if (s->campaign) {
    fprintf(to, "# a campaign of %d files, mixed by weight\n# title: %s\n", s->entries, s->title);
    for (int i = 0; i < s->entries; i++) {
      fprintf(to, "---\n# file %s, weight %" PRIu32 " of %" PRIu32 "\n", s->list[i].plan->file, s->list[i].weight,
              s->weights);
      pro_plan_print(s->list[i].plan, to);
    }
    fputs("---\n# of the campaign\n", to);
  } else {
    pro_plan_print(s->list[0].plan, to);
  }
  fprintf(to, "runs: %" PRIu64 "\ngroup: %" PRIu64 "\n", s->runs, s->group);
  fflush(to);
  size_t head = size;
  for (int i = 0; i < SEED_BYTES; i++) fputc('\0', to); /* room for any seed */
  if (fclose(to) != 0 || !s->resolved) return pro_fail(PRO_ENOMEM, "no memory for the resolved scenario");
  s->seed_at = s->resolved + head;
  pro_scenario_set_seed(s, s->seed);
  return PRO_OK;
}

/* ---- reading ---- */

typedef struct loader {
  pro_problems *problems;
  const pro_overrides *overrides;
  pro_source *source[ENTRIES_MAX + 1];
  int sources;
} loader;

static void load_one(loader *l, pro_scenario *s, const pro_node *root) {
  pro_plan *plan = pro_plan_read(root, l->problems);
  if (!plan) return;
  s->list[s->entries++] = (entry){.plan = plan, .weight = 1};
  s->weights = 1;
  s->runs = plan->runs, s->seed = plan->seed, s->group = plan->group;
  s->title = strdup(plan->title);
  if (!s->title) pro_problem_no_memory(l->problems);
}

static void load_entry(loader *l, pro_scenario *s, const char *campaign, const pro_node *item) {
  static const char *const allowed[] = {"file", "weight", "set", NULL};
  if (item->kind != PRO_NODE_MAP) {
    pro_problem(l->problems, &item->spot,
                "an entry of a campaign is a mapping such as {file: oven.yaml, weight: 3}");
    return;
  }
  for (size_t i = 0; i + 1 < item->count; i += 2)
    pro_problem_unless_known(l->problems, item->child[i], "an entry of campaign", allowed);
  const pro_node *file = pro_yaml_find(item, "file"), *set = pro_yaml_find(item, "set");
  uint64_t weight = 1;
  pro_read_whole(l->problems, item, &weight, "weight", 1, WEIGHTS_MAX);
  if (!file || file->kind != PRO_NODE_SCALAR || !*file->text) {
    pro_problem(l->problems, file ? &file->spot : &item->spot,
                "an entry of a campaign needs its file, e.g. {file: oven.yaml, weight: 3}");
    return;
  }
  if (set && set->kind != PRO_NODE_MAP) {
    pro_problem(l->problems, &set->spot, "set is a mapping from paths to values, e.g. {oven.T: 40 degC}");
    return;
  }
  char *path = pro_path_beside(campaign, file->text);
  pro_source *source = NULL;
  pro_status status = path ? pro_source_read(&source, path) : PRO_ENOMEM;
  free(path);
  if (status == PRO_EMISSING || status == PRO_EIO)
    pro_problem_missing(l->problems, &file->spot, "%s", pro_error_message());
  if (status == PRO_EINPUT) pro_problem(l->problems, &file->spot, "%s", pro_error_message());
  if (status == PRO_ENOMEM) pro_problem_no_memory(l->problems);
  if (status != PRO_OK) return;
  l->source[l->sources++] = source;
  pro_node *root = pro_yaml_parse(source, l->problems);
  if (root && pro_yaml_find(root, "campaign"))
    pro_problem(l->problems, &file->spot, "%s is a campaign itself: name its files here instead", file->text);
  else if (root) {
    pro_override_by_map(root, set, l->problems);
    pro_override_file(root, l->overrides, l->problems);
    pro_plan *plan = pro_plan_read(root, l->problems);
    if (plan) s->list[s->entries++] = (entry){.plan = plan, .weight = (uint32_t)weight};
    s->weights += (uint32_t)weight;
  }
  pro_yaml_free(root);
}

static void load_campaign(loader *l, pro_scenario *s, const char *path, const pro_node *root) {
  static const char *const allowed[] = {"campaign", "title", "runs", "seed", "group", NULL};
  const pro_node *list = pro_yaml_find(root, "campaign"), *title = pro_yaml_find(root, "title");
  s->campaign = 1;
  s->runs = 1, s->seed = 1, s->group = 50;
  for (size_t i = 0; i + 1 < root->count; i += 2)
    pro_problem_unless_known(l->problems, root->child[i], "a campaign", allowed);
  pro_read_whole(l->problems, root, &s->runs, "runs", 1, UINT64_C(1) << 32);
  pro_read_whole(l->problems, root, &s->seed, "seed", 0, UINT64_MAX);
  pro_read_whole(l->problems, root, &s->group, "group", 1, 1000000);
  if (title && (title->kind != PRO_NODE_SCALAR || strlen(title->text) > 200 || strchr(title->text, '\n')))
    pro_problem(l->problems, &title->spot, "title is one line of at most 200 bytes");
  s->title = strdup(title && title->kind == PRO_NODE_SCALAR ? title->text : "a campaign");
  if (!s->title) pro_problem_no_memory(l->problems);
  if (list->kind != PRO_NODE_LIST || list->count == 0 || list->count > ENTRIES_MAX) {
    pro_problem(l->problems, &list->spot,
                "campaign is a list of 1 to %d entries such as {file: oven.yaml, weight: 3}", ENTRIES_MAX);
    return;
  }
  for (size_t i = 0; i < list->count; i++) load_entry(l, s, path, list->child[i]);
  if (s->weights > WEIGHTS_MAX)
    pro_problem(l->problems, &list->spot, "the weights sum to %" PRIu32 "; at most %d", s->weights, WEIGHTS_MAX);
  pro_override_unused(l->overrides, l->problems);
}

static pro_status load(loader *l, pro_scenario *s, const char *path) {
  PRO_TRY(pro_source_read(&l->source[0], path));
  l->sources = 1;
  pro_node *root = pro_yaml_parse(l->source[0], l->problems);
  int campaign = root && pro_yaml_find(root, "campaign") != NULL;
  if (root) pro_override_top(root, l->overrides, campaign, l->problems);
  if (root && campaign)
    load_campaign(l, s, path, root);
  else if (root)
    load_one(l, s, root);
  pro_status status = pro_problems_status(l->problems);
  pro_yaml_free(root);
  return status;
}

pro_status pro_scenario_read(pro_scenario **out, const char *path, size_t overrides_count,
                             const char *const *overrides) {
  loader l = {.problems = pro_problems_create()};
  pro_overrides *list = NULL;
  pro_scenario *s = calloc(1, sizeof *s);
  pro_status status = l.problems && s ? PRO_OK : pro_fail(PRO_ENOMEM, "%s: no memory", path);
  if (status == PRO_OK) status = pro_overrides_parse(&list, overrides_count, overrides, l.problems);
  l.overrides = list;
  if (status == PRO_OK) status = load(&l, s, path);
  if (status == PRO_OK) status = list_parameters(s);
  if (status == PRO_OK) status = resolve(s);
  for (int i = 0; i < l.sources; i++) pro_source_free(l.source[i]);
  pro_overrides_free(list);
  pro_problems_free(l.problems);
  if (status == PRO_OK)
    *out = s; /* handed over */
  else
    pro_scenario_free(s);
  return status;
}

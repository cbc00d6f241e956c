/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/sweep_plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/json.h"
#include "cli/record_file.h"
#include "sim/simulate.h"

/* ---- the file ---- */

static pro_status read_parts(pro_sweep_plan *p, const pro_node *list) {
  if (!list || list->kind != PRO_NODE_LIST || list->count == 0 || list->count > PRO_SHARDS_MAX)
    return pro_fail(PRO_EINPUT, "%s: `shards` is not a list of 1 to %d shards", p->path, PRO_SHARDS_MAX);
  p->part = calloc(list->count, sizeof *p->part);
  if (!p->part) return pro_fail(PRO_ENOMEM, "%s: no memory", p->path);
  uint64_t next = 0;
  for (p->parts = 0; p->parts < list->count; p->parts++) {
    pro_shard_part *part = &p->part[p->parts];
    const pro_node *item = list->child[p->parts];
    PRO_TRY(pro_record_count(&part->first, p->path, item, "first"));
    PRO_TRY(pro_record_count(&part->cases, p->path, item, "cases"));
    PRO_TRY(pro_record_number(&part->cost, p->path, item, "cost"));
    if (part->first != next || part->cases == 0 || part->cases > p->cases - next || part->first % p->group != 0)
      return pro_fail(
          PRO_EINPUT,
          "%s: shard %zu does not follow the one before it in whole groups: the file was changed; make "
          "the plan again",
          p->path, p->parts);
    if (part->cost < 0.0) return pro_fail(PRO_EINPUT, "%s: shard %zu costs less than nothing", p->path, p->parts);
    next += part->cases;
  }
  if (next != p->cases)
    return pro_fail(PRO_EINPUT, "%s: its shards hold %" PRIu64 " of %" PRIu64 " cases: make the plan again",
                    p->path, next, p->cases);
  return PRO_OK;
}

static pro_status read_sets(pro_sweep_plan *p, const pro_node *list) {
  if (!list || list->kind != PRO_NODE_LIST) return pro_fail(PRO_EINPUT, "%s: `set` is not a list", p->path);
  p->set = calloc(list->count + 1, sizeof *p->set);
  if (!p->set) return pro_fail(PRO_ENOMEM, "%s: no memory", p->path);
  for (; p->sets < list->count; p->sets++) {
    const pro_node *item = list->child[p->sets];
    if (item->kind != PRO_NODE_SCALAR) return pro_fail(PRO_EINPUT, "%s: `set` is a list of texts", p->path);
    if (!(p->set[p->sets] = strdup(item->text))) return pro_fail(PRO_ENOMEM, "%s: no memory", p->path);
  }
  return PRO_OK;
}

static pro_status read_members(pro_sweep_plan *p, const pro_node *root) {
  char *schema = NULL;
  pro_status status = pro_record_text(&schema, p->path, root, "schema");
  if (status == PRO_OK && strcmp(schema, PRO_PLAN_SCHEMA) != 0)
    status =
        pro_fail(PRO_EINPUT, "%s: its schema is '%.60s'; this program reads " PRO_PLAN_SCHEMA, p->path, schema);
  free(schema);
  PRO_TRY(status);
  PRO_TRY(pro_record_text(&p->source, p->path, root, "source"));
  PRO_TRY(pro_record_text(&p->title, p->path, root, "title"));
  PRO_TRY(pro_record_text(&p->scenario, p->path, root, "scenario"));
  PRO_TRY(pro_record_text(&p->scenario_sha256, p->path, root, "scenario_sha256"));
  PRO_TRY(pro_record_text(&p->integrator, p->path, root, "integrator"));
  PRO_TRY(pro_record_text_or_null(&p->license, p->path, root, "license"));
  PRO_TRY(read_sets(p, pro_yaml_find(root, "set")));
  PRO_TRY(pro_record_count(&p->seed, p->path, root, "seed"));
  PRO_TRY(pro_record_count(&p->cases, p->path, root, "cases"));
  PRO_TRY(pro_record_count(&p->group, p->path, root, "cases_per_group"));
  PRO_TRY(pro_record_count(&p->case_seconds, p->path, root, "case_seconds"));
  PRO_TRY(pro_record_bool(&p->truth, p->path, root, "truth"));
  if (p->group == 0 || p->cases == 0 || p->cases > UINT32_MAX)
    return pro_fail(PRO_EINPUT, "%s: %" PRIu64 " cases in groups of %" PRIu64, p->path, p->cases, p->group);
  if (!pro_integrator_find(p->integrator))
    return pro_fail(PRO_EINPUT, "%s: no such integrator as '%.60s'", p->path, p->integrator);
  if (pro_license_check(p->license) != PRO_OK)
    return pro_fail(PRO_EINPUT, "%s: `license` is no SPDX expression", p->path);
  return read_parts(p, pro_yaml_find(root, "shards"));
}

static pro_status read_plan(pro_sweep_plan *p, const char *path) {
  p->path = strdup(path);
  const char *slash = strrchr(path, '/');
  p->folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
  if (!p->path || !p->folder) return pro_fail(PRO_ENOMEM, "%s: no memory", path);
  pro_record_file file;
  PRO_TRY(pro_record_read(&file, path, "a plan (prodrome plan SCENARIO -o plan.json)"));
  pro_sha256(p->sha256, file.source->text, file.source->size);
  pro_status status = read_members(p, file.root);
  pro_record_clear(&file);
  return status;
}

void pro_sweep_plan_path(char out[PRO_SHARD_PATH], const char *operand) {
  struct stat info;
  int is_folder = stat(operand, &info) == 0 && S_ISDIR(info.st_mode);
  snprintf(out, PRO_SHARD_PATH, is_folder ? "%s/plan.json" : "%s", operand);
}

pro_status pro_sweep_plan_read(pro_sweep_plan *out, const char *path) {
  *out = (pro_sweep_plan){0};
  return read_plan(out, path);
}

void pro_sweep_plan_clear(pro_sweep_plan *p) {
  for (size_t k = 0; p->set && k < p->sets; k++) free(p->set[k]);
  free(p->path), free(p->folder), free(p->source), free(p->title), free(p->scenario), free(p->scenario_sha256);
  free(p->set), free(p->integrator), free(p->license), free(p->part);
  *p = (pro_sweep_plan){0};
}

static void print_plan(void *payload, FILE *to) {
  const pro_sweep_plan *p = payload;
  pro_json json;
  pro_json_begin(&json, to);
  pro_json_text(&json, "schema", PRO_PLAN_SCHEMA);
  pro_json_text(&json, "source", p->source);
  pro_json_text(&json, "title", p->title);
  pro_json_text(&json, "scenario", p->scenario);
  pro_json_array(&json, "set");
  for (size_t k = 0; k < p->sets; k++) pro_json_text(&json, NULL, p->set[k]);
  pro_json_end(&json);
  pro_json_count(&json, "seed", p->seed);
  pro_json_text(&json, "scenario_sha256", p->scenario_sha256);
  pro_json_count(&json, "cases", p->cases);
  pro_json_count(&json, "cases_per_group", p->group);
  pro_json_text(&json, "integrator", p->integrator);
  pro_json_bool(&json, "truth", p->truth);
  pro_json_text(&json, "license", p->license);
  pro_json_count(&json, "case_seconds", p->case_seconds);
  pro_json_array(&json, "shards");
  for (size_t k = 0; k < p->parts; k++) {
    pro_json_object(&json, NULL);
    pro_json_count(&json, "first", p->part[k].first);
    pro_json_count(&json, "cases", p->part[k].cases);
    pro_json_number(&json, "cost", p->part[k].cost);
    pro_json_end(&json);
  }
  pro_json_end(&json);
  pro_json_end(&json);
}

/* ---- its place, and what else may not have a place of it ---- */

/* st_ino 0: no such file. */
static struct stat look_at(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 ? info : (struct stat){0};
}

static int is_same(struct stat a, struct stat b) {
  return a.st_ino != 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

/* Within its folder: not the name of a shard, there already or not, nor of what stands beside one. */
static pro_status spare_names(const pro_sweep_plan *plan, const char *output) {
  static const char *const endings[] = {".h5", PRO_RECEIPT_ENDING, PRO_FAILURE_ENDING};
  const char *slash = strrchr(output, '/'), *base = slash ? slash + 1 : output;
  char path[PRO_SHARD_PATH], own[PRO_SHARD_PATH];
  for (uint64_t i = 0; i < plan->parts; i++)
    for (size_t k = 0; k < PRO_COUNT(endings); k++) {
      pro_shard_name(path, "", i, plan->parts);
      pro_shard_beside(own, path, endings[k]);
      if (strcmp(base, strrchr(own, '/') + 1) == 0)
        return pro_fail(PRO_EUSAGE, "-o %s: is what the plan's shard %" PRIu64 " writes; another name is needed",
                        output, i);
    }
  return PRO_OK;
}

/* To rename over the plan or a shard would be the end of it, by whatever link it is called. */
pro_status pro_sweep_plan_spare(const pro_sweep_plan *plan, const char *output) {
  const char *slash = strrchr(output, '/');
  char folder[PRO_SHARD_PATH], path[PRO_SHARD_PATH];
  snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - output) + 1 : 1, slash ? output : ".");
  const struct stat to = look_at(output);
  if (is_same(look_at(folder), look_at(plan->folder))) PRO_TRY(spare_names(plan, output));
  for (uint64_t i = 0; to.st_ino != 0 && i <= plan->parts; i++) {
    if (i < plan->parts)
      pro_shard_name(path, plan->folder, i, plan->parts);
    else
      snprintf(path, sizeof path, "%s", plan->path);
    if (is_same(to, look_at(path)))
      return pro_fail(PRO_EUSAGE, "-o %s: is %s itself; another name is needed", output, path);
  }
  return PRO_OK;
}

/* A plan that has shards already is not written over by another one: they would be of no use any more. */
static pro_status check_shards(const pro_sweep_plan *there) {
  uint64_t used = 0;
  pro_shard_news *news = calloc(there->parts, sizeof *news);
  if (!news) return pro_fail(PRO_ENOMEM, "%s: no memory", there->path);
  pro_status status = pro_shard_look(news, there->folder, there->parts, there->sha256);
  for (uint64_t i = 0; status == PRO_OK && i < there->parts; i++) used += news[i].state != PRO_SHARD_missing;
  free(news);
  PRO_TRY(status);
  return used ? pro_fail(PRO_EINPUT,
                         "%s: is another plan, of which %" PRIu64
                         " shards are begun or there; remove it if they are not wanted, or choose another folder",
                         there->path, used)
              : PRO_OK;
}

/* Nor is what cannot be read as a plan: it may be a scenario, or what is left of a plan that has shards.
 * *same: it is the plan of this hash. */
static pro_status check_place(int *same, const char *path, const char *hash) {
  struct stat info;
  pro_sweep_plan there;
  if (stat(path, &info) != 0 && (errno == ENOENT || errno == ENOTDIR)) return PRO_OK;
  pro_status status = pro_sweep_plan_read(&there, path);
  *same = status == PRO_OK && strcmp(there.sha256, hash) == 0;
  if (status == PRO_OK && !*same) {
    status = check_shards(&there);
  } else if (status == PRO_EINPUT || status == PRO_EMISSING) {
    char why[1024];
    snprintf(why, sizeof why, "%s", pro_error_message());
    status =
        pro_fail(PRO_EINPUT,
                 "%s: is there and cannot be read as a plan; remove it if it is not wanted, or choose another "
                 "name (%s)",
                 path, why);
  }
  pro_sweep_plan_clear(&there);
  return status;
}

static pro_status hash_of(char hash[PRO_SHA256_TEXT], const pro_sweep_plan *plan) {
  char *text = NULL;
  size_t size = 0;
  FILE *to = open_memstream(&text, &size);
  if (to) print_plan((void *)plan, to);
  if (!to || fclose(to) != 0 || !text) return pro_fail(PRO_ENOMEM, "%s: no memory", plan->path);
  pro_sha256(hash, text, size);
  free(text);
  return PRO_OK;
}

pro_status pro_sweep_plan_write(const pro_sweep_plan *plan) {
  int same = 0;
  char hash[PRO_SHA256_TEXT];
  PRO_TRY(spare_names(plan, plan->path));
  PRO_TRY(hash_of(hash, plan));
  PRO_TRY(check_place(&same, plan->path, hash));
  return same ? PRO_OK : pro_record_write(plan->path, print_plan, (void *)plan);
}

/* ---- what it means ---- */

pro_status pro_sweep_plan_scenario(pro_scenario **out, const pro_sweep_plan *plan) {
  pro_scenario *scenario;
  PRO_TRY(pro_scenario_read(&scenario, plan->scenario, plan->sets, (const char *const *)plan->set));
  pro_scenario_set_seed(scenario, plan->seed);
  char hash[PRO_SHA256_TEXT];
  const char *text = pro_scenario_resolved(scenario);
  pro_sha256(hash, text, strlen(text));
  pro_status status = PRO_OK;
  if (strcmp(plan->source, pro_source_text()) != 0)
    status =
        pro_fail(PRO_EINPUT,
                 "%s: was made by %.100s, but this is %.100s: all shards of a corpus come of one build; make the "
                 "plan again, or use that build",
                 plan->path, plan->source, pro_source_text());
  else if (strcmp(hash, plan->scenario_sha256) != 0 || pro_scenario_group(scenario) != plan->group)
    status =
        pro_fail(PRO_EINPUT,
                 "%s: its scenario %s, or a file that it names, has changed since: undo that, or make the plan "
                 "again",
                 plan->path, plan->scenario);
  if (status == PRO_OK)
    *out = scenario;
  else
    pro_scenario_free(scenario);
  return status;
}

pro_status pro_sweep_plan_corpus(pro_corpus_plan *out, pro_plan_tables *tables, const pro_sweep_plan *plan,
                                 const pro_scenario *scenario) {
  PRO_TRY(pro_corpus_plan_of(out, tables, scenario));
  out->cases = plan->cases;
  out->integrator = plan->integrator;
  out->case_seconds = (double)plan->case_seconds;
  out->license = plan->license;
  out->keep_truth = plan->truth;
  return PRO_OK;
}

void pro_sweep_plan_shard(pro_corpus_plan *corpus, pro_corpus_shard *shard, const pro_sweep_plan *plan,
                          uint64_t index) {
  const pro_shard_part *part = &plan->part[index];
  *shard = (pro_corpus_shard){plan->sha256, index, plan->parts, part->first, plan->cases};
  corpus->shard = shard;
  corpus->cases = part->cases;
}

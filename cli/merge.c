/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700 /* realpath */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/args.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/sweep_plan.h"
#include "cli/tally.h"
#include "output/crew.h"
#include "scenarios/ensemble.h"

static const pro_option option_output = {"output", 'o', "CORPUS.h5", "the corpus to write (needed)", 0};
static const pro_option option_partial = {"partial", 0, NULL,
                                          "take the shards that are there, though others are not", 0};
static const pro_option option_virtual = {"virtual", 0, NULL,
                                          "leave the samples in the shards, shown by virtual datasets", 0};
static const pro_option *const options[] = {&option_output,      &option_partial,   &option_virtual,
                                            &pro_option_threads, &pro_option_quiet, NULL};

enum { HASHED = 64 }; /* at once: progress is told between */

typedef struct merge {
  const pro_sweep_plan *plan;
  pro_corpus_plan corpus;
  int partial, shown;        /* shown: the samples stay in the shards */
  pro_corpus_window *window; /* (shards) of those that are there, where they are shown */
  pro_receipt *known;        /* (shards) */
  unsigned char *absent;     /* (shards) */
  uint64_t from;             /* the first of those that are hashed */
  uint64_t cases, failed;    /* of the shards that are there */
  pro_progress progress;
} merge;

static void hash_one(void *payload, size_t part, int member) {
  (void)member;
  merge *m = payload;
  char path[PRO_SHARD_PATH];
  pro_shard_name(path, m->plan->folder, m->from + part, m->plan->parts);
  /* one that cannot be read is looked at again below, and told */
  if (pro_receipt_hash(&m->known[m->from + part], path, m->corpus.stop) != PRO_OK)
    m->known[m->from + part] = (pro_receipt){0};
}

/* All of them are there and whole, before anything is written. */
static pro_status check_shards(merge *m) {
  pro_corpus_plan corpus = m->corpus;
  uint64_t missing = 0, first = 0;
  for (uint64_t i = 0; i < m->plan->parts; i += HASHED) {
    uint64_t count = m->plan->parts - i < HASHED ? m->plan->parts - i : HASHED;
    m->from = i;
    pro_crew_do(m->corpus.threads, count, hash_one, m);
    pro_progress_step(&m->progress, i + count);
  }
  for (uint64_t i = 0; i < m->plan->parts; i++) {
    pro_corpus_shard part;
    char path[PRO_SHARD_PATH];
    pro_sweep_plan_shard(&corpus, &part, m->plan, i);
    pro_shard_name(path, m->plan->folder, i, m->plan->parts);
    pro_receipt *known = &m->known[i];
    pro_status status = pro_shard_check(known, path, &corpus);
    if (status == PRO_EMISSING) {
      if (missing++ == 0) first = i;
      m->absent[i] = 1;
      continue;
    }
    PRO_TRY(status);
    m->cases += m->plan->part[i].cases;
  }
  if (missing == 0 || (m->partial && m->cases > 0)) return PRO_OK;
  return pro_fail(PRO_EMISSING,
                  "%" PRIu64 " of %zu shards are not there, the first is shard %" PRIu64
                  ": prodrome sweep --plan %s --shard %" PRIu64 "/%zu",
                  missing, m->plan->parts, first, m->plan->path, first, m->plan->parts);
}

/* How the corpus finds a shard: by its name alone where they share a folder. */
static char *seen_from(const char *output, const char *shard) {
  const char *end = strrchr(output, '/'), *name = strrchr(shard, '/');
  char folder[PRO_SHARD_PATH], here[PATH_MAX], there[PATH_MAX];
  snprintf(folder, sizeof folder, "%.*s", end ? (int)(end - output) + 1 : 1, end ? output : ".");
  if (!realpath(folder, here) || !realpath(shard, there)) return NULL;
  size_t n = strlen(here);
  int same = strncmp(there, here, n) == 0 && there[n] == '/' && !strchr(there + n + 1, '/');
  return strdup(same ? name + 1 : there);
}

static pro_status open_windows(merge *m, const char *output) {
  m->window = calloc(m->plan->parts, sizeof *m->window);
  if (!m->window) return pro_fail(PRO_ENOMEM, "no memory for %zu shards", m->plan->parts);
  for (uint64_t i = 0; i < m->plan->parts; i++) {
    char path[PRO_SHARD_PATH];
    pro_corpus_part part;
    if (m->absent[i]) continue;
    pro_shard_name(path, m->plan->folder, i, m->plan->parts);
    PRO_TRY(pro_corpus_part_of(&part, path));
    pro_corpus_window *w = &m->window[m->corpus.windows];
    *w = (pro_corpus_window){seen_from(output, path), part.obs};
    if (!w->path) return pro_fail(PRO_EIO, "%s: its folder cannot be found from %s", path, output);
    m->corpus.windows++;
  }
  m->corpus.window = m->window;
  return PRO_OK;
}

static pro_status append_shards(merge *m, pro_corpus_writer *to) {
  for (uint64_t i = 0; i < m->plan->parts; i++) {
    char path[PRO_SHARD_PATH];
    if (m->absent[i]) continue;
    pro_shard_name(path, m->plan->folder, i, m->plan->parts);
    PRO_TRY(pro_corpus_append_shard(to, &m->failed, path, m->plan->sha256));
    pro_progress_step(&m->progress, m->plan->parts + i + 1);
  }
  return PRO_OK;
}

static pro_status merge_shards(merge *m, const char *output) {
  PRO_TRY(pro_sweep_plan_spare(m->plan, output));
  PRO_TRY(pro_corpus_spare(output)); /* better known before all shards are read */
  PRO_TRY(check_shards(m));
  if (m->cases < m->plan->cases) m->corpus.planned = m->plan->cases;
  m->corpus.cases = m->cases;
  if (m->shown) PRO_TRY(open_windows(m, output));
  pro_corpus_writer *to;
  PRO_TRY(pro_corpus_create(&to, output, &m->corpus));
  pro_status status = append_shards(m, to);
  if (status != PRO_OK) {
    pro_corpus_abandon(to);
    return status;
  }
  pro_progress_note(&m->progress, "all shards are there; verifying and syncing the file");
  return pro_corpus_commit(to);
}

static void print(const merge *m, const char *output, int as_json) {
  struct stat info;
  double seconds = pro_progress_seconds(&m->progress),
         MB = stat(output, &info) == 0 ? 1e-6 * (double)info.st_size : 0.0;
  const pro_tally tally = {m->plan->cases, m->failed, m->plan->cases - m->cases, seconds};
  if (!as_json) {
    printf("%zu shards: %.1f MB, hashed, copied and verified at %.0f MB/s; corpus: %s\n", m->plan->parts, MB,
           MB / seconds, output);
    pro_tally_print(&tally, stdout);
    return;
  }
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_text(&json, "corpus", output);
  pro_json_count(&json, "shards", m->plan->parts);
  pro_json_number(&json, "MB", MB);
  pro_tally_json(&tally, &json);
  pro_json_end(&json);
}

static pro_status run_merge(const pro_args *args) {
  const char *output = pro_args_value(args, &option_output);
  if (!output) return pro_fail(PRO_EUSAGE, "merge needs -o CORPUS.h5: the file to write");
  char path[PRO_SHARD_PATH];
  uint64_t threads = 0;
  PRO_TRY(pro_args_count(&threads, args, &pro_option_threads, 1, 1024));
  pro_sweep_plan_path(path, args->operand[0]);
  pro_sweep_plan plan;
  pro_scenario *scenario = NULL;
  pro_plan_tables tables = {0};
  merge m = {.plan = &plan};
  m.partial = pro_args_has(args, &option_partial), m.shown = pro_args_has(args, &option_virtual);
  pro_status status = pro_sweep_plan_read(&plan, path);
  m.known = calloc(plan.parts + 1, sizeof *m.known), m.absent = calloc(plan.parts + 1, 1);
  if (status == PRO_OK && (!m.known || !m.absent)) status = pro_fail(PRO_ENOMEM, "%s: no memory", path);
  if (status == PRO_OK) status = pro_sweep_plan_scenario(&scenario, &plan);
  if (status == PRO_OK) status = pro_sweep_plan_corpus(&m.corpus, &tables, &plan, scenario);
  m.corpus.copied = 1;
  m.corpus.threads = threads ? (int)threads : pro_threads_available();
  pro_progress_begin(&m.progress, "shards hashed and copied", 2 * plan.parts,
                     pro_args_has(args, &pro_option_quiet));
  m.corpus.stop = pro_signals_listen();
  if (status == PRO_OK) status = merge_shards(&m, output);
  pro_signals_forget();
  pro_progress_end(&m.progress);
  if (status == PRO_OK) print(&m, output, pro_args_has(args, &pro_option_json));
  for (size_t i = 0; m.window && i < plan.parts; i++) free(m.window[i].path);
  free(m.known), free(m.absent), free(m.window);
  pro_corpus_plan_clear(&tables);
  pro_scenario_free(scenario);
  pro_sweep_plan_clear(&plan);
  return status;
}

const pro_command pro_command_merge = {
    .name = "merge",
    .operands = "FOLDER -o CORPUS.h5",
    .summary = "make one corpus of a plan's shards",
    .doc =
        "FOLDER holds plan.json and its shards; or name the plan itself. The corpus is byte for byte the one that "
        "a "
        "single sweep of all cases writes. Chunks are copied as they are. Every shard must be there and have the "
        "bytes "
        "that its receipt says (without a receipt it is verified); else nothing is written and the message names "
        "it.",
    .least = 1,
    .most = 1,
    .options = options,
    .run = run_merge,
};

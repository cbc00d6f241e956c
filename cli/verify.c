/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "cli/args.h"
#include "cli/json.h"
#include "output/corpus.h"
#include "output/label.h"
#include "scenarios/ensemble.h"

static void print_counts(pro_json *json, const char *key, const char *const *names, const uint64_t *count) {
  pro_json_object(json, key);
  for (int k = 0; names[k]; k++) pro_json_count(json, names[k], count[k]);
  pro_json_end(json);
}

static void print_json(const char *path, const pro_corpus_summary *s) {
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_text(&json, "corpus", path);
  pro_json_bool(&json, "whole", 1);
  pro_json_text(&json, "schema", s->schema);
  if (s->integrator[0]) pro_json_text(&json, "integrator", s->integrator);
  pro_json_count(&json, "cases", s->cases);
  pro_json_count(&json, "samples", s->samples);
  pro_json_count(&json, "groups", s->groups);
  pro_json_count(&json, "bytes", s->bytes);
  print_counts(&json, "outcomes", pro_outcome_names, s->by_outcome);
  print_counts(&json, "classes", pro_class_names, s->by_class);
  pro_json_end(&json);
}

static pro_status run_verify(const pro_args *args) {
  const char *path = args->operand[0];
  pro_corpus_summary s = {0};
  PRO_TRY(pro_corpus_verify(&s, path, pro_threads_available()));
  if (pro_args_has(args, &pro_option_json)) {
    print_json(path, &s);
    return PRO_OK;
  }
  printf("%s: whole and consistent (%s)\n%" PRIu64 " cases in %" PRIu64 " groups, %" PRIu64 " samples, %.1f MB\n",
         path, s.schema, s.cases, s.groups, s.samples, 1e-6 * (double)s.bytes);
  if (s.integrator[0]) printf("by %s\n", s.integrator);
  for (int k = 0; pro_outcome_names[k]; k++)
    printf("%s%" PRIu64 " %s", k ? ", " : "", s.by_outcome[k], pro_outcome_names[k]);
  fputc('\n', stdout);
  return PRO_OK;
}

const pro_command pro_command_verify = {
    .name = "verify",
    .operands = "CORPUS.h5",
    .summary = "is this corpus whole and consistent",
    .doc =
        "Reads everything: every chunk's checksum, shapes, ranges, clocks against outcomes, ledgers, split "
        "shares, "
        "the scenario's hash, the normalization against the data. All findings of one pass are told.",
    .least = 1,
    .most = 1,
    .run = run_verify,
};

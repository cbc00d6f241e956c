/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/args.h"
#include "cli/json.h"
#include "cli/sweep_plan.h"
#include "output/corpus.h"
#include "output/label.h"
#include "scenarios/ensemble.h"

static void print_counts(pro_json *json, const char *key, const char *const *names, const uint64_t *count) {
  pro_json_object(json, key);
  for (int k = 0; names[k]; k++) pro_json_count(json, names[k], count[k]);
  pro_json_end(json);
}

static void print_members(pro_json *json, const char *path, const pro_corpus_summary *s) {
  pro_json_text(json, "corpus", path);
  pro_json_bool(json, "whole", 1);
  pro_json_text(json, "schema", s->schema);
  if (s->integrator[0]) pro_json_text(json, "integrator", s->integrator);
  pro_json_count(json, "cases", s->cases);
  pro_json_count(json, "samples", s->samples);
  pro_json_count(json, "groups", s->groups);
  pro_json_count(json, "bytes", s->bytes);
  print_counts(json, "outcomes", pro_outcome_names, s->by_outcome);
  print_counts(json, "classes", pro_class_names, s->by_class);
}

static void print_text(const char *path, const pro_corpus_summary *s) {
  printf("%s: whole and consistent (%s)\n%" PRIu64 " cases in %" PRIu64 " groups, %" PRIu64 " samples, %.1f MB\n",
         path, s->schema, s->cases, s->groups, s->samples, 1e-6 * (double)s->bytes);
  if (s->integrator[0]) printf("by %s\n", s->integrator);
  for (int k = 0; pro_outcome_names[k]; k++)
    printf("%s%" PRIu64 " %s", k ? ", " : "", s->by_outcome[k], pro_outcome_names[k]);
  fputc('\n', stdout);
}

/* What it holds makes sense, and where it has a receipt it is what was written. */
static pro_status verify_one(pro_corpus_summary *s, const char *path) {
  pro_receipt told, is;
  PRO_TRY(pro_corpus_verify(s, path, pro_threads_available(), NULL));
  pro_status status = pro_receipt_read(&told, path);
  if (status != PRO_OK) return status == PRO_EMISSING ? PRO_OK : status;
  PRO_TRY(pro_receipt_hash(&is, path, NULL));
  return strcmp(is.sha256, told.sha256) == 0
             ? PRO_OK
             : pro_fail(PRO_EINPUT, "%s: damaged: its SHA-256 is %.12s..., its receipt says %.12s...", path,
                        is.sha256, told.sha256);
}

/* All of them are looked at; the first failure is the command's, and the message tells of every one. */
static pro_status verify_files(pro_corpus_summary *s, const pro_args *args) {
  pro_status first = PRO_OK;
  char why[12000] = "";
  size_t used = 0;
  for (int i = 0; i < args->operand_count; i++) {
    pro_status status = verify_one(&s[i], args->operand[i]);
    if (status == PRO_OK) continue;
    if (first == PRO_OK) first = status;
    if (used < sizeof why)
      used += (size_t)snprintf(why + used, sizeof why - used, "%s%s", used ? "\n" : "", pro_error_message());
  }
  return first == PRO_OK ? PRO_OK : pro_fail(first, "%s", why);
}

static void print_all_json(const pro_corpus_summary *s, const pro_args *args) {
  pro_json json;
  pro_json_begin(&json, stdout);
  if (args->operand_count == 1) {
    print_members(&json, args->operand[0], s);
  } else {
    pro_json_array(&json, "files");
    for (int i = 0; i < args->operand_count; i++) {
      pro_json_object(&json, NULL);
      print_members(&json, args->operand[i], &s[i]);
      pro_json_end(&json);
    }
    pro_json_end(&json);
  }
  pro_json_end(&json);
}

static pro_status run_verify(const pro_args *args) {
  pro_corpus_summary *s = calloc((size_t)args->operand_count, sizeof *s);
  if (!s) return pro_fail(PRO_ENOMEM, "no memory for %d files", args->operand_count);
  pro_status status = verify_files(s, args);
  if (status == PRO_OK && pro_args_has(args, &pro_option_json))
    print_all_json(s, args);
  else
    for (int i = 0; status == PRO_OK && i < args->operand_count; i++) print_text(args->operand[i], &s[i]);
  free(s);
  return status;
}

const pro_command pro_command_verify = {
    .name = "verify",
    .operands = "CORPUS.h5 ...",
    .summary = "are these corpora whole and consistent",
    .doc =
        "Reads everything: every chunk's checksum, shapes, ranges, clocks against outcomes, ledgers, split "
        "shares, "
        "the scenario's hash, the normalization against the data. All findings of one pass are told. A "
        "shard that has a receipt must have the SHA-256 that stands in it.",
    .least = 1,
    .most = -1,
    .run = run_verify,
};

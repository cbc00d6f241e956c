/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/json.h"
#include "cli/record_file.h"
#include "cli/sweep_plan.h"

static const pro_option *const options[] = {NULL};

/* An attempt that has not written for so long is taken for dead: guess. A group may take longer: then it comes
 * back. */
#define QUIET_SECONDS 300.0

#define STATE_LIST(X) X(done) X(running) X(stopped) X(failed) X(damaged) X(foreign) X(unchecked) X(missing)
#define AS_STATE(name) STATE_##name,
typedef enum state { STATE_LIST(AS_STATE) STATES } state;
#define AS_NAME(name) #name,
static const char *const state_names[] = {STATE_LIST(AS_NAME)};

typedef struct overview {
  const pro_sweep_plan *plan;
  pro_shard_news *news;              /* (shards) */
  state *state;                      /* (shards) */
  uint64_t shards[STATES];           /* in each state */
  uint64_t cases_done, cases_failed; /* the latter as far as receipts and journals tell */
  double cost_left, speed, left;     /* of what is planned; of the attempts that run [cost/s]; time [s] */
} overview;

static int left_a_note(const char *shard) {
  char path[PRO_SHARD_PATH];
  pro_shard_beside(path, shard, PRO_FAILURE_ENDING);
  return access(path, F_OK) == 0;
}

/* Of a shard that is there: what of it can be told from its receipt, without reading it. */
static state of_receipt(pro_shard_news *n, const char *shard, const char *plan_sha256) {
  pro_receipt receipt;
  n->failed = 0;
  if (pro_receipt_read(&receipt, shard) != PRO_OK) return STATE_unchecked;
  if (strcmp(receipt.plan_sha256, plan_sha256) != 0) return STATE_foreign;
  if (receipt.bytes != n->bytes) return STATE_damaged;
  n->failed = receipt.failed;
  return STATE_done;
}

static state state_of(pro_shard_news *n, const char *shard, const char *plan_sha256) {
  if (left_a_note(shard)) return STATE_failed; /* whatever is there: what the attempt has found is in the note */
  if (n->state == PRO_SHARD_there) return of_receipt(n, shard, plan_sha256);
  if (n->state == PRO_SHARD_missing) return STATE_missing;
  return n->age < QUIET_SECONDS ? STATE_running : STATE_stopped;
}

static void add(overview *o, uint64_t i) {
  const pro_shard_part *part = &o->plan->part[i];
  const pro_shard_news *n = &o->news[i];
  state s = o->state[i];
  o->shards[s]++;
  uint64_t done = s == STATE_done ? part->cases : n->cases < part->cases ? n->cases : part->cases;
  o->cases_done += done;
  o->cases_failed += n->failed;
  o->cost_left += part->cost * (1.0 - (double)done / (double)part->cases);
  if (s == STATE_running && n->seconds > 0.0)
    o->speed += part->cost * (double)n->done_here / (double)part->cases / n->seconds;
}

static pro_status look(overview *o) {
  PRO_TRY(pro_shard_look(o->news, o->plan->folder, o->plan->parts, o->plan->sha256));
  for (uint64_t i = 0; i < o->plan->parts; i++) {
    char path[PRO_SHARD_PATH];
    pro_shard_name(path, o->plan->folder, i, o->plan->parts);
    o->state[i] = state_of(&o->news[i], path, o->plan->sha256);
    add(o, i);
  }
  o->left = o->cost_left == 0.0 ? 0.0 : o->speed > 0.0 ? o->cost_left / o->speed : (double)NAN;
  return PRO_OK;
}

static void print_span(double seconds) {
  if (isnan(seconds))
    printf("unknown: nothing runs");
  else
    printf("%.0f:%02.0f:%02.0f", floor(seconds / 3600.0), floor(fmod(seconds, 3600.0) / 60.0),
           fmod(seconds, 60.0));
}

static void print_shards_of(const overview *o, state which, const char *what) {
  enum { SHOWN = 12 };
  if (o->shards[which] == 0) return;
  printf("%s:", what);
  uint64_t shown = 0;
  for (uint64_t i = 0; i < o->plan->parts && shown < SHOWN; i++)
    if (o->state[i] == which) printf("%s %" PRIu64, shown++ ? "," : "", i);
  if (o->shards[which] > shown) printf(" and %" PRIu64 " more", o->shards[which] - shown);
  printf("\n");
}

static void print_text(const overview *o) {
  const pro_sweep_plan *p = o->plan;
  printf("%zu shards = ", p->parts);
  for (int s = 0; s < STATES; s++) printf("%s%" PRIu64 " %s", s ? " + " : "", o->shards[s], state_names[s]);
  printf("\n%" PRIu64 " of %" PRIu64 " cases are done, %" PRIu64 " of them failed; left ", o->cases_done, p->cases,
         o->cases_failed);
  print_span(o->left);
  printf("\n");
  print_shards_of(o, STATE_failed, "failed (see shard-I-of-N.failed)");
  print_shards_of(o, STATE_stopped, "stopped, to be run again");
  print_shards_of(o, STATE_damaged, "damaged (not of their receipt's size), to be run again");
  print_shards_of(o, STATE_unchecked, "without a receipt, to be run again");
  print_shards_of(o, STATE_foreign, "another plan's, to be removed or moved away");
  if (o->shards[STATE_missing] < p->parts) print_shards_of(o, STATE_missing, "missing");
  for (uint64_t i = 0, shown = 0; i < p->parts && shown < 20; i++) {
    if (o->state[i] != STATE_running) continue;
    const pro_shard_news *n = &o->news[i];
    printf("running: shard %" PRIu64 ", %" PRIu64 " of %" PRIu64 " cases, on %s, %.0f s ago\n", i, n->cases,
           p->part[i].cases, n->host, fmax(n->age, 0.0));
    shown++;
  }
  if (o->shards[STATE_done] == p->parts) printf("all are done: prodrome merge %s -o CORPUS.h5\n", p->folder);
}

static void print_json(const overview *o) {
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_text(&json, "plan", o->plan->path);
  pro_json_object(&json, "shards");
  for (int s = 0; s < STATES; s++) pro_json_count(&json, state_names[s], o->shards[s]);
  pro_json_end(&json);
  pro_json_count(&json, "cases", o->plan->cases);
  pro_json_count(&json, "cases_done", o->cases_done);
  pro_json_count(&json, "cases_failed", o->cases_failed);
  pro_json_number(&json, "seconds_left", o->left);
  pro_json_array(&json, "not_done");
  for (uint64_t i = 0; i < o->plan->parts; i++) {
    state s = o->state[i];
    if (s == STATE_done || s == STATE_missing) continue;
    pro_json_object(&json, NULL);
    pro_json_count(&json, "shard", i);
    pro_json_text(&json, "state", state_names[s]);
    pro_json_count(&json, "cases", o->plan->part[i].cases);
    pro_json_count(&json, "cases_done", o->news[i].cases);
    pro_json_text(&json, "host", o->news[i].host);
    pro_json_number(&json, "age", o->news[i].age);
    pro_json_end(&json);
  }
  pro_json_end(&json);
  pro_json_end(&json);
}

static pro_status run_status(const pro_args *args) {
  char path[PRO_SHARD_PATH];
  pro_sweep_plan plan;
  pro_sweep_plan_path(path, args->operand[0]);
  pro_status status = pro_sweep_plan_read(&plan, path);
  overview o = {.plan = &plan};
  if (status == PRO_OK) {
    o.news = calloc(plan.parts, sizeof *o.news), o.state = calloc(plan.parts, sizeof *o.state);
    status = o.news && o.state ? look(&o) : pro_fail(PRO_ENOMEM, "%s: no memory", path);
  }
  if (status == PRO_OK) {
    if (pro_args_has(args, &pro_option_json))
      print_json(&o);
    else
      print_text(&o);
  }
  free(o.news), free(o.state);
  pro_sweep_plan_clear(&plan);
  return status;
}

const pro_command pro_command_status = {
    .name = "status",
    .operands = "FOLDER",
    .summary = "how far a plan's shards are",
    .doc =
        "From the files in FOLDER alone (plan.json, shards, receipts, journals), so from any machine that sees "
        "them. A shard is done, running (its journal was written to within five minutes), stopped (it was not: "
        "an attempt was interrupted or has died, run it again), failed (its last attempt ended with an error, "
        "which stands in shard-I-of-N.failed), damaged (its size is not what its receipt says, and more is not "
        "looked at: run it again and it is made anew), foreign (another plan's, as its receipt says: it is "
        "neither "
        "used nor touched), unchecked (there without a receipt: an attempt died before it wrote one; run it again "
        "and it is verified) or missing. What is left is estimated by the plan's costs and by how fast what runs "
        "has "
        "been.",
    .least = 1,
    .most = 1,
    .options = options,
    .run = run_status,
};

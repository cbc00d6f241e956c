/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/sweep_plan.h - plan.json: a sweep cut into shards, the same for all who take part in it. */
#ifndef PRO_SWEEP_PLAN_H
#define PRO_SWEEP_PLAN_H
#include "cli/corpus_plan.h"
#include "output/shard.h"
#include "sim/sha256.h"

#define PRO_PLAN_SCHEMA "prodrome-plan/1"
enum { PRO_SHARDS_MAX = 1000000 };

typedef struct pro_shard_part { /* a shard as planned: whole groups of consecutive cases */
  uint64_t first, cases;
  double cost; /* what it is thought to take [s] of one core, of some machine: for weighing only */
} pro_shard_part;

typedef struct pro_sweep_plan { /* owns all */
  char *path, *folder;          /* of the file; its folder holds the shards */
  char sha256[PRO_SHA256_TEXT]; /* of the file's bytes */
  char *source, *title, *scenario,
      *scenario_sha256; /* scenario: an absolute path; the hash is of its resolved text */
  size_t sets;
  char **set; /* (sets) "KEY=VALUE" */
  uint64_t seed, cases, group, case_seconds;
  char *integrator, *license; /* license NULL: not chosen */
  int truth;
  size_t parts;
  pro_shard_part *part;
} pro_sweep_plan;

/* The file that a command means: a folder's plan.json, or the plan itself. */
void pro_sweep_plan_path(char out[PRO_SHARD_PATH], const char *operand);
/* Free with pro_sweep_plan_clear, also after a failure. PRO_EMISSING, PRO_EINPUT, PRO_ENOMEM. */
pro_status pro_sweep_plan_read(pro_sweep_plan *out, const char *path) PRO_MUST_CHECK;
/* Writes it to plan->path, by a temporary file beside it. PRO_EUSAGE: its shards will have that name; PRO_EINPUT:
 * another plan is there and has shards, or a file that cannot be read as a plan; PRO_EIO. */
pro_status pro_sweep_plan_write(const pro_sweep_plan *plan) PRO_MUST_CHECK;
void pro_sweep_plan_clear(pro_sweep_plan *plan);

/* The scenario that the plan was made of. PRO_EINPUT: it has changed since, or this program is another version. */
pro_status pro_sweep_plan_scenario(pro_scenario **out, const pro_sweep_plan *plan) PRO_MUST_CHECK;
/* The corpus of the whole; `tables` as pro_corpus_plan_of. */
pro_status pro_sweep_plan_corpus(pro_corpus_plan *out, pro_plan_tables *tables, const pro_sweep_plan *plan,
                                 const pro_scenario *scenario) PRO_MUST_CHECK;
/* The shard `index` of it: *shard is borrowed by *corpus. */
void pro_sweep_plan_shard(pro_corpus_plan *corpus, pro_corpus_shard *shard, const pro_sweep_plan *plan,
                          uint64_t index);

/* shard-I-of-N with another ending than .h5: of its receipt, or of the note of why its last attempt has failed. */
#define PRO_RECEIPT_ENDING ".json"
#define PRO_FAILURE_ENDING ".failed"
void pro_shard_beside(char out[PRO_SHARD_PATH], const char *shard, const char *ending);

/* Whether a corpus may be called so: not as the plan itself or what a shard of its writes is. PRO_EUSAGE. */
pro_status pro_sweep_plan_spare(const pro_sweep_plan *plan, const char *output) PRO_MUST_CHECK;

/* ---- receipts: beside a shard, what is known of it once it is there ---- */

typedef struct pro_receipt {
  char plan_sha256[PRO_SHA256_TEXT], sha256[PRO_SHA256_TEXT]; /* of its plan; of its file */
  uint64_t bytes, cases, failed;
  double seconds, cpu_seconds, peak_MB;
  char host[64];
} pro_receipt;
/* FOLDER/shard-I-of-N.h5's is FOLDER/shard-I-of-N.json. PRO_EMISSING: there is none, or what is no receipt;
 * PRO_EIO: it cannot be read. */
pro_status pro_receipt_read(pro_receipt *out, const char *shard) PRO_MUST_CHECK;
pro_status pro_receipt_write(const pro_receipt *receipt, const char *shard) PRO_MUST_CHECK;
/* SHA-256 and size of a file. PRO_EMISSING: there is none; PRO_EIO: it cannot be read; PRO_EINTERRUPTED: *stop is
 * not 0; NULL: nobody asks. */
pro_status pro_receipt_hash(pro_receipt *out, const char *shard, const volatile int *stop) PRO_MUST_CHECK;

/* A shard's cases, and how many of them failed, by verifying it; as pro_corpus_verify. */
pro_status pro_receipt_count(pro_receipt *known, const char *shard, const pro_corpus_plan *plan) PRO_MUST_CHECK;
/* Whether a file says that it is this shard of this plan. */
int pro_part_is_of(const pro_corpus_part *part, const pro_corpus_shard *shard);

/* PRO_OK: the shard's file is there and is what its receipt says, or, without a receipt, is verified here; *known
 * is then its receipt. PRO_EMISSING: no file. PRO_EINPUT: it is damaged or of another plan, the message says how.
 * PRO_EIO, PRO_ENOMEM: it could not be looked at. PRO_EINTERRUPTED: asked to stop while it was read.
 * plan: with its shard. *known: zeros, or what pro_receipt_hash has found. */
pro_status pro_shard_check(pro_receipt *known, const char *path, const pro_corpus_plan *plan) PRO_MUST_CHECK;
#endif

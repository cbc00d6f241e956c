/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/shards.h - a plan's shards, simulated here: one, or one after the other. */
#ifndef PRO_SHARDS_H
#define PRO_SHARDS_H
#include "cli/progress.h"
#include "cli/sweep_plan.h"
#include "cli/tally.h"

typedef struct pro_shard_job {
  const char *plan;  /* the file */
  const char *which; /* "3/64"; NULL: as a scheduler's variable says, else all of them */
  int threads;       /* 0: as many as this process is given */
  int quiet, log_json;
  int trusting; /* a shard that is there is not read again where its length is what its receipt says */
  const volatile int *stop;
  /* what came of it */
  uint64_t shards, there_before; /* shards asked for; already there */
  uint64_t resumed;              /* cases taken from earlier attempts */
  pro_tally tally;
  int begun;             /* of the last shard: it was to be made, not only looked at */
  _Atomic uint64_t done; /* cases so far; another thread may watch it */
} pro_shard_job;

/* Each asked for that is not there yet. PRO_EUSAGE: no such shard; PRO_EINPUT: the plan no longer holds, or a file
 * of another plan is in the way; PRO_EINTERRUPTED: what is finished is kept for the next attempt; else as
 * pro_shard_finish. */
pro_status pro_shards_run(pro_shard_job *job) PRO_MUST_CHECK;
/* What came of it, on stdout. */
void pro_shards_print(const pro_shard_job *job, int as_json);

/* ---- for who chooses the shards himself ---- */

typedef struct pro_shards pro_shards; /* a plan, read once */
/* `job`, of which `which` is not used, is borrowed until the end. As pro_shards_run. */
pro_status pro_shards_open(pro_shards **out, pro_shard_job *job) PRO_MUST_CHECK;
const pro_sweep_plan *pro_shards_plan(const pro_shards *shards);
/* One of them; adds to what came of the job: there_before, failed, resumed and done. As pro_shards_run. */
pro_status pro_shards_run_one(pro_shards *shards, uint64_t index) PRO_MUST_CHECK;
void pro_shards_close(pro_shards *shards); /* NULL is fine */
#endif

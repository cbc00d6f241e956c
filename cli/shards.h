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
  const volatile int *stop;
  /* what came of it */
  uint64_t shards, there_before; /* shards asked for; already there */
  uint64_t resumed;              /* cases taken from earlier attempts */
  pro_tally tally;
} pro_shard_job;

/* Each asked for that is not there yet. PRO_EUSAGE: no such shard; PRO_EINPUT: the plan no longer holds, or a file
 * of another plan is in the way; PRO_EINTERRUPTED: what is finished is kept for the next attempt; else as
 * pro_shard_finish. */
pro_status pro_shards_run(pro_shard_job *job) PRO_MUST_CHECK;
#endif

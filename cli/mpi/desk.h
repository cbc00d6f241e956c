/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/mpi/desk.h - one thread makes shards, so that another one is free to talk with the other ranks. */
#ifndef PRO_DESK_H
#define PRO_DESK_H
#include "cli/shards.h"

typedef struct pro_desk_news { /* sent between ranks as it stands: they run the same build */
  char host[64], plan_sha256[PRO_SHA256_TEXT];
  uint64_t done;  /* cases so far, of all its shards */
  int idle;       /* has nothing to do; what follows is then of the shard it made last, or of opening the plan */
  uint64_t ended; /* shards it has made or tried to make */
  int stopped;    /* was asked to end */
  int leaves;     /* the last word of a rank */
  pro_status status;
  int begun; /* a failure is not of looking at what is there */
  uint64_t failed, there_before, resumed;
  char message[1024]; /* where status is not PRO_OK */
} pro_desk_news;

typedef struct pro_desk pro_desk;

/* Opens the plan and starts the thread, idle. `job` is borrowed until the end, and is the desk's alone. A plan
 * that cannot be opened, or no thread, is told by pro_desk_look, not here. PRO_ENOMEM. */
pro_status pro_desk_open(pro_desk **out, pro_shard_job *job) PRO_MUST_CHECK;
const pro_sweep_plan *pro_desk_plan(const pro_desk *desk); /* NULL: it could not be opened */
/* To a desk that is idle and whose status lets it work. */
void pro_desk_give(pro_desk *desk, uint64_t shard);
void pro_desk_look(pro_desk_news *news, pro_desk *desk);
void pro_desk_close(pro_desk *desk); /* waits for the shard at hand; NULL is fine */
#endif

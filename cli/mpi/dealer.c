/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/mpi/dealer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum seat_state { AWAITED, WORKS, GONE } seat_state;
typedef struct seat {
  seat_state state;
  uint64_t shard, done;
  uint64_t given; /* shards */
  int unread;     /* of them, one after the other: could not be looked at */
} seat;

enum { UNREAD_MOST = 3 }; /* so many in a row are not these files' trouble */

typedef struct queued {
  double cost;
  uint64_t shard;
} queued;

struct pro_dealer {
  const pro_sweep_plan *plan;
  pro_shard_job *sum;
  int seats, stopped;
  seat *seat;
  queued *queue; /* (plan->parts), as they are handed out */
  size_t next;
  uint64_t there; /* cases of shards that are there */
  size_t failures;
  pro_status status; /* of the first failure */
  char why[1400];
};

static int compare(const void *left, const void *right) {
  const queued *a = left, *b = right;
  if (a->cost != b->cost) return a->cost > b->cost ? -1 : 1;
  return a->shard < b->shard ? -1 : 1;
}

pro_status pro_dealer_open(pro_dealer **out, const pro_sweep_plan *plan, int seats, pro_shard_job *sum) {
  pro_dealer *d = calloc(1, sizeof *d);
  if (d) d->seat = calloc((size_t)seats, sizeof *d->seat), d->queue = calloc(plan->parts, sizeof *d->queue);
  if (!d || !d->seat || !d->queue) {
    pro_dealer_close(d);
    return pro_fail(PRO_ENOMEM, "no memory for %zu shards", plan->parts);
  }
  d->plan = plan, d->sum = sum, d->seats = seats;
  for (size_t i = 0; i < plan->parts; i++) d->queue[i] = (queued){plan->part[i].cost, i};
  qsort(d->queue, plan->parts, sizeof *d->queue, compare);
  sum->shards = plan->parts, sum->tally.cases = plan->cases;
  *out = d;
  return PRO_OK;
}

/* The first ones are told at once, for the rest may take hours. */
static void note_failure(pro_dealer *d, int rank, pro_status status, const char *what, const char *host,
                         const char *why) {
  char text[sizeof d->why];
  snprintf(text, sizeof text, "%s, on rank %d (%s): %s", what, rank, host, why);
  if (d->failures < 10) fprintf(stderr, "prodrome-mpi: warning: %s\n", text);
  if (d->failures++ > 0) return;
  d->status = status;
  memcpy(d->why, text, sizeof text);
}

/* Of opening the plan. */
static void hear_first(pro_dealer *d, int i, const pro_desk_news *news) {
  pro_status status = news->status;
  const char *why = news->message;
  if (status == PRO_OK && strcmp(news->plan_sha256, d->plan->sha256) != 0)
    status = PRO_EINPUT, why = "it sees another plan under that name";
  if (status == PRO_OK) return;
  note_failure(d, i, status, "the plan", news->host, why);
  d->seat[i].state = GONE;
}

static void hear_result(pro_dealer *d, int i, const pro_desk_news *news) {
  seat *s = &d->seat[i];
  if (news->status == PRO_OK) {
    s->unread = 0;
    d->there += d->plan->part[s->shard].cases;
    d->sum->tally.failed += news->failed, d->sum->there_before += news->there_before,
        d->sum->resumed += news->resumed;
    return;
  }
  if (news->status == PRO_EINTERRUPTED) return;
  char what[64];
  snprintf(what, sizeof what, "shard %" PRIu64, s->shard);
  note_failure(d, i, news->status, what, news->host, news->message);
  int of_shard =
      news->status == PRO_EINPUT || (news->status == PRO_EIO && !news->begun && ++s->unread < UNREAD_MOST);
  if (!of_shard) s->state = GONE;
}

int pro_dealer_hear(pro_dealer *d, int i, const pro_desk_news *news, uint64_t *shard) {
  seat *s = &d->seat[i];
  s->done = news->done;
  /* what was said before the shard reached the seat is no result of it */
  if (!news->idle || news->ended != s->given || s->state == GONE) return 0;
  if (s->state == AWAITED)
    hear_first(d, i, news);
  else
    hear_result(d, i, news);
  if (d->stopped || d->next == d->plan->parts) s->state = GONE;
  if (s->state == GONE) return 0;
  s->state = WORKS, s->given++;
  *shard = s->shard = d->queue[d->next++].shard;
  return 1;
}

void pro_dealer_stop(pro_dealer *dealer) { dealer->stopped = 1; }

int pro_dealer_busy(const pro_dealer *d) {
  int busy = 0;
  for (int i = 0; i < d->seats; i++) busy += d->seat[i].state != GONE;
  return busy;
}

uint64_t pro_dealer_done(const pro_dealer *d) {
  uint64_t done = 0;
  for (int i = 0; i < d->seats; i++) done += d->seat[i].done;
  return done;
}

pro_status pro_dealer_end(pro_dealer *d) {
  d->sum->tally.missing = d->plan->cases - d->there;
  if (d->failures == 1) return pro_fail(d->status, "%s; run it again when that is mended", d->why);
  if (d->failures > 1)
    return pro_fail(d->status, "%zu failures, the first: %s; run it again when that is mended", d->failures,
                    d->why);
  if (d->sum->tally.missing == 0) return PRO_OK;
  return pro_fail(PRO_EINTERRUPTED,
                  "interrupted: %" PRIu64 " of %" PRIu64
                  " cases are in shards that are not complete; whole groups of them are kept: run it again and it "
                  "goes on",
                  d->sum->tally.missing, d->plan->cases);
}

void pro_dealer_close(pro_dealer *dealer) {
  if (!dealer) return;
  free(dealer->seat);
  free(dealer->queue);
  free(dealer);
}

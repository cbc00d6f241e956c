/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/mpi/desk.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct pro_desk {
  pro_shard_job *job;
  pro_shards *shards;
  pthread_t thread;
  int works; /* there is a thread */
  /* under the lock: */
  pthread_mutex_t lock;
  pthread_cond_t given;
  pro_desk_news news;
  uint64_t shard;
  int closing;
};

static void note(pro_desk *d, pro_status status) {
  d->news.status = status;
  snprintf(d->news.message, sizeof d->news.message, "%s", status == PRO_OK ? "" : pro_error_message());
}

static void *work(void *payload) {
  pro_desk *d = payload;
  pthread_mutex_lock(&d->lock);
  for (;;) {
    while (d->news.idle && !d->closing) pthread_cond_wait(&d->given, &d->lock);
    if (d->news.idle) break;
    uint64_t shard = d->shard;
    d->job->tally.failed = d->job->there_before = d->job->resumed = 0;
    pthread_mutex_unlock(&d->lock);
    pro_status status = pro_shards_run_one(d->shards, shard);
    pthread_mutex_lock(&d->lock);
    note(d, status);
    d->news.failed = d->job->tally.failed, d->news.there_before = d->job->there_before;
    d->news.resumed = d->job->resumed, d->news.begun = d->job->begun;
    d->news.ended++, d->news.idle = 1;
  }
  pthread_mutex_unlock(&d->lock);
  return NULL;
}

static pro_status begin(pro_desk *d) {
  PRO_TRY(pro_shards_open(&d->shards, d->job));
  memcpy(d->news.plan_sha256, pro_shards_plan(d->shards)->sha256, sizeof d->news.plan_sha256);
  int error = pthread_create(&d->thread, NULL, work, d);
  if (error) return pro_fail(PRO_ENOMEM, "no thread for the shards: %s", strerror(error));
  d->works = 1;
  return PRO_OK;
}

pro_status pro_desk_open(pro_desk **out, pro_shard_job *job) {
  pro_desk *d = calloc(1, sizeof *d);
  if (!d) return pro_fail(PRO_ENOMEM, "no memory for a desk");
  d->job = job, d->news.idle = 1;
  pthread_mutex_init(&d->lock, NULL);
  pthread_cond_init(&d->given, NULL);
  if (gethostname(d->news.host, sizeof d->news.host - 1) != 0) strcpy(d->news.host, "host");
  pro_status status = begin(d);
  pthread_mutex_lock(&d->lock);
  note(d, status);
  pthread_mutex_unlock(&d->lock);
  *out = d;
  return PRO_OK;
}

const pro_sweep_plan *pro_desk_plan(const pro_desk *desk) {
  return desk->shards ? pro_shards_plan(desk->shards) : NULL;
}

void pro_desk_give(pro_desk *d, uint64_t shard) {
  pthread_mutex_lock(&d->lock);
  d->shard = shard, d->news.idle = 0;
  pthread_cond_signal(&d->given);
  pthread_mutex_unlock(&d->lock);
}

void pro_desk_look(pro_desk_news *news, pro_desk *d) {
  pthread_mutex_lock(&d->lock);
  *news = d->news;
  pthread_mutex_unlock(&d->lock);
  news->done = d->job->done;
  news->stopped = *d->job->stop != 0;
}

void pro_desk_close(pro_desk *d) {
  if (!d) return;
  pthread_mutex_lock(&d->lock);
  d->closing = 1;
  pthread_cond_signal(&d->given);
  pthread_mutex_unlock(&d->lock);
  if (d->works) pthread_join(d->thread, NULL);
  pro_shards_close(d->shards);
  pthread_cond_destroy(&d->given);
  pthread_mutex_destroy(&d->lock);
  free(d);
}

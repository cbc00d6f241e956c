/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/ensemble.h"

#include <math.h>
#include <omp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/clock.h"
#include "sim/simulate.h"

enum { SPARE = 16 };                /* finished runs that may wait for a slow one, beyond two batches a thread */
enum { LEAST = 8, BATCH_MAX = 64 }; /* cases that a thread takes at once, for an integrator with lanes */
#define PATIENCE 2.0                /* for handing over what was finished before a wish to stop [s] */
#define BATCH_BYTES 6.4e7           /* that a batch may hold: guess, what a thread of any node has to spare */

typedef struct slot {
  pro_run run;
  atomic_int ready;
} slot;

/* Threads take case numbers in turn, a batch at a time. A finished run waits in slot number % slots until all
 * before it were handed over; whoever holds `door` hands over what is ready. A case is begun only while its slot
 * is free. */
typedef struct crew {
  const pro_ensemble *job;
  int threads;
  slot *slots;
  uint64_t slot_count, batch;
  atomic_uint_fast64_t taken, handed; /* counted from job->first */
  atomic_int halt;                    /* no new cases: stop or failure */
  omp_lock_t door;
  double asked;      /* when `stop` was first seen behind the door, by the monotonic clock; 0: not yet [s] */
  pro_status status; /* written behind the door */
  char message[512];
  omp_lock_t failure;
  pro_status failed; /* of a run that is no data (no memory, a bug), or of help */
  char reason[512];
} crew;

/* A sink that is slower than the crew may have much before it. */
static int is_late(crew *c) {
  if (!c->job->stop || !*c->job->stop) return 0;
  if (c->asked == 0.0) c->asked = pro_clock_now();
  return pro_clock_now() - c->asked > PATIENCE;
}

/* Of the runs whose turn it is, the first that was dropped is the end. */
static pro_status deliver(crew *c, const pro_run *run, uint64_t n) {
  if (run->status == PRO_EINTERRUPTED || is_late(c))
    return pro_fail(PRO_EINTERRUPTED, "stopped after %llu of %llu cases", (unsigned long long)n,
                    (unsigned long long)c->job->count);
  return c->job->sink(c->job->payload, run);
}

static void hand_over(crew *c) {
  if (!omp_test_lock(&c->door)) return; /* who holds it looks again, or the next to finish does */
  uint64_t next = atomic_load(&c->handed);
  for (; next < c->job->count; next++) {
    slot *s = &c->slots[next % c->slot_count];
    if (!atomic_load(&s->ready)) break;
    if (c->status == PRO_OK && atomic_load(&c->halt) < 2) {
      c->status = deliver(c, &s->run, next);
      if (c->status != PRO_OK) {
        snprintf(c->message, sizeof c->message, "%s", pro_error_message());
        atomic_store(&c->halt, 2);
      }
    }
    pro_run_clear(&s->run);
    atomic_store(&s->ready, 0);
    atomic_store(&c->handed, next + 1);
  }
  omp_unset_lock(&c->door);
}

static pro_status make_case(pro_case *out, const pro_ensemble *job, uint64_t k) {
  return job->scenario ? pro_scenario_case(out, job->scenario, k) : job->make(out, k, job->recipe);
}

static void fail(crew *c, pro_status status) {
  omp_set_lock(&c->failure);
  if (c->failed == PRO_OK) {
    c->failed = status;
    snprintf(c->reason, sizeof c->reason, "%s", pro_error_message());
  }
  omp_unset_lock(&c->failure);
  atomic_store(&c->halt, 2);
}

/* Samples are looked at and forgotten: what is wrong with one fails the case here, and not when it is run again.
 */
static pro_status forget(void *payload, const pro_trajectory *piece) {
  (void)payload, (void)piece;
  return PRO_OK;
}
static const pro_pieces forgotten = {.length = 1024, .take = forget};

static int is_long(const pro_ensemble *job, const pro_case *in) {
  return job->long_samples > 0 && in->duration / in->period > (double)job->long_samples;
}

/* Cases n to n + count, counted from job->first. */
static void live(crew *c, uint64_t n, uint64_t count) {
  const pro_ensemble *job = c->job;
  pro_run *runs[BATCH_MAX];
  size_t made = 0;
  for (uint64_t i = n; i < n + count; i++) {
    pro_run *run = &c->slots[i % c->slot_count].run;
    memset(run, 0, sizeof *run);
    run->status = make_case(&run->in, job, job->first + i);
    if (job->truth_columns) run->in.truth_columns = job->truth_columns;
    run->in.stop = job->stop;
    if (job->case_seconds > 0.0) run->in.seconds_max = job->case_seconds;
    if (run->status == PRO_OK && is_long(job, &run->in)) run->in.pieces = &forgotten;
    if (run->status == PRO_OK)
      runs[made++] = run;
    else /* contradictory draws are data, as a failed integration is */
      snprintf(run->message, sizeof run->message, "%s", pro_error_message());
  }
  pro_status status = pro_run_cases(runs, made, job->integrator ? job->integrator : pro_integrator_fast());
  if (status != PRO_OK)
    fail(c, pro_fail(status, "among cases %llu to %llu: %s", (unsigned long long)(job->first + n),
                     (unsigned long long)(job->first + n + count - 1), pro_error_message()));
}

static void help(crew *c) {
  pro_status status = c->job->help ? c->job->help(c->job->payload) : PRO_OK;
  if (status != PRO_OK) fail(c, status);
}

/* How many to take when n are taken: less towards the end, so that no thread has long to wait for the last, but
 * never less than fill the lanes. */
static uint64_t take_of(const crew *c, uint64_t n) {
  uint64_t left = c->job->count - n, share = left / (2 * (uint64_t)c->threads), count = c->batch;
  if (c->threads > 1 && share < count) count = share > LEAST ? share : LEAST;
  if (count > c->batch) count = c->batch;
  return count < left ? count : left;
}

static void work(crew *c) {
  const struct timespec moment = {.tv_nsec = 500000};
  for (;;) {
    if (c->job->stop && *c->job->stop) {
      int none = 0;
      atomic_compare_exchange_strong(&c->halt, &none, 1);
    }
    if (atomic_load(&c->halt)) return;
    /* taking a number is a promise to hand its run over: look for room first */
    uint64_t n = atomic_load(&c->taken);
    if (n >= c->job->count) return;
    uint64_t count = take_of(c, n);
    if (n + count - atomic_load(&c->handed) > c->slot_count) {
      hand_over(c);
      help(c);
      if (n + count - atomic_load(&c->handed) > c->slot_count) nanosleep(&moment, NULL);
      continue;
    }
    if (!atomic_compare_exchange_strong(&c->taken, &n, n + count)) continue;
    live(c, n, count);
    for (uint64_t i = n; i < n + count; i++) atomic_store(&c->slots[i % c->slot_count].ready, 1);
    hand_over(c);
    help(c);
  }
}

enum { LOOKED_AT = 32 };

/* As many as lanes like to choose from, where memory allows: by the largest of some cases. */
static uint64_t batch_of(const pro_ensemble *job, int threads) {
  if (job->count == 0 || (job->integrator && pro_integrator_lanes(job->integrator) == 1)) return 1;
  double samples = 1.0;
  for (int i = 0; i < LOOKED_AT; i++) {
    pro_case in;
    uint64_t k = job->first + job->count * (uint64_t)i / LOOKED_AT;
    if (make_case(&in, job, k) == PRO_OK && in.period > 0.0 && !is_long(job, &in))
      samples = fmax(samples, in.duration / in.period);
  }
  double bytes = samples * sizeof(double) * (PRO_TRUTH_COUNT + PRO_REACTIONS_MAX);
  double fits = fmin(fmax(BATCH_BYTES / bytes, 1.0), BATCH_MAX);
  double share = ceil((double)job->count / threads); /* no thread goes without */
  return (uint64_t)fmin(fits, share);
}

pro_status pro_ensemble_run(const pro_ensemble *ensemble) {
  int threads = ensemble->threads > 0 ? ensemble->threads : pro_threads_available();
  if ((uint64_t)threads > ensemble->count) threads = ensemble->count ? (int)ensemble->count : 1;
  crew c = {.job = ensemble, .threads = threads, .batch = batch_of(ensemble, threads)};
  c.slot_count = 2 * (uint64_t)threads * c.batch + SPARE;
  c.slots = calloc(c.slot_count, sizeof *c.slots);
  if (!c.slots) return pro_fail(PRO_ENOMEM, "no memory for %llu runs", (unsigned long long)c.slot_count);
  omp_init_lock(&c.door);
  omp_init_lock(&c.failure);
#pragma omp parallel num_threads(threads)
  work(&c);
  hand_over(&c); /* what became ready while another held the door */
  omp_destroy_lock(&c.door);
  omp_destroy_lock(&c.failure);
  for (uint64_t i = 0; i < c.slot_count; i++) pro_run_clear(&c.slots[i].run);
  free(c.slots);
  uint64_t handed = atomic_load(&c.handed);
  if (c.status != PRO_OK) return pro_fail(c.status, "%s", c.message);
  if (c.failed != PRO_OK) return pro_fail(c.failed, "%s", c.reason);
  if (handed < ensemble->count)
    return pro_fail(PRO_EINTERRUPTED, "stopped after %llu of %llu cases", (unsigned long long)handed,
                    (unsigned long long)ensemble->count);
  return PRO_OK;
}

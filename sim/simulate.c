/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/simulate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/integrator.def"
#include "sim/flight.h"
#include "sim/integrator.h"
#include "sim/level.h"
#include "sim/sensor.h"

#define PRO_DECLARE(name) extern const pro_integrator pro_integrator_##name;
PRO_integrator_LIST(PRO_DECLARE)
#define PRO_ENTRY(name) &pro_integrator_##name,
    const struct pro_integrator *const pro_integrator_all[] = {PRO_integrator_LIST(PRO_ENTRY) NULL};

const pro_integrator *pro_integrator_find(const char *name) {
  for (const pro_integrator *const *it = pro_integrator_all; *it; it++)
    if (strcmp((*it)->name, name) == 0) return *it;
  return NULL;
}

const pro_integrator *pro_integrator_fast(void) { return &pro_integrator_rosenbrock; }

int pro_integrator_lanes(const pro_integrator *integrator) {
  return (integrator ? integrator : pro_integrator_all[0])->lanes;
}

const char *pro_integrator_name(const pro_integrator *integrator) { return integrator->name; }

/* ---- the system that an integrator sees ---- */

void pro_system_drive(const pro_system *system, const pro_lanes *t, pro_drive_lanes *out) {
  pro_lanes since = *t - system->from;
  for (int c = 0; c < PRO_DRIVE_COUNT; c++) out->channel[c] = system->value[c] + system->slope[c] * since;
}

void pro_system_rhs(const pro_system *system, const pro_lanes *t, const pro_lanes *y, pro_lanes *f,
                    const pro_sleep *asleep) {
  pro_drive_lanes drive;
  pro_system_drive(system, t, &drive);
  pro_cell_rhs(&system->cell, &drive, &system->modes, y, f, NULL, asleep);
}

void pro_system_look(const pro_system *system, const pro_lanes *t, const pro_lanes *y, pro_lanes *f,
                     pro_cell_view *view, pro_drive_lanes *drive) {
  pro_system_drive(system, t, drive);
  pro_cell_rhs(&system->cell, drive, &system->modes, y, f, view, NULL);
}

void pro_system_jacobian(const pro_system *system, const pro_lanes *t, const pro_lanes *y, pro_lanes *jacobian) {
  pro_drive_lanes drive;
  pro_system_drive(system, t, &drive);
  pro_cell_jacobian(&system->cell, &drive, &system->modes, y, system->where, jacobian);
}

/* ---- cases in lanes ---- */

typedef struct ticket { /* a case of a group, and what became of it */
  const pro_case *in;
  const pro_state *from; /* NULL: from its start */
  double until;          /* where it is to be left [s]; infinity: nowhere */
  pro_state *left;
  pro_trajectory *out;
  pro_status status;
  char message[256];
} ticket;

static void land(pro_flight *f, ticket *t, pro_status status, const char *why) {
  if (status == PRO_OK) {
    status = f->t >= f->until ? pro_flight_leave(&t->left, f) : pro_flight_conclude(f);
    why = pro_error_message();
  }
  t->status = status;
  if (status == PRO_OK) {
    t->out = f->out; /* none where it was left */
  } else {
    snprintf(t->message, sizeof t->message, "%s", why);
    pro_trajectory_free(f->out);
  }
  f->out = NULL;
}

typedef struct fleet {
  pro_system shared;
  pro_watch_lanes watched;
  pro_flight flights[PRO_LANES];
  ticket *of[PRO_LANES]; /* NULL: an empty lane */
} fleet;

/* Fills a lane with the next case. */
static void refill(fleet *a, const pro_integrator *with, void *integrator, int lane, ticket *tickets, size_t n,
                   size_t *next) {
  while (*next < n) {
    ticket *t = &tickets[(*next)++];
    pro_flight *f = &a->flights[lane];
    f->out = NULL;
    a->of[lane] = t;
    pro_status status = t->from ? pro_flight_return(f, t->from, &a->shared, with, integrator, lane, t->until)
                                : pro_flight_board(f, t->in, &a->shared, with, integrator, lane, t->until);
    if (status == PRO_OK) {
      pro_watch_show(&a->watched, lane, &f->watch);
      return;
    }
    land(f, t, status, pro_error_message());
  }
  a->of[lane] = NULL;
  with->stop(integrator, lane);
}

/* Cases of one structure; a lane that is done takes the next. */
static pro_status fly(ticket *tickets, size_t n, const pro_integrator *with) {
  fleet *a = aligned_alloc(64, (sizeof *a + 63) / 64 * 64);
  if (!a) return pro_fail(PRO_ENOMEM, "no memory for eight cases in flight");
  memset(a, 0, sizeof *a);
  pro_cell_fill(&a->shared.cell, tickets[0].in);
  a->shared.modes = pro_modes_start();
  for (int l = 0; l < PRO_LANES; l++) a->shared.rtol[l] = tickets[0].in->rtol;
  void *integrator = NULL;
  pro_status status = with->create(&integrator, &a->shared);
  if (status != PRO_OK) {
    free(a);
    return status;
  }
  size_t next = 0;
  int flying = 0;
  for (int l = 0; l < with->lanes; l++) {
    refill(a, with, integrator, l, tickets, n, &next);
    flying += a->of[l] != NULL;
  }
  while (flying > 0) {
    int begins = 0; /* lanes that want a look before the next step */
    signed char done[PRO_LANES] = {0};
    for (int l = 0; l < with->lanes; l++) begins |= a->of[l] && a->flights[l].begins;
    if (!begins) with->step(integrator, done);
    pro_drive_lanes drive;
    pro_cell_view view;
    const pro_lanes *t = with->look(integrator, &view, &drive); /* one for all of them */
    const pro_lanes_mask quiet = pro_watch_quiet(&a->watched, *t, &view, drive.channel[PRO_DRIVE_T_ambient]);
    for (int l = 0; l < with->lanes; l++) {
      pro_flight *f = &a->flights[l];
      if (!a->of[l] || (begins && !f->begins)) continue;
      int goes_on = 1;
      pro_status so_far = PRO_OK;
      pro_moment end;
      if (begins || done[l] > 0) pro_flight_see(f, &view, &drive, l, (*t)[l], &end);
      if (begins)
        so_far = pro_flight_begin(f, &end, &goes_on);
      else if (done[l] > 0)
        so_far = pro_flight_step(f, &end, quiet[l] != 0, &goes_on);
      else if (done[l] < 0)
        so_far = pro_fail(PRO_ENUMERIC, "at t = %.6g s, T = %.6g K: %s", f->last.t, f->last.T_core,
                          with->why(integrator, l));
      if (begins || !quiet[l]) pro_watch_show(&a->watched, l, &f->watch);
      if (so_far == PRO_OK && goes_on) so_far = pro_flight_afford(f);
      if (so_far == PRO_OK && goes_on && f->t < f->until) continue;
      land(f, a->of[l], so_far, pro_error_message());
      refill(a, with, integrator, l, tickets, n, &next);
      flying -= a->of[l] == NULL;
    }
  }
  with->destroy(integrator);
  free(a);
  return PRO_OK;
}

/* This build's integrator of that name. */
static const pro_integrator *with_of(const pro_integrator *integrator) {
  return integrator ? pro_integrator_find(integrator->name) : pro_integrator_all[0];
}

pro_status pro_level_part(pro_trajectory **out, pro_state **left, const pro_case *in, const pro_state *from,
                          double until, const pro_integrator *integrator) {
  if (from) in = &from->in;
  PRO_TRY(pro_case_check(in));
  if (left && in->pieces) return pro_fail(PRO_EBUG, "a case that is handed on in pieces leaves no state");
  double begin = from ? from->flight.t : 0.0;
  if (left && !(until > begin && until < in->duration))
    return pro_fail(PRO_EINPUT, "a state at %g s: it must be after %g s and before the end at %g s", until, begin,
                    in->duration);
  ticket one = {.in = in, .from = from, .until = left ? until : (double)INFINITY};
  PRO_TRY(fly(&one, 1, with_of(integrator)));
  if (one.status != PRO_OK) return pro_fail(one.status, "%s", one.message);
  if (left)
    *left = one.left;
  else
    *out = one.out;
  return PRO_OK;
}

/* A failed integration and a case that contradicts itself are data; that one was stopped is its asker's to know.
 */
static pro_status finish(pro_run *run, pro_status status, const char *message) {
  if (status == PRO_OK && !run->in.pieces && (status = pro_observe(&run->seen, &run->in, run->truth)) != PRO_OK)
    message = pro_error_message();
  run->status = status;
  if (status == PRO_OK) return PRO_OK;
  snprintf(run->message, sizeof run->message, "%s", message);
  pro_run_clear(run);
  const int own = status == PRO_ENUMERIC || status == PRO_EINPUT || status == PRO_EINTERRUPTED;
  return own ? PRO_OK : pro_fail(status, "%s", run->message);
}

pro_status pro_level_run_cases(pro_run *const *runs, size_t n, const pro_integrator *integrator) {
  const pro_integrator *with = with_of(integrator);
  ticket *tickets = calloc(n + 1, sizeof *tickets);
  size_t *which = calloc(n + 1, sizeof *which);
  unsigned char *taken = calloc(n + 1, 1);
  pro_status status = tickets && which && taken ? PRO_OK : pro_fail(PRO_ENOMEM, "no memory for %zu cases", n);
  for (size_t k = 0; k < n && status == PRO_OK; k++) {
    runs[k]->truth = NULL, runs[k]->seen = NULL, runs[k]->message[0] = '\0';
    pro_status fits = pro_case_check(&runs[k]->in);
    if (fits == PRO_OK) continue;
    taken[k] = 1;
    status = finish(runs[k], fits, pro_error_message());
  }
  for (size_t first = 0; first < n && status == PRO_OK; first++) {
    size_t members = 0;
    for (size_t k = first; k < n; k++) {
      if (taken[k] || (members > 0 && !pro_cell_same_structure(&runs[which[0]]->in, &runs[k]->in))) continue;
      if (members == 0 && k != first) break;
      taken[k] = 1;
      tickets[members] = (ticket){.in = &runs[k]->in, .until = (double)INFINITY};
      which[members++] = k;
    }
    if (members == 0) continue;
    status = fly(tickets, members, with);
    for (size_t k = 0; k < members && status == PRO_OK; k++) {
      runs[which[k]]->truth = tickets[k].out;
      tickets[k].out = NULL;
      status = finish(runs[which[k]], tickets[k].status, tickets[k].message);
    }
    for (size_t k = 0; k < members; k++) pro_trajectory_free(tickets[k].out);
  }
  free(tickets);
  free(which);
  free(taken);
  return status;
}

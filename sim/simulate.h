/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/simulate.h - lives a case through: breaks of the drive, events, recording, ledgers. */
#ifndef PRO_SIMULATE_H
#define PRO_SIMULATE_H
#include "sim/run.h"

struct pro_integrator; /* sim/integrator.h */
extern const struct pro_integrator
    *const pro_integrator_all[]; /* NULL-terminated; one file each in sim/integrator/ */
const struct pro_integrator *pro_integrator_find(const char *name); /* NULL: no such */
const char *pro_integrator_name(const struct pro_integrator *integrator);

/* Integrates one case from t = 0 to its duration.
 *
 *   out         sampled every in->period [s], first at t = 0; the caller frees it. Untouched on failure.
 *   in          borrowed for the call.
 *   integrator  NULL: the default.
 *
 * PRO_EINPUT    a field out of its range; the message names it.
 * PRO_ENUMERIC  the integration failed; the message gives t [s], T [K] and why.
 * PRO_ENOMEM
 *
 * Event times are located to 0.1 ms or better on the integrator's dense output. */
pro_status pro_simulate(pro_trajectory **out, const pro_case *in,
                        const struct pro_integrator *integrator) PRO_MUST_CHECK;

/* ---- a case in parts ---- */

typedef struct pro_state pro_state; /* all that going on needs; its members: sim/flight.h */
void pro_state_free(pro_state *state);
double pro_state_time(const pro_state *state); /* [s] */

/* Integrates a case from its start to t, or from a state to a later t, and returns the state there. A step ends at
 * t, so that what comes after is as if the drive had a break there: the same events, moments and values to rtol.
 *
 *   out   the caller frees it with pro_state_free; untouched on failure. What `in` borrows must outlive it.
 *   from  stays as it is: one may go on from it again and again.
 *   integrator  NULL: the default; another may go on than has begun.
 *
 * PRO_EINPUT    t is not before the end, or not after the state's time.
 * PRO_ENUMERIC, PRO_ENOMEM as pro_simulate. */
pro_status pro_simulate_until(pro_state **out, const pro_case *in, double t,
                              const struct pro_integrator *integrator) PRO_MUST_CHECK;
pro_status pro_state_until(pro_state **out, const pro_state *from, double t,
                           const struct pro_integrator *integrator) PRO_MUST_CHECK;
/* From a state to the case's end: the trajectory, clocks and ledgers of the whole run. As pro_simulate. */
pro_status pro_state_finish(pro_trajectory **out, const pro_state *from,
                            const struct pro_integrator *integrator) PRO_MUST_CHECK;

const struct pro_integrator *pro_integrator_fast(void); /* for many cases: eight at once */
int pro_integrator_lanes(
    const struct pro_integrator *integrator); /* cases that it advances at once; NULL: the default */

/* pro_simulate and pro_observe of n runs: fills each run's truth, seen, status, message; its `in` is already set.
 * What comes out does not depend on which runs are computed together. Returns PRO_OK also where runs failed
 * numerically (that is data) or `in.stop` has ended them (PRO_EINTERRUPTED), and an error only for PRO_ENOMEM,
 * PRO_EBUG, and PRO_EINPUT where PRODROME_LEVEL is wrong. */
pro_status pro_run_cases(pro_run *const *runs, size_t n, const struct pro_integrator *integrator) PRO_MUST_CHECK;
pro_status pro_run_case(pro_run *run, const struct pro_integrator *integrator) PRO_MUST_CHECK;
#endif

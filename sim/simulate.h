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
 * Event times are located to 1 ms or better on the integrator's dense output. */
pro_status pro_simulate(pro_trajectory **out, const pro_case *in,
                        const struct pro_integrator *integrator) PRO_MUST_CHECK;

const struct pro_integrator *pro_integrator_fast(void); /* for many cases: eight at once */
int pro_integrator_lanes(
    const struct pro_integrator *integrator); /* cases that it advances at once; NULL: the default */

/* pro_simulate and pro_observe of n runs: fills each run's truth, seen, status, message; its `in` is already set.
 * What comes out does not depend on which runs are computed together. Returns PRO_OK also where runs failed
 * numerically (that is data), and an error only for PRO_ENOMEM, PRO_EBUG, and PRO_EINPUT where PRODROME_LEVEL is
 * wrong. */
pro_status pro_run_cases(pro_run *const *runs, size_t n, const struct pro_integrator *integrator) PRO_MUST_CHECK;
pro_status pro_run_case(pro_run *run, const struct pro_integrator *integrator) PRO_MUST_CHECK;
#endif

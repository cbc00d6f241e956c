/* SPDX-License-Identifier: GPL-3.0-or-later
 * bench/peer.h - what a user would otherwise run on the oven ensemble, each through one function. */
#ifndef PRO_PEER_H
#define PRO_PEER_H
#include "bench/kim_ensemble.h"

/* Runs n members at rtol, one after the other where the tool does; *seconds is the processor time of all of it.
 * A member that the tool could not finish is a result. PRO_ENOMEM, PRO_EBUG. */
typedef pro_status pro_peer_fn(pro_member_result *out, double *seconds, const pro_member *members, size_t n,
                               double rtol);

/* CVODE on the hand-written six equations: dense, analytic Jacobian, root finding for the onset. `reused` keeps
 * CVODE's own rule for when a Jacobian is made anew; `fresh` makes one every step. `version` is SUNDIALS's. */
pro_peer_fn pro_peer_cvode_reused, pro_peer_cvode_fresh;
const char *pro_peer_cvode_version(void);
/* The same source against the SUNDIALS of PRO_PEER_SUNDIALS, where the build was given one. */
pro_peer_fn pro_peer_cvode_reused_optimised, pro_peer_cvode_fresh_optimised;
const char *pro_peer_cvode_version_optimised(void);

pro_peer_fn pro_peer_gsl; /* msbdf, analytic Jacobian */
const char *pro_peer_gsl_version(void);

/* bench/peers.py, running in a child of its own. */
typedef struct pro_peer_python pro_peer_python;
/* *out is NULL, and `why` says so, where there is no Python, or it has no numpy and scipy. */
pro_status pro_peer_python_open(pro_peer_python **out, char why[200], const char *program,
                                const char *path) PRO_MUST_CHECK;
void pro_peer_python_close(pro_peer_python *python);
const char *pro_peer_python_versions(const pro_peer_python *python); /* "numpy 1.24.2, scipy 1.10.1, no numba" */
int pro_peer_python_has(const pro_peer_python *python, const char *tool);
/* Tool is one of peers.py's; `at[i]` is member i's row in the file. PRO_EIO: the child is gone. */
pro_status pro_peer_python_run(pro_peer_python *python, const char *tool, pro_member_result *out, double *seconds,
                               const pro_member *members, const size_t *at, size_t n, double rtol) PRO_MUST_CHECK;
#endif

/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/samples.h - one run as a CSV file: what the sensors read, and the truth behind it. */
#ifndef PRO_SAMPLES_H
#define PRO_SAMPLES_H
#include "sim/run.h"

/* Columns: time_s; each sensor as a measured trace names it (T_surface_K, voltage_V, gas_H2; blank: missing), so that
 * `prodrome score` reads the file; the truth with the prefix truth_; the extents; the stages' bit flags. Written beside
 * `path` and renamed when complete. PRO_EIO; PRO_EINTERRUPTED; PRO_ENOMEM. */
pro_status pro_samples_write(const char *path, const pro_run *run) PRO_MUST_CHECK;
#endif

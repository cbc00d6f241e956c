/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/drive.h - resistances and warmth of a healthy cell from measured traces: fitted to some, scored on all. For
 * calibrations. */
#ifndef PRO_DRIVE_H
#define PRO_DRIVE_H
#include "cli/calibration.h"
#include "cli/replay.h"

typedef struct pro_drive_file {
  const char *file;
  int fitted;       /* else only scored */
  int segment;      /* of the file; -1: all of it */
  double lead;      /* its first current has flowed for this long before its first sample [s] */
  double soc;       /* at its start [-]; NaN: by its first voltage, which is one at rest; PRO_ENDS_FULL */
  double T_ambient; /* [K]; NaN: its first temperature, which is one at rest */
  double T_initial; /* [K]; NaN: its first temperature */
  double age;       /* among the files: 0 the first, 1 the last [-] */
} pro_drive_file;
#define PRO_ENDS_FULL (-1.0)

typedef struct pro_drive_score {
  double voltage, T; /* root mean square errors [V], [K] */
  size_t samples;
} pro_drive_score;

/* Fits the members of `base->cell` that `parameter` names to voltage and temperature of the files marked, then
 * adds rows with the errors in all of them. `T_ambient` is a parameter too: of all files. *fitted (may be NULL)
 * gets the values. */
pro_status pro_drive_calibrate(pro_calibration_result *result, const char *title, const char *folder,
                               const pro_case *base, const pro_calibrated *parameter, const pro_drive_file *files,
                               size_t count, double *fitted, pro_drive_score *score) PRO_MUST_CHECK;
#endif

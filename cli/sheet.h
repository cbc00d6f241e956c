/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/sheet.h - a datasheet from what tables of tests say of their cells. */
#ifndef PRO_SHEET_H
#define PRO_SHEET_H
#include "sim/datasheet.h"

/* The family that `text` ("nmc811", "NCM 523", "NMC/LMO", "LCO?", "") means. *guessed is set to 1 where the text
 * leaves a choice: a blend         its most reactive part, in the order nca, nmc, lco, lmo, lfp; of nickel oxide
 * with spinel, nmc532 nmc, no digits  by energy density [Wh/kg]: nmc811 above 240, nmc622 above 200, else nmc532;
 * NaN: nmc532 111, 333, 442   nmc532, the nearest of the families that there are; 523 is the same material nothing
 * known   as nmc without digits a question mark what it says, guessed. */
pro_family pro_family_guess(const char *text, double energy_density, int *guessed);

/* What a table says of a cell; "" and NaN where it does not. */
typedef struct pro_sheet_said {
  const char *chemistry, *format;         /* "nmc811", "18650", "20 Ah pouch" */
  double capacity, mass, nominal_voltage; /* [C], [kg], [V] */
} pro_sheet_said;

/* A mass that is not told is that of a full can of the size, or where no size is known of a typical cell of the
 * family; a format that is not told is a cylinder, or a pouch from 250 g on. `remark` (size) says what was
 * guessed, "" nothing. */
void pro_sheet_make(pro_datasheet *out, char *remark, size_t size, const pro_sheet_said *said);
#endif

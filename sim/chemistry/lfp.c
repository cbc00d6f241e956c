/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/chemistry/graphite.h"

#define ANODE (1.0 / 0.345)   /* [g/Ah] */
#define CATHODE (1.0 / 0.150) /* [g/Ah] */
#define ELECTROLYTE 3.0       /* [g/Ah] */
#define SEPARATOR 0.6         /* [g/Ah] */
#define VOLTAGE 3.20          /* [V] */
/* Prada et al. 2013 with Afshar 2017: lithium between 0.70 and 0.004 in the cathode, 0.018 and 0.81 in the carbon
 */
#define LITHIUM_LEFT (0.01762 / 0.81004)
#define CATHODE_LEFT ((1.0 - 0.7035) / (1.0 - 0.00376))

/* Total: 15 to 21 mmol/Ah from 18650 cells (10.1016/j.applthermaleng.2023.120816); Golubkov's two cells gave 29
 * and 45. Shares: medians of 11 tests of large cells in 6 papers, of 94 % identified; small ones lie on either
 * side of them. */
#define TOTAL 0.020 /* [mol/Ah] */
#define H2 (51.0 / 94.0 * TOTAL)
#define CO (7.0 / 94.0 * TOTAL)
#define CO2 (25.0 / 94.0 * TOTAL)
#define CH4 (4.0 / 94.0 * TOTAL)
#define C2H4 (7.0 / 94.0 * TOTAL)
#define C2H6 0.0
#define SEI_GAS 0.1e-3 /* as in nmc811 */

#define FIT CALIBRATED "on ARC onset and runaway and on ovens of small cells"
#define LFP "Ea, heat: literature from memory whose behaviour was checked; A: 1.75 times as large, calibrated"

/* No oxygen stage: a phosphate's oxygen is not free below 250 to 310 degC, and little of it beyond. No crosstalk
 * either, for it needs that oxygen: lithium leaves by currents and by the anode's reaction alone. */
const pro_network pro_chemistry_lfp = {
    .name = "lfp",
    .doc =
        "LFP/graphite, cells up to some 10 Ah: anode and SEI calibrated on ARC. Calibrated for this "
        "project and not literature; for cells of any size.",
    .source =
        "Targets of the calibration, at full charge: ARC 92-174, 236-257 degC "
        "(10.1016/j.jpowsour.2025.237240, 10.3390/batteries9050237), critical oven 201 degC (Zhao et "
        "al., J. Energy Storage 84 (2024) 110901, a simulation)",
    .gas_constant = 8.314,
    .k_max = 2.0,
    .gas_source =
        "total: 10.1016/j.applthermaleng.2023.120816; shares: medians of 11 tests in 6 papers (machine-"
        "extracted); who makes it: engineering closure, low confidence",
    .species = {SPECIES},
    .reactions =
        {
            SEI_REACTION(3.27e15, FIT),
            ANODE_REACTION(1.63e13, FIT, PHOSPHATE_LITHIUM_GASES(C_NEG_FULL)),
            CATHODE_REACTION(3.494e8, 1.03e5, 1.947e5, 0.0, LFP, PHOSPHATE_CATHODE_GASES),
            ELECTROLYTE_REACTION(PHOSPHATE_ELECTROLYTE_GASES),
            BINDER_REACTION(PHOSPHATE_BINDER_GASES),
            SEPARATOR_REACTION,
        },
};
